// The trailer of auth_hmac (keepalived 2.4): 28 octets behind an advert that say who may have sent it and when.
//
//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  |   type = 1    |     key id    |             zero              |
//  |                     seconds since 1970                        |
//  |     fraction of a second      |            counter            |   and the first 16 octets of an HMAC-SHA256
//
// Pure. A step of the wall clock of either side must not silence a router that was heard: see Clocks and SignatureState.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "proto/value/vrrp_plan.h"

namespace holdfast::vrrp {

inline constexpr std::size_t kTrailerOctets = 28;
inline constexpr std::size_t kSendersMax = 16;  // whose sequences are remembered; beyond: the one heard longest ago is forgotten

using Trailer = std::array<std::uint8_t, kTrailerOctets>;
// Seconds, fraction and counter as one number. Order is that of serial numbers, RFC 1982.
using Sequence = std::uint64_t;

// One moment: on the clock that never steps, and on the one that people set.
struct Clocks {
  Instant steady{};
  Duration wall{0};  // since 1970
};

enum class SignatureFault : std::uint8_t { kMalformed, kUnknownKey, kWrong, kStale, kReplayed };

// What one virtual router knows of signed adverts. Its own time is the wall clock of its start and runs with the steady clock, so a step
// of the wall clock changes nothing that peers see. It takes the wall clock over again only when a peer's valid advert agrees with the
// wall clock and not with its own time. A peer is fresh by the wall clock, by our own time, or by how its time ran since it was last
// fresh by the wall clock; so a step on our side does not make it stale.
class SignatureState {
 public:
  // The trailer for `message` (its checksum counts as zero), with the active key.
  Trailer sign(const AdvertSigning& signing, std::span<const std::uint8_t> message, std::uint8_t version, std::uint8_t vrid,
               const IpAddress& source, const Clocks& now);

  // `message`, followed by its trailer, as received.
  std::optional<SignatureFault> check(const AdvertSigning& signing, std::span<const std::uint8_t> message,
                                      std::span<const std::uint8_t> trailer, std::uint8_t version, std::uint8_t vrid,
                                      const IpAddress& source, const Clocks& now) const;
  // The trailer was checked and its advert is used: it cannot be used again.
  void accept(const AdvertSigning& signing, std::span<const std::uint8_t> trailer, const IpAddress& source, const Clocks& now);

 private:
  struct Sender {
    IpAddress address;
    Sequence heard = 0;
    std::optional<Duration> offset;  // its time minus our steady clock
    Instant last{};
  };
  Duration own_offset(const Clocks& now) const { return offset_ ? *offset_ : now.wall - now.steady.time_since_epoch(); }
  const Sender* sender(const IpAddress& address) const;
  bool fresh(const AdvertSigning& signing, Sequence sequence, const Sender* sender, const Clocks& now) const;

  bool stranded(const AdvertSigning& signing, const Sender& sender, const Clocks& now) const;

  std::optional<Duration> offset_;  // our time minus the steady clock
  Sequence sent_ = 0;
  std::vector<Sender> senders_;
};

}  // namespace holdfast::vrrp
