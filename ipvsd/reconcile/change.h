// What can be said about the kernel's state in this project: addresses, IPVS services with their destinations, one interface
// setting; and every single change of them. Plain values, keyed the way the kernel tells its objects apart.
// Pure: knows no netlink. Sources: rtnetlink(7), ip-address(8), linux/ip_vs.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ipvsd/reconcile/firewall.h"
#include "ipvsd/reconcile/marking.h"
#include "proto/value/address.h"
#include "proto/value/ipvs_plan.h"
#include "proto/value/route_plan.h"

namespace holdfast {

// IFA_F_* of linux/if_addr.h; the address codec asserts that they are the same.
inline constexpr std::uint32_t kAddressNoDad = 0x02;
inline constexpr std::uint32_t kAddressHome = 0x10;
inline constexpr std::uint32_t kAddressManageTemporary = 0x100;
inline constexpr std::uint32_t kAddressNoPrefixRoute = 0x200;
inline constexpr std::uint32_t kAddressMulticastAutojoin = 0x400;

// Two addresses with the same key cannot be on one interface at the same time.
struct AddressKey {
  std::string interface;
  Prefix prefix;
  std::optional<IpAddress> peer;
  auto operator<=>(const AddressKey&) const = default;
};

struct AddressOptions {
  std::uint8_t scope = 0;                  // IPv4 only: the kernel derives the scope of an IPv6 address itself
  std::string label;                       // IPv4 only; empty: the interface's name
  std::optional<IpAddress> broadcast;      // IPv4 only
  std::uint32_t flags = 0;                 // those of the constants above that the family knows
  std::optional<std::uint32_t> preferred;  // seconds; none: forever
  bool operator==(const AddressOptions&) const = default;
};

struct Address {
  AddressKey key;
  AddressOptions options;
  bool operator==(const Address&) const = default;
};

// The plan's entry in the form in which the kernel gives it back: what a family does not know is dropped.
Address address_of(const VirtualAddress&);

// Lifetimes run down in the kernel: two finite ones count as the same.
bool same(const AddressOptions&, const AddressOptions&);

struct ServiceOptions {
  std::string scheduler;
  std::uint32_t flags = 0;
  std::uint32_t timeout = 0;
  std::uint32_t netmask = 0xffffffff;
  std::string persistence_engine;
  bool operator==(const ServiceOptions&) const = default;
};

struct DestinationKey {
  IpAddress address;
  std::uint16_t port = 0;
  auto operator<=>(const DestinationKey&) const = default;
};

struct DestinationOptions {
  Forwarding forwarding = Forwarding::kMasquerade;
  std::uint32_t weight = 0;
  std::uint32_t upper_threshold = 0;
  std::uint32_t lower_threshold = 0;
  TunnelType tunnel = TunnelType::kIpip;
  std::uint16_t tunnel_port = 0;
  std::uint16_t tunnel_flags = 0;
  bool operator==(const DestinationOptions&) const = default;
};

struct VirtualService {
  ServiceOptions options;
  std::map<DestinationKey, DestinationOptions> destinations;
  bool operator==(const VirtualService&) const = default;
};

using ServiceTable = std::map<ServiceKey, VirtualService>;

// A key as the kernel reports it: a firewall mark service has neither address, port nor protocol.
ServiceKey canonical(const ServiceKey&);
ServiceOptions options_of(const Service&);

struct AddAddress {
  Address address;
  bool operator==(const AddAddress&) const = default;
};
struct DeleteAddress {
  AddressKey key;
  bool operator==(const DeleteAddress&) const = default;
};
struct AddService {
  ServiceKey key;
  ServiceOptions options;
  bool operator==(const AddService&) const = default;
};
struct EditService {
  ServiceKey key;
  ServiceOptions options;
  bool operator==(const EditService&) const = default;
};
struct DeleteService {  // with its destinations
  ServiceKey key;
  bool operator==(const DeleteService&) const = default;
};
struct AddDestination {
  ServiceKey service;
  DestinationKey key;
  DestinationOptions options;
  bool operator==(const AddDestination&) const = default;
};
struct EditDestination {
  ServiceKey service;
  DestinationKey key;
  DestinationOptions options;
  bool operator==(const EditDestination&) const = default;
};
struct DeleteDestination {
  ServiceKey service;
  DestinationKey key;
  bool operator==(const DeleteDestination&) const = default;
};
// net.ipv4.conf.INTERFACE.promote_secondaries
struct SetPromoteSecondaries {
  std::string interface;
  bool on = false;
  bool operator==(const SetPromoteSecondaries&) const = default;
};

struct AddRoute {
  Route route;
  bool operator==(const AddRoute&) const = default;
};
struct DeleteRoute {
  Route route;
  bool operator==(const DeleteRoute&) const = default;
};
struct AddRule {
  Rule rule;
  bool operator==(const AddRule&) const = default;
};
struct DeleteRule {
  Rule rule;
  bool operator==(const DeleteRule&) const = default;
};

// What a notification says about a route: enough to know one of ours by it.
struct RouteMark {
  bool deleted = false;
  std::uint8_t type = 0;
  std::uint8_t tos = 0;
  std::uint8_t protocol = 0;
  std::uint32_t table = 0;
  std::uint32_t metric = 0;
  std::uint32_t link = 0;  // index; 0: several ways, or none
  Prefix destination;
  Prefix source;           // of length 0: any
  bool operator==(const RouteMark&) const = default;
};
// A rule as the kernel tells it. Whether it is tracked is not told.
struct RuleMark {
  bool deleted = false;
  Rule rule;
  bool operator==(const RuleMark&) const = default;
};
// Is this what a request for the route, in this table, has made?
bool is_of(const RouteMark&, const Route&, std::uint32_t table);
bool is_of(const RuleMark&, const Rule&);

// IPVS's own settings. 0: not changed.
struct SetTimeouts {
  IpvsTimeouts timeouts;
  bool operator==(const SetTimeouts&) const = default;
};
enum class SyncRole : std::uint8_t { kMaster = 1, kBackup = 2 };  // IP_VS_STATE_*
struct RunningSync {
  SyncRole role = SyncRole::kMaster;
  SyncDaemon daemon;               // the instance is nothing to the kernel
};
// Whether a running daemon is what is asked for: the kernel fills in what was left to it.
bool same(const RunningSync& running, const RunningSync& wanted);
struct StartSync {
  RunningSync wanted;
  bool operator==(const StartSync& other) const { return wanted.role == other.wanted.role && wanted.daemon == other.wanted.daemon; }
};
struct StopSync {
  SyncRole role = SyncRole::kMaster;
  std::uint8_t id = 0;
  bool operator==(const StopSync&) const = default;
};
struct FlushServices {              // all of them, whoever made them
  bool operator==(const FlushServices&) const = default;
};

using Change = std::variant<AddAddress, DeleteAddress, AddService, EditService, DeleteService, AddDestination, EditDestination,
                            DeleteDestination, SetPromoteSecondaries, AddRoute, DeleteRoute, AddRule, DeleteRule, ChangeFirewall, ChangeMarking,
                            SetTimeouts, StartSync, StopSync, FlushServices>;

// What the kernel's answer (an errno, 0 for none) means for us. The only place where such numbers are interpreted.
enum class Outcome : std::uint8_t {
  kDone,       // what the change wants holds now, whether or not it was this change that made it so
  kSurprised,  // somebody else changed the table under us: look again, then decide again
  kRefused,    // the kernel will not do it
};
Outcome judge(const Change&, int code);

// For logs and audit events: "add address 192.0.2.1/24 on eth0".
std::string to_string(const AddressKey&);
std::string to_string(const ServiceKey&);      // "TCP 10.0.0.1:80", "FWM 5 (IPv6)"
std::string to_string(const DestinationKey&);
std::string to_string(const Change&);

}  // namespace holdfast
