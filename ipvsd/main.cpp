// ipvsd: links, netlink sockets, sandbox, loop. The sockets are opened before the sandbox because netlink checks who sends.
// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/stubs/logging.h>
#include <signal.h>
#include <sys/prctl.h>

#include <cstdio>

#include "ipvsd/driver.h"
#include "ipvsd/kernel/linux_kernel.h"
#include "policy/role.h"
#include "proto/channel/socket.h"

namespace {

constexpr int kExitRefused = 78;  // EX_CONFIG: cannot run here

int refuse(const holdfast::Error& error) {
  std::fprintf(stderr, "ipvsd: %s\n", error.message.c_str());
  return kExitRefused;
}

void ignore_signals() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) ::signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) ::signal(number, SIG_IGN);
}

}  // namespace

int main() {
  ::prctl(PR_SET_NAME, "ipvsd");
  ignore_signals();
  google::protobuf::SetLogHandler(nullptr);
  auto parent = holdfast::inherit_channel(holdfast::kParentLinkFd);
  if (!parent) return refuse(parent.error());
  auto kernel = holdfast::LinuxKernel::open();
  if (!kernel) return refuse(kernel.error());
  holdfast::ProcessSource processes = holdfast::ProcessSource::open();
  holdfast::Loop loop;
  if (auto status = holdfast::policy::enter(holdfast::policy::kIpvsd); !status) return refuse(status.error());
  holdfast::Driver driver(loop, *std::move(parent), *std::move(kernel), std::move(processes));
  if (auto status = driver.start(); !status) return refuse(status.error());
  return loop.run();
}
