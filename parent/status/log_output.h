// Where lines of all processes end: the system log and, with -l, the console. One ident per process, as keepalived has it.
// A reader that does not read holds nobody up: what cannot be written at once is dropped, counted, and the count is said with the next line.
// Knows RFC 3164's form as glibc's syslog(3) writes it. Everything it needs is opened before the sandbox.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/runtime/fd.h"
#include "proto/runtime/log_event.h"

namespace holdfast {

class LogOutput {
 public:
  struct Rules {
    bool syslog = true;
    bool console = false;
    int facility = 3;        // LOG_DAEMON >> 3
    unsigned detail = 0;     // debug lines are written from 1 on
    std::string suffix;      // of the ident: network namespace and instance
  };
  explicit LogOutput(Rules rules);

  void write(std::string_view ident, pid_t pid, LogLevel level, std::string_view text);

 private:
  void connect();
  bool to_console(const std::string& line);
  bool to_syslog(const std::string& line);
  Rules rules_;
  Fd syslog_;
  std::uint64_t console_dropped_ = 0;
  std::uint64_t syslog_dropped_ = 0;
};

}  // namespace holdfast
