// Links that ipvsd makes and keeps, settings of links that it changes for them and restores, and how it judges whether a link is up.
// Names follow ip-link(8) and keepalived.conf(5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "proto/value/address.h"
#include "proto/value/instant.h"

namespace holdfast {

enum class LinkKind : std::uint8_t { kMacvlan = 0, kIpvlan = 1 };
enum class IpvlanMode : std::uint8_t { kBridge = 0, kPrivate = 1, kVepa = 2 };
enum class LinkPolling : std::uint8_t { kMii = 0, kEthtool = 1, kIoctl = 2 };

// A macvlan in private mode with a virtual MAC address, or an ipvlan in L2 mode.
struct VirtualLink {
  std::string name;
  std::string base;                        // the link below
  LinkKind kind = LinkKind::kMacvlan;
  HardwareAddress hardware{};              // macvlan
  IpvlanMode mode = IpvlanMode::kBridge;   // ipvlan
  std::optional<std::uint32_t> group;      // none: that of the link below
  Family family = Family::kIpv4;           // of its router
  bool carries_ipv6 = false;               // an IPv4 router's link has IPv6 only if an address needs it
  bool sends = true;                       // adverts leave here: it needs a source address of its own for IPv6
  std::optional<Prefix> address;           // put on it as long as it exists: an ipvlan's own, or a configured IPv6 source
  bool notify = false;                     // netlink_notify_msg
  bool operator==(const VirtualLink&) const = default;
};

// interface_up_down_delays: how long a link must be down, or up, before that counts.
struct LinkDelay {
  std::string interface;
  Duration down{0};
  Duration up{0};
  bool operator==(const LinkDelay&) const = default;
};

// linkbeat_interfaces: asked once a second instead of listened to.
struct LinkPoll {
  std::string interface;
  LinkPolling method = LinkPolling::kMii;
  bool operator==(const LinkPoll&) const = default;
};

// Settings below /proc/sys/net that are changed for virtual links.
enum class Setting : std::uint8_t {
  kArpIgnore = 1,
  kArpFilter = 2,
  kRpFilter = 3,
  kIgmpLinkLocalReports = 4,               // net.ipv4.igmp_link_local_mcast_reports; its interface is empty
};

// What a setting was before it was changed. The interface may be "all" or "default".
struct SettingKey {
  std::string interface;
  Setting setting = Setting::kArpIgnore;
  auto operator<=>(const SettingKey&) const = default;
};
struct KeptSetting {
  SettingKey key;
  std::int32_t value = 0;
  bool operator==(const KeptSetting&) const = default;
};

}  // namespace holdfast
