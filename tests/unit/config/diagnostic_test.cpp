// Diagnostics: exit codes, the three renderings, and the nearest keyword.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/config/reading.h"

namespace holdfast::config::testing {
namespace {

TEST(Diagnostic, ExitCodes) {
  using enum ErrorClass;
  const struct {
    std::vector<ErrorClass> classes;
    int code;
  } cases[] = {
      {{}, 0},
      {{none}, 0},
      {{file_not_found}, 4},
      {{bad_interface}, 4},
      {{fatal}, 4},
      {{multiple_files}, 5},
      {{unknown_keyword}, 5},
      {{missing_close}, 5},
      {{unmatched_quote}, 5},
      {{invalid_number}, 5},
      {{general_error}, 5},
      {{warning}, 5},
      {{deprecated}, 5},
      {{bad_interface, general_error}, 5},
      {{security}, 6},
      {{security, general_error, bad_interface}, 6},
      {{missing_parameter}, 2},
      {{missing_parameter, security, warning}, 2},
      {{include_check}, 6},
      {{include_check, missing_parameter}, 6},
  };
  for (const auto& c : cases) {
    Diagnostics diagnostics;
    for (const ErrorClass error_class : c.classes) diagnostics.error({}, error_class, "x", "x");
    EXPECT_EQ(diagnostics.exit_code(), c.code) << ::testing::PrintToString(c.classes.size()) << " class(es), case for " << c.code;
  }
}

TEST(Diagnostic, SeverityFollowsFromTheClass) {
  Diagnostics diagnostics;
  for (const ErrorClass error_class : {ErrorClass::none, ErrorClass::warning, ErrorClass::deprecated, ErrorClass::security, ErrorClass::bad_interface}) {
    diagnostics.error({}, error_class, "x", "x");
  }
  EXPECT_EQ(diagnostics.all()[0].severity, Severity::advice);
  EXPECT_EQ(diagnostics.all()[1].severity, Severity::warning);
  EXPECT_EQ(diagnostics.all()[2].severity, Severity::deprecated);
  EXPECT_EQ(diagnostics.all()[3].severity, Severity::security);
  EXPECT_EQ(diagnostics.all()[4].severity, Severity::error);
  EXPECT_EQ(diagnostics.count(Severity::warning), 1u);
}

// A mistake in a macro in an included file.
struct Example : Reading {
  Example() {
    files.files = {{"/etc/k.conf", "include sub\n"}, {"/etc/sub", "$M=\\\n\tprioritty 300\nvrrp_instance V {\n$M\n}\n"}};
    read();
    const Node& line = node(0).children.at(0);
    Diagnostics found;
    found.error(about(line, line.words[0]), ErrorClass::unknown_keyword, "unknown-keyword", "unknown keyword 'prioritty'", "a keyword of vrrp_instance",
                "priority");
    diagnostics = found;
  }
  const Diagnostic& it() const { return diagnostics.all()[0]; }
};

TEST(Diagnostic, Plain) {
  const Example example;
  EXPECT_EQ(render_plain(example.it(), example.tree.sources),
            "/etc/sub:2:2: error: unknown keyword 'prioritty' (expected a keyword of vrrp_instance; did you mean 'priority'?) [unknown-keyword]");
}

TEST(Diagnostic, Terminal) {
  const Example example;
  EXPECT_EQ(render_terminal(example.it(), example.tree.sources, Colour::no),
            "/etc/sub:2:2: error: unknown keyword 'prioritty' [unknown-keyword]\n"
            " 2 | \tprioritty 300\n"
            "   | \t^~~~~~~~~\n"
            "   = expected a keyword of vrrp_instance; did you mean 'priority'?\n"
            "   in $M used at /etc/sub:4:1, defined at /etc/sub:1:1\n"
            "   included from /etc/k.conf:1:9\n");
  const std::string coloured = render_terminal(example.it(), example.tree.sources, Colour::yes);
  EXPECT_NE(coloured.find("\033[1;31m^~~~~~~~~\033[0m"), std::string::npos);
}

TEST(Diagnostic, Json) {
  const Example example;
  const std::string text = render_json(example.it(), example.tree.sources);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto object = nlohmann::json::parse(text);
  EXPECT_EQ(object["file"], "/etc/sub");
  EXPECT_EQ(object["line"], 2);
  EXPECT_EQ(object["column"], 2);
  EXPECT_EQ(object["width"], 9);
  EXPECT_EQ(object["severity"], "error");
  EXPECT_EQ(object["class"], "unknown-keyword");
  EXPECT_EQ(object["code"], "unknown-keyword");
  EXPECT_EQ(object["text"], "prioritty");
  EXPECT_EQ(object["suggestion"], "priority");
  EXPECT_EQ(object["source"], "\tprioritty 300");
  EXPECT_EQ(object["included_from"][0]["file"], "/etc/k.conf");
  EXPECT_EQ(object["expanded_from"][0]["what"], "$M");
  EXPECT_EQ(object["expanded_from"][0]["defined_at"]["line"], 1);
}

TEST(Diagnostic, SecretsAndControlCharactersStayInside) {
  const Reading reading("auth_pass hush\033[2J\n");
  const Node& line = reading.node(0);
  Diagnostics diagnostics;
  Diagnostic place = about(line, line.words[1]);
  place.secret = true;
  diagnostics.error(place, ErrorClass::warning, "x", "password \033too long");
  for (const std::string& text : {render_plain(diagnostics.all()[0], reading.tree.sources), render_json(diagnostics.all()[0], reading.tree.sources),
                                  render_terminal(diagnostics.all()[0], reading.tree.sources, Colour::no)}) {
    EXPECT_EQ(text.find("hush"), std::string::npos) << text;
    EXPECT_EQ(text.find('\033'), std::string::npos) << text;
  }
  const Diagnostic shown = about(line);
  EXPECT_EQ(render_terminal(shown, reading.tree.sources, Colour::no).find('\033'), std::string::npos);
  const Reading bytes("a \xff\xfe\n");
  EXPECT_NO_FATAL_FAILURE(render_json(about(bytes.node(0)), bytes.tree.sources));
}

TEST(Diagnostic, PlaceWithoutFile) {
  Diagnostic diagnostic;
  diagnostic.message = "no such file";
  diagnostic.code = "file-missing";
  EXPECT_EQ(render_plain(diagnostic, {}), "error: no such file [file-missing]");
  diagnostic.at = {99, 99, 99};
  EXPECT_NE(render_terminal(diagnostic, {}, Colour::no), "");
}

TEST(Diagnostic, AboutAWholeLine) {
  const Reading reading("  a \"b c\" d # e\n");
  const Diagnostic diagnostic = about(reading.node(0));
  EXPECT_EQ(diagnostic.at.column, 3);
  EXPECT_EQ(diagnostic.width, 9);
  EXPECT_EQ(diagnostic.text, "a b c d");
}

TEST(Diagnostic, Nearest) {
  const std::string_view keywords[] = {"priority", "preempt", "interface", "virtual_router_id", "virtual_ipaddress", "virtual_ipaddress_excluded", "on"};
  const std::pair<const char*, const char*> cases[] = {
      {"prioritty", "priority"}, {"pirority", "priority"},     {"virtual_ipadress", "virtual_ipaddress"}, {"interfaces", "interface"},
      {"xyzzy", ""},             {"om", "on"},                   {"premept", "preempt"},                    {"virtual_routerid", "virtual_router_id"},
      {"", ""},                  {"virtual_address", "virtual_ipaddress"},
  };
  for (const auto& [word, meant] : cases) EXPECT_EQ(nearest(word, keywords), meant) << word;
  EXPECT_EQ(nearest(std::string(5000, 'x'), keywords), "");
}

}  // namespace
}  // namespace holdfast::config::testing
