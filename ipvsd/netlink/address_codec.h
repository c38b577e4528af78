// Interface addresses <-> rtnetlink messages: RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR. See rtnetlink(7), linux/if_addr.h.
// Pure: bytes in, values out. Interfaces are numbers here; names belong to the links.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "ipvsd/netlink/attribute.h"
#include "ipvsd/netlink/batch.h"
#include "ipvsd/reconcile/change.h"
#include "proto/runtime/result.h"

namespace holdfast::netlink {

inline constexpr std::uint8_t kAddressProtocol = 18;  // "keepalived" in rt_addrprotos: how a later run knows what was ours

struct AddressMessage {
  bool deleted = false;
  std::uint32_t index = 0;
  Prefix prefix;
  std::optional<IpAddress> peer;
  AddressOptions options;        // a label that is the interface's name is told as it is
  bool secondary = false;        // IPv4
  bool tentative = false;        // IPv6: duplicate address detection is running or has failed
  std::uint8_t protocol = 0;
};

void encode(Batch&, const AddAddress&, std::uint32_t index);
void encode(Batch&, const DeleteAddress&, std::uint32_t index);
void encode_address_dump(Batch&);
// `message`: one whole netlink message of type RTM_NEWADDR or RTM_DELADDR.
Result<AddressMessage> decode_address(Octets message);

}  // namespace holdfast::netlink
