// What operators asked for, on disk: whole or not at all, and never misread.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/intents.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

class IntentsTest : public testing::Test {
 protected:
  IntentsTest() {
    char folder[] = "/tmp/holdfast-intents-XXXXXX";
    folder_ = ::mkdtemp(folder);
    path_ = folder_ + "/intents";
  }
  ~IntentsTest() override {
    ::unlink(path_.c_str());
    ::unlink((path_ + ".new").c_str());
    ::rmdir(folder_.c_str());
  }
  std::string folder_;
  std::string path_;
};

TEST_F(IntentsTest, WhatIsWrittenIsRead) {
  const ServerPlace web{"FWM 5", "[10.9.1.1]:tcp:80"};
  const Intents rows[] = {{true, {}, {}},
                          {false, {"VI_1"}, {}},
                          {false, {"VI_1", "a name/with blanks"}, {}},
                          {true, {"VI_1"}, {}},
                          {false, {}, {{web, {Duty::kDrain, 1'800'000'000, {}}}}},
                          {false, {"VI_1"}, {{web, {Duty::kDown, 0, 7}}, {{"[fd00::1]:udp:53", "[fd00::2]:udp:53"}, {Duty::kReady, 0, 0}}}}};
  for (const Intents& wanted : rows) {
    ASSERT_TRUE(write_intents(path_, wanted));
    const auto read = read_intents(path_);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, wanted);
  }
}

TEST_F(IntentsTest, NothingLeftIsNoFile) {
  ASSERT_TRUE(write_intents(path_, {false, {"VI_1"}, {}}));
  ASSERT_TRUE(write_intents(path_, {}));
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
  EXPECT_EQ(read_intents(path_)->empty(), true);
  EXPECT_TRUE(write_intents(path_, {})) << "there was nothing to remove";
}

// Power may go at any moment of a write: the file is the old or the new one, and a half-written new one is not looked at.
TEST_F(IntentsTest, AHalfWrittenFileIsNotSeen) {
  ASSERT_TRUE(write_intents(path_, {false, {"VI_1"}, {}}));
  const std::string next = to_text({false, {"VI_1", "VI_2"}, {}});
  for (std::size_t length = 0; length <= next.size(); ++length) {
    std::ofstream(path_ + ".new", std::ios::trunc) << next.substr(0, length);
    EXPECT_EQ(*read_intents(path_), (Intents{false, {"VI_1"}, {}}));
    ASSERT_TRUE(write_intents(path_, {false, {"VI_1"}, {}})) << "what a power cut left is no obstacle";
  }
}

TEST(Intents, WhatIsNotUnderstoodIsAnError) {
  for (const char* text : {"maintenance", "maintenance \n", "drain [10.0.0.1]:80\n", "maintenance VI\nx\n", "\n", "drain\ta\n", "drain\ta\tb\n",
                           "drain\ta\tb\tsoon\n", "drain\ta\tb\t-1\n", "down\ta\tb\t1\n", "weight\ta\tb\n", "weight\ta\tb\t99999999999\n", "weight\ta\tb\t1\t2\n",
                           "down\t\tb\n", "lift\ta\tb\t1\n"}) {
    EXPECT_FALSE(parse_intents(text)) << text;
  }
  EXPECT_TRUE(parse_intents(""));
}

TEST(Intents, PlansAreMarked) {
  config::Diagnostics diagnostics;
  Plan plan = build(example::pair(), example::anywhere(), diagnostics).plan;
  ASSERT_FALSE(plan.vrrp.instances.empty());
  apply_intents({false, {plan.vrrp.instances[0].name}}, plan);
  EXPECT_TRUE(plan.vrrp.instances[0].maintenance);
  apply_intents({}, plan);
  EXPECT_FALSE(plan.vrrp.instances[0].maintenance);
  apply_intents({true, {}}, plan);
  for (const VrrpInstance& instance : plan.vrrp.instances) EXPECT_TRUE(instance.maintenance);
}

Plan web_plan() {
  config::Diagnostics diagnostics;
  return build(example::web(), example::anywhere(), diagnostics).plan;
}

TEST(Intents, MarkServersOfThePlan) {
  Plan plan = web_plan();
  CheckedService& service = plan.check.services.at(0);
  const std::string first = service.servers.at(0).name;
  Intents intents;
  intents.servers[{service.name, first}] = {Duty::kDrain, 0, 9};
  intents.servers[{service.name, "[203.0.113.9]:tcp:80"}] = {Duty::kDown, 0, {}};
  apply_intents(intents, plan);
  EXPECT_EQ(service.servers[0].duty, Duty::kDrain);
  EXPECT_EQ(service.servers[0].asked_weight, 9u);
  for (std::size_t at = 1; at < service.servers.size(); ++at) EXPECT_EQ(service.servers[at].duty, Duty::kReady);
  apply_intents({}, plan);
  EXPECT_EQ(plan.check, web_plan().check);
}

TEST(Intents, ServersAreFoundAsPeopleWriteThem) {
  const Plan plan = web_plan();
  const CheckedService& service = plan.check.services.at(0);
  const std::string& name = service.servers.at(0).name;
  const std::string address = name.substr(1, name.find(']') - 1);
  const std::string port = name.substr(name.rfind(':') + 1);
  for (const std::string& written : {name, address, address + ":" + port, "[" + address + "]:" + port}) {
    for (const std::string& of : {std::string(), service.name}) {
      EXPECT_EQ(servers_named(plan, {}, written, of), (std::vector<ServerPlace>{{service.name, name}})) << written << " of " << of;
    }
  }
  for (const std::string& written : {std::string(), address + ":1" + port, address + "0", std::string("x")}) EXPECT_TRUE(servers_named(plan, {}, written, "").empty()) << written;
  EXPECT_TRUE(servers_named(plan, {}, address, "FWM 77").empty());
  Intents gone;
  gone.servers[{"FWM 77", "[203.0.113.9]:tcp:80"}] = {Duty::kDown, 0, {}};
  EXPECT_EQ(servers_named(plan, gone, "203.0.113.9", "").size(), 1u) << "what a reload removed can still be made ready";
}

TEST(Intents, DrainsEndAtTheirTime) {
  Intents intents;
  intents.servers[{"a", "x"}] = {Duty::kDrain, 100, {}};
  intents.servers[{"a", "y"}] = {Duty::kDrain, 200, {}};
  intents.servers[{"a", "z"}] = {Duty::kDrain, 0, {}};
  EXPECT_EQ(next_end(intents), 100);
  EXPECT_FALSE(end_drains(intents, 99));
  EXPECT_TRUE(end_drains(intents, 100));
  EXPECT_EQ((intents.servers[{"a", "x"}]), (ServerIntent{Duty::kDown, 0, {}}));
  EXPECT_EQ(next_end(intents), 200);
  EXPECT_TRUE(end_drains(intents, 1000));
  EXPECT_EQ(next_end(intents), std::nullopt) << "z is drained for as long as it takes";
}

}  // namespace
}  // namespace holdfast
