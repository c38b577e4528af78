// Network interfaces <- rtnetlink messages (RTM_NEWLINK, RTM_DELLINK, RTM_NEWNETCONF), and the one setting that is written:
// promote_secondaries, as IFLA_INET_CONF instead of a file below /proc/sys. See rtnetlink(7), linux/if_link.h. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ipvsd/netlink/attribute.h"
#include "ipvsd/netlink/batch.h"
#include "proto/runtime/result.h"
#include "proto/value/address.h"

namespace holdfast::netlink {

struct LinkMessage {
  bool deleted = false;
  std::uint32_t index = 0;
  std::string name;
  bool up = false;                   // IFF_UP and IFF_RUNNING
  bool arp = true;                   // not IFF_NOARP
  std::uint32_t mtu = 0;
  HardwareAddress hardware{};        // zero unless it has six octets
  std::optional<bool> promote_secondaries;
  std::optional<bool> forwarding6;   // IPv6 forwarding: whether advertisements say "router"
  bool enabled = false;              // IFF_UP
  std::string kind;                  // "macvlan", "vlan", "vrf"; empty: hardware, or the kernel does not say
  std::uint32_t mode = 0;            // of a macvlan
  std::uint32_t base = 0;            // index of the link below; 0: none in this namespace
  std::uint32_t master = 0;          // index of the bridge, bond or VRF that it belongs to; 0: none
  bool in_vrf = false;               // its master is a VRF
  std::uint32_t group = 0;
  std::optional<std::uint32_t> arp_ignore;
  std::optional<std::uint32_t> arp_filter;
  std::optional<std::uint32_t> rp_filter;
};

struct ForwardingMessage {
  std::uint32_t index = 0;
  bool on = false;
};

void encode_link_dump(Batch&);
void encode_promote_secondaries(Batch&, std::uint32_t index, bool on);
// Nothing: a message about a link in another role (a bridge port), not about the link itself.
Result<std::optional<LinkMessage>> decode_link(Octets message);
// Nothing: not IPv6 forwarding of one interface.
Result<std::optional<ForwardingMessage>> decode_forwarding(Octets message);

}  // namespace holdfast::netlink
