// What checkerd says to the parent, in order, without ever overrunning the link: when thousands of servers change at once, messages wait
// here. Facts are never dropped; log lines are, beyond kLogLinesMax, and the number of dropped ones is said.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <string_view>

#include "proto/channel/typed_link.h"
#include "proto/runtime/log.h"
#include "proto/schema/parent_checkerd.pb.h"

namespace holdfast {

inline constexpr std::size_t kOutboxMax = 1'000'000;  // facts; more means that the parent has stopped reading for good
inline constexpr std::size_t kLogLinesMax = 20'000;

class Outbox {
 public:
  using ParentLink = Link<wire::CheckerdToParent, wire::ParentToCheckerd>;

  // `overrun` is called when the link fails or the box is full: the process cannot go on.
  Outbox(Loop& loop, std::function<void()> overrun);
  void attach(ParentLink* link) { link_ = link; }
  void send(wire::CheckerdToParent message);
  void log(LogLevel level, LogEvent event, std::string_view text);
  bool empty() const { return waiting_.empty(); }
  void when_empty(std::function<void()> call);  // once

 private:
  void flush();

  std::function<void()> overrun_;
  ParentLink* link_ = nullptr;
  std::deque<wire::CheckerdToParent> waiting_;
  std::size_t lines_waiting_ = 0;
  std::size_t lines_dropped_ = 0;
  std::function<void()> when_empty_;
  Loop& loop_;
  Loop::Timer retry_;
};

}  // namespace holdfast
