// The lines that operators and their tools know from keepalived's checkers, word for word where such tools match them.
// Pure: facts in, lines out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "checkerd/runs.h"
#include "checkerd/schedule/schedule.h"
#include "checkerd/verdict/action.h"
#include "checkerd/verdict/pools.h"

namespace holdfast {

// Whom a check is for.
struct Subject {
  std::string server;
  std::string service;
};

// What is said about one run: often nothing, and while a server is down nothing about its failures.
std::vector<std::string> lines_of(const Check& check, const Subject& subject, const Report& report, const Progress& progress);
// What is said when a check that is told turns.
std::vector<std::string> lines_of(const Check& check, const Subject& subject, bool up);
// What is said about one action; wishes are silent.
std::vector<std::string> lines_of(const Action& action, const Pools& pools);
// ha_suspend: at the start, and when it turns.
std::string activation_line(const Subject& subject, bool active = true);
std::string turning_line(const Subject& subject, bool active);

}  // namespace holdfast
