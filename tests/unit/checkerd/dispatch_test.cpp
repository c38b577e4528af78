// checkerd/connect/dispatch as tables: who gets a probe, and when a worker is doubted and given up.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/connect/dispatch.h"

#include <gmock/gmock.h>

#include "tests/unit/checkerd/plans.h"

namespace holdfast {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration kTimeout = 5 * kSecond;
constexpr Duration kLongest = 50 * kSecond;

Dispatch with_workers(unsigned count) {
  Dispatch dispatch;
  for (unsigned slot = 0; slot < count; ++slot) {
    dispatch.open(slot);
    dispatch.ready(slot);
  }
  return dispatch;
}

TEST(Dispatch, NobodyBeforeReady) {
  Dispatch dispatch;
  EXPECT_EQ(dispatch.choose(), std::nullopt);
  dispatch.open(3);
  EXPECT_EQ(dispatch.choose(), std::nullopt);
  dispatch.ready(3);
  EXPECT_EQ(dispatch.choose(), 3u);
}

TEST(Dispatch, InTurnByLoad) {
  Dispatch dispatch = with_workers(3);
  std::vector<unsigned> chosen;
  for (std::uint64_t probe = 1; probe <= 6; ++probe) {
    const unsigned slot = *dispatch.choose();
    chosen.push_back(slot);
    dispatch.started(slot, probe, at(1), kTimeout, kLongest);
  }
  EXPECT_THAT(chosen, ElementsAre(1, 2, 0, 1, 2, 0));
  EXPECT_TRUE(dispatch.finished(2, 2));
  EXPECT_EQ(dispatch.choose(), 2u) << "the one with the least to do";
  EXPECT_FALSE(dispatch.finished(2, 2)) << "once";
  EXPECT_FALSE(dispatch.finished(1, 6)) << "not that worker's";
}

TEST(Dispatch, AWorkerHasRoomForSoMany) {
  Dispatch dispatch = with_workers(1);
  for (std::uint64_t probe = 1; probe <= kProbesPerWorker; ++probe) {
    ASSERT_TRUE(dispatch.choose());
    dispatch.started(0, probe, at(1), kTimeout, kLongest);
  }
  EXPECT_EQ(dispatch.choose(), std::nullopt);
  EXPECT_EQ(dispatch.forget(7), 0u);
  EXPECT_TRUE(dispatch.choose());
  EXPECT_EQ(dispatch.forget(7), std::nullopt);
}

TEST(Dispatch, TheEndOfAWorkerLosesItsProbes) {
  Dispatch dispatch = with_workers(2);
  dispatch.started(0, 5, at(1), kTimeout, kLongest);
  dispatch.started(1, 6, at(1), kTimeout, kLongest);
  dispatch.started(0, 4, at(1), kTimeout, kLongest);
  EXPECT_THAT(dispatch.close(0), ElementsAre(4, 5));
  EXPECT_THAT(dispatch.close(0), IsEmpty());
  EXPECT_FALSE(dispatch.is_open(0));
  EXPECT_FALSE(dispatch.finished(0, 5));
  dispatch.open(0);
  EXPECT_EQ(dispatch.choose(), 1u) << "its successor is not ready yet";
}

TEST(Dispatch, AnOverdueProbeRaisesDoubtAndSilenceEndsIt) {
  Dispatch dispatch = with_workers(1);
  EXPECT_EQ(dispatch.deadline(), kNever);
  dispatch.started(0, 1, at(10), kTimeout, kLongest);
  EXPECT_EQ(dispatch.deadline(), at(16));  // timeout and margin
  EXPECT_THAT(dispatch.doubt(at(15.9)).ask, IsEmpty());
  EXPECT_THAT(dispatch.doubt(at(16)).ask, ElementsAre(0));
  EXPECT_EQ(dispatch.deadline(), at(18));
  EXPECT_THAT(dispatch.doubt(at(17.9)).stuck, IsEmpty());
  EXPECT_THAT(dispatch.doubt(at(18)).stuck, ElementsAre(0));
}

TEST(Dispatch, ASignOfLifeBuysTimeButNotForEver) {
  Dispatch dispatch = with_workers(1);
  dispatch.started(0, 1, at(10), kTimeout, kLongest);
  int asked = 0;
  Instant now = at(10);
  for (; dispatch.doubt(now).stuck.empty() && now < at(200); now = dispatch.deadline()) {
    if (dispatch.deadline() > now) {
      dispatch.heard(0);  // every ping is answered
      ++asked;
    }
  }
  EXPECT_EQ(now, at(61)) << "its longest time and the margin";
  EXPECT_GE(asked, 8);
}

TEST(Dispatch, AnIdleWorkerIsNotDoubted) {
  Dispatch dispatch = with_workers(2);
  dispatch.started(0, 1, at(10), kTimeout, kLongest);
  dispatch.finished(0, 1);
  EXPECT_EQ(dispatch.deadline(), kNever);
  const Dispatch::Doubt doubt = dispatch.doubt(at(10'000));
  EXPECT_THAT(doubt.ask, IsEmpty());
  EXPECT_THAT(doubt.stuck, IsEmpty());
}

}  // namespace
}  // namespace holdfast
