// BFD sessions of a plan: defaults, what keepalived refuses, and identities. Private to parent/plan.
// IPv6 is sent with hop limit 255, as RFC 5881 section 5 asks; what arrives with keepalived's 64 is accepted unless hoplimit is said.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/peering/bfd.h"

#include <algorithm>

namespace holdfast {
namespace {

constexpr unsigned kTtl = 255;
constexpr unsigned kPeersHopLimit = 64;
constexpr Duration kSensible{10'000'000};

std::uint8_t least_ttl(Building& building, const model::BfdInstance& said, bool ipv4) {
  const unsigned base = said.ttl.value_or(ipv4 ? kTtl : kPeersHopLimit);
  unsigned hops = said.max_hops.value_or(0);
  if (hops == kTtl) return 0;
  if (hops > base) {
    building.error(said.max_hops.at, "max-hops-above-ttl", "(" + said.name + ") max_hops is above the TTL of packets: " + std::to_string(base) + " is used");
    hops = base;
  }
  return static_cast<std::uint8_t>(base - hops);
}

}  // namespace

void build_sessions(Building& building) {
  for (const model::BfdInstance& said : building.configuration.bfd_instances) {
    BfdSession session;
    session.name = said.name;
    session.neighbour = *said.neighbour;
    if (said.source) session.source = *said.source;
    if (session.source && session.source->family() != session.neighbour.family()) {
      building.error(said.source.at, "other-family", "(" + said.name + ") source_ip is of another address family than neighbor_ip: the session is left out");
      continue;
    }
    const auto same = [&](const BfdSession& other) { return other.neighbour == session.neighbour && other.source == session.source; };
    if (std::ranges::any_of(building.plan.vrrp.sessions, same)) {
      building.error(said.at, "duplicate-entry", "(" + said.name + ") there is a session between the same addresses already: this one is left out");
      continue;
    }
    const bool ipv4 = session.neighbour.is_v4();
    session.min_rx = said.min_rx.value_or(session.min_rx);
    session.min_tx = said.min_tx.value_or(session.min_tx);
    session.idle_tx = said.idle_tx.value_or(session.idle_tx);
    for (const auto* interval : {&said.min_rx, &said.min_tx, &said.idle_tx}) {
      if (*interval && **interval > kSensible) building.note(interval->at, "slow-session", "(" + said.name + ") an interval above 10 s is hardly sensible");
    }
    session.multiplier = static_cast<std::uint8_t>(said.multiplier.value_or(session.multiplier));
    session.passive = said.passive.value_or(false);
    session.multihop = said.multihop.value_or(false);
    session.ttl = static_cast<std::uint8_t>(said.ttl.value_or(kTtl));
    session.ttl_min = least_ttl(building, said, ipv4);
    session.for_vrrp = said.vrrp || !said.checker;
    session.for_checker = said.checker || !said.vrrp;
    session.id = building.identities.id<TrackerId>(identity_text(
        {"bfd", session.name, session.neighbour.to_string(), session.source ? session.source->to_string() : "", session.multihop ? "multihop" : ""}));
    building.plan.vrrp.sessions.push_back(std::move(session));
  }
}

}  // namespace holdfast
