// Runs a function in a forked child and returns what it returns (0..255), or 1000 + the signal that ended it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace holdfast {

inline constexpr int kEndedBySignal = 1000;

template <class Body>
int in_child(Body body) {
  const pid_t pid = fork();
  if (pid < 0) return -1;
  if (pid == 0) _exit(body());
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return -1;
  return WIFSIGNALED(status) ? kEndedBySignal + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace holdfast
