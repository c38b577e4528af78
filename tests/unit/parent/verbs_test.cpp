// Questions on the control socket and the texts of the answers.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/verbs.h"

#include <gtest/gtest.h>

#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

TEST(Verbs, Questions) {
  EXPECT_EQ(parse_question("status")->verb, Verb::kStatus);
  EXPECT_EQ(parse_question("status\n")->verb, Verb::kStatus);
  EXPECT_EQ(parse_question("explain VI_1")->verb, Verb::kExplain);
  EXPECT_EQ(parse_question("explain VI_1")->name, "VI_1");
  EXPECT_TRUE(parse_question("status --json")->json);
  EXPECT_EQ(parse_question("maintenance on VI 1")->name, "VI 1");
  EXPECT_TRUE(parse_question("maintenance on")->on);
  EXPECT_FALSE(parse_question("maintenance off VI")->on);
  for (const char* text : {"", "explain", "explain ", "status now", "Status", "stopp", "maintenance", "maintenance VI", "reload now", "plan x"}) EXPECT_FALSE(parse_question(text)) << text;
  EXPECT_FALSE(parse_question("explain " + std::string(kQuestionMax, 'x')));
}

TEST(Verbs, Servers) {
  const struct {
    const char* text;
    const char* name;
    const char* service;
    std::optional<std::uint32_t> number;
  } good[] = {{"drain 10.9.1.1", "10.9.1.1", "", {}},
              {"drain 10.9.1.1:80 --deadline 90", "10.9.1.1:80", "", 90},
              {"drain 10.9.1.1:80 --deadline=15m FWM 5", "10.9.1.1:80", "FWM 5", 900},
              {"drain a --deadline 2h", "a", "", 7200},
              {"down [fd00::1]:80 [10.9.0.1]:tcp:80", "[fd00::1]:80", "[10.9.0.1]:tcp:80", {}},
              {"ready a", "a", "", {}},
              {"weight a 0", "a", "", 0},
              {"weight a configured FWM 5", "a", "FWM 5", {}},
              {"check-now", "", "", {}},
              {"check-now a", "a", "", {}}};
  for (const auto& one : good) {
    const auto question = parse_question(one.text);
    ASSERT_TRUE(question) << one.text;
    EXPECT_EQ(question->name, one.name) << one.text;
    EXPECT_EQ(question->service, one.service) << one.text;
    EXPECT_EQ(question->number, one.number) << one.text;
  }
  for (const char* text : {"drain", "drain a --deadline", "drain a --deadline 0", "drain a --deadline x", "drain a --deadline 9999d", "drain a --deadlines 5",
                           "weight a", "weight a x", "weight a -1", "weight a 4294967295", "ready", "down "}) {
    EXPECT_FALSE(parse_question(text)) << text;
  }
}

TEST(Verbs, StandInHelpManualAndCompletion) {
  ASSERT_FALSE(verbs().empty());
  for (const VerbRow& row : verbs()) {
    const std::string word(row.word);
    EXPECT_NE(verbs_usage().find("\n  " + word), std::string::npos) << word;
    EXPECT_NE(verbs_usage().find(row.text), std::string::npos) << word;
    std::string in_troff = word;
    if (const auto hyphen = in_troff.find('-'); hyphen != std::string::npos) in_troff.insert(hyphen, 1, '\\');
    EXPECT_NE(verbs_manual().find(".B " + in_troff), std::string::npos) << word;
    EXPECT_NE((verbs_completion()).find(word), std::string::npos) << word;
    EXPECT_TRUE(parse_question(word) || !row.arguments.empty()) << word;
  }
}

class Explain : public testing::Test {
 protected:
  Explain() {
    config::Diagnostics diagnostics;
    plan = build(example::pair(), example::anywhere(), diagnostics).plan;
    board.plan = &plan;
    report().state = VrrpState::kBackup;
    report().effective_priority = 118;
    report().master = *IpAddress::parse("172.16.10.2");
    report().master_priority = 200;
  }
  InstanceReport& report() { return board.instances[plan.vrrp.instances[0].id]; }
  bool says(const char* words) const { return explain(board, "bi").text.find(words) != std::string::npos; }
  Plan plan;
  Board board;
};

TEST_F(Explain, WhyItIsNotMaster) {
  EXPECT_TRUE(says("bi is BACKUP"));
  EXPECT_TRUE(says("master is 172.16.10.2 with priority 200"));
  EXPECT_TRUE(says("the master's priority is higher"));
  report().master_priority = 118;
  EXPECT_TRUE(says("priorities are equal"));
  report().master_priority = 100;
  EXPECT_TRUE(says("nopreempt keeps it"));
  plan.vrrp.instances[0].nopreempt = false;
  EXPECT_TRUE(says("takes over at the end of its down timer"));
  plan.vrrp.instances[0].preempt_delay = Duration{5'000'000};
  EXPECT_TRUE(says("after preempt_delay of 5.0 s"));
  report().master.reset();
  EXPECT_TRUE(says("has heard no master"));
}

TEST_F(Explain, FaultsAndTrackers) {
  report().state = VrrpState::kFault;
  report().faults = {"interface eth2 is down"};
  board.trackers[plan.vrrp.trackers[0].id] = {false, true};
  EXPECT_TRUE(says("fault: interface eth2 is down"));
  EXPECT_TRUE(says("script alive fails, weight 0"));
  EXPECT_EQ(explain(board, "nobody").text, "no vrrp_instance is called nobody\n");
  EXPECT_EQ(explain(board, "nobody").status, 1);
}

TEST_F(Explain, StatusHasOneLinePerThing) {
  const std::string text = status_text(board);
  EXPECT_NE(text.find("bi BACKUP for 0.0 s, priority 118, master 172.16.10.2 with priority 200\n"), std::string::npos) << text;
  EXPECT_NE(text.find("group both INIT\n"), std::string::npos) << text;
  EXPECT_NE(text.find("2 instances, 0 virtual servers\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace holdfast
