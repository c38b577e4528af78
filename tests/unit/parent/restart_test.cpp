// When a dead child is started again: rows of (lived, died at) against (delay, resumes).
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/restart.h"

#include <gtest/gtest.h>

#include <vector>

namespace holdfast {
namespace {

using std::chrono::seconds;

constexpr Instant at(int second) { return Instant{seconds(second)}; }

TEST(RestartGuard, ThreeResumptionsThenBackOffToAMinute) {
  RestartGuard guard;
  const std::vector<Restart> expected = {
      {Duration{0}, true}, {Duration{0}, true}, {Duration{0}, true},  {seconds(1), false},  {seconds(2), false},
      {seconds(4), false}, {seconds(8), false}, {seconds(16), false}, {seconds(32), false}};
  int second = 100;
  for (std::size_t death = 0; death < 4; ++death, ++second) {
    EXPECT_EQ(guard.died(at(second), at(second)), expected[death]) << "death " << death;
  }
  for (std::size_t death = 4; death < expected.size(); ++death, ++second) {
    EXPECT_EQ(guard.died(at(second), at(second)).delay, expected[death].delay) << "death " << death;
  }
}

TEST(MayResume, OnlyWhileNoPeerCanHaveTakenOver) {
  const Duration second{1'000'000};
  EXPECT_TRUE(may_resume(Duration{15'000}, second, 3));
  EXPECT_TRUE(may_resume(Duration{1'999'999}, second, 3));
  EXPECT_FALSE(may_resume(Duration{2'000'000}, second, 3));
  EXPECT_TRUE(may_resume(Duration{199'999}, Duration{100'000}, 3));
  EXPECT_FALSE(may_resume(Duration{200'000}, Duration{100'000}, 3));
  EXPECT_TRUE(may_resume(Duration{3'000'000}, second, 5));
}

TEST(RestartGuard, DelayEndsAtAMinute) {
  RestartGuard guard({.resumptions = 0});
  Duration delay{0};
  for (int death = 0; death < 20; ++death) delay = guard.died(at(100), at(100)).delay;
  EXPECT_EQ(delay, seconds(60));
}

TEST(RestartGuard, OneMinuteOfLifeClearsTheRecord) {
  RestartGuard guard;
  for (int death = 0; death < 6; ++death) guard.died(at(100), at(100));
  EXPECT_EQ(guard.died(at(110), at(170)), (Restart{Duration{0}, true}));
}

TEST(RestartGuard, DeathsOlderThanTheWindowDoNotCount) {
  RestartGuard guard;
  EXPECT_TRUE(guard.died(at(100), at(100)).resume);
  EXPECT_TRUE(guard.died(at(101), at(130)).resume);
  EXPECT_TRUE(guard.died(at(131), at(159)).resume);
  EXPECT_TRUE(guard.died(at(159), at(161)).resume) << "the first death is more than 60 s ago";
  EXPECT_FALSE(guard.died(at(161), at(162)).resume);
}

TEST(RestartGuard, LimitOfResumptionsIsConfigurable) {
  RestartGuard guard;
  guard.set_resumptions(1);
  EXPECT_TRUE(guard.died(at(100), at(100)).resume);
  EXPECT_FALSE(guard.died(at(100), at(100)).resume);
}

}  // namespace
}  // namespace holdfast
