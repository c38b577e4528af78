// The rows of tests/conformance/keywords.tsv, for the tests that hold the language against them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace holdfast::language {

struct Fact {
  std::string context, name, arguments, fallback, since, notes;
};

// All rows, the grammar too.
inline std::vector<Fact> all_facts() {
  std::ifstream file(std::string(HOLDFAST_SOURCE_ROOT) + "/tests/conformance/keywords.tsv");
  std::vector<Fact> facts;
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    cells.resize(8);
    const std::string type = "[type] ";  // may stand before the name of an action
    if (cells[1].starts_with(type)) cells[1] = cells[1].substr(type.size());
    facts.push_back({cells[0], cells[1], cells[2], cells[3], cells[6], cells[7]});
  }
  return facts;
}

inline bool is_grammar(const Fact& fact) { return fact.context == "(parser)"; }

// Those that are rows of the keyword tables.
inline std::vector<Fact> keyword_facts() {
  std::vector<Fact> facts = all_facts();
  std::erase_if(facts, is_grammar);
  return facts;
}

}  // namespace holdfast::language
