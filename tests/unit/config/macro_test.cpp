// Conditions, macros and sequences, as tables of text and tree; and where their words stand.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parent/config/sequence.h"
#include "tests/unit/config/reading.h"

namespace holdfast::config::testing {
namespace {

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Reading reading{std::string(c.text)};
    if (c.outline != nullptr) {
      EXPECT_EQ(reading.outline(), c.outline) << c.text;
    }
    EXPECT_EQ(reading.codes(), c.codes) << c.text;
  }
}

TEST(Condition, KeepsLinesForThisId) {
  check({
      {"@here a\n@^here b\n", "a"},
      {"@there a\n@^there b\n", "b"},
      {"@here\n@^there\n@\n", ""},
      {"@here @^there a\n@here @there b\n", "a"},
      {"@ a\n@^ b\n", "b"},
      {"@here@here a\n", ""},
      {"  @here \t a b\n", "a b"},
      {"g { @there a\n @here b }\n", "g {b}"},
      {"@there }\na\n", "a"},
      {"$C=@here a\n$C\n$D=@there a\n$D\n", "a"},
      {"@here $E=1\n@there $E=2\na $E\n", "a 1"},
      {"@there $M=\\\na\\\nb\nc\n", "a\\;b;c"},
  });
}

TEST(Macro, Names) {
  check({
      {"$A=b\nx$A y$A,z y$A) $A\n", "xb yb,z yb) b"},
      {"$A=b\nx$Ay $A. $A/ $A\"\" ${A}y\n", "x$Ay $A. $A/ $A \"\" by"},
      {"$A=b\n$A\tc $A\vd\n", "b c b d"},
      {"$A1_b=c\n$_a=d\n$A1_b $_a\n", "c d"},
      {"$A = x\n", "$A = x"},
      {"$1=x\n$a-b=x\n", "$1=x;$a-b=x"},
      {"$A+=q\n", "$A+=q"},
      {"x$B $\n$ A\n", "x$B $;$ A"},
      {"x${B}y\n", "x$ {B};y"},
  });
}

TEST(Macro, Values) {
  check({
      {"$A=\nx${A}y $A\n", "xy"},
      {"$A=  y  \nx${A}z\n", "xyz"},
      {"$A=a b  c\nx $A d\n", "x a b c d"},
      {"$A=\"q r\"\nx $A\n", "x \"q r\""},
      {"$A=1 # c\nx$A\n", "x1"},
      {"$A=a\\#b\nx $A\n", "x a#b"},
      {"$A=1 } x\ng {\n$A\n", "g {1};x"},
      {"$A={\n$B=}\ng $A\n a $B b\n", "g {a};b"},
      {"$A=1\n$A=2\nx $A\n", "x 2"},
      {"$A=$B\n$B=b\nx $A\n$B=c\nx $A\n", "x b;x c"},
      {"$A=$B$C\n$B=b\n$C=c$D\n$D=$B\nx$A\n", "x$Bcb"},
      {"$A=$B\n$B=b\nx${A}y\n", "x$By"},
  });
}

TEST(Macro, SeveralLines) {
  check({
      {"$M= \\\nfoo \\\n\\\nbar # c \\\nbaz\\\nlast\nafter\n$M\n", "after;foo;bar;baz;last"},
      {"$M=a \\\nb\n${M}\n", "a;b"},
      {"$M= \\ # c\na\nb\n$M\n", "b;a"},
      {"$M=\\\na\\\n# c\nb\n$M\n", "b;a"},
      {"$M=\\\na\\\n\nb\n$M\n", "b;a"},
      {"$M=\\\n@there a\\\n@^there b\\\n  c \\  \nd\n$M\n", "b;c;d"},
      {"$C=$D\\\nz\n$D=q\n$C\n", "q;z"},
      {"$M=\\\na\\\n$X=1\\\nb$X\\\n$N=\\\nn1\\\nn2\n$M\n", "a;b1;n1;n2"},
      {"$M=\\\ng {\\\na\n$M\nb }\n", "g {a;b}"},
      {"$N=\\\n$M\\\n}\n$M=\\\ng {\\\na\n$N\n", "g {a}"},
      {"$M=\\\na\\\nb\nq$M\n", "qa;b"},
      {"g { $M\n}\n$M=\\\na\\\nb\ng { $M\n}\n", "g {$M};g {a;b}"},
      {"$M=\\\na\\\nb\n$M x\n", "$M x", "macro-not-replaced"},
      {"$M=\\\n$M=c\\\nd$M\n$M\n$M\n", "dc;c"},
  });
}

TEST(Macro, BuiltIn) {
  Reading reading;
  reading.options.builtins.environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "HOME") return "/root";
    return std::nullopt;
  };
  reading.options.builtins.working_directory = "/work";
  reading.files.files["/etc/k.conf"] =
      "a${_HASH}b ${_BANG}\n$_HASH $_INSTANCE ${_INSTANCE}x\n${_PWD}\nx${_ENV HOME} y${_ENV NONE}\nx${_RANDOM 5 5}y\n"
      "$_PWD=z\n$_PWD\n${_HASH} c\n";
  EXPECT_EQ(reading.read().outline(), "a#b !;# here herex;/etc;x/root y;x5y;z;# c");
  EXPECT_EQ(reading.codes(), "");
  reading.files.files["/work/sub/k.conf"] = "x $_PWD\n";
  EXPECT_EQ(reading.read("sub/k.conf").outline(), "x /work/sub");
}

TEST(Macro, Random) {
  const Reading low("x${_RANDOM 7 3}\n");
  EXPECT_EQ(low.outline(), "x7");
  EXPECT_EQ(low.codes(), "bad-random");
  const Reading bad("x $_RANDOM\nx${_RANDOM a}\n");
  EXPECT_EQ(bad.codes(), "bad-random");
  EXPECT_EQ(bad.node(1).words.front().text, "x$");

  std::string text;
  for (int i = 0; i < 200; ++i) text += "x ${_RANDOM 10 12}\n";
  const Reading many(text);
  std::set<std::string_view> seen;
  for (const Node& node : many.tree.root.children) seen.insert(node.words[1].text);
  EXPECT_EQ(seen, (std::set<std::string_view>{"10", "11", "12"}));
}

TEST(Macro, RandomSeedRestarts) {
  const std::string draw = "x $_RANDOM $_RANDOM $_RANDOM\n";
  const Reading reading("global_defs {\nrandom_seed 7\n" + draw + "random_seed 7\n" + draw + "random_seed 8\n" + draw + "}\n");
  const auto& lines = reading.node(0).children;
  EXPECT_EQ(outline(lines[1]), outline(lines[3]));
  EXPECT_NE(outline(lines[1]), outline(lines[5]));
}

TEST(Macro, SayMistakes) {
  check({
      {"$A=$A\nx $A\n", "x $A", "macro-too-deep"},
      {"$A=$B\n$B=$A\nx $A\n", "x $A", "macro-too-deep"},
      {"$M=\\\na\\\n$M\n$M\n", nullptr, "macro-too-deep"},
      {"$VIPS=1\nx $VIP\n", "x $VIP", "macro-undefined"},
      {"$VIPS=1\nx $secret\n", "x $secret", ""},
  });
}

TEST(Sequence, Numbers) {
  check({
      {"~SEQ(i,1,3) x$i\n", "x1;x2;x3"},
      {"~SEQ(i,3) x$i\n", "x1;x2;x3"},
      {"~SEQ(i,-2) x$i\n", "x-1;x-2"},
      {"~SEQ(i,5,3) x$i\n", "x5;x4;x3"},
      {"~SEQ(i,1,3,8) x$i\n", "x1;x4;x7"},
      {"~SEQ(i,8,-3,1) x$i\n", "x8;x5;x2"},
      {"~SEQx(i,8,2,12) x$i\n", "x8;xa;xc"},
      {"~SEQ(i,0x3) x$i\n~SEQ(j,07,010) y$j\n", "x1;x2;x3;y7;y8"},
      {" ~SEQ ( i , 2 )x${i}y\n", "x1y;x2y"},
      {"~SEQ(i,0) x$i\n", "x1;x0"},
      {"~SEQ(i,2)\n", ""},
      {"~SEQ(i,2) ~SEQ(j,2) x${i}$j\n", "x11;x12;x21;x22"},
      {"$R=1,2,3\n~SEQ(i,$R) x$i\n$N=2\n~SEQ(i,${N}) y$i\n", "x1;x3;y1;y2"},
      {"~SEQ(i,2) x\n~SEQ(i,3) y$i\nz$i\n", "x;x;y1;y2;y3;z3"},
      {"~SEQ(i,2) @here x$i\n~SEQ(i,2) $Q=$i\nq$Q\n", "x1;x2;q2"},
      {"~SEQ(i,2) g$i {\n}\n}\n", "g1 {g2 {}}"},
      {"g { ~SEQ(i,2) x$i\n}\n", "g {x1;x2}"},
      {"$M=\\\na$i\\\nb$i\n~SEQ(i,2) $M\n", "a1;b1;a2;b2"},
      {"~SEQ(i,9223372036854775806,9223372036854775807) x$i\n", "x9223372036854775806;x9223372036854775807"},
      {"ab~SEQ(i,2) c\n~seq(i,2) d\n", "ab~SEQ(i,2) c;~seq(i,2) d"},
  });
}

TEST(Sequence, Lists) {
  check({
      {"~LST(i,a,b) x$i\n", "xa;xb"},
      {"~LST(i, a , b) x${i}y\n", "xay;xby"},
      {"~LST({i,j},{a,b},{c,d}) x${i}y$j\n", "xayb;xcyd"},
      {"~LST({i,j},{a},{c,d}) x${i}y$j\n", "xay;xcyd"},
      {"~LST({i,j},a,{b,c}) x${i}y$j\n", "xay;xbyc"},
      {"~LST(i,,b) x$i\n", "x;xb"},
      {"~LST(i,a-b,c.d/e:1) x$i\n", "xa-b;xc.d/e:1"},
      {"~LST(i,a,b)~SEQ(j,2) x${i}${j}z\n", "xa1z;xa2z;xb1z;xb2z"},
      {"$L=a,b\n~LST(i,$L) x$i\n", "xa,b"},
      {"$A=q\n~LST(i,${A},b) x$i\n~LST({i,j},{${A},c},b) y$i$j\n", "xq;xb;y$ic;y$i"},
      {"~LST(X,7,8) ${M}\n$M=\\\nf$X\\\nb$X\n~LST(X,7,8) ${M}\n", "$ {M};$ {M};f7;b7;f8;b8"},
  });
}

TEST(Sequence, Mistakes) {
  for (const char* line : {"~SEQ(i,1,0,3) x", "~SEQ(i,1,-1,3) x", "~SEQ(i,3,1,1) x", "~SEQ(i,a) x", "~SEQ(,2) x", "~SEQ(i) x", "~SEQ() x",
                           "~SEQ(i,1,2,3,4) x", "~SEQ(i,2 x", "~SEQ(1i,2) x", "~SEQ(i,${N}) x", "~SEQx(i,-1,2) x", "~SEQ(i,1,99999999) x",
                           "~SEQ(i,99999999999999999999) x", "~LST(i) x", "~LST({i,j},{a,b,c}) x", "~LST(i,a b) x", "~LST(i,{a) x",
                           "~LST(1,a) x", "~LST(i,{a}b) x", "~LST(i,a", "~SEQ(i,-9223372036854775807,9223372036854775807) x"}) {
    const Reading reading(std::string(line) + "\nnext\n");
    EXPECT_EQ(reading.outline(), "next") << line;
    EXPECT_EQ(reading.codes(), "bad-sequence") << line;
    EXPECT_EQ(reading.diagnostics.exit_code(), 5) << line;
  }
}

TEST(Macro, PlacesAndChains) {
  const Reading reading("$A=eth0 up\n$M=\\\n  one\\\n  two $A\n dev $A x\n~SEQ(i,2) $M\n");
  const Node& dev = reading.node(0);  // " dev $A x"
  EXPECT_EQ(outline(dev), "dev eth0 up x");
  EXPECT_EQ(dev.words[1].at, (Position{5, 6, 0}));
  EXPECT_EQ(dev.words[1].width, 2);
  EXPECT_EQ(dev.words[2].at, (Position{5, 6, 0}));
  EXPECT_EQ(dev.words[3].at, (Position{5, 9, 0}));
  EXPECT_EQ(dev.words[3].expansion, 0u);
  const Expansion& a = reading.tree.sources.expansions.at(dev.words[1].expansion);
  EXPECT_EQ(a.what, "$A");
  EXPECT_EQ(a.defined_at.line, 1u);

  const Node& two = reading.node(4);  // the second round's last line
  EXPECT_EQ(outline(two), "two eth0 up");
  EXPECT_EQ(two.at, (Position{4, 3, 0}));
  const Expansion& m = reading.tree.sources.expansions.at(two.expansion);
  EXPECT_EQ(m.what, "$M");
  EXPECT_EQ(m.used_at.line, 6u);
  EXPECT_EQ(reading.tree.sources.expansions.at(m.parent).what, "$i=2");
  EXPECT_EQ(reading.tree.sources.expansions.at(two.words[1].expansion).parent, two.expansion);
}

TEST(Macro, PlacesAcrossComments) {
  const Reading reading("$A=b\nx\\#y $A z\\!w $A v # c\n");
  const auto& words = reading.node(0).words;
  const std::uint16_t columns[] = {1, 6, 9, 14, 17};
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(words[i].at.column, columns[i]) << words[i].text;
  EXPECT_EQ(words[0].width, 4);
  EXPECT_EQ(words[2].width, 4);
}

}  // namespace
}  // namespace holdfast::config::testing
