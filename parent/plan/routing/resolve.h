// Lines of routes and rules -> routes and rules of the plan: names become numbers, defaults are filled in as ip-route(8) and
// keepalived.conf(5) have them. A line that cannot be resolved is left out, and a diagnostic says why. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parent/plan/building.h"
#include "proto/value/route_plan.h"

namespace holdfast {

// `who` begins the messages: "(VI_1) ", or nothing for static ones.
std::vector<Route> resolve_routes(Building&, const std::string& who, const std::vector<model::RouteEntry>&);
std::vector<Rule> resolve_rules(Building&, const std::string& who, const std::vector<model::RuleEntry>&);

}  // namespace holdfast
