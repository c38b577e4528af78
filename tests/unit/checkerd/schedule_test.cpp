// checkerd/schedule as tables: when runs come, and what their results add up to.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/schedule/schedule.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/unit/checkerd/plans.h"

namespace holdfast {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// One check alone in a schedule that began at 1 s; its first run is due at 2 s.
struct Alone {
  explicit Alone(const Check& check, std::vector<CheckVerdict> states = {}) : id(check.probe) {
    schedule.apply(plan({service(1, 1, 0, {server(1, 1, {check})})}), states, at(1));
  }
  // Lets the next run begin when it is due and end `took` later. Returns when it began.
  double run(RunResult result, double took = 0) {
    const Instant begin = schedule.deadline();
    runs = schedule.due(begin, 10);
    progress = schedule.finished(id, result, begin + Duration{static_cast<std::int64_t>(took * 1e6)});
    return static_cast<double>(begin.time_since_epoch().count()) / 1e6;
  }
  ProbeId id;
  Schedule schedule;
  std::vector<CheckRun> runs;
  std::optional<Progress> progress;
};

constexpr auto kPassed = RunResult::kPassed;
constexpr auto kFailed = RunResult::kFailed;
constexpr auto kNotRun = RunResult::kNotRun;

TEST(Schedule, FirstRunAfterOneSecondWithoutWarmup) {
  Alone alone(tcp(7));
  EXPECT_EQ(alone.schedule.deadline(), at(2));
  EXPECT_THAT(alone.schedule.due(at(1.999999), 10), SizeIs(0));
  EXPECT_THAT(alone.schedule.due(at(2), 10), ElementsAre(CheckRun{ProbeId{7}, 0}));
}

TEST(Schedule, WarmupSpreadsFirstRunsWithinItsBound) {
  std::vector<Check> checks;
  for (std::uint64_t id = 1; id <= 200; ++id) {
    checks.push_back(tcp(id));
    checks.back().warmup = 8 * kSecond;
  }
  CheckPlan wanted = plan({service(1, 1, 0, {server(1, 1, checks)})});
  wanted.seed = 42;
  Schedule schedule;
  schedule.apply(wanted, {}, at(1));
  std::map<std::int64_t, int> per_second;
  while (schedule.deadline() != kNever) {
    const Instant due = schedule.deadline();
    EXPECT_GE(due, at(2));
    EXPECT_LE(due, at(10));
    per_second[due.time_since_epoch().count() / 1'000'000] += static_cast<int>(schedule.due(due, 1).size());
  }
  EXPECT_GE(per_second.size(), 8u);  // every second of the warm-up has some
  EXPECT_EQ(warmup_jitter(42, ProbeId{7}, 8 * kSecond), warmup_jitter(42, ProbeId{7}, 8 * kSecond));
  EXPECT_NE(warmup_jitter(42, ProbeId{7}, 8 * kSecond), warmup_jitter(43, ProbeId{7}, 8 * kSecond));
  EXPECT_EQ(warmup_jitter(42, ProbeId{7}, Duration{0}), Duration{0});
}

TEST(Schedule, OneResultAfterTheOther) {
  struct Row {
    RunResult result;
    double begins;  // expected
    bool up, known, retrying;
    unsigned failures, retries;
  };
  // delay_loop 10, delay_before_retry 2, retry 2; each run takes 0.5 s.
  const std::vector<Row> rows = {
      {kPassed, 2, true, true, false, 0, 0},          //
      {kFailed, 12.5, true, true, true, 1, 0},        // a failure while up: retry
      {kFailed, 15, true, true, true, 2, 0},          //
      {kPassed, 17.5, true, true, false, 0, 0},       // a success ends the series
      {kFailed, 28, true, true, true, 1, 0},          //
      {kNotRun, 30.5, true, true, false, 1, 0},       // our own trouble counts for nothing
      {kFailed, 41, true, true, true, 2, 0},          //
      {kFailed, 43.5, false, true, false, 0, 2},      // down after two retries
      {kFailed, 54, false, true, false, 0, 0},        // while down: each delay_loop, no retries
      {kPassed, 64.5, true, true, false, 0, 0},       //
  };
  Alone alone(tcp(1));
  for (const Row& row : rows) {
    SCOPED_TRACE(row.begins);
    EXPECT_DOUBLE_EQ(alone.run(row.result, 0.5), row.begins);
    ASSERT_TRUE(alone.progress);
    EXPECT_EQ(alone.progress->up, row.up);
    EXPECT_EQ(alone.progress->known, row.known);
    EXPECT_EQ(alone.progress->retrying, row.retrying);
    EXPECT_EQ(alone.progress->failures, row.failures);
    EXPECT_EQ(alone.progress->retries, row.retries);
  }
}

TEST(Schedule, FirstFailureCountsAtOnce) {
  Alone alone(tcp(1));
  alone.run(kFailed);
  EXPECT_FALSE(alone.progress->up);
  EXPECT_TRUE(alone.progress->was_up);
  EXPECT_FALSE(alone.progress->was_known);
  EXPECT_EQ(alone.progress->retries, 0u);
}

TEST(Schedule, AlphaStartsDownAndComesUpWithTheFirstSuccess) {
  Check check = tcp(1);
  check.alpha = true;
  Alone alone(check);
  alone.run(kFailed);
  EXPECT_FALSE(alone.progress->was_up);
  EXPECT_TRUE(alone.progress->changed()) << "it is known now";
  alone.run(kPassed);
  EXPECT_TRUE(alone.progress->up);
}

TEST(Schedule, WebCheckRunsItsUrlsOneByOne) {
  struct Row {
    RunResult result;
    std::size_t url;
    double begins;
    bool up, complete;
  };
  const std::vector<Row> rows = {
      {kPassed, 0, 2, true, false},    // first round: up is assumed, known only when it is complete
      {kPassed, 1, 12, true, true},    //
      {kPassed, 0, 22, true, false},   //
      {kFailed, 1, 32, true, false},   //
      {kFailed, 1, 34, true, false},   //
      {kFailed, 1, 36, false, false},  // down because of url 1
      {kFailed, 1, 46, false, false},  //
      {kPassed, 1, 56, false, false},  // url 1 is back: now a whole round
      {kPassed, 0, 66, false, false},  //
      {kPassed, 1, 76, true, true},    //
      {kPassed, 0, 86, true, false},   //
  };
  Alone alone(web(1, 2));
  for (const Row& row : rows) {
    SCOPED_TRACE(row.begins);
    EXPECT_DOUBLE_EQ(alone.run(row.result), row.begins);
    EXPECT_THAT(alone.runs, ElementsAre(CheckRun{ProbeId{1}, row.url}));
    EXPECT_EQ(alone.progress->up, row.up);
    EXPECT_EQ(alone.progress->complete, row.complete);
  }
}

TEST(Schedule, WebCheckWithOneUrlNeedsTwoSuccessesToComeBack) {
  Alone alone(web(1));
  alone.run(kFailed);
  EXPECT_FALSE(alone.progress->up);
  alone.run(kPassed);
  EXPECT_FALSE(alone.progress->up);
  alone.run(kPassed);
  EXPECT_TRUE(alone.progress->up);
}

TEST(Schedule, WebCheckThatIsDownWaitsTheLongerOfTheTwoDelays) {
  Check check = web(1);
  check.delay_loop = kSecond;
  check.delay_before_retry = 3 * kSecond;
  Alone alone(check);
  EXPECT_DOUBLE_EQ(alone.run(kFailed), 2);
  EXPECT_DOUBLE_EQ(alone.run(kFailed), 5);
  EXPECT_DOUBLE_EQ(alone.run(kPassed), 8);
  EXPECT_DOUBLE_EQ(alone.run(kPassed), 9);
}

TEST(Schedule, FastRecoveryDoesNotWaitBetweenUrlsWhileDown) {
  Alone alone(web(1, 3, true));
  for (int url = 0; url < 3; ++url) EXPECT_DOUBLE_EQ(alone.run(kPassed), 2);
  EXPECT_DOUBLE_EQ(alone.run(kFailed), 12);
  EXPECT_DOUBLE_EQ(alone.run(kFailed), 14);
  EXPECT_DOUBLE_EQ(alone.run(kFailed), 16);
  EXPECT_FALSE(alone.progress->up);
  EXPECT_DOUBLE_EQ(alone.run(kPassed), 26);
  for (int url = 0; url < 3; ++url) EXPECT_DOUBLE_EQ(alone.run(kPassed), 26);
  EXPECT_TRUE(alone.progress->up);
  EXPECT_DOUBLE_EQ(alone.run(kPassed), 36);
}

TEST(Schedule, MiscIntervalsCountFromTheStartOfTheRun) {
  Alone alone(misc(1));
  EXPECT_DOUBLE_EQ(alone.run(kPassed, 4), 2);
  EXPECT_DOUBLE_EQ(alone.run(kPassed, 25), 12);
  EXPECT_DOUBLE_EQ(alone.run(kPassed), 37) << "a run longer than the interval is followed at once by the next, not by two";
}

TEST(Schedule, OneRunInFlight) {
  Alone alone(tcp(1));
  EXPECT_THAT(alone.schedule.due(at(2), 10), SizeIs(1));
  EXPECT_EQ(alone.schedule.in_flight(), 1u);
  EXPECT_EQ(alone.schedule.deadline(), kNever);
  EXPECT_THAT(alone.schedule.due(at(1000), 10), SizeIs(0));
  EXPECT_TRUE(alone.schedule.finished(ProbeId{1}, kPassed, at(1000)));
  EXPECT_EQ(alone.schedule.deadline(), at(1010)) << "what a stalled loop missed is not made up for";
  EXPECT_FALSE(alone.schedule.finished(ProbeId{1}, kPassed, at(1001))) << "nothing is in flight";
  EXPECT_FALSE(alone.schedule.finished(ProbeId{9}, kPassed, at(1001))) << "no such check";
}

TEST(Schedule, RoomLimitsHowManyBegin) {
  std::vector<Check> checks;
  for (std::uint64_t id = 1; id <= 10; ++id) checks.push_back(tcp(id));
  Schedule schedule;
  schedule.apply(plan({service(1, 1, 0, {server(1, 1, checks)})}), {}, at(1));
  EXPECT_THAT(schedule.due(at(30), 4), SizeIs(4));
  EXPECT_THAT(schedule.due(at(30), 100), SizeIs(6));
  EXPECT_THAT(schedule.due(at(30), 100), SizeIs(0));
}

TEST(Schedule, LostRunIsRunAgainAndNotCounted) {
  Alone alone(web(1, 2));
  alone.run(kPassed);
  alone.run(kPassed);
  alone.run(kPassed);
  const Instant due = alone.schedule.deadline();
  EXPECT_THAT(alone.schedule.due(due, 1), ElementsAre(CheckRun{ProbeId{1}, 1}));
  alone.schedule.again(ProbeId{1}, due + kSecond);
  EXPECT_EQ(alone.schedule.deadline(), due + kSecond);
  EXPECT_THAT(alone.schedule.due(due + kSecond, 1), ElementsAre(CheckRun{ProbeId{1}, 1}));
  alone.schedule.again(ProbeId{99}, due);  // not ours: nothing happens
  EXPECT_EQ(alone.schedule.deadline(), kNever);
}

TEST(Schedule, ReloadKeepsWhatDidNotChange) {
  Schedule schedule;
  schedule.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(1), tcp(2), tcp(3)})})}), {}, at(1));
  for (const CheckRun& run : schedule.due(at(2), 10)) {
    if (run.probe != ProbeId{3}) schedule.finished(run.probe, kFailed, at(2));
  }
  schedule.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(1), tcp(3), tcp(4)})})}), {}, at(5));
  EXPECT_EQ(schedule.size(), 3u);
  EXPECT_FALSE(schedule.finished(ProbeId{2}, kPassed, at(5)));
  EXPECT_THAT(schedule.due(at(6), 10), ElementsAre(CheckRun{ProbeId{4}, 0})) << "only the new one starts afresh";
  EXPECT_TRUE(schedule.finished(ProbeId{3}, kPassed, at(7))->up) << "the run in flight goes on";
  EXPECT_THAT(schedule.due(at(12), 10), ElementsAre(CheckRun{ProbeId{1}, 0}));
  EXPECT_FALSE(schedule.finished(ProbeId{1}, kFailed, at(12))->was_up) << "down is remembered";
}

TEST(Schedule, RestoredStatesCount) {
  const CheckVerdict down{.id = CheckId{1}, .up = false, .known = true};
  Alone alone(tcp(1), {down});
  alone.run(kFailed);
  EXPECT_FALSE(alone.progress->changed());
  const CheckVerdict failing{.id = CheckId{1}, .up = true, .known = true, .failures = 2};
  Alone other(tcp(1), {failing});
  other.run(kFailed);
  EXPECT_FALSE(other.progress->up) << "the retry series goes on where it was";
}

// Whatever happens, in whatever order: never two runs of one check, no run is forgotten, up only after a success.
TEST(Schedule, RandomWalk) {
  std::mt19937 random(7);
  std::vector<Check> checks;
  for (std::uint64_t id = 1; id <= 40; ++id) checks.push_back(id % 3 == 0 ? misc(id) : id % 3 == 1 ? web(id, id % 4 + 1, id % 2) : tcp(id));
  Schedule schedule;
  schedule.apply(plan({service(1, 1, 0, {server(1, 1, checks)})}), {}, at(1));
  std::vector<ProbeId> running;
  Instant now = at(1);
  for (int step = 0; step < 20'000; ++step) {
    now += Duration{static_cast<std::int64_t>(random() % 300'000)};
    const std::vector<CheckRun> begun = schedule.due(now, random() % 8);
    for (const CheckRun& run : begun) {
      ASSERT_EQ(std::ranges::count(running, run.probe), 0);
      running.push_back(run.probe);
    }
    ASSERT_EQ(schedule.in_flight(), running.size());
    if (running.empty()) continue;
    const std::size_t which = random() % running.size();
    const ProbeId check = running[which];
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
    const int what = static_cast<int>(random() % 10);
    if (what == 0) {
      schedule.again(check, now + kSecond);
      continue;
    }
    const RunResult result = what < 5 ? kPassed : what < 9 ? kFailed : kNotRun;
    const auto progress = schedule.finished(check, result, now);
    ASSERT_TRUE(progress);
    if (!progress->was_up && progress->up) {
      EXPECT_TRUE(result == kPassed && progress->complete);
    }
    if (progress->was_up && !progress->up) {
      EXPECT_EQ(result, kFailed);
    }
    if (result == kNotRun) {
      EXPECT_FALSE(progress->changed());
    }
  }
}

// Our own: a failed check needs so many successes in a row.
TEST(Schedule, Rise) {
  Check check = tcp(1);
  check.retries = 0;
  check.rise = 3;
  Alone alone(check);
  alone.run(kPassed);
  EXPECT_TRUE(alone.progress->up) << "the first result counts at once";
  alone.run(kFailed);
  alone.run(kPassed);
  EXPECT_TRUE(alone.progress->rising && !alone.progress->up);
  alone.run(kPassed);
  EXPECT_TRUE(alone.progress->rising && !alone.progress->up);
  alone.run(kFailed);
  alone.run(kPassed);
  alone.run(kNotRun);
  alone.run(kPassed);
  EXPECT_FALSE(alone.progress->up) << "in a row";
  alone.run(kPassed);
  EXPECT_TRUE(alone.progress->up && alone.progress->complete && !alone.progress->rising);
}

TEST(Schedule, OneProbeForAllWhoAskForIt) {
  Check twin = tcp(2);
  twin.probe = ProbeId{1};
  Schedule schedule;
  schedule.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(1)}), server(2, 1, {twin})})}), {}, at(1));
  EXPECT_EQ(schedule.size(), 1u);
  EXPECT_THAT(schedule.due(at(100), 10), SizeIs(1));
  schedule.finished(ProbeId{1}, kPassed, at(100));
  EXPECT_TRUE(schedule.state(ProbeId{1})->known);
  EXPECT_FALSE(schedule.state(ProbeId{9}));
  // Of two who ask for a new probe, one was known before a restart: that counts.
  const CheckVerdict fresh{.id = CheckId{1}, .up = true, .known = false}, down{.id = CheckId{2}, .up = false, .known = true};
  const CheckVerdict states[] = {fresh, down};
  Schedule restarted;
  restarted.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(1)}), server(2, 1, {twin})})}), states, at(1));
  EXPECT_TRUE(restarted.state(ProbeId{1})->known && !restarted.state(ProbeId{1})->up);
}

TEST(Schedule, ARunCanBeBroughtForward) {
  Alone alone(tcp(1));
  alone.run(kPassed);
  alone.schedule.hurry(ProbeId{1}, at(5));
  EXPECT_EQ(alone.schedule.deadline(), at(5)) << "and not at 12";
  EXPECT_EQ(alone.run(kPassed), 5);
  EXPECT_EQ(alone.schedule.deadline(), at(15)) << "the interval counts from it";
  alone.schedule.hurry(ProbeId{1}, at(20));
  EXPECT_EQ(alone.schedule.deadline(), at(15)) << "what is due already is not put off";
  EXPECT_THAT(alone.schedule.due(at(15), 10), SizeIs(1));
  alone.schedule.hurry(ProbeId{1}, at(15));
  alone.schedule.hurry(ProbeId{2}, at(15));
  EXPECT_THAT(alone.schedule.due(at(99), 10), SizeIs(0)) << "one that runs, one that is not known";
}

}  // namespace
}  // namespace holdfast
