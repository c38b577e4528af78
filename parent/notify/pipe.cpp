// See pipe.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/notify/pipe.h"

#include <unistd.h>

namespace holdfast {

void NotifyPipe::open(Fd pipe) {
  writable_ = {};
  waiting_.clear();
  pipe_ = std::move(pipe);
}

// A line is written by one call: it is in the pipe whole or not at all (pipe(7), PIPE_BUF).
bool NotifyPipe::flush() {
  while (!waiting_.empty()) {
    const std::string& line = waiting_.front();
    if (::write(pipe_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) return false;
    waiting_.pop_front();
  }
  return true;
}

bool NotifyPipe::write(std::string line) {
  if (!pipe_) return true;
  if (waiting_.size() >= kLinesMax) return false;
  waiting_.push_back(std::move(line));
  if (flush() || writable_) return true;
  writable_ = loop_.on_writable(pipe_.get(), [this] {
    if (!flush()) return;
    loop_.later([this] {
      if (waiting_.empty()) writable_ = {};
    });
  });
  return true;
}

}  // namespace holdfast
