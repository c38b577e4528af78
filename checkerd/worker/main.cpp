// holdfast-worker: parses what servers answer, and may do nothing else. Link, TLS, sandbox, loop.
// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>

#include "checkerd/worker/driver.h"
#include "checkerd/worker/probe/digest.h"
#include "policy/role.h"

using namespace holdfast;

static int refuse(const Error& error) {
  std::fprintf(stderr, "holdfast-worker: %s\n", error.message.c_str());
  return 1;
}

int main() {
  prctl(PR_SET_NAME, "holdfast-worker");
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) std::signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) std::signal(number, SIG_IGN);
  auto link = inherit_channel(kParentLinkFd);  // its other end is handed to checkerd
  if (!link) return refuse(link.error());
  auto tls = TlsContext::make();
  if (!tls) return refuse(tls.error());
  if (!Digest().usable()) return refuse(Error{"OpenSSL has no MD5"});
  Loop loop;
  if (auto entered = policy::enter(policy::kWorker); !entered) return refuse(entered.error());
  WorkerDriver driver(loop, *std::move(link), *std::move(tls));
  return loop.run();
}
