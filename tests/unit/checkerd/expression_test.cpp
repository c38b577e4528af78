// Regular expressions over bodies in pieces: every cut gives the verdict of the whole, and no expression or body takes for ever.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <gmock/gmock.h>
#include <pcre2.h>

#include "checkerd/worker/probe/http_message.h"

namespace holdfast {
namespace {

using State = ExpressionSearch::State;

State search(const Expression& expression, std::string_view body, std::size_t piece) {
  CompiledExpressions compiled;
  auto code = compiled.of(expression);
  if (!code) return State::kTooCostly;
  ExpressionSearch search(expression, *code);
  for (std::size_t at = 0; at < body.size(); at += piece) search.feed(body.substr(at, piece));
  return search.end();
}

struct Row {
  const char* name;
  Expression expression;
  std::string body;
  bool found;
};

Expression pattern(std::string text, std::uint32_t options = 0) { return {.pattern = std::move(text), .options = options}; }

Expression between(std::string text, std::uint32_t least, std::optional<std::uint32_t> most) {
  Expression made = pattern(std::move(text));
  made.min_offset = least;
  made.max_offset = most;
  return made;
}

std::vector<Row> rows() {
  return {
      {"plain", pattern("needle"), "hay needle hay", true},
      {"absent", pattern("needle"), "hay needl hay", false},
      {"at the end", pattern("needle$"), "hay needle", true},
      {"at the end, not", pattern("needle\\z"), "needle hay", false},
      {"at the beginning", pattern("^hay"), "hay needle", true},
      {"a later piece is no beginning", pattern("^needle"), "hay needle", false},
      {"nor for \\A", pattern("\\Aneedle"), "hayneedle", false},
      {"lines", pattern("^needle$", PCRE2_MULTILINE), "hay\nneedle\nhay", true},
      {"caseless", pattern("NEEDLE", PCRE2_CASELESS), "hay needle", true},
      {"dot and newline", pattern("a.b"), "a\nb", false},
      {"dotall", pattern("a.b", PCRE2_DOTALL), "a\nb", true},
      {"look behind", pattern("(?<=hay )needle"), "hay needle", true},
      {"look behind, not", pattern("(?<!hay )needle"), "hay needle", false},
      {"word boundary", pattern("\\bneedle\\b"), "hay needle!", true},
      {"no word boundary", pattern("\\bneedle\\b"), "hayneedle", false},
      {"back reference", pattern("(\\w+) \\1"), "one two two three", true},
      {"greedy over pieces", pattern("<b>.*</b>"), "x <b>0123456789012345678901234567890123456789</b> y", true},
      {"empty body", pattern("^$"), "", true},
      {"UTF-8", pattern("h\xc3\xa4y", PCRE2_UTF), "n h\xc3\xa4y n", true},
      {"any character", pattern("h.y", PCRE2_UTF), "n h\xc3\xa4y n", true},
      {"UTF-8 in the expression", pattern("(*UTF)h.y"), "n h\xe2\x82\xacy n", true},
      {"not UTF-8", pattern("needle", PCRE2_UTF), "\xff\xfe needle \xff", true},
      {"behind the least offset", between("needle", 4, {}), "hay needle", true},
      {"before the least offset", between("needle", 5, {}), "hay needle", false},
      {"the second one", between("needle", 5, {}), "hay needle needle", true},
      {"up to the most offset", between("needle", 0, 4), "hay needle", true},
      {"beyond the most offset", between("needle", 0, 3), "hay needle", false},
      {"within both", between("needle", 5, 11), "hay needle needle", true},
      {"body ends before the least offset", between("x", 100, {}), "xxx", false},
  };
}

TEST(Expression, EveryCutGivesTheVerdictOfTheWhole) {
  for (const Row& row : rows()) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{4096}}) {
      SCOPED_TRACE(std::string(row.name) + ", pieces of " + std::to_string(piece));
      EXPECT_EQ(search(row.expression, row.body, piece), row.found ? State::kFound : State::kAbsent);
    }
  }
}

// What would take hours takes kExpressionCostPerPiece steps.
TEST(Expression, BombsAreTooCostly) {
  const std::string many(16 * 1024, 'a');
  for (const char* bomb : {"(a+)+[bc]", "(a|aa)+[bc]", "(a*)*[bc]", "a*a*a*a*a*a*[bc]", "(.*)(.*)(.*)(.*)(.*)[^a]$", "^(([a-z])+.)+[A-Z]([a-z])+$"}) {
    EXPECT_EQ(search(pattern(bomb), many, 4096), State::kTooCostly) << bomb;
  }
}

TEST(Expression, ADoubtThatNeverEndsIsTooCostly) {
  const std::string many(kExpressionWindowMax + 8192, 'a');
  EXPECT_EQ(search(pattern("b?a+c"), many, 4096), State::kTooCostly) << "no more than the window is kept";
  EXPECT_EQ(search(pattern("xa+c"), many, 4096), State::kAbsent) << "nothing has begun to match";
}

TEST(Expression, ManyMegabytesOfNothing) {
  CompiledExpressions compiled;
  const Expression expression = pattern("[0-9]+ needles");
  ExpressionSearch search(expression, *compiled.of(expression));
  const std::string page(16 * 1024, 'h');
  for (int count = 0; count < 1024; ++count) ASSERT_EQ(search.feed(page), State::kSearching);
  search.feed(std::string_view("7 nee"));
  EXPECT_EQ(search.feed(std::string_view("dles")), State::kFound);
}

TEST(Expression, OneThatDoesNotCompileSaysWhereAndWhy) {
  CompiledExpressions compiled;
  const auto code = compiled.of(pattern("a(b"));
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().message, "regex does not compile: missing closing parenthesis at character 3");
}

TEST(Expression, CompiledOnesAreKeptUpToALimit) {
  CompiledExpressions compiled;
  const auto first = compiled.of(pattern("a"));
  EXPECT_EQ(*compiled.of(pattern("a")), *first);
  EXPECT_NE(*compiled.of(pattern("a", PCRE2_CASELESS)), *first);
  for (std::size_t count = 0; count <= kCompiledMax; ++count) ASSERT_TRUE(compiled.of(pattern("b" + std::to_string(count))));
  EXPECT_NE(*compiled.of(pattern("a")), *first) << "compiled again";
}

TEST(Expression, JudgesAnAnswer) {
  struct Case {
    const char* pattern;
    bool no_match;
    ProbeOutcome outcome;
  };
  for (const Case& row : {Case{"hel+o", false, ProbeOutcome::kPassed}, Case{"hel+o", true, ProbeOutcome::kWrongText},
                          Case{"bye", false, ProbeOutcome::kWrongText}, Case{"bye", true, ProbeOutcome::kPassed},
                          Case{"200 OK", false, ProbeOutcome::kWrongText}}) {
    SCOPED_TRACE(row.pattern);
    HttpProbe probe;
    probe.expression = {.pattern = row.pattern, .no_match = row.no_match};
    CompiledExpressions compiled;
    HttpAnswer answer(false, std::make_unique<ExpressionSearch>(probe.expression, *compiled.of(probe.expression)));
    EXPECT_EQ(answer.feed(std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")), HttpAnswer::State::kWhole);
    EXPECT_EQ(judge(probe, answer).outcome, row.outcome);
  }
}

}  // namespace
}  // namespace holdfast
