// A reader of the log that does not read: nobody waits for it, and what it missed is said.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/log_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>

namespace holdfast {
namespace {

// Standard error is this descriptor while it lives.
class InsteadOfStderr {
 public:
  explicit InsteadOfStderr(int descriptor) : saved_(::dup(STDERR_FILENO)) { ::dup2(descriptor, STDERR_FILENO); }
  ~InsteadOfStderr() { ::dup2(saved_.get(), STDERR_FILENO); }

 private:
  Fd saved_;
};

std::string read_all(int descriptor) {
  std::string all;
  char text[65536];
  for (ssize_t size; (size = ::read(descriptor, text, sizeof text)) > 0;) all.append(text, static_cast<std::size_t>(size));
  return all;
}

void fills_and_recovers(int writer, int reader) {
  ::fcntl(reader, F_SETFL, O_NONBLOCK);
  constexpr int kLines = 5000;
  std::string before, after;
  {
    const InsteadOfStderr guard(writer);
    LogOutput output({.syslog = false, .console = true});
    for (int i = 0; i < kLines; ++i) output.write("Keepalived", 1, LogLevel::kInfo, "line " + std::to_string(i) + std::string(100, '.'));
    before = read_all(reader);
    output.write("Keepalived", 1, LogLevel::kInfo, "at last");
    after = read_all(reader);
  }
  const auto lines = std::count(before.begin(), before.end(), '\n');
  EXPECT_GT(lines, 10);
  EXPECT_LT(lines, kLines);
  EXPECT_NE(after.find(": " + std::to_string(kLines - lines) + " lines were dropped here"), std::string::npos) << after;
  EXPECT_TRUE(after.ends_with("at last\n"));
}

TEST(LogOutput, APipeThatNobodyReadsHoldsNobodyUp) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd reader(ends[0]), writer(ends[1]);
  fills_and_recovers(writer.get(), reader.get());
}

TEST(LogOutput, NorDoesASocket) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd reader(ends[0]), writer(ends[1]);
  fills_and_recovers(writer.get(), reader.get());
}

TEST(LogOutput, AReaderThatIsGoneIsNoReasonToWait) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd writer(ends[1]);
  ::close(ends[0]);
  const InsteadOfStderr guard(writer.get());
  LogOutput output({.syslog = false, .console = true});
  ::signal(SIGPIPE, SIG_IGN);
  for (int i = 0; i < 10; ++i) output.write("Keepalived", 1, LogLevel::kInfo, "nobody");
}

}  // namespace
}  // namespace holdfast
