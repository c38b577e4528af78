// The process's log sink: the only mutable global of the daemons.
// SPDX-License-Identifier: Apache-2.0
#include "proto/runtime/log.h"

#include <cstdio>

namespace holdfast {

namespace {
LogSink& sink() {
  static LogSink current;
  return current;
}
}  // namespace

void set_log_sink(LogSink next) { sink() = std::move(next); }

void log(LogLevel level, LogEvent event, std::string_view text) {
  if (sink()) return sink()(level, event, text);
  std::fprintf(stderr, "<%d> %.*s\n", static_cast<int>(level), static_cast<int>(text.size()), text.data());
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
