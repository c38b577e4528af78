// All rows of tests/conformance/keywords.tsv: a keyword is a row of the tables with the same default; a fact of the grammar is proved by
// tests that are named here and exist. Prints the keywords without an effect; their number may only fall.
// Arguments, ranges, choices, ages and quoting are compared in tests/unit/model/keyword_table_test.cpp.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "parent/model/catalogue.h"
#include "tests/unit/language/facts.h"

namespace holdfast::language {
namespace {

// Who gives a keyword its effect lowers this.
constexpr std::size_t kWithoutEffectMax = 600;

using Tests = std::vector<std::string>;

const std::map<std::string, Tests>& proofs() {
  static const std::map<std::string, Tests> kProofs = {
      {"# comment", {"Line.Comments"}},
      {"! comment", {"Line.Comments"}},
      {"leading whitespace", {"Line.WordsAndBlanks"}},
      {"line length", {"Limit.LineLength", "Limit.LineLengthAfterReplacement", "Limit.NulByte"}},
      {"\"...\" word quoting", {"Line.Quotes"}},
      {"script quoting (' and \")", {"Line.ScriptWords", "Line.CommandInsideTheFirstArgument"}},
      {"escapes in quoted script words", {"Line.ScriptWords"}},
      {"{", {"Line.Braces", "Line.BraceMistakes"}},
      {"}", {"Line.Braces", "Line.BraceMistakes", "Line.ScriptInOneLineBlock"}},
      {"unknown keyword", {"Bind.UnknownKeywordNamesTheNearest", "Typos.AreReportedAndTheKeywordIsSuggested"}},
      {"missing parameter", {"Bind.MissingParameterIsFatal", "Bind.MissingParametersThatAreNotFatal"}},
      {"include", {"Include.Patterns", "Include.VariantsAndExitCodes"}},
      {"includer", {"Include.VariantsAndExitCodes"}},
      {"includem", {"Include.VariantsAndExitCodes"}},
      {"includew", {"Include.VariantsAndExitCodes"}},
      {"includeb", {"Include.VariantsAndExitCodes"}},
      {"includea", {"Include.VariantsAndExitCodes"}},
      {"include with @ prefix", {"Include.Patterns"}},
      {"@ID", {"Condition.KeepsLinesForThisId"}},
      {"@^ID", {"Condition.KeepsLinesForThisId"}},
      {"$NAME=value", {"Macro.Names", "Macro.Values"}},
      {"$NAME", {"Macro.Names", "Macro.Values"}},
      {"${NAME}", {"Macro.Names", "Macro.Values"}},
      {"$NAME= \\ (multi-line)", {"Macro.SeveralLines"}},
      {"\\ at end of line", {"Line.Comments"}},
      {"~SEQ", {"Sequence.Numbers", "Sequence.Mistakes"}},
      {"~SEQx", {"Sequence.Numbers", "Sequence.Mistakes"}},
      {"~LST", {"Sequence.Lists", "Sequence.Mistakes"}},
      {"${_PWD}", {"Macro.BuiltIn", "Include.Patterns"}},
      {"${_INSTANCE}", {"Macro.BuiltIn"}},
      {"${_RANDOM}", {"Macro.Random", "Macro.RandomSeedRestarts"}},
      {"${_ENV}", {"Macro.BuiltIn"}},
      {"${_HASH}", {"Macro.BuiltIn"}},
      {"${_BANG}", {"Macro.BuiltIn"}},
      {"BOOL", {"Boolean.Words", "Grammar.TruthValues"}},
      {"TIMER", {"Decimal.Cases", "Grammar.Timers"}},
      {"INTEGER", {"Integer.Cases", "Integer.AnyBase", "Grammar.Numbers"}},
      {"USER [[:]GROUP]", {"Grammar.Identities"}},
  };
  return kProofs;
}

// "Suite.Test" of every unit test in the sources.
std::set<std::string> tests_that_exist() {
  std::set<std::string> names;
  const std::regex test(R"(^TEST(_F)?\((\w+), (\w+)\))");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(HOLDFAST_SOURCE_ROOT) + "/tests/unit")) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (std::regex_search(line, match, test)) names.insert(match[2].str() + "." + match[3].str());
    }
  }
  return names;
}

const model::Keyword* row_of(const Fact& fact) {
  const auto& catalogue = model::catalogue();
  const model::Entry* entry = catalogue.find_any(catalogue.context(fact.context), fact.name);
  return entry ? entry->row : nullptr;
}

TEST(Rows, AreAllProved) {
  const std::set<std::string> exist = tests_that_exist();
  std::size_t rows = 0;
  for (const Fact& fact : all_facts()) {
    ++rows;
    if (!is_grammar(fact)) {
      EXPECT_NE(row_of(fact), nullptr) << fact.context << " " << fact.name;
      continue;
    }
    const auto proof = proofs().find(fact.name);
    if (proof == proofs().end()) {
      ADD_FAILURE() << "nothing proves " << fact.name;
      continue;
    }
    for (const std::string& test : proof->second) EXPECT_TRUE(exist.contains(test)) << fact.name << " is proved by " << test << ", which does not exist";
  }
  EXPECT_EQ(rows, 1035u);
}

TEST(Rows, ProofsAreOfRows) {
  std::set<std::string> grammar;
  for (const Fact& fact : all_facts()) {
    if (is_grammar(fact)) grammar.insert(fact.name);
  }
  for (const auto& [name, tests] : proofs()) EXPECT_TRUE(grammar.contains(name)) << name;
}

// Defaults that are one number or one of these words are the same; longer ones are said in other words here.
bool same_default(const std::string& fact, const std::string& ours) {
  const bool inherited = ours.starts_with("that of ") || ours.starts_with("by the kernel");
  static const std::regex number(R"((-?\d+(\.\d+)?)( s)?)");
  std::smatch match;
  if (std::regex_match(fact, match, number)) return ours.find(match[1].str()) != std::string::npos;
  if (fact == "off" || fact == "false") return ours == "off" || inherited || ours.starts_with("off");
  if (fact == "on" || fact == "required") return ours.starts_with(fact);
  if (fact == "none") return ours == "none" || ours == "never" || ours == "off" || inherited;
  return true;
}

TEST(Rows, HaveTheSameDefaults) {
  int compared = 0;
  for (const Fact& fact : keyword_facts()) {
    const model::Keyword* row = row_of(fact);
    if (row == nullptr || fact.fallback.empty()) continue;
    ++compared;
    EXPECT_TRUE(same_default(fact.fallback, std::string(row->fallback)))
        << fact.context << " " << fact.name << ": '" << row->fallback << "' against '" << fact.fallback << "'";
  }
  EXPECT_GT(compared, 600);
}

TEST(Rows, WithoutEffectBecomeFewer) {
  const auto& catalogue = model::catalogue();
  std::vector<std::string> listed;
  for (const Fact& fact : keyword_facts()) {
    const model::Keyword* row = row_of(fact);
    if (row != nullptr && (row->without_effect() || catalogue.idle(catalogue.context(fact.context)))) listed.push_back(fact.context + " " + fact.name);
  }
  std::printf("%zu of %zu keywords have no effect yet:\n", listed.size(), keyword_facts().size());
  for (const std::string& one : listed) std::printf("  %s\n", one.c_str());
  EXPECT_LE(listed.size(), kWithoutEffectMax) << "a keyword has lost its effect";
}

}  // namespace
}  // namespace holdfast::language
