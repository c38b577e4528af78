// Includes: patterns, relative names, the six variants, include_check, and what -f itself may match.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parent/config/files/glob.h"
#include "tests/unit/config/reading.h"

namespace holdfast::config::testing {
namespace {

Reading tree_of_files() {
  Reading reading;
  reading.files.files = {{"/etc/inc/a.conf", "a $_PWD\n"}, {"/etc/inc/b.conf", "b\n"}, {"/etc/inc/.hidden.conf", "h\n"},
                         {"/etc/inc/deep/c.conf", "c\ninclude d.conf\ninclude ../b.conf\n"}, {"/etc/inc/deep/d.conf", "d\n"},
                         {"/etc/inc/[x].conf", "x\n"}};
  reading.files.refused = {{"/etc/inc/run.conf.sh", ENOEXEC}, {"/etc/inc/secret.txt", EACCES}};
  return reading;
}

std::string outline_of(Reading& reading, const std::string& text) {
  reading.files.files["/etc/k.conf"] = text;
  return reading.read().outline();
}

TEST(Include, Patterns) {
  Reading reading = tree_of_files();
  const struct {
    const char* text;
    const char* outline;
  } cases[] = {
      {"include inc/a.conf\n", "a /etc/inc"},
      {"include /etc/inc/a.conf # x\n", "a /etc/inc"},
      {" include\tinc/b.conf  \n", "b"},
      {"include inc/*.conf\n", "x;a /etc/inc;b"},
      {"include inc/[ab].conf\n", "a /etc/inc;b"},
      {"include inc/[^a].conf\n", "b"},
      {"include inc/?.conf\n", "a /etc/inc;b"},
      {"include inc/{b,a}.conf\n", "b;a /etc/inc"},
      {"include inc/{deep/{c,d},b}.conf\n", "c;d;b;d;b"},
      {"include inc/*/d.conf\n", "d"},
      {"include i*/deep/d.conf\n", "d"},
      {"include inc/\\[x].conf\n", "x"},
      {"include inc/.*.conf\n", "h"},
      {"include inc/deep/c.conf\nz $_PWD\n", "c;d;b;z /etc"},
      {"$F=inc/b.conf\ninclude $F\n$I=include inc/b.conf\n$I\n", "b;b"},
      {"@here include inc/b.conf\n@there include inc/b.conf\n", "b"},
      {"g { include inc/b.conf\n}\n", "g {b}"},
      {"~LST(f,a,b) include inc/${f}.conf\n", "a /etc/inc;b"},
      {"include\nincludex inc/b.conf\ninclude\"x\"\n", "include;includex inc/b.conf;include \"x\""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(outline_of(reading, c.text), c.outline) << c.text;
    EXPECT_EQ(reading.codes(), "") << c.text;
  }
}

TEST(Include, BlockAcrossFiles) {
  Reading reading;
  reading.files.files = {{"/etc/k.conf", "g {\ninclude x\n} \nb\n"}, {"/etc/x", "$A=1\na {\n"}};
  EXPECT_EQ(reading.read().outline(), "g {a {};b}");
  EXPECT_EQ(reading.codes(), "missing-close-brace");
  reading.files.files["/etc/x"] = "$M=\\\nq\\\n";
  EXPECT_EQ(reading.read().outline(), "g {};b");  // a definition ends with its file
}

// Which check makes which absence count: the table of keepalived 2.2.7.
TEST(Include, VariantsAndExitCodes) {
  Reading reading = tree_of_files();
  const struct {
    const char* pattern;
    int plain, r, m, w, b, a;
  } cases[] = {
      {"inc/none.conf", 0, 0, 6, 6, 0, 6},      {"inc/none*.conf", 0, 0, 0, 6, 0, 6}, {"inc/{b,none}.conf", 0, 0, 0, 0, 6, 6},
      {"inc/{none,nada}.conf", 0, 0, 0, 0, 6, 6}, {"inc/run.conf.sh", 0, 6, 6, 6, 6, 6}, {"inc/deep", 0, 6, 6, 6, 6, 6},
      {"inc/secret.txt", 0, 6, 6, 6, 6, 6},     {"inc/s*.txt", 0, 6, 6, 6, 6, 6},     {"inc/b.conf", 0, 0, 0, 0, 0, 0},
      {"~/x", 0, 0, 6, 6, 0, 6},                {"\"inc/b.conf\"", 0, 0, 6, 6, 0, 6}, {"inc/a.conf inc/b.conf", 0, 0, 6, 6, 0, 6},
  };
  for (const auto& c : cases) {
    const std::pair<const char*, int> variants[] = {{"include", c.plain}, {"includer", c.r}, {"includem", c.m},
                                                    {"includew", c.w},    {"includeb", c.b}, {"includea", c.a}};
    for (const auto& [keyword, code] : variants) {
      outline_of(reading, std::string(keyword) + ' ' + c.pattern + '\n');
      EXPECT_EQ(reading.diagnostics.exit_code(), code) << keyword << ' ' << c.pattern;
    }
    outline_of(reading, std::string("global_defs {\ninclude_check\n}\ninclude ") + c.pattern + '\n');
    EXPECT_EQ(reading.diagnostics.exit_code(), c.a) << "include_check " << c.pattern;
  }
}

TEST(Include, CheckKeyword) {
  Reading reading = tree_of_files();
  const struct {
    const char* words;
    const char* pattern;
    int code;
  } cases[] = {
      {"match", "none", 6},         {"readable", "none", 0},        {"wildcard_match", "none*", 6}, {"wildcard_match", "none", 0},
      {"match +brace_match", "{none,x}", 6}, {"match -match", "none", 0},    {"+match", "none", 6},          {"match readable", "inc/deep", 6},
      {"brace_match", "{none,x}", 6},
  };
  for (const auto& c : cases) {
    outline_of(reading, std::string("global_defs {\ninclude_check ") + c.words + "\n}\ninclude " + c.pattern + '\n');
    EXPECT_EQ(reading.diagnostics.exit_code(), c.code) << c.words << ' ' << c.pattern;
  }
  outline_of(reading, "include none\nglobal_defs {\ninclude_check match\n}\n");
  EXPECT_EQ(reading.diagnostics.exit_code(), 0);  // only what follows
  outline_of(reading, "global_defs {\ninclude_check mach\n}\n");
  EXPECT_EQ(reading.codes(), "unknown-include-check");
  EXPECT_EQ(reading.diagnostics.all()[0].suggestion, "match");
  EXPECT_EQ(reading.diagnostics.all()[0].at, (Position{2, 15, 0}));
}

TEST(Include, CheckEndsWithItsFile) {
  Reading reading;
  reading.files.files = {{"/etc/k.conf", "include x\ninclude none\n"}, {"/etc/x", "global_defs {\ninclude_check match\n}\ninclude none\n"}};
  reading.read();
  EXPECT_EQ(reading.codes(), "file-missing file-missing");
  EXPECT_EQ(reading.diagnostics.all()[0].error_class, ErrorClass::include_check);
  EXPECT_EQ(reading.diagnostics.all()[1].error_class, ErrorClass::none);
}

TEST(Include, TopFile) {
  Reading reading = tree_of_files();
  const auto code = [&](const char* pattern, bool all) {
    reading.options.checks = {all, all, all, all};
    reading.read(pattern);
    return reading.diagnostics.exit_code();
  };
  for (const char* pattern : {"/etc/none", "/etc/none*", "/etc/inc", "/etc/inc/secret.txt", "/etc/inc/run.conf.sh"}) {
    EXPECT_EQ(code(pattern, false), 0) << pattern;
    EXPECT_FALSE(reading.diagnostics.empty()) << pattern;
    EXPECT_TRUE(reading.tree.sources.files.empty()) << pattern;
    EXPECT_EQ(code(pattern, true), 4) << pattern;
  }
  EXPECT_EQ(code("/etc/inc/[ab].conf", false), 5);
  EXPECT_EQ(reading.codes(), "multiple-files");
  EXPECT_EQ(reading.outline(), "a /etc/inc;b");
  EXPECT_EQ(code("/etc/inc/b.conf", true), 0);
}

TEST(Include, NamesFromTheWorkingDirectory) {
  Reading reading;
  reading.options.builtins.working_directory = "/work";
  reading.files.files = {{"/work/k.conf", "include sub/*\n"}, {"/work/sub/x", "x $_PWD\ninclude y\n"}, {"/work/sub/y", "y\n"}};
  EXPECT_EQ(reading.read("k.conf").outline(), "x /work/sub;y;y");
  EXPECT_EQ(reading.tree.sources.files.at(0).name, "k.conf");
  EXPECT_EQ(reading.tree.sources.files.at(1).name, "sub/x");
  EXPECT_EQ(reading.tree.sources.files.at(3).included_at, (Position{2, 9, 1}));
}

TEST(Include, DirectoryNameIsNoPattern) {
  Reading reading;
  reading.files.files = {{"/e*c/{a}/k", "include x\ninclude y*\n"}, {"/e*c/{a}/x", "x\n"}, {"/e*c/{a}/y1", "y\n"}, {"/eqc/{a}/y2", "no\n"}};
  EXPECT_EQ(reading.read("/e\\*c/\\{a\\}/k").outline(), "x;y");
}

TEST(Include, FileTwiceIsReadOnce) {
  Reading reading;
  reading.files.files = {{"/etc/k.conf", "include x\ninclude x\n"}, {"/etc/x", "x\n"}};
  EXPECT_EQ(reading.read().outline(), "x;x");
  EXPECT_EQ(reading.files.opened.size(), 2u);
  EXPECT_EQ(reading.tree.sources.files.at(1).text, reading.tree.sources.files.at(2).text);
}

TEST(Glob, Match) {
  const struct {
    const char* pattern;
    const char* name;
    bool matches;
  } cases[] = {
      {"*", "a", true},         {"*", ".a", false},       {".*", ".a", true},         {"a*c", "abbc", true},   {"a*c", "abbd", false},
      {"?", "a", true},         {"?", "", false},         {"[a-c]x", "bx", true},     {"[!a-c]x", "bx", false}, {"[^a]", "b", true},
      {"[]a]", "]", true},      {"[a", "[a", true},       {"a\\*", "a*", true},       {"a\\*", "ab", false},   {"*a*b*", "xaxbx", true},
      {"**", "abc", true},      {"", "", true},           {"", "a", false},           {"[a-]", "-", true},     {"a", "ab", false},
      {"?*", ".x", false},      {"[.]x", ".x", false},    {"*.conf", "a.conf", true}, {"*.conf", "a.config", false},
  };
  for (const auto& c : cases) EXPECT_EQ(glob_match(c.pattern, c.name), c.matches) << c.pattern << ' ' << c.name;
  EXPECT_FALSE(glob_match(std::string(1000, '*') + "b", std::string(1000, 'a')));
}

TEST(Glob, Braces) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(expand_braces("a{b,c}d", 9), (Names{"abd", "acd"}));
  EXPECT_EQ(expand_braces("{a,{b,c}d,}x", 9), (Names{"ax", "bdx", "cdx", "x"}));
  EXPECT_EQ(expand_braces("{a,b}{c,d}", 9), (Names{"ac", "ad", "bc", "bd"}));
  EXPECT_EQ(expand_braces("a{}b", 9), Names{"a{}b"});
  EXPECT_EQ(expand_braces("a{b", 9), Names{"a{b"});
  EXPECT_EQ(expand_braces("a\\{b,c}", 9), Names{"a\\{b,c}"});
  EXPECT_EQ(expand_braces("{a,b}{a,b}{a,b}{a,b}", 5).size(), 5u);
}

}  // namespace
}  // namespace holdfast::config::testing
