// Words, comments, quotes and braces of single lines, as tables.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parent/config/lexer.h"
#include "tests/unit/config/reading.h"

namespace holdfast::config::testing {
namespace {

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Reading reading{std::string(c.text)};
    EXPECT_EQ(reading.outline(), c.outline) << c.text;
    EXPECT_EQ(reading.codes(), c.codes) << c.text;
  }
}

TEST(Line, WordsAndBlanks) {
  check({
      {"a b  c\n", "a b c"},
      {"\ta\vb\fc \r\n", "a b c"},
      {"a", "a"},
      {"\n\n  \n", ""},
      {"a\r\nb\r\n", "a;b"},
      {"a\rb\n", "a b"},
      {"\xc3\xa9 \xff\n", "\xc3\xa9 \xff"},
  });
}

TEST(Line, Comments) {
  check({
      {"# a\n! b\n  # c\n", ""},
      {"a # b\nc!d\n", "a;c"},
      {"a \"b # c\" # d\n", "a \"b # c\""},
      {"a b\\#c#d\n", "a b#c"},
      {"a b\\!c\n", "a b!c"},
      {"a b\\\\#c\n", "a b\\#c"},
      {"a \"b\\#c\"#d\n", "a \"b\\#c\""},
      {"a b\\c\n", "a b\\c"},
      {"a \\\nb\n", "a \\;b"},
      {"a 'b # c'\n", "a 'b"},
  });
}

TEST(Line, Quotes) {
  check({
      {"a \"b c\" d\n", "a \"b c\" d"},
      {"\"a b\" c\n", "\"a b\" c"},
      {"a \"\"\n", "a \"\""},
      {"a\"b c\" d\n", "a \"b c\" d"},
      {"a \"b\"\"c\"d\n", "a \"b\" \"c\" d"},
      {"a 'b c'\n", "a 'b c'"},
      {"a \"b c\nd\n", "a;d", "unmatched-quote"},
      {"\"a\nb\n", "b", "unmatched-quote"},
      {"a \"b\\\"c\" # d\n", "a \"b\\\" c", "unmatched-quote"},
  });
}

TEST(Line, Braces) {
  check({
      {"a {\nb\n}\nc\n", "a {b};c"},
      {"a\n{\nb\n}\n", "a {b}"},
      {"a\n\n# c\n {b} c\n", "a {b};c"},
      {"virtual_ipaddress { 10.0.0.1/24 }\n", "virtual_ipaddress {10.0.0.1/24}"},
      {"a{b{c}d}e\n", "a {b {c};d};e"},
      {"a { }\n", "a {}"},
      {"a \"{\" b {\n\"}\" c\n}\n", "a \"{\" b {\"}\" c}"},
      {"a # {\nb\n", "a;b"},
      {"a {\nb }\nc\n", "a {b};c"},
      {"vrrp_instance V {\nvirtual_ipaddress {\n10.0.0.1 dev eth0\n}\n}\n", "vrrp_instance V {virtual_ipaddress {10.0.0.1 dev eth0}}"},
  });
}

TEST(Line, BraceMistakes) {
  check({
      {"vrrp_instance V\nstate X\n}\nb\n", "vrrp_instance V {state X};b", "missing-open-brace"},
      {"vrrp_instance V\n", "vrrp_instance V {}", "missing-open-brace missing-close-brace"},
      {"a {\nvrrp_instance\n}\n", "a {vrrp_instance}"},
      {"global_defs { vrrp_instance }\n", "global_defs {vrrp_instance}"},
      {"vrrp_instance V { virtual_ipaddress }\n", "vrrp_instance V {virtual_ipaddress {}}", "missing-open-brace"},
      {"{\na\n", "a", "unexpected-open-brace"},
      {"a { {\nb\n}\nc\n", "a {b};c", "unexpected-open-brace"},
      {"a\n}\nb\n", "a;b", "unexpected-close-brace"},
      {"a {\nb {\nc\n", "a {b {c}}", "missing-close-brace"},
      {"a {\n}}\nb\n", "a {};b", "unexpected-close-brace"},
      {"}\n{\n}\n", "", "unexpected-close-brace unexpected-open-brace unexpected-close-brace"},
  });
}

TEST(Line, ScriptWords) {
  const auto script = [](const std::string& arguments) {
    const Reading reading("vrrp_script S {\nscript " + arguments + "\n}\n");
    return reading.outline() + (reading.codes().empty() ? "" : " !" + reading.codes());
  };
  const struct {
    const char* arguments;
    const char* words;
  } cases[] = {
      {"/bin/x root", "/bin/x root"},
      {"\"/bin/x a 'b c'\" root", "\"/bin/x a 'b c'\" root"},
      {"'/bin/x \"a b\"'", "\"/bin/x \"a b\"\""},
      {"/bin/\"x y\"z", "\"/bin/x yz\""},
      {"\"a\\\"b\\\\c\"", "\"a\"b\\c\""},
      {"a\\ b", "a b"},
      {"\\101\\x41\\7\\cA\\t\\q\\8", "AA\a\001\tq8"},
      {"\"/bin/x \\# \\! # y\"", "\"/bin/x # ! # y\""},
      {"/bin/x # y", "/bin/x"},
      {"/bin/x {a} } b", "/bin/x {a} } b"},
      {"\"/bin/x }\"", "\"/bin/x }\""},
      {"'}'", "\"}\""},
      {"''", "\"\""},
      {"\\}", "}"},
  };
  for (const auto& c : cases) EXPECT_EQ(script(c.arguments), "vrrp_script S {script " + std::string(c.words) + "}") << c.arguments;
  EXPECT_EQ(Reading("vrrp_script S {\nscript\"/bin/x\"y z\n\"script\" 'a'\n}\n").outline(), "vrrp_script S {script \"/bin/xy\" z;\"script\" \"a\"}");
  EXPECT_EQ(script("\"/bin/x 'a"), "vrrp_script S {script} !unmatched-quote");
  EXPECT_EQ(script("/bin/x 'a b"), "vrrp_script S {script /bin/x} !unmatched-quote");
}

TEST(Line, ScriptInOneLineBlock) {
  check({
      {"vrrp_script S { script \"/bin/x a\" }\nb\n", "vrrp_script S {script \"/bin/x a\"};b"},
      {"vrrp_instance V { notify /bin/x } b\n", "vrrp_instance V {notify /bin/x } b}", "missing-close-brace"},
      {"a { vrrp_script S { script x } }\n", "a {vrrp_script S {script x}}"},
      {"vrrp_script S { script x } }\nb\n", "vrrp_script S {script x};b", "unexpected-close-brace"},
      {"script x }\n", "script x", "unexpected-close-brace"},
  });
}

TEST(Line, ScriptLinesOpenNoBlock) {
  check({{"vrrp_script S {\nscript x\n{\n}\n}\n", "vrrp_script S {script x}", "unexpected-open-brace unexpected-close-brace"}});
}

TEST(Line, CommandInsideTheFirstArgument) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(split_command("/bin/x a 'b c' \"d 'e'\""), (Words{"/bin/x", "a", "b c", "d 'e'"}));
  EXPECT_EQ(split_command("x a\"b c\"d '' \\x41"), (Words{"x", "ab cd", "", "A"}));
  EXPECT_EQ(split_command("x 'q\\'r'"), (Words{"x", "q'r"}));
  EXPECT_EQ(split_command("  "), Words{});
  EXPECT_EQ(split_command("x\\"), (Words{"x\\"}));
  EXPECT_EQ(split_command("x 'y"), std::nullopt);
}

TEST(Line, PlacesOfWords) {
  const Reading reading("a \"b c\" {\n\td\\#e f } g\n}\n");
  const Node& a = reading.node(0);
  EXPECT_EQ(a.at, (Position{1, 1, 0}));
  EXPECT_EQ(a.words[1].at, (Position{1, 3, 0}));
  EXPECT_EQ(a.words[1].width, 5);
  EXPECT_TRUE(a.words[1].quoted);
  const Node& d = a.children.at(0);
  EXPECT_EQ(d.words[0].at, (Position{2, 2, 0}));
  EXPECT_EQ(d.words[0].width, 4);
  EXPECT_EQ(d.words[1].at, (Position{2, 7, 0}));
  EXPECT_EQ(a.closed_at, (Position{2, 9, 0}));
  EXPECT_EQ(reading.node(1).at, (Position{2, 11, 0}));
  EXPECT_EQ(reading.tree.sources.line({2, 1, 0}), "\td\\#e f } g");
}

}  // namespace
}  // namespace holdfast::config::testing
