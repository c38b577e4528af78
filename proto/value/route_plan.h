// Routes and policy rules that a plan may have in the kernel: every word of static_routes, virtual_routes, static_rules and
// virtual_rules, with all names resolved to numbers. Interfaces stay names: they come and go.
// Sources: keepalived.conf(5), ip-route(8), ip-rule(8), linux/rtnetlink.h, linux/fib_rules.h, linux/lwtunnel.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/value/address.h"

namespace holdfast {

inline constexpr std::uint8_t kOurProtocol = 18;      // RTPROT_KEEPALIVED: how a route or rule of ours is known
inline constexpr std::uint32_t kMainTable = 254;      // RT_TABLE_MAIN
inline constexpr std::size_t kRouteHopsMax = 64;      // of one multipath route
inline constexpr std::size_t kMplsLabelsMax = 16;     // of one encapsulation
inline constexpr std::size_t kCongestionNameMax = 15; // TCP_CA_NAME_MAX - 1

// A light-weight tunnel: `encap ip|ip6|mpls|ila`.
struct Encapsulation {
  enum class Kind : std::uint8_t { kMpls = 1, kIp = 2, kIla = 3, kIp6 = 4 };  // LWTUNNEL_ENCAP_*
  Kind kind = Kind::kIp;
  std::optional<std::uint64_t> id;
  std::optional<IpAddress> destination;
  std::optional<IpAddress> source;
  std::optional<std::uint8_t> tos;           // ip: tos, ip6: tc
  std::optional<std::uint8_t> ttl;           // ip: ttl, ip6: hoplimit
  std::optional<std::uint16_t> flags;
  std::vector<std::uint32_t> labels;         // mpls, outermost first, 0..1048575
  std::uint64_t locator = 0;                 // ila, as a number
  auto operator<=>(const Encapsulation&) const = default;
};

// One way of a route: the only one, or one of several.
struct RouteHop {
  std::optional<IpAddress> via;
  std::string interface;                     // empty: the kernel finds it
  std::uint8_t weight = 0;                   // of several: the configured weight - 1
  bool onlink = false;
  std::optional<Encapsulation> encapsulation;
  std::uint32_t realms = 0;                  // source << 16 | destination
  auto operator<=>(const RouteHop&) const = default;
};

// Which of equal routes wins: NLM_F_* of the request.
enum class Insertion : std::uint8_t { kPrepend = 0, kAdd = 1, kAppend = 2 };

struct Route {
  Family family = Family::kIpv4;
  std::uint8_t type = 1;                     // RTN_*
  Prefix destination;
  std::optional<Prefix> source;              // `from`, IPv6
  std::optional<IpAddress> preferred_source; // `src`
  std::uint8_t tos = 0;
  std::uint32_t table = kMainTable;
  std::string vrf;                           // not empty: the table of this device, instead of `table`
  std::uint8_t protocol = kOurProtocol;
  std::uint8_t scope = 0;                    // RT_SCOPE_*
  std::optional<std::uint32_t> metric;
  std::optional<std::uint32_t> expires;      // seconds, IPv6
  std::optional<std::uint8_t> preference;    // `pref`, IPv6: 0 medium, 1 high, 3 low
  std::optional<bool> ttl_propagate;
  std::vector<std::pair<std::uint8_t, std::uint32_t>> metrics;  // RTAX_* and value, ascending
  std::uint32_t locked = 0;                  // bit RTAX_*
  std::string congestion_control;
  RouteHop way;                              // when there are no hops; its realms in any case
  std::vector<RouteHop> hops;
  Insertion insertion = Insertion::kPrepend;
  bool no_track = false;
  auto operator<=>(const Route&) const = default;
};

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  auto operator<=>(const PortRange&) const = default;
};

enum class RuleAction : std::uint8_t {       // FR_ACT_*
  kTable = 1,
  kGoto = 2,
  kNothing = 3,
  kBlackhole = 6,
  kUnreachable = 7,
  kProhibit = 8,
};

struct Rule {
  Family family = Family::kIpv4;
  std::uint32_t preference = 0;
  bool inverted = false;                     // `not`
  std::optional<Prefix> source;
  std::optional<Prefix> destination;
  std::uint8_t tos = 0;
  std::optional<std::uint32_t> mark;
  std::optional<std::uint32_t> mark_mask;
  std::string incoming;                      // interfaces
  std::string outgoing;
  std::optional<std::uint64_t> tunnel;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> users;
  std::optional<std::uint8_t> ip_protocol;
  std::optional<PortRange> source_ports;
  std::optional<PortRange> destination_ports;
  bool l3mdev = false;
  RuleAction action = RuleAction::kTable;
  std::uint32_t table = 0;                   // kTable without l3mdev
  std::uint32_t target = 0;                  // kGoto
  std::uint32_t realms = 0;
  std::optional<std::uint32_t> suppress_prefix_length;
  std::optional<std::uint32_t> suppress_group;
  std::uint8_t protocol = kOurProtocol;
  bool no_track = false;
  auto operator<=>(const Rule&) const = default;
};

// For logs: "203.0.113.0/24 via 10.0.0.1 on eth0 table 100", "from 10.0.0.0/8 table 100 (preference 500)".
std::string to_string(const Route&);
std::string to_string(const Rule&);

}  // namespace holdfast
