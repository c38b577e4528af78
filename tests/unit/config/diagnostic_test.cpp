// Diagnostics: exit codes, the three renderings, and the nearest keyword.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

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
    for (const ErrorClass error_class : c.classes) diagnostics.error({}, error_class, "extra-words", "x");
    EXPECT_EQ(diagnostics.exit_code(), c.code) << ::testing::PrintToString(c.classes.size()) << " class(es), case for " << c.code;
  }
}

TEST(Diagnostic, SeverityFollowsFromTheClass) {
  Diagnostics diagnostics;
  for (const ErrorClass error_class : {ErrorClass::none, ErrorClass::warning, ErrorClass::deprecated, ErrorClass::security, ErrorClass::bad_interface}) {
    diagnostics.error({}, error_class, "extra-words", "x");
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
            "/etc/sub:2:2: error: unknown keyword 'prioritty' (expected a keyword of vrrp_instance; did you mean 'priority'?) [unknown-keyword], "
            "in expansion of $M at /etc/sub:4:1, defined at /etc/sub:1:1, included from /etc/k.conf:1:9");
}

TEST(Diagnostic, Terminal) {
  const Example example;
  EXPECT_EQ(render_terminal(example.it(), example.tree.sources, Colour::no),
            "/etc/sub:2:2: error: unknown keyword 'prioritty' [unknown-keyword]\n"
            " 2 | \tprioritty 300\n"
            "   | \t^~~~~~~~~\n"
            "   = expected a keyword of vrrp_instance; did you mean 'priority'?\n"
            "   in expansion of $M at /etc/sub:4:1, defined at /etc/sub:1:1\n"
            "   included from /etc/k.conf:1:9\n");
  const std::string coloured = render_terminal(example.it(), example.tree.sources, Colour::yes);
  EXPECT_NE(coloured.find("\033[1;31m^~~~~~~~~\033[0m"), std::string::npos);
}

TEST(Diagnostic, Json) {
  const Example example;
  const std::string text = render_json(example.diagnostics, example.tree.sources, 5);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto report = nlohmann::json::parse(text);
  EXPECT_EQ(report["schema"], "holdfast-diagnostics");
  EXPECT_EQ(report["version"], 1);
  EXPECT_EQ(report["exit_status"], 5);
  EXPECT_EQ(report["dropped"], 0);
  EXPECT_EQ(report["counts"]["error"], 1);
  EXPECT_EQ(report["counts"]["advice"], 0);
  ASSERT_EQ(report["diagnostics"].size(), 1u);
  const auto object = report["diagnostics"][0];
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
  diagnostics.error(place, ErrorClass::warning, "password-truncated", "password \033too long");
  for (const std::string& text : {render_plain(diagnostics.all()[0], reading.tree.sources), render_json(diagnostics, reading.tree.sources, 0),
                                  render_terminal(diagnostics.all()[0], reading.tree.sources, Colour::no)}) {
    EXPECT_EQ(text.find("hush"), std::string::npos) << text;
    EXPECT_EQ(text.find('\033'), std::string::npos) << text;
  }
  const Diagnostic shown = about(line);
  EXPECT_EQ(render_terminal(shown, reading.tree.sources, Colour::no).find('\033'), std::string::npos);
  Reading bytes("a \xff\xfe\n");
  bytes.diagnostics.error(about(bytes.node(0)), ErrorClass::warning, "extra-words", "x");
  EXPECT_TRUE(nlohmann::json::accept(render_json(bytes.diagnostics, bytes.tree.sources, 0)));
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

// What one place has wrong is said once, however often the place is read.
TEST(Diagnostic, EachOnce) {
  const struct {
    const char* text;
    const char* codes;
  } cases[] = {
      {"include sub\ninclude sub\n", "unexpected-close-brace"},
      {"$M=\\\n}\\\nx\n$M\n$M\n$M\n", "unexpected-close-brace"},
      {"~SEQ(i,1,3) }\n", "unexpected-close-brace"},
      {"} }\n}\n", "unexpected-close-brace unexpected-close-brace unexpected-close-brace"},
  };
  for (const auto& one : cases) {
    Reading reading;
    reading.files.files = {{"/etc/k.conf", one.text}, {"/etc/sub", "}\n"}};
    EXPECT_EQ(reading.read().codes(), one.codes) << one.text;
    EXPECT_EQ(reading.diagnostics.count(Severity::error), reading.diagnostics.all().size()) << one.text;
  }
}

TEST(Diagnostic, TwoWordsOfOneMacroAreTwoProblems) {
  Diagnostics diagnostics;
  for (const char* text : {"one", "two", "one"}) {
    diagnostics.error({.at = {3, 5, 0}, .expansion = 1, .text = text}, ErrorClass::general_error, "unknown-option", "unknown");
  }
  EXPECT_EQ(diagnostics.all().size(), 2u);
}

TEST(Diagnostic, StrictMakesWarningsErrors) {
  using enum ErrorClass;
  const struct {
    Severity severity;
    ErrorClass error_class;
    int plain;
    int strict;
  } cases[] = {
      {Severity::warning, none, 0, 5},     {Severity::warning, general_error, 5, 5}, {Severity::deprecated, none, 0, 5},
      {Severity::advice, none, 0, 0},      {Severity::security, security, 6, 6},     {Severity::error, missing_parameter, 2, 2},
      {Severity::warning, bad_interface, 4, 4},
  };
  for (const auto& one : cases) {
    Diagnostics plain, strict;
    strict.make_strict();
    for (Diagnostics* each : {&plain, &strict}) each->add({.severity = one.severity, .error_class = one.error_class, .code = "extra-words"});
    EXPECT_EQ(plain.exit_code(), one.plain) << name(one.severity) << ' ' << name(one.error_class);
    EXPECT_EQ(strict.exit_code(), one.strict) << name(one.severity) << ' ' << name(one.error_class);
    EXPECT_EQ(strict.count(Severity::warning) + strict.count(Severity::deprecated), 0u);
  }
}

TEST(Diagnostic, AdviceCanBeLeftOut) {
  Diagnostics diagnostics;
  diagnostics.leave_advice_out();
  diagnostics.error({}, ErrorClass::none, "no-effect", "x");
  diagnostics.error({}, ErrorClass::warning, "extra-words", "x");
  EXPECT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.count(Severity::advice), 0u);
}

TEST(Diagnostic, EveryCodeIsInTheDocumentation) {
  const std::string path = std::string(HOLDFAST_SOURCE_ROOT) + "/doc/diagnostics.md";
  if (std::getenv("HOLDFAST_BLESS") != nullptr) std::ofstream(path) << code_manual();
  std::ifstream file(path);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(written == code_manual()) << "doc/diagnostics.md is out of date: run this test with HOLDFAST_BLESS=1";
}

TEST(Diagnostic, EveryCodeHasACauseAndARemedyAndIsThereOnce) {
  std::set<std::string_view> codes;
  for (const CodeRow& row : kCodes) {
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_EQ(row.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string_view::npos) << row.code;
    for (const std::string_view sentence : {row.cause, row.remedy}) {
      EXPECT_GT(sentence.size(), 8u) << row.code;
      EXPECT_EQ(sentence.back(), '.') << row.code;
    }
  }
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
