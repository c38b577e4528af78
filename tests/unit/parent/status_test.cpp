// The files that tools read after a signal: statistics, data and JSON, word for word where tools match words.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "parent/status/board.h"
#include "parent/status/json.h"
#include "parent/status/text.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

class Status : public testing::Test {
 protected:
  Status() {
    config::Diagnostics diagnostics;
    model::Configuration configuration = example::pair();
    configuration.virtual_servers = example::web().virtual_servers;
    configuration.instances[0].notify.any = example::said(model::ScriptCommand{{"/bin/tell", "all of it"}, {}});
    configuration.instances[0].addresses[0].prefix.length = 24;
    plan = build(configuration, example::anywhere(), diagnostics).plan;
    board.plan = &plan;
    board.wall_clock = 1000.5;
    InstanceReport report;
    report.state = VrrpState::kMaster;
    report.effective_priority = 118;
    report.since_transition = Duration{500'000};
    report.counters.adverts_sent = 7;
    report.counters.became_master = 1;
    board.instances[plan.vrrp.instances[0].id] = report;
    board.trackers[plan.vrrp.trackers[0].id] = {true, true};
  }
  Plan plan;
  Board board;
};

TEST_F(Status, StatisticsLayout) {
  const std::string expected = R"(VRRP Instance: bi
  Advertisements:
    Received: 0
    Sent: 7
  Became master: 1
  Released master: 0
  Packet Errors:
    Length: 0
    TTL: 0
    Invalid Type: 0
    Advertisement Interval: 0
    Address List: 0
  Authentication Errors:
    Invalid Type: 0
    Type Mismatch: 0
    Failure: 0
  Priority Zero:
    Received: 0
    Sent: 0
VRRP Instance: lb
)";
  EXPECT_EQ(statistics_text(board).substr(0, expected.size()), expected);
}

TEST_F(Status, DataHasTheGrammarOfExporters) {
  const std::string text = data_text(board, {});
  for (const char* line : {"------< VRRP Topology >------\n VRRP Instance = bi\n", "\n   State = MASTER\n", "\n   Interface = eth2\n",
                           "\n   Virtual Router ID = 16\n", "\n   Virtual IP (1):\n     172.16.10.16/24 dev eth2 scope global set\n",
                           "\n VRRP Script = alive\n", "\n   Status = GOOD\n", "\n VRRP Sync Group = both\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
  }
  const auto topology = text.find("VRRP Topology");
  const auto state = text.find("State", topology);
  EXPECT_LE(std::count(text.begin() + static_cast<long>(topology), text.begin() + static_cast<long>(state), '\n'), 6)
      << "tools look for the state within six lines";
}

TEST_F(Status, JsonVersion1IsAnArrayOnOneLineWithEscapedSlashes) {
  const std::string text = json_text(board);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_NE(text.find("172.16.10.16\\/24 dev eth2"), std::string::npos) << text;
  const auto parsed = nlohmann::ordered_json::parse(text, nullptr, false);
  ASSERT_TRUE(parsed.is_array());
  ASSERT_EQ(parsed.size(), 2u);
  const auto& data = parsed[0]["data"];
  EXPECT_EQ(data["iname"], "bi");
  EXPECT_EQ(data["ifp_ifname"], "eth2");
  EXPECT_EQ(data["state"], 2);
  EXPECT_EQ(data["vrid"], 16);
  EXPECT_EQ(data["vipset"], true);
  EXPECT_EQ(data["last_transition"], 1000.0);
  EXPECT_EQ(data["adver_int"], 2.0);
  EXPECT_EQ(data["vips"][0], "172.16.10.16/24 dev eth2 scope global set");
  EXPECT_EQ(data["track_script"][0], "alive");
  EXPECT_EQ(data["script"], "'/bin/tell' 'all of it'");
  EXPECT_EQ(data["auth_data"], "********");
  EXPECT_FALSE(data.contains("evips"));
  EXPECT_EQ(parsed[0]["stats"]["advert_sent"], 7);
  EXPECT_EQ(data.begin().key(), "iname");
}

TEST_F(Status, JsonVersion2IsWrapped) {
  plan.settings.json_version = 2;
  const auto parsed = nlohmann::ordered_json::parse(json_text(board), nullptr, false);
  ASSERT_TRUE(parsed.is_object());
  EXPECT_EQ(parsed["vrrp"].size(), 2u);
  EXPECT_TRUE(parsed["track_process"].is_array());
}

TEST_F(Status, PasswordsAreNowhere) {
  EXPECT_EQ(json_text(board).find("xxxxxxxx"), std::string::npos);
  EXPECT_EQ(data_text(board, {}).find("xxxxxxxx"), std::string::npos);
}

TEST_F(Status, CheckDataShowsServicesAndServers) {
  ServicesBoard services;
  services.plan = &plan;
  services.quorum[plan.check.services[0].id] = true;
  services.servers[plan.check.services[0].servers[0].id] = {true, true, 3};
  const std::string text = check_data_text(services);
  EXPECT_NE(text.find(" Virtual Server = [10.9.0.80]:tcp:80\n"), std::string::npos) << text;
  EXPECT_NE(text.find("   Quorum status = up\n"), std::string::npos) << text;
  EXPECT_NE(text.find("     effective weight = 3\n"), std::string::npos) << text;
}

TEST(Counters, ClearedOnesStartAtTheBase) {
  InstanceCounters base;
  base.adverts_sent = 5;
  base.adverts_received = 9;
  InstanceCounters now;
  now.adverts_sent = 7;
  now.adverts_received = 3;  // a restarted process counts from zero
  const InstanceCounters shown = now - base;
  EXPECT_EQ(shown.adverts_sent, 2u);
  EXPECT_EQ(shown.adverts_received, 3u);
}

TEST(Decode, StatusOfAnInstance) {
  wire::InstanceStatus message;
  message.set_state(3);
  message.set_effective_priority(90);
  message.add_faults("link\n down");
  message.set_adverts_received(4);
  const InstanceReport report = decode(message);
  EXPECT_EQ(report.state, VrrpState::kFault);
  EXPECT_EQ(report.faults, (std::vector<std::string>{"link\\x0a down"}));
  EXPECT_EQ(report.counters.adverts_received, 4u);
  message.set_state(99);
  EXPECT_EQ(decode(message).state, VrrpState::kInit);
}

}  // namespace
}  // namespace holdfast
