// The Internet checksum over a VRRP message, alone or with an IP pseudo-header (RFC 1071; RFC 9568 section 5.2.8; RFC 8200 section 8.1).
// Pure: octets in, number out. Which form a router uses is decided in acceptance and advert, not here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "proto/value/address.h"

namespace holdfast::vrrp {

inline constexpr std::uint8_t kVrrpProtocol = 112;

// What the sum covers: the message as it stands, or a pseudo-header of the addresses and then the message.
enum class ChecksumForm : std::uint8_t { kMessage, kPseudoHeader };

// Of the message as it stands: 0 if its checksum field holds the right value, the value to put there if the field is 0.
std::uint16_t checksum(std::span<const std::uint8_t> message, ChecksumForm form, const IpAddress& source, const IpAddress& destination);

}  // namespace holdfast::vrrp
