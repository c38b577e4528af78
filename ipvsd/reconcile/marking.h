// nftables_ipvs: which destinations get which firewall mark on their way to IPVS, and one step from one such state to another. Names of
// tables, chains and maps are keepalived's. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <set>
#include <string>
#include <vector>

#include "proto/value/ipvs_plan.h"

namespace holdfast {

// One map with its rule. The first of a family brings its table and chain.
struct MarkingPart {
  Family family = Family::kIpv4;
  Protocol protocol = Protocol::kTcp;
  auto operator<=>(const MarkingPart&) const = default;
};
inline MarkingPart part_of(const MarkedTarget& target) { return {target.first.family(), target.protocol}; }

// All of it or nothing.
struct ChangeMarking {
  Firewall settings;
  bool clear = false;              // tables of this name go first, whoever left them
  std::set<MarkingPart> there;     // before, after `clear`; parts come with their first target and stay
  std::vector<MarkedTarget> remove;
  std::vector<MarkedTarget> add;
  bool operator==(const ChangeMarking&) const = default;
};
std::set<MarkingPart> parts_after(const ChangeMarking&);

std::string to_string(const ChangeMarking&);

}  // namespace holdfast
