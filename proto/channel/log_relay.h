// Lines of a child on their way to the parent. A parent that does not read must not cost what else the link carries: beyond a limit lines are
// dropped and counted, and the first one that goes again says how many.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "proto/channel/typed_link.h"
#include "proto/runtime/log_event.h"

namespace holdfast {

inline constexpr std::size_t kLinesWaitingMax = kQueueMax / 4;  // messages that wait when the next line is dropped
inline constexpr std::size_t kLineOctetsMax = 1024;

template <class Out, class In>
class LogRelay {
 public:
  explicit LogRelay(Link<Out, In>& link) : link_(link) {}

  void operator()(LogLevel level, LogEvent event, std::string_view text) {
    if (!link_.open()) return;
    if (link_.waiting() >= kLinesWaitingMax) {
      ++dropped_;
      return;
    }
    if (dropped_ != 0) {
      send(LogLevel::kWarning, LogEvent::kMessage, std::to_string(std::exchange(dropped_, 0)) + " log lines were dropped: the parent did not read them");
    }
    send(level, event, text);
  }
  std::uint64_t dropped() const { return dropped_; }

 private:
  // A link that fails reports its end by itself.
  void send(LogLevel level, LogEvent event, std::string_view text) {
    Out message;
    message.mutable_log()->set_level(static_cast<std::uint32_t>(level));
    message.mutable_log()->set_event(static_cast<std::uint32_t>(event));
    message.mutable_log()->set_text(std::string(text.substr(0, kLineOctetsMax)));
    static_cast<void>(link_.send(message).has_value());
  }

  Link<Out, In>& link_;
  std::uint64_t dropped_ = 0;
};

}  // namespace holdfast
