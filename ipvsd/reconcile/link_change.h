// Every single change of links that are made for virtual routers, and of settings that they need. Plain values. Indexes are what the
// kernel says at the moment of the change. Pure: knows no netlink. Sources: ip-link(8), kernel documentation ip-sysctl.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/value/link_plan.h"

namespace holdfast {

struct CreateLink {
  VirtualLink link;
  std::uint32_t base = 0;                 // index
  std::uint32_t group = 0;
  std::optional<std::uint32_t> master{};  // index of the VRF of the base
  bool operator==(const CreateLink&) const = default;
};
// What a VMAC needs to answer and hear for its own addresses only; and no link-local address made from its MAC address.
struct TuneLink {
  std::string name;
  bool ipv4_settings = false;  // arp_ignore, accept_local, rp_filter, promote_secondaries
  bool no_generated_address = false;
  bool operator==(const TuneLink&) const = default;
};
struct SetIpv6 {  // net.ipv6.conf.NAME.disable_ipv6
  std::string name;
  bool on = false;
  bool operator==(const SetIpv6&) const = default;
};
struct AddLinkAddress {  // not a virtual one: it may be a source of adverts
  std::string name;
  Prefix prefix;
  bool operator==(const AddLinkAddress&) const = default;
};
struct RaiseLink {
  std::string name;
  bool operator==(const RaiseLink&) const = default;
};
struct SetMaster {
  std::string name;
  std::uint32_t master = 0;  // index; 0: none
  bool operator==(const SetMaster&) const = default;
};
// All at once, in one step of the kernel.
struct DeleteLinks {
  std::vector<std::string> names;
  std::uint32_t group = 0;  // of no other link
  bool operator==(const DeleteLinks&) const = default;
};
struct SetSetting {
  SettingKey key;
  std::int32_t value = 0;
  bool operator==(const SetSetting&) const = default;
};

using LinkChange = std::variant<CreateLink, TuneLink, SetIpv6, AddLinkAddress, RaiseLink, SetMaster, DeleteLinks, SetSetting>;

std::string to_string(const LinkChange&);
std::string to_string(const SettingKey&);  // "net.ipv4.conf.eth0.arp_ignore"
// Below /proc/sys/net: "ipv4/conf/eth0/arp_ignore".
std::string path_of(const SettingKey&);

}  // namespace holdfast
