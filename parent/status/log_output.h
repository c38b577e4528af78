// Where lines of all processes end: the system log and, with -l, the console. One ident per process, as keepalived has it.
// Knows RFC 3164's form as glibc's syslog(3) writes it. Everything it needs is opened before the sandbox.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

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
  Rules rules_;
  Fd syslog_;
};

}  // namespace holdfast
