// The IP authentication header around version 2 on IPv4 (auth_type AH): RFC 2402 and RFC 2338 section 5.3.6.3 as keepalived reads them.
// The SPI is the source address; the ICV covers the datagram with TOS, fragment field, header checksum and itself as zero, for unicast
// also the TTL. The identification is covered: datagrams are sent with DF set, where Linux leaves it 0.
// Pure. Sequence numbers are one counter of all routers of a group: who sends goes on where the last one stopped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vrrpd/wire/advert.h"

namespace holdfast::vrrp {

inline constexpr std::size_t kHeaderOctets = 24;  // of the authentication header
inline constexpr std::uint8_t kHeaderProtocol = 51;

// An IPv4 datagram of protocol 51 that carries VRRP: `packet.message` is what follows the authentication header.
std::optional<Packet> split_header(std::span<const std::uint8_t> datagram);

using HeaderKey = std::array<std::uint8_t, 8>;
enum class HeaderFault : std::uint8_t { kNone, kSpi, kReplayed, kIcv };
// `heard`: the highest sequence number that was accepted so far.
HeaderFault check_header(const HeaderKey& key, const Packet& packet, bool unicast, std::uint32_t heard);

// What a socket of protocol 51 is given to send: header and message.
struct HeaderDetails {
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 255;
  bool unicast = false;
  std::uint32_t sequence = 0;
};
std::vector<std::uint8_t> with_header(const HeaderKey& key, const HeaderDetails& details, std::span<const std::uint8_t> message);

// Sequence numbers of one virtual router. They follow the wall clock in seconds where that is ahead, so that a restarted router is not
// taken for a replay. Another router that speaks is overtaken by more than one, so that two of them cannot run in step for ever.
class HeaderSequence {
 public:
  std::uint32_t heard() const { return heard_; }
  void accept(std::uint32_t sequence);
  std::uint32_t next(std::uint32_t wall_seconds);

 private:
  std::uint32_t heard_ = 0;
  std::uint32_t sent_ = 0;
  bool another_spoke_ = false;
};

}  // namespace holdfast::vrrp
