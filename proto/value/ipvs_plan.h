// What ipvsd may ever do: the addresses that each VRRP instance may hold and the services and destinations that may ever exist.
// vrrpd and checkerd can only say "active" and "weight" about what is named here. Sources: rtnetlink(7), linux/ip_vs.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/value/address.h"
#include "proto/value/identifier.h"
#include "proto/value/instant.h"
#include "proto/value/route_plan.h"
#include "proto/value/link_plan.h"

namespace holdfast {

// One virtual_ipaddress or virtual_ipaddress_excluded entry.
struct VirtualAddress {
  Prefix prefix;
  std::string interface;
  std::uint8_t scope = 0;                  // RT_SCOPE_*
  std::string label;                       // empty: none
  std::optional<IpAddress> broadcast;
  std::optional<IpAddress> peer;
  std::uint32_t flags = 0;                 // IFA_F_* (home, mngtmpaddr, noprefixroute, mcautojoin, nodad)
  std::optional<std::uint32_t> preferred;  // preferred lifetime in seconds; none: forever
  bool no_track = false;
  bool operator==(const VirtualAddress&) const = default;
};

// What is there as long as the daemon runs: static_ipaddress, static_routes, static_rules.
struct StaticHoldings {
  std::vector<VirtualAddress> addresses;
  std::vector<Route> routes;
  std::vector<Rule> rules;
  bool operator==(const StaticHoldings&) const = default;
};

// The nf_tables table, of IPv4 and of IPv6, that drops packets to addresses of instances with no_accept.
struct Firewall {
  std::string table = "keepalived";
  std::int32_t priority = -1;              // of its base chains
  bool counters = false;
  bool operator==(const Firewall&) const = default;
};

struct InstanceRights {
  InstanceId id;
  std::string name;
  std::string interface;                   // where its addresses are announced and promote_secondaries is set; may be empty
  std::vector<VirtualAddress> addresses;   // virtual ones, then excluded ones, in configuration order
  bool promote_secondaries = false;        // set net.ipv4.conf.IF.promote_secondaries while any instance asks, restore at the end
  Duration garp_interval{0};               // between two ARP frames on one interface
  Duration gna_interval{0};                // between two NA frames on one interface
  std::vector<Route> routes;               // in configuration order; on the wire as Holdings
  std::vector<Rule> rules;
  bool no_accept = false;                  // packets to its addresses are dropped while it is active
  Duration extra_every{0};                 // garp_extra_if: addresses elsewhere are announced this often; 0: not
  Duration extra_delay{0};                 // counted from this long after it became active
  bool extra_everywhere = false;           // on every interface, not on VMACs alone
  std::string advert_interface;            // that adverts use: there nothing extra is announced
  bool operator==(const InstanceRights&) const = default;
};

enum class Protocol : std::uint8_t { kTcp = 6, kUdp = 17, kSctp = 132 };
enum class Forwarding : std::uint8_t { kMasquerade = 0, kTunnel = 2, kDirect = 3 };  // IP_VS_CONN_F_MASQ, _TUNNEL, _DROUTE
enum class TunnelType : std::uint8_t { kIpip = 0, kGue = 1, kGre = 2 };              // IP_VS_CONN_F_TUNNEL_TYPE_*

// With fwmark: address and port are unset, protocol is ignored.
struct ServiceKey {
  Family family = Family::kIpv4;
  Protocol protocol = Protocol::kTcp;
  IpAddress address;
  std::uint16_t port = 0;
  std::uint32_t fwmark = 0;
  auto operator<=>(const ServiceKey&) const = default;
};

// One address or mark of a virtual server. Those of a virtual_server_group have the same identifier and share its destinations.
struct Service {
  ServiceId id;
  ServiceKey key;
  std::string scheduler = "wlc";
  std::uint32_t flags = 0;                 // IP_VS_SVC_F_* without HASHED
  std::uint32_t timeout = 0;               // persistence, seconds
  std::uint32_t netmask = 0xffffffff;      // IPv4: mask in host order; IPv6: prefix length 1..128
  std::string persistence_engine;          // empty: none
  bool operator==(const Service&) const = default;
};

struct Destination {
  DestinationId id;
  ServiceId service;
  IpAddress address;
  std::uint16_t port = 0;                  // with masquerading; otherwise it is that of each service
  Forwarding forwarding = Forwarding::kMasquerade;
  std::uint32_t upper_threshold = 0;
  std::uint32_t lower_threshold = 0;
  TunnelType tunnel = TunnelType::kIpip;
  std::uint16_t tunnel_port = 0;
  std::uint16_t tunnel_flags = 0;
  bool operator==(const Destination&) const = default;
};

// nftables_ipvs: packets to these addresses and this port get the mark of a service. A port of 0: every port.
struct MarkedTarget {
  Protocol protocol = Protocol::kTcp;
  IpAddress first, last;                   // of one family
  std::uint16_t port = 0;
  std::uint32_t mark = 0;
  auto operator<=>(const MarkedTarget&) const = default;
};

// lvs_timeouts, in seconds. 0: as it is.
struct IpvsTimeouts {
  std::uint32_t tcp = 0;
  std::uint32_t tcp_fin = 0;
  std::uint32_t udp = 0;
  bool operator==(const IpvsTimeouts&) const = default;
};

// lvs_sync_daemon. With an instance the kernel sends while that is active and receives while it is not; without one it does both.
struct SyncDaemon {
  std::string interface;
  InstanceId instance;                     // 0: none
  std::uint8_t id = 0;
  std::uint16_t maxlen = 0;                // 0, here and below: the kernel's default
  std::uint16_t port = 0;
  std::uint8_t ttl = 0;
  std::optional<IpAddress> group;
  bool operator==(const SyncDaemon&) const = default;
};

// Processes that a vrrp_track_process counts: by name, or by command line with its parameters.
enum class ParameterMatch : std::uint8_t { kAny = 0, kExact = 1, kInitial = 2, kPartial = 3 };
struct CountedProcesses {
  TrackerId id;
  std::string name;                        // of the vrrp_track_process
  std::vector<std::string> command;        // the name of the process, or its first words
  bool whole_command = false;              // compare /proc/PID/cmdline, not the process name
  ParameterMatch match = ParameterMatch::kAny;
  bool operator==(const CountedProcesses&) const = default;
};

struct IpvsPlan {
  Generation generation = 0;
  StaticHoldings statics;
  Firewall firewall;
  std::vector<InstanceRights> instances;
  std::vector<Service> services;
  std::vector<Destination> destinations;
  std::optional<Firewall> marking;         // the table of nftables_ipvs
  std::vector<MarkedTarget> marked;        // in it: their marks are those of services
  std::vector<CountedProcesses> processes;
  bool uses_ipvs = false;                  // the file has virtual servers: ip_vs must be there
  bool lvs_flush = false;                  // remove foreign services at start
  bool flush_on_stop = false;              // lvs_flush_on_stop: empty the table at exit, foreign services too
  IpvsTimeouts timeouts;
  std::optional<SyncDaemon> sync;
  bool keep_ipvs = false;                  // -I: leave the table at exit
  bool keep_vrrp = false;                  // -V: leave addresses at exit
  Duration vrrpd_absence{2'000'000};       // how long claims outlive a dead vrrpd before everything is released
  std::vector<VirtualLink> links;          // exist as long as the plan names them
  std::vector<LinkDelay> link_delays;
  std::vector<LinkPoll> link_polls;
  bool quiet_igmp = false;                 // disable_local_igmp
  bool withdraw_only = false;              // --cleanup: nothing is made, what is named goes
  std::vector<KeptSetting> kept;           // settings that an earlier ipvsd has changed: what they were before
  bool operator==(const IpvsPlan&) const = default;
};

// checkerd's wish for one destination. Absent: not in the table; weight 0..2147483647.
struct DestinationWish {
  DestinationId id;
  bool present = false;
  std::uint32_t weight = 0;
  bool operator==(const DestinationWish&) const = default;
};

}  // namespace holdfast
