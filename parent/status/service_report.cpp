// See service_report.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/service_report.h"

#include <unistd.h>

#ifdef HF_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace holdfast {

ServiceReport::ServiceReport() {
#ifdef HF_SYSTEMD
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) > 0) watchdog_ = Duration{static_cast<std::int64_t>(microseconds)};
#endif
}

void ServiceReport::say([[maybe_unused]] const std::string& state) {
#ifdef HF_SYSTEMD
  ::sd_notify(0, state.c_str());
#endif
}

void ServiceReport::ready(const std::string& status) {
  say("READY=1\nMAINPID=" + std::to_string(::getpid()) + "\nSTATUS=" + status);
}

void ServiceReport::reloading(Instant now) {
  say("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.time_since_epoch().count()) + "\nSTATUS=Reloading");
}

void ServiceReport::stopping() { say("STOPPING=1\nSTATUS=Stopping"); }
void ServiceReport::status(const std::string& text) { say("STATUS=" + text); }
void ServiceReport::alive() { say("WATCHDOG=1"); }

}  // namespace holdfast
