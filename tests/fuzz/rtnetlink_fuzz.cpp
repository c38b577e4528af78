// The readers of rtnetlink messages: links, addresses, forwarding; and of what ethtool says of a link (255). First byte chooses the reader, the rest is the message.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ipvsd/netlink/address_codec.h"
#include "ipvsd/netlink/link_codec.h"
#include "ipvsd/netlink/virtual_link_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast::netlink;
  if (size == 0) return 0;
  const std::vector<std::uint8_t> message(data + 1, data + size);  // aligned as a receive buffer is, and no longer than it says
  constexpr std::uint8_t kCarrier = 255;
  if (data[0] == kCarrier) {
    (void)decode_carrier(message);
    return 0;
  }
  switch (data[0] % 3) {
    case 0: (void)decode_address(message); break;
    case 1: (void)decode_link(message); break;
    default: (void)decode_forwarding(message); break;
  }
  return 0;
}
