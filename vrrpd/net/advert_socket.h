// A raw socket of protocol 112 (with an authentication header: 51) that this process was handed: bound to its interface, in the group, without IP_HDRINCL. Receives whole
// datagrams, sends messages with a chosen source, destination and TTL. Sets no option; parses nothing beyond the IP header.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"
#include "vrrpd/protocol/router.h"
#include "vrrpd/wire/advert.h"

namespace holdfast::vrrp {

inline constexpr std::size_t kDatagramOctetsMax = 60 + 24 + kMessageMax + 64;  // longest IPv4 header, authentication header, longest advert, a trailer

// The kernel stamps packets with the wall clock, so a clock step between arrival and reading must not look like a long wait.
inline constexpr Duration kWaitedMax{20'000};

class AdvertSocket {
 public:
  AdvertSocket(Fd descriptor, SocketKey key) : descriptor_(std::move(descriptor)), key_(key) {}

  int fd() const { return descriptor_.get(); }
  const SocketKey& key() const { return key_; }

  struct Received {
    bool any = false;              // false: nothing is waiting
    Duration waited{0};            // between its arrival in the kernel and this call, at most kWaitedMax
    std::optional<Packet> packet;  // none: not a VRRP datagram, or a pending error of the interface
  };
  // The packet is a view into the buffer.
  using Buffer = std::array<std::uint8_t, kDatagramOctetsMax>;
  Received receive(Buffer& buffer);
  Status send(std::span<const std::uint8_t> message, const IpAddress& source, const IpAddress& destination, std::uint8_t ttl);

 private:
  Fd descriptor_;
  SocketKey key_;
};

}  // namespace holdfast::vrrp
