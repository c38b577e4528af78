// holdfast-scriptd: the only process that runs scripts. Started by the root phase beside the launcher, never below it.
//   holdfast-scriptd root|user|single      with its link to the parent as descriptor 3
// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "parent/scriptd/driver.h"
#include "parent/scriptd/process.h"
#include "policy/role.h"

namespace {

using namespace holdfast;

constexpr int kExitUsage = 64;
constexpr int kExitPolicy = 78;

std::optional<scriptd::Mode> read_mode(std::string_view word) {
  if (word == "root") return scriptd::Mode::kRoot;
  if (word == "user") return scriptd::Mode::kUser;
  if (word == "single") return scriptd::Mode::kSingle;
  return {};
}

int refuse(const Error& error) {
  std::fprintf(stderr, "holdfast-scriptd: %s: %s\n", error.message.c_str(), std::strerror(error.code));
  return kExitPolicy;
}

}  // namespace

int main(int argc, char** argv) {
  const auto mode = argc == 2 ? read_mode(argv[1]) : std::nullopt;
  if (!mode) {
    std::fprintf(stderr, "holdfast-scriptd: started by holdfast, not by hand\n");
    return kExitUsage;
  }
  prctl(PR_SET_NAME, "holdfast-script", 0, 0, 0);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGQUIT}) std::signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) std::signal(number, SIG_IGN);
  scriptd::clean_environment();
  auto link = inherit_channel(kParentLinkFd);
  if (!link) return refuse(link.error());
  if (const Status entered = policy::enter(policy::kScriptd); !entered) return refuse(entered.error());
  Loop loop;
  scriptd::Driver driver(loop, *std::move(link), *mode);
  return loop.run();
}
