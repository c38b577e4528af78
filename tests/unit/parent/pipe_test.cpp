// A notification pipe that nobody reads, and one that somebody reads late.
// SPDX-License-Identifier: Apache-2.0
#include "parent/notify/pipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

namespace holdfast {
namespace {

TEST(NotifyPipe, LinesWaitInOrderForALateReaderAndTheQueueHasAnEnd) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
  const Fd reader(ends[0]);
  Loop loop;
  NotifyPipe pipe(loop);
  EXPECT_TRUE(pipe.write("before it is open\n"));
  pipe.open(Fd(ends[1]));
  std::size_t kept = 0;
  while (pipe.write("line " + std::to_string(kept) + std::string(500, '.') + "\n")) ++kept;
  EXPECT_GT(kept, NotifyPipe::kLinesMax);
  std::string all;
  std::size_t lines = 0;
  const auto watch = loop.on_readable(reader.get(), [&] {
    char text[65536];
    const ssize_t length = ::read(reader.get(), text, sizeof text);
    ASSERT_GT(length, 0);
    all.append(text, static_cast<std::size_t>(length));
    lines = static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n'));
    if (lines >= kept) loop.stop(0);
  });
  loop.run();
  EXPECT_EQ(lines, kept);
  EXPECT_TRUE(all.starts_with("line 0"));
  EXPECT_NE(all.find("line " + std::to_string(kept - 1) + "."), std::string::npos);
}

}  // namespace
}  // namespace holdfast
