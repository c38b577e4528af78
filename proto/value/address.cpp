// Text and octet forms of addresses: inet_pton(3) and inet_ntop(3) do the work for IPv6.
// SPDX-License-Identifier: Apache-2.0
#include "proto/value/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace holdfast {

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
  IpAddress address;
  std::copy(octets.begin(), octets.end(), address.octets_.begin());
  return address;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> octets) {
  IpAddress address;
  address.family_ = Family::kIpv6;
  address.octets_ = octets;
  return address;
}

Result<IpAddress> IpAddress::from_octets(std::span<const std::uint8_t> octets) {
  if (octets.size() != 4 && octets.size() != 16) {
    return Error{"address of " + std::to_string(octets.size()) + " octets, expected 4 or 16"};
  }
  IpAddress address;
  address.family_ = octets.size() == 4 ? Family::kIpv4 : Family::kIpv6;
  std::copy(octets.begin(), octets.end(), address.octets_.begin());
  return address;
}

// Four numbers up to 255 without leading zeros, as inet_pton(3) takes them; configurations are full of these.
static bool read_dotted_quad(std::string_view text, std::array<std::uint8_t, 16>& octets) {
  std::size_t at = 0;
  for (std::size_t index = 0; index < 4; ++index) {
    if (index > 0 && (at == text.size() || text[at++] != '.')) return false;
    const std::size_t start = at;
    unsigned value = 0;
    while (at < text.size() && at - start < 3 && text[at] >= '0' && text[at] <= '9') value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    if (at == start || value > 255 || (at - start > 1 && text[start] == '0')) return false;
    octets[index] = static_cast<std::uint8_t>(value);
  }
  return at == text.size();
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<std::uint8_t, 16> quad{};
  if (read_dotted_quad(text, quad)) return from_octets(std::span(quad).first(4));
  const std::string terminated(text);
  std::array<std::uint8_t, 16> octets{};
  if (::inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return from_octets(octets);
  return Error{"'" + terminated + "' is not an IPv4 or IPv6 address"};
}

bool IpAddress::is_unspecified() const {
  return std::all_of(octets_.begin(), octets_.end(), [](std::uint8_t octet) { return octet == 0; });
}

bool IpAddress::is_multicast() const { return is_v4() ? (octets_[0] & 0xf0) == 0xe0 : octets_[0] == 0xff; }

bool IpAddress::is_link_local() const {
  return is_v4() ? octets_[0] == 169 && octets_[1] == 254 : octets_[0] == 0xfe && (octets_[1] & 0xc0) == 0x80;
}

std::string IpAddress::to_string() const {
  std::string text;
  if (!is_v4()) {
    char room[INET6_ADDRSTRLEN] = "";
    return ::inet_ntop(AF_INET6, octets_.data(), room, sizeof room);
  }
  for (const unsigned octet : octets()) {
    if (!text.empty()) text += '.';
    if (octet >= 100) text += static_cast<char>('0' + octet / 100);
    if (octet >= 10) text += static_cast<char>('0' + octet / 10 % 10);
    text += static_cast<char>('0' + octet % 10);
  }
  return text;
}

std::string Prefix::to_string() const { return address.to_string() + "/" + std::to_string(length); }

Result<Prefix> parse_prefix(std::string_view text) {
  const auto slash = text.find('/');
  HF_TRY(const IpAddress address, IpAddress::parse(text.substr(0, slash)));
  const unsigned longest = address.is_v4() ? 32 : 128;
  unsigned length = longest;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size() || length > longest) {
      return Error{"prefix length '" + std::string(digits) + "' is not a number from 0 to " + std::to_string(longest)};
    }
  }
  return Prefix{address, static_cast<std::uint8_t>(length)};
}

std::string to_string(const HardwareAddress& address) {
  char text[18];
  std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", address[0], address[1], address[2], address[3], address[4],
                address[5]);
  return text;
}

}  // namespace holdfast
