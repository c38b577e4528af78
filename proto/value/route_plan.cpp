// Texts of routes and rules, for logs and refusals.
// SPDX-License-Identifier: Apache-2.0
#include "proto/value/route_plan.h"

namespace holdfast {

std::string to_string(const Route& route) {
  static constexpr const char* kTypes[] = {"",        "",          "local",       "broadcast", "anycast", "multicast",
                                           "blackhole", "unreachable", "prohibit", "throw",     "nat",     "xresolve"};
  std::string text = route.type < std::size(kTypes) ? kTypes[route.type] : "";
  if (!text.empty()) text += " ";
  text += route.destination.to_string();
  if (route.source) text += " from " + route.source->to_string();
  const auto add_way = [&text](const RouteHop& way) {
    if (way.via) text += " via " + way.via->to_string();
    if (!way.interface.empty()) text += " on " + way.interface;
  };
  add_way(route.way);
  for (const RouteHop& hop : route.hops) {
    text += " nexthop";
    add_way(hop);
  }
  if (!route.vrf.empty()) {
    text += " vrf " + route.vrf;
  } else if (route.table != kMainTable) {
    text += " table " + std::to_string(route.table);
  }
  if (route.metric) text += " metric " + std::to_string(*route.metric);
  return text;
}

std::string to_string(const Rule& rule) {
  std::string text = rule.family == Family::kIpv6 ? "IPv6" : "IPv4";
  if (rule.inverted) text += " not";
  if (rule.source) text += " from " + rule.source->to_string();
  if (rule.destination) text += " to " + rule.destination->to_string();
  if (rule.mark) text += " fwmark " + std::to_string(*rule.mark);
  if (!rule.incoming.empty()) text += " iif " + rule.incoming;
  if (!rule.outgoing.empty()) text += " oif " + rule.outgoing;
  switch (rule.action) {
    case RuleAction::kTable: text += rule.l3mdev ? " l3mdev" : " table " + std::to_string(rule.table); break;
    case RuleAction::kGoto: text += " goto " + std::to_string(rule.target); break;
    case RuleAction::kNothing: text += " nop"; break;
    case RuleAction::kBlackhole: text += " blackhole"; break;
    case RuleAction::kUnreachable: text += " unreachable"; break;
    case RuleAction::kProhibit: text += " prohibit"; break;
  }
  return text + " (preference " + std::to_string(rule.preference) + ")";
}

}  // namespace holdfast
