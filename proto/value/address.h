// IPv4 and IPv6 addresses, prefixes and hardware addresses as plain values. Knows no socket type.
// Text forms: RFC 5952 for IPv6, dotted quad for IPv4; parsing accepts what inet_pton(3) accepts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proto/runtime/result.h"

namespace holdfast {

enum class Family : std::uint8_t { kIpv4 = 4, kIpv6 = 6 };

class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0
  static IpAddress v4(std::array<std::uint8_t, 4> octets);
  static IpAddress v6(std::array<std::uint8_t, 16> octets);
  // 4 or 16 octets in network order; anything else is an error.
  static Result<IpAddress> from_octets(std::span<const std::uint8_t> octets);
  static Result<IpAddress> parse(std::string_view text);

  Family family() const { return family_; }
  bool is_v4() const { return family_ == Family::kIpv4; }
  // Network order, 4 or 16 octets.
  std::span<const std::uint8_t> octets() const { return {octets_.data(), is_v4() ? std::size_t{4} : std::size_t{16}}; }
  bool is_unspecified() const;
  bool is_multicast() const;
  bool is_link_local() const;
  std::string to_string() const;

  // Families first, then octets as an unsigned number in network order (RFC 9568 section 6.4.3, the tie break).
  auto operator<=>(const IpAddress&) const = default;

 private:
  Family family_ = Family::kIpv4;
  std::array<std::uint8_t, 16> octets_{};
};

struct Prefix {
  IpAddress address;
  std::uint8_t length = 32;  // 0..32 or 0..128
  auto operator<=>(const Prefix&) const = default;
  std::string to_string() const;  // address/length
};

// Accepts ADDRESS or ADDRESS/LENGTH; a missing length is the full one.
Result<Prefix> parse_prefix(std::string_view text);

using HardwareAddress = std::array<std::uint8_t, 6>;
std::string to_string(const HardwareAddress&);

}  // namespace holdfast
