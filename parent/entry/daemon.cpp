// Two forks and a session of its own, daemon(7). Standard streams go to /dev/null, so that a shell that reads them is not held.
// SPDX-License-Identifier: Apache-2.0
#include "parent/entry/daemon.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace holdfast::entry {

namespace {

constexpr int kExitDiedEarly = 1;

// "N\n" from the parent; its silence is a failure.
[[noreturn]] void await(const Fd& pipe_end) {
  std::array<char, 16> word{};
  std::size_t length = 0;
  while (length < word.size() - 1) {
    const ssize_t size = read(pipe_end.get(), word.data() + length, word.size() - 1 - length);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    length += static_cast<std::size_t>(size);
    if (word[length - 1] == '\n') _exit(static_cast<int>(std::strtol(word.data(), nullptr, 10)) & 0xff);
  }
  std::fprintf(stderr, "holdfast: the daemon ended before it was ready; see its log\n");
  _exit(kExitDiedEarly);
}

}  // namespace

Result<Fd> leave_shell() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error{"daemon: pipe", errno};
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t first = fork();
  if (first < 0) return Error{"daemon: fork", errno};
  if (first != 0) {
    writing.reset();
    await(reading);
  }
  reading.reset();
  setsid();
  const pid_t second = fork();
  if (second < 0) return Error{"daemon: fork", errno};
  if (second != 0) _exit(0);
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return Error{"daemon: /dev/null", errno};
  for (int number = 0; number <= 2; ++number) dup2(null.get(), number);
  return writing;
}

}  // namespace holdfast::entry
