// tests/conformance/config: every use of every keyword gives the status, the diagnostics and the places that its line says, and every
// row of keywords.tsv has a good use and a bad one, or a reason why it cannot have one. HOLDFAST_BLESS=1 writes what was found.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "parent/model/catalogue.h"
#include "parent/status/outline/outline.h"
#include "tests/unit/language/cases.h"
#include "tests/unit/language/facts.h"
#include "tests/unit/language/verdict.h"

namespace holdfast::language {
namespace {

using config::Diagnostic;
using config::Severity;

// Keywords that count as done and change no plan: who gives one its effect in the plan lowers this.
constexpr std::size_t kPlanSilentMax = 34;

bool blessing() { return std::getenv("HOLDFAST_BLESS") != nullptr; }

// "5 number-out-of-range 1:10": the place counts from the first byte of the use; "around" is a place outside of it.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
};

Place start_of(const UseCase& use) {
  const std::size_t mark = use.around.find("@@");
  const std::string before = use.around.substr(0, mark);
  const auto lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  return {lines + 1, mark - (before.rfind('\n') == std::string::npos ? 0 : before.rfind('\n') + 1) + 1};
}

std::string place_text(const UseCase& use, config::Position at) {
  const Place start = start_of(use);
  const std::string lines = use.lines();
  const auto last = start.line + static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  if (at.line < start.line || at.line > last || (at.line == start.line && at.column < start.column)) return "around";
  const std::size_t column = at.line == start.line ? at.column - start.column + 1u : at.column;
  return std::to_string(at.line - start.line + 1) + ":" + std::to_string(column);
}

// What changes with the behaviour behind a keyword, or is mere advice, is not part of the language.
bool counts(const Diagnostic& one) { return one.severity != Severity::advice && one.code != "no-effect-yet"; }

std::string found(const UseCase& use, const Verdict& verdict) {
  std::string text = std::to_string(verdict.status());
  std::set<std::string> told;
  for (const Diagnostic& one : verdict.diagnostics.all()) {
    if (!counts(one)) continue;
    const std::string part = " " + one.code + " " + place_text(use, one.at);
    if (told.insert(part).second) text += part;
  }
  return text;
}

// What the use adds to the plan and takes from it, as lines of outlines.
std::vector<std::string> made(const UseCase& use, const Verdict& verdict) {
  const Verdict without(use.configuration_without());
  std::multiset<std::string> before, after;
  std::vector<std::string> lines;
  for (const OutlineLine& line : outline(without.built.plan, config::Secrets::shown)) before.insert(line.about + ": " + line.fact);
  for (const OutlineLine& line : outline(verdict.built.plan, config::Secrets::shown)) {
    const std::string text = line.about + ": " + line.fact;
    after.insert(text);
    if (after.count(text) > before.count(text)) lines.push_back("+ " + text);
  }
  for (auto it = before.begin(); it != before.end(); it = before.upper_bound(*it)) {
    if (after.count(*it) < before.count(*it)) lines.push_back("- " + *it);
  }
  return lines;
}

// Identifiers are made of what they name: an outline has the names.
bool same_but_for_identifiers(Plan one, Plan other) {
  for (Plan* plan : {&one, &other}) plan->stamp(0);
  return one == other;
}

class Cases : public testing::Test {
 protected:
  static std::vector<CaseFile>& files() {
    static std::vector<CaseFile> files = read_case_files();
    return files;
  }
};

TEST_F(Cases, AreReadToTheLastLine) {
  std::size_t count = 0;
  for (const CaseFile& file : files()) {
    for (const std::string& line : file.mistakes) ADD_FAILURE() << line;
    count += file.cases.size();
  }
  EXPECT_GT(count, 2000u);
}

TEST_F(Cases, GiveWhatTheySay) {
  for (CaseFile& file : files()) {
    for (UseCase& use : file.cases) {
      const Verdict verdict(use.configuration());
      const std::string now = found(use, verdict);
      const std::vector<std::string> plan = use.good ? made(use, verdict) : std::vector<std::string>{};
      if (blessing()) {
        use.expected = now;
        use.plan = plan;
      }
      EXPECT_EQ(now, use.expected) << use.name() << "\n" << verdict.said();
      EXPECT_EQ(plan, use.plan) << use.name();
    }
    if (blessing()) write(file);
  }
}

// What the keyword says itself has an effect; what is inside of a block without one has none.
bool has_effect(const std::string& context, const std::string& keyword) {
  const auto& catalogue = model::catalogue();
  const model::ContextId id = catalogue.context(context);
  const model::Entry* entry = catalogue.find_any(id, keyword);
  return entry != nullptr && !catalogue.idle(id) && entry->row->effect == model::Effect::full && !entry->row->without_effect();
}

// "0", or a status and nothing but old spellings.
bool is_fine(const std::string& expected) {
  std::istringstream parts(expected);
  std::string status, code, place;
  parts >> status;
  bool fine = true, old = false;
  while (parts >> code >> place) {
    fine = fine && (code == "deprecated" || code == "mpls-only");
    old = true;
  }
  return fine && (status == "0" || old);
}

// A good use is nothing that the operator has to mend, save that its keyword is an old spelling; a bad one is. Where a keyword has
// no effect yet its words are checked, but not what they mean together: that comes with the effect.
TEST_F(Cases, AreGoodOrBad) {
  for (const CaseFile& file : files()) {
    for (const UseCase& use : file.cases) {
      const bool fine = is_fine(use.expected);
      if (fine == use.good || (!use.good && use.expected == "0" && !has_effect(use.context, use.keyword))) continue;
      ADD_FAILURE() << use.name() << " => " << use.expected;
    }
  }
}

// The wrapping itself is fine: what is said is about the use.
TEST_F(Cases, StandInPlacesThatAreFine) {
  std::set<std::string> seen;
  for (const CaseFile& file : files()) {
    for (const UseCase& use : file.cases) {
      if (!use.good || !seen.insert(use.around).second) continue;
      const std::string whole = use.configuration();
      EXPECT_NE(whole, use.configuration_without()) << use.name();
    }
  }
}

TEST_F(Cases, CoverEveryRow) {
  std::map<std::pair<std::string, std::string>, std::pair<int, int>> uses;
  for (const CaseFile& file : files()) {
    for (const UseCase& use : file.cases) {
      auto& [good, bad] = uses[{use.context, use.keyword}];
      if (use.good) ++good;
      else if (use.expected != "0" || !has_effect(use.context, use.keyword)) ++bad;
    }
    for (const Exempt& one : file.exempt) {
      EXPECT_GT(one.reason.size(), 10u) << one.context << " " << one.keyword;
      auto& [good, bad] = uses[{one.context, one.keyword}];
      ++(one.good ? good : bad);
    }
  }
  std::set<std::pair<std::string, std::string>> known;
  for (const Fact& fact : keyword_facts()) {
    const auto& [good, bad] = uses[{fact.context, fact.name}];
    EXPECT_GT(good, 0) << fact.context << " " << fact.name << ": no good use";
    EXPECT_GT(bad, 0) << fact.context << " " << fact.name << ": no bad use, and no reason";
    known.insert({fact.context, fact.name});
  }
  for (const auto& [key, counts] : uses) EXPECT_TRUE(known.contains(key)) << key.first << " " << key.second << " is no row of keywords.tsv";
}

// An outline leaves nothing out: where the plans differ, it does.
TEST_F(Cases, DifferInTheirOutlinesWhereTheirPlansDiffer) {
  for (const CaseFile& file : files()) {
    for (const UseCase& use : file.cases) {
      const Verdict with(use.configuration());
      const Verdict without(use.configuration_without());
      if (same_but_for_identifiers(with.built.plan, without.built.plan)) continue;
      EXPECT_FALSE(made(use, with).empty()) << use.name();
    }
  }
}

// A keyword with an effect: some good use of it makes another plan.
TEST_F(Cases, WithAnEffectChangeThePlan) {
  std::map<std::pair<std::string, std::string>, bool> changes;
  for (const CaseFile& file : files()) {
    for (const UseCase& use : file.cases) {
      if (!use.good || !has_effect(use.context, use.keyword)) continue;
      const Verdict with(use.configuration());
      const Verdict without(use.configuration_without());
      bool& any = changes[{use.context, use.keyword}];
      any = any || !(with.built.plan == without.built.plan);
    }
  }
  std::size_t silent = 0;
  for (const auto& [key, any] : changes) {
    if (!any && ++silent) std::printf("  no good use of '%s' in %s changes the plan\n", key.second.c_str(), key.first.c_str());
  }
  EXPECT_LE(silent, kPlanSilentMax);
}

}  // namespace
}  // namespace holdfast::language
