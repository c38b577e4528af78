// Named scenarios: each asserts on the trace, not only on the end.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/simulation/network.h"
#include "tests/unit/vrrpd/configs.h"

namespace holdfast::vrrp::simulation {
namespace {

constexpr Duration kDelay{200};

VrrpPlan one(std::uint8_t priority, Duration interval = 1s) {
  VrrpPlan plan;
  plan.instances = {router_v3()};
  plan.instances[0].priority = priority;
  plan.instances[0].advert_int = interval;
  return plan;
}

template <class Change>
VrrpPlan with(VrrpPlan plan, Change change) {
  change(plan.instances[0]);
  return plan;
}

Duration since(const Network& network, Instant start, std::size_t node, const std::string& what) {
  for (const Entry& entry : network.trace) {
    if (entry.at >= start && entry.node == node && entry.what == what) return entry.at - start;
  }
  return Duration::max();
}

TEST(Failover, TheBestBackupTakesOverAndNobodyElseTries) {
  Network network(1);
  for (const int priority : {200, 100, 150}) network.add(one(static_cast<std::uint8_t>(priority)));
  network.run_for(10s);
  const Instant cut = network.now();
  network.power_off(0);
  network.run_for(3600s);
  EXPECT_EQ(network.story({"claim", "release"}), "0:claim 2:claim");
  const Duration away = since(network, cut, 2, "MASTER");
  EXPECT_LE(away, 3s + 414ms);
  EXPECT_GE(away, 2s);
}

// The mutation that rounds the skew to whole seconds makes these three start at once; only the trace shows it.
TEST(Failover, TheSkewDecidesBetweenNeighbours) {
  Network network(2);
  for (const int priority : {200, 101, 102, 103}) network.add(one(static_cast<std::uint8_t>(priority), 10ms));
  network.set_delay(10us);
  network.run_for(1s);
  network.power_off(0);
  network.run_for(1s);
  EXPECT_EQ(network.story({"claim", "release"}), "0:claim 3:claim");
}

TEST(Failover, AnOrderlyStopTakesTheSkewOnly) {
  Network network(3);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant stop = network.now();
  network.stop(0);
  network.run_for(5s);
  EXPECT_EQ(network.story({"claim", "release", "advert 0"}, stop), "0:advert 0 0:release 1:claim");
  EXPECT_LE(since(network, stop, 1, "claim"), 609'375us + kDelay);
}

TEST(Failover, AdvertThenClaimThenAnnouncement) {
  Network network(4);
  network.add(one(100));
  network.run_for(4s);
  EXPECT_EQ(network.story({"advert", "claim", "announce", "MASTER"}), "0:advert 100 0:claim 0:announce 5 0:MASTER");
}

TEST(Failover, ABetterRouterPreempts) {
  Network network(5);
  network.add(one(100));
  network.run_for(10s);
  network.add(one(200));
  const Instant joined = network.now();
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release"}, joined), "1:claim 0:release");
  EXPECT_EQ(since(network, joined, 1, "claim"), 3s + 218'750us);
}

TEST(Failover, NopreemptLeavesItWhereItIs) {
  Network network(6);
  network.add(one(100));
  network.run_for(10s);
  network.add(with(one(200), [](VrrpInstance& c) { c.nopreempt = true; }));
  network.run_for(60s);
  EXPECT_EQ(network.story({"claim", "release"}), "0:claim");
}

TEST(SplitBrain, AfterHealingTheWorseOneYieldsWithinAnInterval) {
  Network network(7);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  network.place(1, 1);
  network.run_for(10s);
  EXPECT_EQ(network.holders(kId).size(), 2U);
  network.heal();
  const Instant healed = network.now();
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release"}, healed), "1:release");
  EXPECT_LE(since(network, healed, 1, "release"), 1s + kDelay);
}

// higher_prio_send_advert: the loser's last advert lets the winner know, and the winner tells the switches again.
TEST(SplitBrain, ALastWordOfTheLoserRefreshesTheSwitches) {
  Network network(7);
  network.add(one(200));
  network.add(with(one(100), [](VrrpInstance& c) { c.higher_prio_send_advert = true; }));
  network.run_for(10s);
  network.place(1, 1);
  network.run_for(10s);
  network.heal();
  const Instant healed = network.now();
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release"}, healed), "1:release");
  EXPECT_EQ(network.story({"announce"}, healed), "0:announce 5 0:announce 5");
}

TEST(SplitBrain, EqualPrioritiesAreDecidedByTheAddress) {
  Network network(8);
  for (int count = 0; count < 3; ++count) network.add(one(100));
  for (std::size_t node = 0; node < 3; ++node) network.place(node, static_cast<int>(node));
  network.run_for(10s);
  EXPECT_EQ(network.holders(kId).size(), 3U);
  network.heal();
  network.run_for(10s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{2});
}

TEST(Stall, AStalledActiveRouterNeverSpeaksFirst) {
  for (const bool deaf : {false, true}) {
    Network network(9);
    network.add(one(200));
    network.add(one(100));
    network.run_for(10s);
    const Instant stalled = network.now();
    network.stall(0, 10s, deaf);
    network.run_for(10s);
    EXPECT_EQ(network.story({"claim"}, stalled), "1:claim");
    const Instant back = network.now();
    network.run_for(2s);
    EXPECT_EQ(network.story({"advert 200", "claim"}, back), "") << "it listens";
    EXPECT_EQ(network.story({"release"}, back), "0:release");
    network.run_for(10s);
    EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0}) << "and wins the next election";
  }
}

TEST(Stall, AShortOneIsNotNoticed) {
  Network network(10);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant stalled = network.now();
  network.stall(0, 1900ms, false);
  network.run_for(60s);
  EXPECT_EQ(network.story({"claim", "release", "MASTER", "BACKUP"}, stalled), "");
}

TEST(Stall, AnAdvertThatWaitsInTheSocketCounts) {
  Network network(11);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant stalled = network.now();
  network.stall(1, 3700ms, false);  // its down timer passes while three adverts wait
  network.run_for(60s);
  EXPECT_EQ(network.story({"claim", "release"}, stalled), "");
}

TEST(Restart, AKilledActiveRouterGoesOn) {
  Network network(12);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant killed = network.now();
  for (int count = 0; count < 100; ++count) {
    network.kill(0, 20ms);
    network.run_for(700ms);
    EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0});
  }
  EXPECT_EQ(network.story({"release", "1:claim", "MASTER"}, killed).find("1:"), std::string::npos);
}

TEST(Restart, AfterALongAbsenceItMeetsItsSuccessor) {
  Network network(13);
  network.add(one(100));
  network.add(one(150));
  network.run_for(10s);
  const Instant killed = network.now();
  network.kill(1, 20s);
  network.run_for(30s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{1});
  EXPECT_EQ(network.story({"claim", "release"}, killed), "0:claim 1:claim 0:release");
}

TEST(Restart, IpvsdComesBackInTime) {
  Network network(14);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant gone = network.now();
  network.restart_ipvsd(0, 1900ms);
  network.run_for(60s);
  EXPECT_EQ(network.story({"claim", "release"}, gone), "");
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0});
}

TEST(Restart, WithoutIpvsdAnotherRouterServes) {
  Network network(15);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant gone = network.now();
  network.restart_ipvsd(0, 30s);
  network.run_for(20s);
  EXPECT_EQ(network.story({"advert 0", "release", "claim", "FAULT"}, gone), "0:advert 0 0:release 0:FAULT 1:claim");
  EXPECT_EQ(since(network, gone, 0, "FAULT"), Duration(2s));
  network.run_for(30s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0});
}

TEST(Reload, WhatDidNotChangeDoesNotNotice) {
  Network network(16);
  const VrrpPlan plan = one(200);
  network.add(plan);
  network.add(one(100));
  network.run_for(10s);
  const Instant reloaded = network.now();
  for (int count = 0; count < 20; ++count) {
    network.reload(0, plan);
    network.run_for(310ms);
  }
  EXPECT_EQ(network.story({"claim", "release", "MASTER", "BACKUP", "FAULT", "announce"}, reloaded), "");
  Instant last{};
  for (const Entry& entry : network.trace) {
    if (entry.what != "advert 200" || entry.at < reloaded - 1s) continue;
    if (last != Instant{}) {
      EXPECT_EQ(entry.at - last, Duration(1s));
    }
    last = entry.at;
  }
}

TEST(Reload, ARemovedActiveInstanceGivesUp) {
  Network network(17);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant reloaded = network.now();
  network.reload(0, VrrpPlan{});
  network.run_for(10s);
  EXPECT_EQ(network.story({"advert 0", "claim", "release"}, reloaded), "0:advert 0 0:release 1:claim");
}

TEST(Reload, ALowerPriorityLosesTheNextElection) {
  Network network(18);
  network.add(one(200));
  network.add(one(150));
  network.run_for(10s);
  const Instant reloaded = network.now();
  network.reload(0, one(100));
  network.run_for(20s);
  EXPECT_EQ(network.story({"claim", "release"}, reloaded), "1:claim 0:release");
}

TEST(Fault, TheLinkGoesAndComes) {
  Network network(19);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant down = network.now();
  network.link(0, false);
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release", "FAULT"}, down), "0:release 0:FAULT 1:claim");
  network.link(0, true);
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release", "BACKUP"}, down + 10s), "0:BACKUP 0:claim 1:release 1:BACKUP");
}

TEST(Fault, AScriptDecides) {
  VrrpPlan plan = one(200);
  plan.trackers = {{TrackerId{1}, "check", ScriptId{1}, 1s, 1s, 2, 3, false}};
  plan.instances[0].tracked_scripts = {{TrackerId{1}, 0, false}};
  Network network(20);
  network.add(plan);
  network.add(one(100));
  network.run_for(10s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0});
  const Instant broken = network.now();
  network.set_script(0, false);
  network.run_for(10s);
  EXPECT_GE(since(network, broken, 0, "FAULT"), 2s);  // the third failure
  EXPECT_LE(since(network, broken, 0, "FAULT"), 3s + 10ms);
  EXPECT_EQ(network.story({"advert 0", "release", "FAULT", "1:claim"}, broken), "0:advert 0 0:release 0:FAULT");
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{1});
  network.set_script(0, true);
  network.run_for(10s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0});
}

TEST(Fault, AWeightMovesTheAddressWithoutAFault) {
  VrrpPlan plan = one(110);
  plan.trackers = {{TrackerId{1}, "check", ScriptId{1}, 1s, 1s, 1, 1, false}};
  plan.instances[0].tracked_scripts = {{TrackerId{1}, -20, false}};
  Network network(21);
  network.add(plan);
  network.add(one(100));
  network.run_for(10s);
  const Instant broken = network.now();
  network.set_script(0, false);
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release", "FAULT"}, broken), "1:claim 0:release");
  EXPECT_EQ(network.priority(0, kId), 90);
}

TEST(Fault, AnAddressDeletedBySomebodyElseComesBackAfterTheSkew) {
  Network network(22);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant deleted = network.now();
  network.delete_address(0, kId);
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release"}, deleted), "0:release 0:claim");
  EXPECT_EQ(since(network, deleted, 0, "claim"), Duration(218'750us));
}

VrrpPlan pair_of_instances(std::uint8_t first, std::uint8_t second) {
  VrrpPlan plan = one(first);
  plan.instances.push_back(plan.instances[0]);
  plan.instances[1].id = InstanceId{52};
  plan.instances[1].vrid = 52;
  plan.instances[1].priority = second;
  plan.groups = {{GroupId{1}, "G", {InstanceId{51}, InstanceId{52}}, false, {}, {}}};
  for (VrrpInstance& instance : plan.instances) instance.sync_group = GroupId{1};
  return plan;
}

TEST(SyncGroup, MembersLeadAndFollowTogether) {
  Network network(23);
  network.add(pair_of_instances(200, 200));
  network.add(pair_of_instances(100, 100));
  network.run_for(20s);
  EXPECT_EQ(network.holders(InstanceId{51}), std::vector<std::size_t>{0});
  EXPECT_EQ(network.holders(InstanceId{52}), std::vector<std::size_t>{0});
  const Instant lost = network.now();
  network.power_off(0);
  network.run_for(20s);
  EXPECT_EQ(network.story({"claim", "release", "group"}, lost), "1:claim 1:claim 1:group MASTER");
}

TEST(SyncGroup, AFaultOfOneIsAFaultOfAll) {
  VrrpPlan plan = pair_of_instances(200, 200);
  plan.trackers = {{TrackerId{1}, "check", ScriptId{1}, 1s, 1s, 1, 1, false}};
  plan.instances[1].tracked_scripts = {{TrackerId{1}, 0, false}};
  Network network(24);
  network.add(plan);
  network.add(pair_of_instances(100, 100));
  network.run_for(20s);
  EXPECT_EQ(network.holders(InstanceId{51}), std::vector<std::size_t>{0});
  const Instant broken = network.now();
  network.set_script(0, false);
  network.run_for(20s);
  EXPECT_EQ(network.story({"0:", "release", "claim", "group"}, broken), "0:release 0:release 0:group FAULT 1:claim 1:claim 1:group MASTER");
  EXPECT_EQ(network.holders(InstanceId{51}), std::vector<std::size_t>{1});
}

// Nobody can lead all of it, so the present leader keeps all of it.
TEST(SyncGroup, AMixedElectionDoesNotSplitTheGroup) {
  Network network(25);
  network.add(pair_of_instances(200, 100));
  network.run_for(10s);
  network.add(pair_of_instances(100, 200));
  network.run_for(60s);
  for (const std::uint64_t id : {51, 52}) EXPECT_EQ(network.holders(InstanceId{id}), std::vector<std::size_t>{0});
}

TEST(Attack, AFloodOfForgedAdvertsDelaysNothing) {
  Network network(26);
  network.add(one(200));
  network.run_for(10s);
  const Instant flood = network.now();
  VrrpInstance wrong = router_v3();
  wrong.addresses = {ip("192.0.2.66")};
  auto forged = encode(wrong, {250, 1, ip("192.0.2.66"), ip("224.0.0.18"), false});
  forged[6] ^= 1;
  for (int count = 0; count < 20'000; ++count) {
    network.inject(0, forged, ip("192.0.2.66"));
    network.run_for(500us);
  }
  EXPECT_EQ(network.story({"release", "BACKUP"}, flood), "");
  Instant last{};
  for (const Entry& entry : network.trace) {
    if (entry.what != "advert 200" || entry.at < flood) continue;
    if (last != Instant{}) {
      EXPECT_EQ(entry.at - last, Duration(1s));
    }
    last = entry.at;
  }
}

}  // namespace
}  // namespace holdfast::vrrp::simulation
