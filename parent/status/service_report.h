// What the service manager is told: ready, reloading, stopping, status, watchdog. sd_notify(3); nothing happens without it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "proto/value/instant.h"

namespace holdfast {

class ServiceReport {
 public:
  ServiceReport();
  void ready(const std::string& status);
  void reloading(Instant now);          // sd_notify(3): the monotonic clock, which is the loop's
  void stopping();
  void status(const std::string& text);
  void alive();                        // WATCHDOG=1
  Duration watchdog() const { return watchdog_; }  // 0: not asked for; otherwise alive() is expected at half of it

 private:
  void say(const std::string& state);
  Duration watchdog_{0};
};

}  // namespace holdfast
