// One BFD session in asynchronous mode: (configuration, state, event, now) -> effects. RFC 5880 sections 6.2, 6.5 and 6.8.
// Pure: no sockets, no clock, no logging; jitter comes from a generator that is seeded with the discriminator.
// Demand mode is honoured when the neighbour asks for it and never asked for; there is no echo and no authentication.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "proto/value/bfd_plan.h"
#include "vrrpd/bfd/control_packet.h"

namespace holdfast::bfd {

struct Send {
  ControlPacket packet;
  bool operator==(const Send&) const = default;
};
struct Entered {
  State state = State::kDown;
  Diagnostic local = Diagnostic::kNone;
  Diagnostic remote = Diagnostic::kNone;
  bool operator==(const Entered&) const = default;
};
struct Expired {
  Duration after{0};     // the detection time
  Duration overdue{0};
  bool operator==(const Expired&) const = default;
};
using Effect = std::variant<Send, Entered, Expired>;
using Effects = std::vector<Effect>;

class Session {
 public:
  // `discriminator`: random, not 0, unique on this host.
  Session(BfdSession config, std::uint32_t discriminator, Instant now);

  Effects hear(const ControlPacket& packet, Instant now);
  // The deadline has come.
  Effects tick(Instant now);
  // A reload: parameters change by a poll sequence, the session goes on.
  Effects reconfigure(BfdSession config, Instant now);
  // The last packet: administratively down.
  Effects close(Instant now);

  Instant deadline() const { return std::min(next_tx_, detect_at_); }
  State state() const { return state_; }
  bool up() const { return state_ == State::kUp; }
  std::uint32_t discriminator() const { return mine_; }
  const BfdSession& config() const { return config_; }
  Duration detection_time() const;
  Duration transmit_interval() const;  // before jitter

 private:
  Duration desired_tx() const;  // what packets say
  bool silent() const;
  void enter(State state, Diagnostic diagnostic, Instant now, Effects& effects);
  void send(bool final, Instant now, Effects& effects);
  void schedule(Instant now);
  void learn(const ControlPacket& packet, Instant now, Effects& effects);
  void change_state(const ControlPacket& packet, Instant now, Effects& effects);
  Duration jittered(Duration interval);

  BfdSession config_;
  std::uint32_t mine_;
  std::uint64_t random_;
  State state_ = State::kDown;
  Diagnostic diagnostic_ = Diagnostic::kNone;
  // What the neighbour said.
  std::uint32_t yours_ = 0;
  State remote_state_ = State::kDown;
  Diagnostic remote_diagnostic_ = Diagnostic::kNone;
  Duration remote_tx_{0};
  Duration remote_rx_{1};
  std::uint8_t remote_multiplier_ = 0;
  bool remote_demand_ = false;
  // What is in force while a poll sequence runs: a slower sender, and a shorter detection, wait for its end (section 6.8.3).
  bool polling_ = false;
  Duration sent_tx_{0};
  Duration promised_rx_{0};
  Instant last_sent_{};
  Instant last_heard_{};
  Instant next_tx_ = kNever;
  Instant detect_at_ = kNever;
};

}  // namespace holdfast::bfd
