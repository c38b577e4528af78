// All BFD sessions of one plan: which packet is whose (RFC 5880 section 6.8.6, RFC 5881 section 5), and when the next one is due.
// Pure. A reload recognises sessions by id: what did not change does not notice.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "vrrpd/bfd/session.h"

namespace holdfast::bfd {

inline constexpr std::size_t kSessionsMax = 4096;

struct Happened {
  TrackerId session;
  Effect effect;
};

// A datagram to port 3784 or 4784.
struct Arrived {
  IpAddress source;
  bool multihop = false;
  std::uint8_t ttl = 0;  // or hop limit
  std::span<const std::uint8_t> payload;
};

class Sessions {
 public:
  // `random` gives discriminators; it is asked again while one is 0 or taken.
  explicit Sessions(std::function<std::uint32_t()> random) : random_(std::move(random)) {}

  std::vector<Happened> apply(const std::vector<BfdSession>& configs, Instant now);
  struct Heard {
    std::optional<Rejection> rejection;
    std::vector<Happened> happened;
  };
  Heard hear(const Arrived& arrived, Instant now);
  std::vector<Happened> tick(Instant now);
  std::vector<Happened> close(Instant now);

  Instant deadline() const;
  const Session* session(TrackerId id) const;
  std::vector<TrackerId> ids() const;
  std::uint64_t rejected(Rejection reason) const { return rejected_[static_cast<std::size_t>(reason)]; }

 private:
  Session* addressee(const Arrived& arrived, const ControlPacket& packet);
  std::uint32_t new_discriminator();

  std::function<std::uint32_t()> random_;
  std::map<TrackerId, Session> sessions_;
  std::unordered_map<std::uint32_t, TrackerId> by_discriminator_;
  std::array<std::uint64_t, kRejections> rejected_{};
};

}  // namespace holdfast::bfd
