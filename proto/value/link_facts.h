// What is known of one network interface. Told by ipvsd (rtnetlink) to the parent and to vrrpd. Whole, not a difference.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/value/address.h"

namespace holdfast {

struct LinkFacts {
  std::uint32_t index = 0;
  std::string name;
  bool present = true;    // false: it is gone, the rest is what was last known
  bool up = false;        // IFF_UP and IFF_RUNNING
  bool arp = true;        // not IFF_NOARP
  std::uint32_t mtu = 1500;
  HardwareAddress hardware{};
  // Usable source addresses in kernel order: IPv4 primaries (not secondary), IPv6 link-local ones that are not tentative.
  std::vector<IpAddress> sources;
  // Every address of the interface (for "is this configured locally").
  std::vector<Prefix> addresses;
  bool operator==(const LinkFacts&) const = default;
};

}  // namespace holdfast
