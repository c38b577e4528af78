// Waiting room of the parent link. See outbox.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/outbox.h"

#include <string>
#include <utility>

namespace holdfast {

static constexpr Duration kRetryDelay{2'000};  // while the parent has not caught up

Outbox::Outbox(Loop& loop, std::function<void()> overrun)
    : overrun_(std::move(overrun)), loop_(loop), retry_(loop.timer([this] { flush(); })) {}

void Outbox::send(wire::CheckerdToParent message) {
  if (waiting_.size() >= kOutboxMax) return overrun_();
  waiting_.push_back(std::move(message));
  flush();
}

void Outbox::log(LogLevel level, LogEvent event, std::string_view text) {
  if (lines_waiting_ >= kLogLinesMax) {
    ++lines_dropped_;
    return;
  }
  wire::CheckerdToParent message;
  auto* record = message.mutable_log();
  record->set_event(static_cast<std::uint32_t>(event));
  record->set_level(static_cast<std::uint32_t>(level));
  record->set_text(std::string(text));
  ++lines_waiting_;
  send(std::move(message));
}

void Outbox::flush() {
  while (!waiting_.empty()) {
    if (!link_ || link_->backlogged()) return retry_.arm(loop_.now() + kRetryDelay);
    const wire::CheckerdToParent message = std::move(waiting_.front());
    waiting_.pop_front();
    if (message.has_log()) --lines_waiting_;
    if (auto sent = link_->send(message); !sent) return overrun_();
  }
  if (lines_dropped_ > 0) {
    const std::size_t dropped = std::exchange(lines_dropped_, 0);
    log(LogLevel::kWarning, LogEvent::kMessage, std::to_string(dropped) + " log lines were dropped");
  }
  if (waiting_.empty() && when_empty_) std::exchange(when_empty_, nullptr)();
}

void Outbox::when_empty(std::function<void()> call) {
  when_empty_ = std::move(call);
  flush();
}

}  // namespace holdfast
