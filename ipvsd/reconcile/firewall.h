// The firewall tables that ipvsd may make: which addresses are blocked (no_accept), whose multicast reports leave by another link
// (VMACs), and one step from one such state to another. Names of tables, chains and sets are keepalived's. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "proto/value/address.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

// Packets to and from it are dropped, but for neighbour discovery.
struct Blocked {
  IpAddress address;
  std::uint32_t link = 0;  // index, of an IPv6 link-local address; otherwise 0
  auto operator<=>(const Blocked&) const = default;
};

// A VMAC: its IGMP and MLD reports leave by `base` instead, its router solicitations do not leave.
struct QuietLink {
  std::uint32_t link = 0;  // indexes
  std::uint32_t base = 0;
  auto operator<=>(const QuietLink&) const = default;
};

// What of a table exists. Each part brings its sets and rules, and its chains if no other part has.
struct FirewallParts {
  bool quiet = false;       // both families
  bool blocked4 = false;
  bool blocked6 = false;
  bool link_local = false;  // with blocked6
  bool operator==(const FirewallParts&) const = default;
};

// All of it or nothing.
struct ChangeFirewall {
  Firewall settings;
  bool clear = false;       // tables of this name go first, whoever left them
  FirewallParts there;      // before, after `clear`
  FirewallParts wanted;     // after; never less, unless everything goes
  std::vector<Blocked> block;
  std::vector<Blocked> unblock;
  std::vector<QuietLink> quiet;
  std::vector<QuietLink> unquiet;
  bool operator==(const ChangeFirewall&) const = default;
};

std::string to_string(const ChangeFirewall&);

}  // namespace holdfast
