// From a received packet to an event of the protocol: finds the instance, has the packet judged, counts, and says what to log.
// Nothing here can change a state or a timer. Also keeps what is counted when sending, so that one place answers the statistics.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "vrrpd/protocol/router.h"
#include "vrrpd/wire/acceptance.h"
#include "vrrpd/wire/header.h"

namespace holdfast::vrrp {

inline constexpr Duration kRejectionLogSpacing{10'000'000};  // of one kind about one instance
inline constexpr Duration kCauseLogSpacing{1'000'000};       // of one kind about all instances: what no sender can multiply

struct Traffic {
  RejectionCounters rejected;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t priority_zero_received = 0;
  std::uint64_t priority_zero_sent = 0;
  bool old_checksum = false;  // a unicast peer was heard that uses it: answer in kind
};

class Intake {
 public:
  struct Outcome {
    std::optional<InstanceHeard> event;
    std::string line;  // empty: nothing to log
  };
  Outcome take(const Router& router, const SocketKey& socket, const Packet& packet, const Clocks& now);
  // What an advert that leaves now carries besides its message.
  std::uint32_t next_header_sequence(InstanceId id, const Clocks& now);
  Trailer sign(const VrrpInstance& config, std::span<const std::uint8_t> message, const IpAddress& source, const Clocks& now);

  Traffic& traffic(InstanceId id) { return records_[id].traffic; }
  const Traffic& traffic(InstanceId id) const;
  std::uint64_t unknown_vrids() const { return unknown_vrids_; }
  // Rejections are logged again, once of each kind.
  void state_changed(InstanceId id) { records_[id].muted.fill(false); }
  // Records of instances that the router no longer knows.
  void forget(const Router& router);

 private:
  struct Record {
    Traffic traffic;
    std::array<bool, kRejections> muted{};
    std::array<Instant, kRejections> quiet_until{};
    HeaderSequence header;
    SignatureState signatures;
  };
  Outcome rejected(Record& record, const VrrpInstance& config, const Packet& packet, Rejection reason, Instant now);

  std::unordered_map<InstanceId, Record> records_;
  std::array<Instant, kRejections> quiet_until_{};
  std::uint64_t unknown_vrids_ = 0;
};

}  // namespace holdfast::vrrp
