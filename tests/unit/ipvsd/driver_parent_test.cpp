// ipvsd's driver and the parent: start, plans, reload, clean-up, stop.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ipvsd/driver_rig.h"

namespace holdfast {
namespace {

TEST_F(DriverTest, SaysReadyThenEveryLinkThenComplete) {
  ASSERT_TRUE(driver->start());
  turn();
  ASSERT_EQ(parent->heard.size(), 4u);
  EXPECT_TRUE(parent->heard[0].has_ready());
  EXPECT_EQ(parent->heard[1].link_facts().name(), "eth0");
  EXPECT_EQ(parent->heard[1].link_facts().sources_size(), 1);
  EXPECT_EQ(parent->heard[3].links_complete().count(), 2u);
  EXPECT_TRUE(kernel->applied.empty()) << "without a plan nothing is touched";
}

TEST_F(DriverTest, AReloadReplacesAnAddressOfOursWhoseOptionsChanged) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  kernel->applied.clear();
  IpvsPlan plan = vrrp_plan();
  plan.generation = 2;
  plan.instances[0].addresses[0].label = "eth0:vip";
  say_plan(plan);
  turn();
  ASSERT_EQ(kernel->applied.size(), 2u);
  EXPECT_EQ(to_string(kernel->applied[0]), "delete address 192.0.2.100/24 on eth0");
  EXPECT_EQ(to_string(kernel->applied[1]), "add address 192.0.2.100/24 on eth0");
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_address_lost(); }), 0u);
}

TEST_F(DriverTest, AReloadChangesOnlyWhatChanged) {
  start(vrrp_plan());
  claim(kFirst, 1);
  claim(kSecond, 1);
  claims_complete();
  turn();
  kernel->applied.clear();
  IpvsPlan plan = vrrp_plan();
  plan.generation = 2;
  plan.instances.pop_back();
  plan.instances[0].addresses.push_back(address("192.0.2.101/24"));
  say_plan(plan);
  turn();
  ASSERT_EQ(kernel->applied.size(), 2u);
  EXPECT_EQ(to_string(kernel->applied[0]), "delete address 198.51.100.1/24 on eth1");
  EXPECT_EQ(to_string(kernel->applied[1]), "add address 192.0.2.101/24 on eth0");
  EXPECT_EQ(parent->count([](const wire::IpvsdToParent& m) { return m.has_plan_applied() && m.plan_applied().generation() == 2; }), 1u);
}

TEST_F(DriverTest, StopWithdrawsEverythingThatThePlanNamesAndEnds) {
  IpvsPlan plan = vrrp_plan();
  plan.instances[0].promote_secondaries = true;
  start(plan);
  claim(kFirst, 1);
  turn();
  EXPECT_TRUE(kernel->promoted["eth0"]);
  stop();
  EXPECT_TRUE(turn());
  EXPECT_EQ(code, 0);
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
  EXPECT_FALSE(kernel->promoted["eth0"]);
  turn();
  EXPECT_TRUE(parent->heard.back().has_stopped());
}

TEST_F(DriverTest, TheParentsEndWithdrawsToo) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  parent->hang_up();
  EXPECT_TRUE(turn());
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
}

TEST_F(DriverTest, KeepVrrpLeavesTheAddresses) {
  IpvsPlan plan = vrrp_plan();
  plan.keep_vrrp = true;
  start(plan);
  claim(kFirst, 1);
  turn();
  parent->hang_up();
  EXPECT_TRUE(turn());
  EXPECT_EQ(held().size(), 3u);
}

TEST_F(DriverTest, ReleaseAllWithdraws) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  wire::ParentToIpvsd message;
  message.mutable_release_all()->set_peer(wire::PeerLink::VRRPD);
  parent->say(message);
  turn();
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
}

TEST_F(DriverTest, ACleanUpIsAPlanThatNamesWhatIsLeftAndStop) {
  kernel->add_address("eth0", "192.0.2.100/24");
  kernel->services[web_plan().services[0].key] = {options_of(web_plan().services[0]), {}};
  IpvsPlan plan = vrrp_plan();
  plan.uses_ipvs = true;
  plan.services = web_plan().services;
  ASSERT_TRUE(driver->start());
  say_plan(plan);
  stop();
  EXPECT_TRUE(turn());
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
  EXPECT_TRUE(kernel->services.empty());
}

TEST_F(DriverTest, AMistimedMessageOfTheParentEndsTheProcess) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  wire::ParentToIpvsd message;
  message.mutable_commit()->set_generation(9);
  parent->say(message);
  EXPECT_TRUE(turn());
  EXPECT_EQ(code, 1);
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
}

TEST_F(DriverTest, AnInconsistentPlanIsRefusedAndTheOldOneStays) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  IpvsPlan plan = vrrp_plan();
  plan.generation = 2;
  plan.instances[1].id = plan.instances[0].id;
  say_plan(plan);
  turn();
  EXPECT_EQ(parent->heard.back().plan_refused().generation(), 2u);
  EXPECT_EQ(held().size(), 3u);
}

TEST_F(DriverTest, PingIsAnswered) {
  ASSERT_TRUE(driver->start());
  wire::ParentToIpvsd message;
  message.mutable_ping()->set_cookie(42);
  parent->say(message);
  turn();
  EXPECT_EQ(parent->heard.back().pong().cookie(), 42u);
}

}  // namespace
}  // namespace holdfast
