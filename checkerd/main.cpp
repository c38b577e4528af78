// holdfast-checkerd: schedules checks, connects, decides. Link, limits, sandbox, loop.
// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "checkerd/driver.h"
#include "policy/role.h"

using namespace holdfast;

static constexpr std::size_t kRunsMax = 4096;
static constexpr std::size_t kOwnDescriptors = 128;  // links, loop, workers

static int refuse(const Error& error) {
  std::fprintf(stderr, "holdfast-checkerd: %s\n", error.message.c_str());
  return 1;
}

int main() {
  prctl(PR_SET_NAME, "holdfast-check");
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) std::signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) std::signal(number, SIG_IGN);
  auto link = inherit_channel(kParentLinkFd);
  if (!link) return refuse(link.error());
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return refuse(Error{"limit of descriptors cannot be read"});
  const auto limit = std::min<std::size_t>(descriptors.rlim_max, policy::kCheckerd.limits.descriptors);
  const std::size_t runs_max = std::min(kRunsMax, limit > 2 * kOwnDescriptors ? limit - kOwnDescriptors : kOwnDescriptors);
  Loop loop;
  if (auto entered = policy::enter(policy::kCheckerd); !entered) return refuse(entered.error());
  CheckerdDriver driver(loop, *std::move(link), runs_max);
  return loop.run();
}
