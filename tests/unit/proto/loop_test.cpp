// The loop: deadlines are never early, handles unsubscribe, later() keeps order.
// SPDX-License-Identifier: Apache-2.0
#include "proto/runtime/loop.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace holdfast {
namespace {

TEST(Loop, TimersFireInOrderAndNeverEarly) {
  Loop loop;
  std::vector<int> order;
  const Instant start = loop.now();
  const Instant first = start + Duration{1500};
  const Instant second = start + Duration{2300};
  auto late = loop.timer([&] {
    EXPECT_GE(loop.now(), second);
    order.push_back(2);
    loop.stop(7);
  });
  auto early = loop.timer([&] {
    EXPECT_GE(loop.now(), first);
    order.push_back(1);
  });
  late.arm(second);
  early.arm(first);
  EXPECT_EQ(loop.run(), 7);
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(Loop, RearmingMovesACancelledTimerStaysSilent) {
  Loop loop;
  int fired = 0;
  auto silent = loop.timer([&] { ++fired; });
  silent.arm(loop.now() + Duration{500});
  silent.cancel();
  auto moved = loop.timer([&] { loop.stop(0); });
  moved.arm(loop.now() + std::chrono::hours(1));
  moved.arm(loop.now() + Duration{3000});
  loop.run();
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(moved.deadline(), kNever);
}

TEST(Loop, LaterKeepsOrderAndMayDestroyTheHandleThatAsked) {
  Loop loop;
  std::vector<int> order;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Loop::Watch watch;
  watch = loop.on_readable(ends[0], [&] {
    loop.later([&] { order.push_back(1); });
    loop.later([&] {
      watch = {};
      order.push_back(2);
      loop.stop(0);
    });
    char byte;
    ASSERT_EQ(::read(ends[0], &byte, 1), 1);
  });
  ASSERT_EQ(::write(ends[1], "xy", 2), 2);
  loop.run();
  EXPECT_EQ(order.front(), 1);
  EXPECT_FALSE(watch);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Loop, SignalsArriveAsCalls) {
  Loop loop;
  auto watch = loop.on_signal(SIGUSR1, [&] { loop.stop(3); });
  loop.later([] { ::raise(SIGUSR1); });
  EXPECT_EQ(loop.run(), 3);
}

}  // namespace
}  // namespace holdfast
