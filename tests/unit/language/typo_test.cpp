// Misspellings: every keyword of every context with one letter changed, dropped, added or swapped with its neighbour, at its first, a
// middle and its last place. Each is reported where it stands, and the keyword that was meant is suggested in at least 95 of 100 cases.
// The uses come from tests/conformance/config, so that each keyword stands where it may stand.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>

#include "parent/model/catalogue.h"
#include "tests/unit/language/cases.h"
#include "tests/unit/language/facts.h"
#include "tests/unit/language/verdict.h"

namespace holdfast::language {
namespace {

constexpr double kSuggestedMin = 99.0;  // percent; 95 are promised

// Another letter, the same one each time.
char other(char c) { return c == 'q' ? 'w' : 'q'; }

struct Misspelling {
  const char* kind;
  std::string word;
};

std::vector<Misspelling> misspellings(const std::string& word) {
  std::set<std::size_t> places = {0, word.size() / 2, word.size() - 1};
  std::vector<Misspelling> all;
  for (const std::size_t at : places) {
    std::string changed = word;
    changed[at] = other(changed[at]);
    all.push_back({"changed", changed});
    all.push_back({"dropped", word.substr(0, at) + word.substr(at + 1)});
    all.push_back({"added", word.substr(0, at) + other(word[at]) + word.substr(at)});
    if (at + 1 < word.size() && word[at] != word[at + 1]) {
      std::string swapped = word;
      std::swap(swapped[at], swapped[at + 1]);
      all.push_back({"swapped", swapped});
    }
  }
  return all;
}

// Where `word` stands in the use as a word of its own: line from 0 and offset.
std::optional<std::size_t> find_word(const std::string& text, const std::string& word) {
  const auto ends = [](char c) { return c == ' ' || c == '\n' || c == '{' || c == '}' || c == '|' || c == '-' || c == '+'; };
  for (std::size_t at = text.rfind(word); at != std::string::npos; at = at == 0 ? std::string::npos : text.rfind(word, at - 1)) {
    const bool starts = at == 0 || ends(text[at - 1]);
    const std::size_t end = at + word.size();
    if (starts && (end == text.size() || ends(text[end]))) return at;
  }
  return std::nullopt;
}

config::Position position(const std::string& text, std::size_t offset) {
  const std::string before = text.substr(0, offset);
  const std::size_t last = before.rfind('\n');
  return {static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n')),
          static_cast<std::uint16_t>(offset - (last == std::string::npos ? 0 : last + 1) + 1), 0};
}

struct Score {
  int reported = 0;
  int suggested = 0;
  int all = 0;
};

class Typos : public testing::Test {
 protected:
  void try_one(const UseCase& use, const std::string& meant, const Misspelling& misspelling) {
    const std::string lines = use.lines();
    const auto found = find_word(lines, meant);
    if (!found) return;
    UseCase wrong = use;
    wrong.text = lines.substr(0, *found) + misspelling.word + lines.substr(*found + meant.size());
    const std::string text = wrong.configuration();
    const config::Position place = position(text, use.around.find("@@") + *found);
    const Verdict verdict(text);
    ++score.all;
    const config::Diagnostic* said = nullptr;
    for (const config::Diagnostic& one : verdict.diagnostics.all()) {
      const bool here = one.at.line == place.line && one.at.column <= place.column && place.column < one.at.column + std::max<int>(one.width, 1);
      if (here && one.severity <= config::Severity::warning && (said == nullptr || one.suggestion == meant)) said = &one;
    }
    if (said == nullptr) {
      unreported.push_back(use.context + " " + misspelling.word + " (" + meant + ", " + misspelling.kind + ")");
      return;
    }
    ++score.reported;
    if (said->suggestion == meant) {
      ++score.suggested;
    } else {
      missed.push_back(use.context + " " + misspelling.word + " (" + meant + ", " + misspelling.kind + "): " +
                       (said->suggestion.empty() ? "nothing" : said->suggestion));
    }
  }

  Score score;
  std::vector<std::string> unreported, missed;
};

// In this context, or on the line around it.
bool is_known(model::ContextId context, const std::string& word) {
  const auto& catalogue = model::catalogue();
  if (catalogue.find_any(context, word) != nullptr) return true;
  const std::string& path = catalogue.path(context);
  const std::size_t last = path.rfind('>');
  return last != std::string::npos && catalogue.find_any(catalogue.context(path.substr(0, last)), word) != nullptr;
}

// Words that are something else when they are misspelt: see where they are tried.
bool may_be_a_name(const std::string& context, const std::string& keyword);

TEST_F(Typos, AreReportedAndTheKeywordIsSuggested) {
  const auto& catalogue = model::catalogue();
  std::set<std::pair<std::string, std::string>> done;
  for (const CaseFile& file : read_case_files()) {
    for (const UseCase& use : file.cases) {
      const model::ContextId context = catalogue.context(use.context);
      const model::Entry* entry = catalogue.find_any(context, use.keyword);
      if (!use.good || entry == nullptr || entry->row->positional() || may_be_a_name(use.context, use.keyword)) continue;
      if (!find_word(use.lines(), use.keyword) || !done.insert({use.context, use.keyword}).second) continue;
      for (const Misspelling& one : misspellings(use.keyword)) {
        if (!one.word.empty() && !is_known(context, one.word)) try_one(use, use.keyword, one);
      }
    }
  }
  const double percent = 100.0 * score.suggested / std::max(score.all, 1);
  std::printf("%zu keywords, %d misspellings: %d reported at their place, the right keyword suggested for %d (%.1f %%)\n", done.size(), score.all,
              score.reported, score.suggested, percent);
  for (const std::string& one : unreported) ADD_FAILURE() << "not reported: " << one;
  for (const std::string& one : missed) std::printf("  suggested otherwise: %s\n", one.c_str());
  EXPECT_GE(percent, kSuggestedMin);
  EXPECT_GT(done.size(), 940u);
}

// Where any word is a name, a misspelt option is a name too: `lvs_sync_daemon eth0 VI`, `use_vmac vrrp.7`.
bool may_be_a_name(const std::string& context, const std::string& keyword) {
  return (context == "global_defs>lvs_sync_daemon" && keyword == "inst") ||
         ((context == "vrrp_instance>use_vmac" || context == "vrrp_instance>use_ipvlan") && keyword == "name");
}

}  // namespace
}  // namespace holdfast::language
