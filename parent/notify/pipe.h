// A notification pipe (notify_fifo): whole lines, in order. While nobody reads, kLinesMax lines wait; further ones are lost and counted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"

namespace holdfast {

class NotifyPipe {
 public:
  static constexpr std::size_t kLinesMax = 4096;

  explicit NotifyPipe(Loop& loop) : loop_(loop) {}
  // Empty: there is none, and lines are dropped silently.
  void open(Fd pipe);
  // False: it is lost.
  bool write(std::string line);

 private:
  bool flush();

  Loop& loop_;
  Fd pipe_;
  std::deque<std::string> waiting_;
  Loop::Watch writable_;
};

}  // namespace holdfast
