// Section numbers are those of RFC 5880.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/bfd/session.h"

#include <utility>

namespace holdfast::bfd {
namespace {

constexpr Duration kSlowest{1'000'000};  // 6.8.3: not faster than this unless up
constexpr unsigned kPercent = 100;
constexpr unsigned kJitterMax = 25;      // 6.8.7
constexpr unsigned kJitterOfOne = 10;    // at least, with a multiplier of 1

}  // namespace

Session::Session(BfdSession config, std::uint32_t discriminator, Instant now)
    : config_(std::move(config)), mine_(discriminator), random_(discriminator) {
  sent_tx_ = desired_tx();
  promised_rx_ = config_.min_rx;
  last_sent_ = now - kSlowest;
  if (!silent()) next_tx_ = now + jittered(kSlowest / 4);  // many sessions do not begin in step
}

Duration Session::desired_tx() const { return state_ == State::kUp ? config_.min_tx : std::max(config_.idle_tx, kSlowest); }

Duration Session::detection_time() const { return remote_multiplier_ * std::max(promised_rx_, remote_tx_); }

Duration Session::transmit_interval() const { return std::max(sent_tx_, remote_rx_); }

// 6.8.7: when nothing may be sent. A poll sequence goes on in demand mode.
bool Session::silent() const {
  if (config_.passive && yours_ == 0 && remote_multiplier_ == 0) return true;
  if (remote_rx_ == Duration::zero()) return true;
  return remote_demand_ && state_ == State::kUp && remote_state_ == State::kUp && !polling_;
}

// A generator of small quality is enough to keep senders out of step (6.8.7).
Duration Session::jittered(Duration interval) {
  random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
  const unsigned least = config_.multiplier == 1 ? kJitterOfOne : 0;
  const auto percent = least + static_cast<unsigned>(random_ >> 33) % (kJitterMax - least + 1);
  return interval * (kPercent - percent) / kPercent;
}

void Session::schedule(Instant now) {
  next_tx_ = silent() ? kNever : std::max(now, last_sent_ + jittered(transmit_interval()));
}

void Session::send(bool final, Instant now, Effects& effects) {
  ControlPacket packet;
  packet.state = state_;
  packet.diagnostic = diagnostic_;
  packet.poll = polling_ && !final;
  packet.final = final;
  packet.multiplier = config_.multiplier;
  packet.mine = mine_;
  packet.yours = yours_;
  packet.desired_tx = desired_tx();
  packet.required_rx = config_.min_rx;
  effects.push_back(Send{packet});
  if (final) return;  // outside of the rhythm
  last_sent_ = now;
  schedule(now);
}

void Session::enter(State state, Diagnostic diagnostic, Instant now, Effects& effects) {
  if (state == state_) return;
  const bool fast = state == State::kUp;
  state_ = state;
  diagnostic_ = diagnostic;
  effects.push_back(Entered{state, diagnostic, remote_diagnostic_});
  // 6.8.3: parameters of the state take effect with it; while up they are announced by a poll sequence.
  polling_ = fast;
  sent_tx_ = desired_tx();
  if (state_ == State::kDown || state_ == State::kAdminDown) promised_rx_ = config_.min_rx;
  if (!silent()) send(false, now, effects);  // 6.8.7: contents changed, so it goes at once
}

// 6.8.6, the state machine of section 6.2.
void Session::change_state(const ControlPacket& packet, Instant now, Effects& effects) {
  switch (state_) {
    case State::kAdminDown: return;
    case State::kDown:
      if (packet.state == State::kDown) enter(State::kInit, Diagnostic::kNone, now, effects);
      else if (packet.state == State::kInit) enter(State::kUp, Diagnostic::kNone, now, effects);
      return;
    case State::kInit:
      if (packet.state == State::kAdminDown) enter(State::kDown, Diagnostic::kNeighbourDown, now, effects);
      else if (packet.state == State::kInit || packet.state == State::kUp) enter(State::kUp, Diagnostic::kNone, now, effects);
      return;
    case State::kUp:
      if (packet.state == State::kAdminDown || packet.state == State::kDown) enter(State::kDown, Diagnostic::kNeighbourDown, now, effects);
      return;
  }
}

void Session::learn(const ControlPacket& packet, Instant now, Effects& effects) {
  yours_ = packet.mine;
  remote_state_ = packet.state;
  remote_diagnostic_ = packet.diagnostic;
  remote_demand_ = packet.demand;
  remote_multiplier_ = packet.multiplier;
  remote_tx_ = packet.desired_tx;
  remote_rx_ = packet.required_rx;
  if (packet.final && polling_) {  // 6.5: the neighbour knows
    polling_ = false;
    sent_tx_ = desired_tx();
    promised_rx_ = config_.min_rx;
  }
}

Effects Session::hear(const ControlPacket& packet, Instant now) {
  Effects effects;
  if (state_ == State::kAdminDown) return effects;
  const Duration before = transmit_interval();
  const bool was_silent = silent();
  learn(packet, now, effects);
  change_state(packet, now, effects);
  if (packet.poll) send(/*final=*/true, now, effects);
  last_heard_ = now;
  detect_at_ = state_ == State::kInit || state_ == State::kUp ? now + detection_time() : kNever;
  if (before != transmit_interval() || was_silent != silent() || next_tx_ == kNever) schedule(now);
  return effects;
}

Effects Session::tick(Instant now) {
  Effects effects;
  if (now >= detect_at_) {
    effects.push_back(Expired{detection_time(), now - detect_at_});
    detect_at_ = kNever;
    yours_ = 0;  // 6.8.1
    remote_state_ = State::kDown;
    remote_demand_ = false;
    remote_rx_ = Duration{1};
    remote_tx_ = Duration{0};
    if (config_.passive) remote_multiplier_ = 0;
    enter(State::kDown, Diagnostic::kTimeExpired, now, effects);
    if (silent()) next_tx_ = kNever;
  }
  if (now >= next_tx_) send(false, now, effects);
  return effects;
}

Effects Session::reconfigure(BfdSession config, Instant now) {
  Effects effects;
  const bool same = config == config_;
  config_ = std::move(config);
  if (same) return effects;
  if (state_ != State::kUp) {
    sent_tx_ = desired_tx();
    promised_rx_ = config_.min_rx;
  } else {
    polling_ = true;
    sent_tx_ = std::min(sent_tx_, desired_tx());           // faster at once, slower after the poll
    promised_rx_ = std::max(promised_rx_, config_.min_rx);  // patient until the neighbour knows
    detect_at_ = last_heard_ + detection_time();
    send(false, now, effects);
  }
  schedule(now);
  return effects;
}

Effects Session::close(Instant now) {
  Effects effects;
  detect_at_ = kNever;
  if (state_ == State::kAdminDown || silent()) return effects;
  state_ = State::kAdminDown;
  diagnostic_ = Diagnostic::kAdminDown;
  polling_ = false;
  send(false, now, effects);
  next_tx_ = kNever;
  return effects;
}

}  // namespace holdfast::bfd
