// The keyword tables held against tests/conformance/keywords.tsv: every keyword of keepalived is a row in its context, with the
// same arguments, ranges, age and quoting. Prints the keywords that have no effect yet.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "parent/model/catalogue.h"
#include "parent/model/line_shapes.h"

namespace holdfast::model {
namespace {

struct Fact {
  std::string context, name, arguments, fallback, since, notes;
};

std::vector<Fact> read_facts() {
  std::ifstream file(std::string(HOLDFAST_SOURCE_ROOT) + "/tests/conformance/keywords.tsv");
  std::vector<Fact> facts;
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    cells.resize(8);
    if (cells[0] == "(parser)") continue;  // grammar, not keywords
    const std::string type = "[type] ";
    if (cells[1].starts_with(type)) cells[1] = cells[1].substr(type.size());
    facts.push_back({cells[0], cells[1], cells[2], cells[3], cells[6], cells[7]});
  }
  return facts;
}

const Keyword* row_of(const Fact& fact) {
  const Entry* entry = catalogue().find_any(catalogue().context(fact.context), fact.name);
  return entry ? entry->row : nullptr;
}

// A keyword has no effect if it or a block around it has none.
bool without_effect(const std::string& context, const std::string& name) {
  const Entry* entry = catalogue().find_any(catalogue().context(context), name);
  if (entry && entry->row->without_effect()) return true;
  if (context == "(root)") return false;
  const std::size_t last = context.rfind('>');
  return last == std::string::npos ? without_effect("(root)", context) : without_effect(context.substr(0, last), context.substr(last + 1));
}

class Facts : public testing::Test {
 protected:
  const std::vector<Fact> facts = read_facts();
};

TEST_F(Facts, AreAllThere) { ASSERT_EQ(facts.size(), 997u); }

TEST_F(Facts, EveryKeywordIsARowInItsContext) {
  for (const Fact& fact : facts) EXPECT_NE(row_of(fact), nullptr) << fact.context << " " << fact.name;
}

TEST_F(Facts, EveryRowHasWordsForTheManual) {
  for (const Fact& fact : facts) {
    const Keyword* row = row_of(fact);
    if (row) {
      EXPECT_TRUE(row->text.ends_with(".")) << fact.context << " " << fact.name;
    }
  }
}

TEST_F(Facts, BlocksAreBlocks) {
  for (const Fact& fact : facts) {
    const Keyword* row = row_of(fact);
    if (row) {
      const bool block = fact.arguments.find('{') != std::string::npos || fact.context + fact.name == "(root)virtual_server";
      EXPECT_EQ(row->opens_block(), block) << fact.context << " " << fact.name;
    }
  }
}

TEST_F(Facts, TruthValuesAreTruthValues) {
  for (const Fact& fact : facts) {
    const Keyword* row = row_of(fact);
    if (!row || fact.arguments != "[BOOL]") continue;
    EXPECT_TRUE(row->takes.count == 1 && row->takes.arguments[0].kind == Kind::boolean && row->takes.arguments[0].optional)
        << fact.context << " " << fact.name;
  }
}

TEST_F(Facts, KeywordsWithoutArgumentsTakeNone) {
  for (const Fact& fact : facts) {
    const Keyword* row = row_of(fact);
    if (row && fact.arguments.empty()) {
      EXPECT_TRUE(row->takes.count == 0 || row->positional()) << fact.context << " " << fact.name;
    }
  }
}

// "SECS 0..4294", "1..255", "-253..253": integers and decimals, the latter in microseconds.
TEST_F(Facts, RangesAreTheSame) {
  const std::regex range(R"((-?[\d.]*\d)\.\.(-?\d[\d.]*))");
  int compared = 0;
  for (const Fact& fact : facts) {
    const Keyword* row = row_of(fact);
    std::smatch match;
    if (!row || row->takes.count == 0 || !std::regex_search(fact.arguments, match, range)) continue;
    const Argument* argument = nullptr;
    for (std::uint8_t i = 0; i < row->takes.count && !argument; ++i) {
      const Kind kind = row->takes.arguments[i].kind;
      if (kind == Kind::integer || kind == Kind::decimal || kind == Kind::pattern) argument = &row->takes.arguments[i];
    }
    if (!argument) continue;
    // One beyond is taken and corrected, with an error of its own: weights of 254, an interval of 0.
    const bool corrected = (fact.name == "weight" && argument->max == 254) || fact.context + fact.name == "vrrp_scriptinterval";
    if (corrected) continue;
    const double unit = argument->kind == Kind::decimal ? 1e6 : 1;
    ++compared;
    EXPECT_DOUBLE_EQ(static_cast<double>(argument->max), std::stod(match[2]) * unit) << fact.context << " " << fact.name;
    EXPECT_DOUBLE_EQ(static_cast<double>(argument->min), std::stod(match[1]) * unit) << fact.context << " " << fact.name;
  }
  EXPECT_GT(compared, 150);
}

TEST_F(Facts, ChoicesAreTheSame) {
  for (const Fact& fact : facts) {
    const Keyword* row = row_of(fact);
    if (!row || row->takes.count == 0 || row->takes.arguments[0].kind != Kind::choice) continue;
    const std::string words(row->takes.arguments[0].words);
    const bool same = fact.arguments.find(words) != std::string::npos || fact.arguments == "as lb_algo";
    EXPECT_TRUE(same) << fact.context << " " << fact.name << ": " << words << " against " << fact.arguments;
  }
}

TEST_F(Facts, AgesAreTheSame) {
  for (const Fact& fact : facts) {
    const Keyword* row = row_of(fact);
    if (row) {
      EXPECT_EQ(row->since.empty() ? "<=2.2.7" : std::string(row->since), fact.since) << fact.context << " " << fact.name;
    }
  }
}

TEST_F(Facts, OldSpellingsAreKnownAsSuch) {
  for (const Fact& fact : facts) {
    const Keyword* row = row_of(fact);
    const bool old = fact.notes.starts_with("deprecated") && fact.notes.find("block name") == std::string::npos;
    if (row && old) {
      EXPECT_TRUE(row->old.is) << fact.context << " " << fact.name;
    }
  }
}

TEST_F(Facts, ScriptKeywordsAreSplitShellLike) {
  for (const Fact& fact : facts) {
    const bool script = fact.notes.find("[script quoting]") != std::string::npos || fact.context + ">" + fact.name == "vrrp_script>script" ||
                        fact.name == "regex";
    EXPECT_EQ(is_script_keyword(fact.context, fact.name), script) << fact.context << " " << fact.name;
  }
}

// The keywords that do what they say: a table that says so of all, or of none, is wrong.
TEST_F(Facts, KeywordsWithoutEffectAreListed) {
  std::set<std::string> listed;
  for (const Fact& fact : facts) {
    if (without_effect(fact.context, fact.name)) listed.insert(fact.context + " " + fact.name);
  }
  std::printf("%zu of %zu keywords have no effect yet:\n", listed.size(), facts.size());
  for (const std::string& line : listed) std::printf("  %s\n", line.c_str());
  const std::set<std::string> must_work = {"vrrp_instance priority", "vrrp_instance virtual_ipaddress", "vrrp_script script",
                                           "virtual_server real_server", "virtual_server>real_server TCP_CHECK",
                                           "vrrp_instance>track_script weight", "global_defs script_user", "vrrp_instance use_vmac",
                                           "vrrp_instance>use_vmac name", "(root) bfd_instance", "bfd_instance min_rx",
                                           "vrrp_instance>auth_hmac key", "vrrp_instance>virtual_routes via", "static_rules uidrange",
                                           "static_ipaddress dev", "virtual_server>real_server>FILE_CHECK track_file",
                                           "virtual_server>real_server>BFD_CHECK name"};
  for (const std::string& keyword : must_work) EXPECT_EQ(listed.count(keyword), 0u) << keyword;
  const std::set<std::string> cannot_work = {"vrrp_instance vrf", "vrrp_instance smtp_alert"};
  for (const std::string& keyword : cannot_work) EXPECT_EQ(listed.count(keyword), 1u) << keyword;
}

}  // namespace
}  // namespace holdfast::model
