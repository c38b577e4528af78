// Every limit of the reading: what happens at it, what beyond, and that what was read before is kept.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/config/reading.h"

namespace holdfast::config::testing {
namespace {

Reading with(const std::string& text, void (*set)(Limits&)) {
  Reading reading;
  reading.files.files["/etc/k.conf"] = text;
  set(reading.options.limits);
  reading.read();
  return reading;
}

TEST(Limit, LineLength) {
  const std::string most(1023, 'x');
  const Reading reading(most + "\n" + most + "x\nb\n" + most + " \t\r\n");
  EXPECT_EQ(reading.outline(), most + ";b;" + most);
  EXPECT_EQ(reading.codes(), "line-too-long");
  EXPECT_EQ(reading.diagnostics.all()[0].at.line, 2u);
  EXPECT_EQ(reading.diagnostics.exit_code(), 5);
}

TEST(Limit, LineLengthAfterReplacement) {
  const std::string value(500, 'v');
  const Reading reading("$A=" + value + "\nx $A $A\nx $A $A yyyyyyyyyyyyyyyyyyyyyy\n");
  EXPECT_EQ(reading.outline(), "x " + value + ' ' + value + ";x " + value + " $A yyyyyyyyyyyyyyyyyyyyyy");
  EXPECT_EQ(reading.codes(), "line-too-long");
  EXPECT_EQ(reading.diagnostics.all()[0].at, (Position{3, 6, 0}));
}

TEST(Limit, NulByte) {
  const Reading reading(std::string("a\nb\0c\nd\n", 8));
  EXPECT_EQ(reading.outline(), "a;d");
  EXPECT_EQ(reading.codes(), "nul-byte");
  EXPECT_EQ(reading.diagnostics.all()[0].at, (Position{2, 2, 0}));
}

TEST(Limit, IncludeDepth) {
  Reading reading;
  reading.files.files["/etc/k.conf"] = "a\ninclude k.conf\nb\n";
  reading.options.limits.include_depth = 3;
  EXPECT_EQ(reading.read().outline(), "a;a;a;b;b;b");
  EXPECT_EQ(reading.codes(), "include-too-deep");
  EXPECT_EQ(reading.diagnostics.all()[0].at, (Position{2, 9, 2}));
}

TEST(Limit, Files) {
  Reading reading;
  reading.files.files["/etc/k.conf"] = "a\ninclude k.conf\ninclude k.conf\n";
  reading.options.limits.files = 5;
  EXPECT_EQ(reading.read().outline(), "a;a;a;a;a");
  EXPECT_EQ(reading.codes(), "too-many-files");
}

TEST(Limit, IncludesOfItselfTwiceEnd) {
  Reading reading;
  reading.files.files["/etc/k.conf"] = "include k.conf\ninclude k.conf\n";
  reading.read();
  EXPECT_EQ(reading.tree.sources.files.size(), reading.options.limits.files);
}

TEST(Limit, FileBytes) {
  const Reading reading = with("a\nb\n", [](Limits& limits) { limits.file_bytes = 3; });
  EXPECT_EQ(reading.outline(), "");
  EXPECT_EQ(reading.codes(), "file-unreadable");
}

TEST(Limit, TotalBytes) {
  Reading reading;
  reading.files.files = {{"/etc/k.conf", "include x\ninclude y\n"}, {"/etc/x", "x\n"}, {"/etc/y", "y\n"}};
  reading.options.limits.total_bytes = 22;
  EXPECT_EQ(reading.read().outline(), "x");
  EXPECT_EQ(reading.codes(), "too-many-bytes");
}

TEST(Limit, GlobMatches) {
  Reading reading;
  for (char c = 'a'; c <= 'e'; ++c) reading.files.files[std::string("/etc/d/") + c] = std::string(1, c) + "\n";
  reading.files.files["/etc/k.conf"] = "include d/*\n";
  reading.options.limits.glob_matches = 3;
  EXPECT_EQ(reading.read().outline(), "a;b;c");
  EXPECT_EQ(reading.codes(), "too-many-matches");
}

TEST(Limit, BlockDepth) {
  const Reading reading = with("a { b { c { d { e\nf } g } h } i }\nj\n", [](Limits& limits) { limits.block_depth = 2; });
  EXPECT_EQ(reading.outline(), "a {b {c;h};i};j");
  EXPECT_EQ(reading.codes(), "blocks-too-deep");
}

TEST(Limit, Nodes) {
  const Reading reading = with("a\nb\nc\nd\ne\n", [](Limits& limits) { limits.nodes = 3; });
  EXPECT_EQ(reading.outline(), "a;b;c");
  EXPECT_EQ(reading.codes(), "too-many-lines");
  EXPECT_EQ(with("a\nb\nc\n", [](Limits& limits) { limits.nodes = 3; }).codes(), "");
}

TEST(Limit, MacroDepth) {
  std::string text;
  for (int i = 0; i < 70; ++i) text += "$m" + std::to_string(i) + "=${m" + std::to_string(i + 1) + "}\n";
  const Reading deep(text + "x ${m0}\n");
  EXPECT_EQ(deep.codes(), "macro-too-deep");
  const Reading shallow(text + "$m70=end\nx ${m10}\n");
  EXPECT_EQ(shallow.outline(), "x end");
  EXPECT_EQ(shallow.codes(), "");
}

TEST(Limit, SequencesInMacrosInSequences) {
  const Reading reading = with("$M=\\\n~SEQ(i,2) $M\n$M\nnext\n", [](Limits& limits) { limits.expansion_depth = 8; });
  EXPECT_NE(reading.codes().find("macro-too-deep"), std::string::npos);
  EXPECT_EQ(reading.outline(), "next");
}

// 2^30 lines, and 2^40 replacements by nothing.
TEST(Limit, ExpansionEnds) {
  std::string lines = "$m0=\\\na\\\nb\n";
  std::string nothing = "$n0=\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = std::to_string(i - 1);
    if (i <= 30) lines += "$m" + std::to_string(i) + "=\\\n$m" + before + "\\\n$m" + before + "\n";
    nothing += "$n" + std::to_string(i) + "=${n" + before + "}${n" + before + "}\n";
  }
  const auto small = [](Limits& limits) { limits.expanded_bytes = 100'000; };
  EXPECT_EQ(with(lines + "$m30\nz\n", small).codes(), "expansion-too-large");
  EXPECT_EQ(with(nothing + "x ${n40}\nz\n", small).codes(), "expansion-too-large");
}

TEST(Limit, SequenceValues) {
  const auto small = [](Limits& limits) { limits.sequence_values = 3; };
  EXPECT_EQ(with("~SEQ(i,3) x$i\n", small).outline(), "x1;x2;x3");
  EXPECT_EQ(with("~SEQ(i,4) x$i\n", small).codes(), "bad-sequence");
  EXPECT_EQ(with("~LST(i,a,b,c,d) x$i\n", small).codes(), "bad-sequence");
}

TEST(Limit, Macros) {
  const Reading reading = with("$A=1\n$B=2\n$C=3\n$A=4\nx $A $B $C\n", [](Limits& limits) { limits.macros = 2; });
  EXPECT_EQ(reading.outline(), "x 4 2 $C");
  EXPECT_EQ(reading.codes(), "too-many-macros");
}

struct Cost {
  std::size_t lines = 0;
  std::size_t bytes = 0;
};

// Octets of the vectors below a node, with the room that they keep free.
void add_cost(const Node& node, Cost& cost) {
  EXPECT_EQ(node.words.capacity(), node.words.size()) << outline(node);
  cost.bytes += node.words.capacity() * sizeof(Word) + node.children.capacity() * sizeof(Node);
  cost.lines += node.words.empty() ? 0 : 1;
  for (const Node& child : node.children) add_cost(child, cost);
}

// Files of 100,000 lines and more are generated. A line of the tree takes a bounded multiple of what it takes in the file.
TEST(Limit, MemoryIsProportionalToTheFile) {
  static_assert(sizeof(Node) <= 72 && sizeof(Word) <= 32);
  const auto cost_of = [](int blocks) {
    std::string text;
    for (int block = 0; block < blocks; ++block) {
      text += "vrrp_instance V" + std::to_string(block) + " {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n";
      for (int line = 0; line < 20; ++line) text += "  10.0.0." + std::to_string(line) + "/32 dev eth0\n";
      text += " }\n}\n";
    }
    const Reading reading(text);
    Cost cost;
    add_cost(reading.tree.root, cost);
    return cost;
  };
  constexpr std::size_t kPerLine = 72 * 2 + 32 * 3;  // a node, once more for a list that has just grown, three words
  for (const int blocks : {1, 10, 100, 1000}) {
    const Cost cost = cost_of(blocks);
    EXPECT_EQ(cost.lines, static_cast<std::size_t>(blocks) * 24);
    EXPECT_LE(cost.bytes, cost.lines * kPerLine) << blocks;
  }
}

TEST(Limit, Diagnostics) {
  std::string text;
  for (std::size_t i = 0; i < Diagnostics::kMaxKept + 5; ++i) text += "}\n";
  const Reading reading(text);
  EXPECT_EQ(reading.diagnostics.all().size(), Diagnostics::kMaxKept);
  EXPECT_EQ(reading.diagnostics.dropped(), 5u);
  EXPECT_EQ(reading.diagnostics.count(Severity::error), Diagnostics::kMaxKept + 5);
}

}  // namespace
}  // namespace holdfast::config::testing
