// The process's log sink: the only mutable global of the daemons.
// SPDX-License-Identifier: Apache-2.0
#include "proto/runtime/log.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace holdfast {

namespace {
LogSink& sink() {
  static LogSink current;
  return current;
}

// Standard error of a process without a sink. Who reads it may be stopped: a line that finds no room is dropped and counted.
std::uint64_t& dropped_lines() {
  static std::uint64_t count = 0;
  return count;
}

bool write_at_once(const std::string& line) {
  constexpr std::size_t kLineMax = 2048;  // below PIPE_BUF: what poll(2) finds room for is written whole
  pollfd room{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0) return false;
  return ::write(STDERR_FILENO, line.data(), std::min(line.size(), kLineMax)) >= 0;
}
}  // namespace

void set_log_sink(LogSink next) { sink() = std::move(next); }

void log(LogLevel level, LogEvent event, std::string_view text) {
  if (sink()) return sink()(level, event, text);
  std::uint64_t& dropped = dropped_lines();
  if (dropped != 0 && write_at_once("<4> " + std::to_string(dropped) + " lines were dropped here: their reader did not read\n")) dropped = 0;
  const std::string line = "<" + std::to_string(static_cast<int>(level)) + "> " + std::string(text) + "\n";
  if (dropped != 0 || !write_at_once(line)) ++dropped;
}

std::string printable(std::string_view bytes, std::size_t length_max) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    if (text.size() >= length_max) return text + "...";
    const auto octet = static_cast<unsigned char>(byte);
    if (octet >= 0x20 && octet < 0x7f && octet != '\\') {
      text += byte;
    } else {
      text += {'\\', 'x', kDigits[octet >> 4], kDigits[octet & 15]};
    }
  }
  return text;
}

}  // namespace holdfast
