// A plan as text, for people and for tests: one line per fact that an empty plan does not have. What keeps its default is left out,
// identifiers are names, no line depends on another. Two plans that would run differently have different outlines.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parent/config/dump.h"
#include "parent/plan/plan.h"

namespace holdfast {

struct OutlineLine {
  std::string about;  // "instance VI_1", "server [10.0.0.2]:tcp:80 of [10.0.0.1]:tcp:80"
  std::string fact;   // "priority 150"; may be empty: that it is there
  bool operator==(const OutlineLine&) const = default;
};

// In the order of the plan; the lines about one thing need not be neighbours.
std::vector<OutlineLine> outline(const Plan&, config::Secrets);

// The same for reading: each thing once, with its facts below it.
std::string outline_text(const Plan&, config::Secrets);

}  // namespace holdfast
