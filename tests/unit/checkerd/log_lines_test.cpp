// checkerd/log_lines as a table: the lines of keepalived 2.2.7 as captured, and what is not said.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/log_lines.h"

#include <gmock/gmock.h>

#include "tests/unit/checkerd/plans.h"

namespace holdfast {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Subject kSubject{"[10.9.1.1]:tcp:80", "[10.9.0.80]:tcp:80"};

Progress progress(bool was_known, bool was_up, bool up, unsigned retries = 0, bool complete = false) {
  Progress made;
  made.was_known = was_known;
  made.was_up = was_up;
  made.known = true;
  made.up = up;
  made.retries = retries;
  made.complete = complete;
  made.retrying = was_known && was_up && up;
  return made;
}

Check loud(Check check) {
  check.enabled_log = true;
  return check;
}

Check quiet(Check check) {
  check.enabled_log = false;
  return check;
}

TEST(LogLines, OfRuns) {
  constexpr auto kPassed = RunResult::kPassed;
  constexpr auto kFailed = RunResult::kFailed;
  struct Row {
    Check check;
    RunResult result;
    Finding finding;
    Progress progress;
    std::vector<std::string> lines;
  };
  const std::vector<Row> rows = {
      {loud(tcp(1)), kPassed, Finding::kPassed, progress(false, true, true), {"TCP connection to [10.9.1.1]:tcp:80 success."}},
      {loud(tcp(1)), kPassed, Finding::kPassed, progress(true, true, true), {}},
      {loud(tcp(1)), kPassed, Finding::kPassed, progress(true, false, true), {"TCP connection to [10.9.1.1]:tcp:80 success."}},
      {loud(tcp(1)), kFailed, Finding::kConnectFailed, progress(true, true, true), {"TCP connection to [10.9.1.1]:tcp:80 failed."}},
      {loud(tcp(1)), kFailed, Finding::kConnectTimedOut, progress(true, true, true), {"TCP connection to [10.9.1.1]:tcp:80 timeout."}},
      {quiet(tcp(1)), kFailed, Finding::kConnectFailed, progress(true, true, true), {}},
      {quiet(tcp(1)), kFailed, Finding::kConnectFailed, progress(true, true, false, 2), {"TCP_CHECK on service [10.9.1.1]:tcp:80 failed after 2 retries."}},
      {quiet(tcp(1)), kFailed, Finding::kConnectFailed, progress(false, true, false), {"TCP_CHECK on service [10.9.1.1]:tcp:80 failed."}},
      {loud(tcp(1)), kFailed, Finding::kConnectFailed, progress(true, false, false), {}},
      {loud(web(1)), kPassed, Finding::kPassed, progress(false, true, true, 0, true), {"Remote Web server [10.9.1.1]:tcp:80 succeed on service."}},
      {loud(web(1)), kPassed, Finding::kPassed, progress(true, false, false), {"HTTP status code success to [10.9.1.1]:tcp:80 url(/0)"}},
      {loud(web(1)), kFailed, Finding::kConnectFailed, progress(true, true, true), {"Connection failed server [10.9.1.1]:tcp:80."}},
      {loud(web(1)), kFailed, Finding::kConnectTimedOut, progress(true, true, true), {"Timeout connecting server [10.9.1.1]:tcp:80."}},
      {loud(web(1)), kFailed, Finding::kReadTimedOut, progress(true, true, true), {"Timeout HTTP read server [10.9.1.1]:tcp:80."}},
      {loud(web(1)), kFailed, Finding::kWrongStatus, progress(true, true, false, 1),
       {"HTTP status code error to server [10.9.1.1]:tcp:80.", "HTTP_CHECK on service [10.9.1.1]:tcp:80 failed after 1 retries."}},
      {loud(web(1)), kFailed, Finding::kWrongDigest, progress(true, false, false), {}},
      {loud(misc(1)), kPassed, Finding::kPassed, progress(false, true, true),
       {"Misc check for [[10.9.1.1]:tcp:80 VS [10.9.0.80]:tcp:80] by [/x] succeeded."}},
      {loud(misc(1)), kFailed, Finding::kScriptTimedOut, progress(true, true, false),
       {"Misc check for [[10.9.1.1]:tcp:80 VS [10.9.0.80]:tcp:80] by [/x] timed out with retry disabled."}},
      {loud(misc(1)), kFailed, Finding::kScriptExited, progress(true, true, false, 3),
       {"Misc check for [[10.9.1.1]:tcp:80 VS [10.9.0.80]:tcp:80] by [/x] failed after 3 retries (exited with status 7)."}},
  };
  for (const Row& row : rows) {
    Check check = row.check;
    if (auto* script = std::get_if<MiscCheck>(&check.what)) script->path = "/x";
    const Report report{{check.probe, 0}, row.result, row.finding, {}, 7, {}};
    EXPECT_EQ(lines_of(check, kSubject, report, row.progress), row.lines) << static_cast<int>(row.finding);
  }
}

TEST(LogLines, OfActions) {
  CheckedService it = service(1, 3, 1, {server(1, 3, {tcp(11)}), server(2, 2, {tcp(12)})});
  it.servers[1].inhibit_on_failure = true;
  it.sorry = server(9, 1, {});
  it.omega = true;
  Pools pools;
  const auto lines = [&](const Actions& actions) {
    std::vector<std::string> all;
    for (const Action& action : actions) {
      for (const std::string& line : lines_of(action, pools)) all.push_back(line);
    }
    return all;
  };
  const auto hear = [&](std::uint64_t check, bool up) {
    const Actions actions = pools.hear({.check = CheckId{check}, .up = up, .known = true, .weight = {}});
    return lines(actions);
  };
  const Actions begin = pools.apply(plan({it}), {});
  EXPECT_THAT(lines(begin), ElementsAre("Gained quorum 3+1=4 <= 5 for VS [10.9.0.1]:tcp:80"));
  EXPECT_THAT(hear(12, false), ElementsAre("Disabling service [10.9.1.2]:tcp:80 of VS [10.9.0.1]:tcp:80"));
  EXPECT_THAT(hear(11, false),
              ElementsAre("Removing service [10.9.1.1]:tcp:80 from VS [10.9.0.1]:tcp:80", "Lost quorum 3-1=2 > 0 for VS [10.9.0.1]:tcp:80",
                          "Adding sorry server [10.9.1.9]:tcp:80 to VS [10.9.0.1]:tcp:80",
                          "Removing alive servers from the pool for VS [10.9.0.1]:tcp:80"));
  EXPECT_THAT(hear(12, true), ElementsAre("Enabling service [10.9.1.2]:tcp:80 of VS [10.9.0.1]:tcp:80"));
  EXPECT_THAT(hear(11, true),
              ElementsAre("Adding service [10.9.1.1]:tcp:80 to VS [10.9.0.1]:tcp:80", "Gained quorum 3+1=4 <= 5 for VS [10.9.0.1]:tcp:80",
                          "Removing sorry server [10.9.1.9]:tcp:80 from VS [10.9.0.1]:tcp:80",
                          "Adding alive servers to the pool for VS [10.9.0.1]:tcp:80"));
  const Actions end = pools.stop();
  EXPECT_THAT(lines(end), ElementsAre("Shutting down service [10.9.1.1]:tcp:80 from VS [10.9.0.1]:tcp:80",
                                      "Shutting down service [10.9.1.2]:tcp:80 from VS [10.9.0.1]:tcp:80"));
}

TEST(LogLines, StartingWithTheSorryServer) {
  CheckedService it = service(1, 3, 1, {server(1, 3, {tcp(11)})});
  it.servers[0].checks[0].alpha = true;
  it.sorry = server(9, 1, {});
  it.sorry->inhibit_on_failure = true;
  Pools pools;
  const Actions begin = pools.apply(plan({it}), {});
  std::vector<std::string> all;
  for (const Action& action : begin) {
    for (const std::string& line : lines_of(action, pools)) all.push_back(line);
  }
  EXPECT_THAT(all, ElementsAre("Starting with quorum down 3-1=2 > 0 for VS [10.9.0.1]:tcp:80",
                               "Enabling sorry server [10.9.1.9]:tcp:80 to VS [10.9.0.1]:tcp:80",
                               "Removing alive servers from the pool for VS [10.9.0.1]:tcp:80"));
}

TEST(LogLines, ChecksThatAreTold) {
  EXPECT_THAT(lines_of(file(1, 5), kSubject, false), ElementsAre("([10.9.1.1]:tcp:80): tracked file load now FAULT state"));
  EXPECT_THAT(lines_of(file(1, 5), kSubject, true), ElementsAre("([10.9.1.1]:tcp:80): tracked file load leaving FAULT state"));
  EXPECT_THAT(lines_of(bfd(1, 5), kSubject, false), ElementsAre("BFD check of [b] RS([10.9.1.1]:tcp:80) is DOWN"));
  EXPECT_THAT(lines_of(bfd(1, 5), kSubject, true), ElementsAre("BFD check of [b] RS([10.9.1.1]:tcp:80) is UP"));
}

TEST(LogLines, OwnTroubleSaysWhatItIs) {
  const Report report{{ProbeId{1}, 0}, RunResult::kNotRun, Finding::kLocal, "bind_if eth9: No such device", 0, {}};
  EXPECT_THAT(lines_of(tcp(1), kSubject, report, progress(true, true, true)),
              ElementsAre("Check of service [10.9.1.1]:tcp:80 of VS [10.9.0.80]:tcp:80 could not be run: bind_if eth9: No such device"));
}

}  // namespace
}  // namespace holdfast
