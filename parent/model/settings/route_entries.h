// Lines of static_routes, virtual_routes, static_rules and virtual_rules as they are written: numbers are numbers already, names of
// tables, protocols, scopes, realms, groups and dsfields still are names. parent/plan/routing resolves them.
// Must not know: which names exist, interfaces.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parent/model/settings/located.h"
#include "proto/value/route_plan.h"

namespace holdfast::model {

// One way of a route, or all there is to say when it has only one.
struct HopEntry {
  RouteHop hop;
  Located<std::string> realms;       // [SOURCE/]DESTINATION
  Located<std::string> tunnel_tos;   // tos or tc of its encapsulation
};

struct RouteEntry {
  Position at{};
  Route route;                       // what needs no name; way and hops are below
  Located<Family> family;            // as said, or of the first address of the line
  Located<Prefix> destination;
  bool everywhere = false;           // default, any, all: the family comes from elsewhere
  Located<std::string> table;
  Located<std::string> protocol;
  Located<std::string> scope;
  Located<std::string> tos;
  HopEntry way;
  std::vector<HopEntry> hops;
  Located<std::string> track_group;
};

struct RuleEntry {
  Position at{};
  Rule rule;
  Located<Family> family;
  Located<std::uint32_t> preference; // assigned by the reader where the line has none
  Located<RuleAction> action;
  Located<std::string> table;
  Located<std::string> tos;
  Located<std::string> realms;
  Located<std::string> suppress_group;
  Located<std::string> ip_protocol;
  Located<std::string> track_group;
};

}  // namespace holdfast::model
