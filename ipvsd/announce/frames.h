// The frames that tell a link where an address lives now: gratuitous ARP (RFC 826, RFC 5227) and unsolicited neighbour
// advertisement (RFC 4861 section 4.4), whole from the Ethernet header on. Pure; pinned byte for byte by the test vectors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "proto/value/address.h"

namespace holdfast::announce {

inline constexpr std::size_t kArpFrameSize = 42;
inline constexpr std::size_t kNeighbourFrameSize = 86;

// A broadcast request whose sender and target are the address; target hardware address is broadcast, as keepalived sends it.
std::array<std::uint8_t, kArpFrameSize> gratuitous_arp(const HardwareAddress& own, const IpAddress& address);

// To all nodes, hop limit 255, override flag, own link-layer address as target. `router`: the R flag.
std::array<std::uint8_t, kNeighbourFrameSize> unsolicited_advertisement(const HardwareAddress& own, const IpAddress& address, bool router);

}  // namespace holdfast::announce
