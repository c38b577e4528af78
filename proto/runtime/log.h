// One line for the operator. Drivers and the supervisor log; pure code and codecs never do.
// A child's sink is its link to the parent; the parent's sink writes syslog, console and files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "proto/runtime/log_event.h"

namespace holdfast {

using LogSink = std::function<void(LogLevel, LogEvent, std::string_view text)>;

// Where lines go from now on; without one they go to stderr.
void set_log_sink(LogSink sink);
void log(LogLevel level, LogEvent event, std::string_view text);

inline void log_info(LogEvent event, std::string_view text) { log(LogLevel::kInfo, event, text); }
inline void log_notice(LogEvent event, std::string_view text) { log(LogLevel::kNotice, event, text); }
inline void log_warning(LogEvent event, std::string_view text) { log(LogLevel::kWarning, event, text); }
inline void log_error(LogEvent event, std::string_view text) { log(LogLevel::kError, event, text); }
inline void log_debug(LogEvent event, std::string_view text) { log(LogLevel::kDebug, event, text); }

// Bytes of foreign origin made safe for a line: printable ASCII kept, the rest as \xNN, cut at `length_max`.
std::string printable(std::string_view bytes, std::size_t length_max = 200);

}  // namespace holdfast
