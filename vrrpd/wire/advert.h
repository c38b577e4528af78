// VRRP advertisements as octets: RFC 3768 section 5.1 (version 2), RFC 9568 section 5.2 (version 3), and version 2 over IPv6 as
// keepalived sends it (no RFC). decode() and split_ipv4() are total: any octets give a view inside them or nothing.
// Pure: knows no socket and no state. Whether an advert may be used is acceptance's question.
//
//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  |version| type  |  virtual rtr  |   priority    |  addr count   |
//  | v2: auth type | v2: seconds   |           checksum            |
//  | v3: reserved, 12 bits of centiseconds |    addresses, v2 on IPv4: 8 octets of authentication data
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "proto/value/address.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast::vrrp {

inline constexpr std::size_t kHeaderLength = 8;
inline constexpr std::size_t kPasswordLength = 8;
inline constexpr std::uint8_t kTypeAdvertisement = 1;
inline constexpr std::size_t kAddressesMax = 255;
inline constexpr std::size_t kMessageMax = kHeaderLength + kAddressesMax * 16;

// What a raw socket delivered, without its IP header. The message is a view into the receive buffer.
struct Packet {
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 0;  // or hop limit
  std::span<const std::uint8_t> message;
  std::span<const std::uint8_t> datagram{};  // with an authentication header: the whole, from its IP header to its end
  std::uint32_t sequence = 0;                // of the authentication header
};

// An IPv4 datagram with its header, as raw sockets deliver it. Nothing: not a whole IPv4 datagram of protocol 112.
// Octets behind its total length are tolerated only as Ethernet padding (the whole is at most 46 octets).
std::optional<Packet> split_ipv4(std::span<const std::uint8_t> datagram);
// The same for another protocol; the message is what follows the IP header.
std::optional<Packet> split_datagram(std::span<const std::uint8_t> datagram, std::uint8_t protocol);

// The fields of a message of at least 8 octets; addresses and authentication data are as long as the message allows.
struct AdvertView {
  std::uint8_t version = 0;
  std::uint8_t type = 0;
  std::uint8_t vrid = 0;
  std::uint8_t priority = 0;
  std::uint8_t count = 0;
  std::uint8_t authentication = 0;  // version 2
  Duration interval{0};             // version 2: octet 5 in seconds; else the low 12 bits of octets 4 and 5 in centiseconds
  std::span<const std::uint8_t> addresses;
  std::span<const std::uint8_t> password;  // version 2 on IPv4: 8 octets if they are there
};

std::optional<AdvertView> decode(std::span<const std::uint8_t> message, Family family);

// Of a message with `count` addresses.
std::size_t message_length(std::uint8_t version, Family family, std::size_t count);

// How many of an instance's addresses an advert lists: all that fit in 255 and in a frame of the interface, with header and trailer.
std::size_t listed_addresses(const VrrpInstance& config, std::uint32_t mtu);

// What the configuration does not say about one advert.
struct AdvertDetails {
  std::uint8_t priority = 0;
  std::size_t addresses = 0;  // from listed_addresses()
  IpAddress source;
  IpAddress destination;
  bool old_unicast_checksum = false;  // the multicast group in the pseudo-header of unicast version 3
};

std::vector<std::uint8_t> encode(const VrrpInstance& config, const AdvertDetails& details);

}  // namespace holdfast::vrrp
