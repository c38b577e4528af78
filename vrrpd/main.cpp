// holdfast-vrrpd: inherits its link to the parent, closes its sandbox, then speaks VRRP on the sockets it is handed.
// Started by the launcher only; its command line is the parent's and is not looked at.
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "policy/role.h"
#include "vrrpd/driver.h"

namespace {

constexpr int kExitSandbox = 78;  // EX_CONFIG
constexpr unsigned long kTimerSlackNanoseconds = 1;

int refuse(const holdfast::Error& error) {
  std::fprintf(stderr, "holdfast-vrrpd: %s\n", error.message.c_str());
  return kExitSandbox;
}

// Timers on time: no slack, and no page that has to be fetched first. Future pages only where that cannot make allocations fail.
bool be_punctual() {
  ::prctl(PR_SET_NAME, "holdfast-vrrpd");
  ::prctl(PR_SET_TIMERSLACK, kTimerSlackNanoseconds);
  rlimit limit{};
  const bool unlimited = ::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
  return ::mlockall(unlimited ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT) == 0;
}

// Its life ends by its link, not by signals.
void ignore_signals() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) std::signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) std::signal(number, SIG_IGN);
}

}  // namespace

int main() {
  ignore_signals();
  const bool locked = be_punctual();
  auto parent = holdfast::inherit_channel(holdfast::kParentLinkFd);
  if (!parent) return refuse(parent.error());
  holdfast::Loop loop;
  holdfast::vrrp::Driver driver(loop, *std::move(parent));
  if (const auto status = holdfast::policy::enter(holdfast::policy::kVrrpd); !status) return refuse(status.error());
  driver.ready();
  if (!locked) holdfast::log_debug(holdfast::LogEvent::kMessage, "vrrpd: memory is not locked (RLIMIT_MEMLOCK)");
  return loop.run();
}
