// What the router adds to its instances: waiting before the first state, resuming, scripts, sockets, many instances at once.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/protocol/router.h"

#include <gtest/gtest.h>

#include "tests/unit/vrrpd/configs.h"

namespace holdfast::vrrp {
namespace {

constexpr SocketKey kSocket{2, Family::kIpv4, false};

LinkFacts eth0(bool up = true) {
  LinkFacts facts;
  facts.index = 2;
  facts.name = "eth0";
  facts.up = up;
  facts.sources = {ip("192.0.2.1")};
  return facts;
}

VrrpPlan one() {
  VrrpPlan plan;
  plan.instances = {router_v3()};
  return plan;
}

class RouterTest : public ::testing::Test {
 protected:
  void give(const RouterEvent& event) { keep(router_.handle(event, now_)); }
  void apply(const VrrpPlan& plan, const std::vector<ResumedInstance>& resumed = {}) { keep(router_.apply(plan, resumed, now_)); }
  void keep(Actions actions) { actions_.insert(actions_.end(), actions.begin(), actions.end()); }
  void start(const VrrpPlan& plan, const std::vector<ResumedInstance>& resumed = {}) {
    give(IpvsdAttached{});
    give(LinkTold{eth0()});
    give(AllLinksTold{});
    give(SocketOpened{kSocket});
    apply(plan, resumed);
  }
  void advance(Duration duration) {
    const Instant end = now_ + duration;
    while (router_.deadline() <= end) {
      now_ = std::max(now_, router_.deadline());
      give(TimersDue{});
    }
    now_ = end;
  }
  VrrpState state(InstanceId id = kId) const { return router_.view(id)->state.state; }
  template <class What>
  int count() const {
    return static_cast<int>(std::count_if(actions_.begin(), actions_.end(), [](const Action& a) { return std::holds_alternative<What>(a); }));
  }

  Router router_;
  Instant now_ = kStart;
  Actions actions_;
};

TEST_F(RouterTest, BeginsWhenEverythingIsKnown) {
  apply(one());
  EXPECT_EQ(state(), VrrpState::kInit);
  give(IpvsdAttached{});
  give(LinkTold{eth0()});
  give(SocketOpened{kSocket});
  EXPECT_EQ(state(), VrrpState::kInit) << "other links may follow";
  give(AllLinksTold{});
  EXPECT_EQ(state(), VrrpState::kBackup);
}

TEST_F(RouterTest, AMissingSocketIsAFaultAfterAWhile) {
  give(LinkTold{eth0()});
  give(AllLinksTold{});
  apply(one());
  EXPECT_EQ(state(), VrrpState::kInit);
  advance(1s);
  EXPECT_EQ(state(), VrrpState::kFault);
  give(SocketOpened{kSocket});
  EXPECT_EQ(state(), VrrpState::kBackup);
  give(SocketClosed{kSocket});
  EXPECT_EQ(state(), VrrpState::kFault);
}

TEST_F(RouterTest, AStartupDelayHoldsEverythingBackOnce) {
  VrrpPlan plan = one();
  plan.startup_delay = 10s;
  start(plan);
  EXPECT_EQ(state(), VrrpState::kInit);
  give(InstanceHeard{kId, ip("192.0.2.2"), 200, 1s});
  EXPECT_EQ(state(), VrrpState::kInit);
  advance(1s);
  apply(plan);  // a reload neither ends nor restarts it
  advance(9s - 1us);
  EXPECT_EQ(state(), VrrpState::kInit);
  advance(1us);
  EXPECT_EQ(state(), VrrpState::kBackup);
  plan.instances.push_back(router_v3());
  plan.instances[1].id = InstanceId{52};
  plan.instances[1].vrid = 52;
  apply(plan);
  EXPECT_EQ(state(InstanceId{52}), VrrpState::kBackup);
}

TEST_F(RouterTest, ResumesAsActiveAtOnceEvenDuringTheStartupDelay) {
  VrrpPlan plan = one();
  plan.startup_delay = 10s;
  start(plan, {{kId, VrrpState::kMaster, 41}});
  EXPECT_EQ(state(), VrrpState::kMaster);
  ASSERT_EQ(count<ClaimAddresses>(), 1);
  EXPECT_EQ(router_.claims(), (std::vector<ClaimAddresses>{{kId, 42}}));
  EXPECT_TRUE(std::holds_alternative<SendAdvert>(actions_[0]) || count<SendAdvert>() == 1);
}

TEST_F(RouterTest, ResumingTooLateIsNoResuming) {
  apply(one(), {{kId, VrrpState::kMaster, 41}});
  EXPECT_FALSE(router_.settled()) << "nothing may be withdrawn yet";
  advance(1100ms);
  EXPECT_TRUE(router_.settled());
  give(LinkTold{eth0()});
  give(AllLinksTold{});
  give(SocketOpened{kSocket});
  EXPECT_EQ(state(), VrrpState::kBackup);
  advance(4s);
  EXPECT_EQ(router_.claims(), (std::vector<ClaimAddresses>{{kId, 42}})) << "claim numbers go on";
}

TEST_F(RouterTest, AResumedRouterWithAFaultReleases) {
  give(IpvsdAttached{});
  give(LinkTold{eth0(false)});
  give(AllLinksTold{});
  give(SocketOpened{kSocket});
  apply(one(), {{kId, VrrpState::kMaster, 41}});
  EXPECT_EQ(state(), VrrpState::kFault);
  EXPECT_TRUE(router_.settled());
  EXPECT_TRUE(router_.claims().empty());
}

TEST_F(RouterTest, ScriptsRunOnTimeAndOneAtATime) {
  VrrpPlan plan = one();
  plan.trackers = {{TrackerId{1}, "check", ScriptId{7}, 2s, 1s, 1, 1, false}, {TrackerId{2}, "unused", ScriptId{8}, 2s, 1s, 1, 1, false}};
  plan.instances[0].tracked_scripts = {{TrackerId{1}, 0, false}};
  start(plan);
  give(TimersDue{});
  ASSERT_EQ(count<RunScript>(), 1) << "only what is tracked, and at once";
  EXPECT_EQ(state(), VrrpState::kInit) << "until it has reported";
  give(ScriptEnded{ScriptId{7}, 99, {}});
  EXPECT_EQ(state(), VrrpState::kInit) << "an unknown run says nothing";
  give(ScriptEnded{ScriptId{7}, 1, {}});
  EXPECT_EQ(state(), VrrpState::kBackup);
  advance(2s);
  EXPECT_EQ(count<RunScript>(), 2);
  advance(4s);
  EXPECT_EQ(count<RunScript>(), 2) << "the second is still running";
  EXPECT_GE(count<ScriptNoted>(), 1);
  EXPECT_NE(state(), VrrpState::kFault);
  advance(3s);
  EXPECT_EQ(state(), VrrpState::kFault) << "no outcome within timeout and grace is a failure";
  EXPECT_EQ(count<RunScript>(), 3);
}

TEST_F(RouterTest, AScriptThatCannotBeStartedChangesNothingThatIsKnown) {
  VrrpPlan plan = one();
  plan.trackers = {{TrackerId{1}, "check", ScriptId{7}, 1s, 1s, 1, 1, false}};
  plan.instances[0].tracked_scripts = {{TrackerId{1}, 0, false}};
  start(plan);
  give(TimersDue{});
  give(ScriptEnded{ScriptId{7}, 1, {}});
  advance(1s);
  give(ScriptEnded{ScriptId{7}, 2, {ScriptOutcome::Kind::kNotRun, 0}});
  EXPECT_EQ(state(), VrrpState::kBackup);
  Router fresh;
  router_ = std::move(fresh);
  start(plan);
  give(TimersDue{});
  give(ScriptEnded{ScriptId{7}, 1, {ScriptOutcome::Kind::kNotRun, 0}});
  EXPECT_EQ(state(), VrrpState::kFault) << "a first result is needed";
}

TEST_F(RouterTest, LinksThatAreNotToldAgainAreGone) {
  start(one());
  EXPECT_EQ(state(), VrrpState::kBackup);
  give(IpvsdGone{});
  give(IpvsdAttached{});
  EXPECT_EQ(state(), VrrpState::kBackup) << "what was known holds meanwhile";
  give(AllLinksTold{});
  EXPECT_EQ(state(), VrrpState::kFault);
}

TEST_F(RouterTest, ARenamedLinkIsGoneUnderItsOldName) {
  start(one());
  LinkFacts renamed = eth0();
  renamed.name = "eth9";
  give(LinkTold{renamed});
  EXPECT_EQ(state(), VrrpState::kFault);
  EXPECT_EQ(describe(router_.view(kId)->faults[0]), "interface eth0 does not exist");
}

TEST_F(RouterTest, PacketsFindTheirRouterBySocketVridAndDestination) {
  VrrpPlan plan = one();
  for (const std::uint64_t id : {52, 53}) {
    VrrpInstance unicast = router_v3();
    unicast.id = InstanceId{id};
    unicast.unicast = true;
    unicast.source = ip("192.0.2." + std::to_string(id));
    unicast.peers = {{ip("192.0.2.2"), 0, 255}};
    plan.instances.push_back(unicast);
  }
  start(plan);
  const SocketKey one_source{2, Family::kIpv4, true, ip("192.0.2.52")};
  const SocketKey other_source{2, Family::kIpv4, true, ip("192.0.2.53")};
  give(SocketOpened{one_source});
  EXPECT_EQ(router_.listener(kSocket, 51, ip("224.0.0.18")), kId);
  EXPECT_EQ(router_.listener(kSocket, 52, ip("224.0.0.18")), std::nullopt);
  EXPECT_EQ(router_.listener({3, Family::kIpv4, false}, 51, ip("224.0.0.18")), std::nullopt);
  EXPECT_EQ(router_.listener(one_source, 51, ip("192.0.2.52")), InstanceId{52});
  EXPECT_EQ(router_.listener(other_source, 51, ip("192.0.2.53")), InstanceId{53}) << "two sources on one interface are two sockets";
  plan.instances.erase(plan.instances.begin());
  apply(plan);
  EXPECT_EQ(router_.listener(kSocket, 51, ip("224.0.0.18")), std::nullopt);
  EXPECT_TRUE(router_.view(kId)) << "its last advert can still be encoded";
  apply(plan);
  EXPECT_FALSE(router_.view(kId));
}

TEST_F(RouterTest, ActiveTimersFireBeforeAnyEventIsLookedAt) {
  start(one());
  advance(4s);
  ASSERT_EQ(state(), VrrpState::kMaster);
  now_ = router_.deadline() + 10s;  // stalled
  actions_.clear();
  give(InstanceHeard{kId, ip("192.0.2.2"), 50, 1s});
  EXPECT_EQ(count<SendAdvert>(), 0) << "it does not even answer";
  EXPECT_EQ(count<ReleaseAddresses>(), 1);
  EXPECT_EQ(state(), VrrpState::kBackup);
}

TEST_F(RouterTest, DownTimersWaitForTheSockets) {
  start(one());
  now_ = router_.view(kId)->state.timer;
  give(TimersDue{/*listening=*/false});
  EXPECT_EQ(state(), VrrpState::kBackup);
  EXPECT_EQ(router_.overdue_listeners(now_), std::vector<SocketKey>{kSocket});
  give(InstanceHeard{kId, ip("192.0.2.2"), 200, 1s});
  give(TimersDue{});
  EXPECT_EQ(state(), VrrpState::kBackup) << "the advert that waited counts";
}

TEST_F(RouterTest, AfterStopNothingHappensAnyMore) {
  start(one());
  advance(4s);
  actions_.clear();
  give(StopAll{});
  EXPECT_EQ(actions_, (Actions{SendAdvert{kId, 0}, ReleaseAddresses{kId, 2}}));
  EXPECT_EQ(router_.deadline(), kNever);
  give(InstanceHeard{kId, ip("192.0.2.2"), 50, 1s});
  EXPECT_EQ(actions_.size(), 2U);
}

TEST_F(RouterTest, ThousandsOfInstances) {
  VrrpPlan plan;
  for (std::uint64_t number = 0; number < 4000; ++number) {
    VrrpInstance instance = router_v3();
    instance.id = InstanceId{number + 1};
    instance.name = "V" + std::to_string(number);
    instance.vrid = static_cast<std::uint8_t>(number % 255 + 1);
    plan.instances.push_back(instance);
  }
  start(plan);
  advance(4s);
  EXPECT_EQ(router_.claims().size(), 4000U);
  actions_.clear();
  advance(10s);
  EXPECT_EQ(count<SendAdvert>(), 40'000);
  actions_.clear();
  apply(plan);
  EXPECT_TRUE(actions_.empty()) << "a reload of the same plan says nothing";
}

TEST(RouterPlan, RefusesWhatItCannotDo) {
  const auto refused = [](VrrpPlan plan) { return Router::acceptable(plan) ? std::string() : Router::acceptable(plan).error().message; };
  VrrpPlan plan = one();
  EXPECT_EQ(refused(plan), "");
  plan.instances[0].authentication = Authentication::kHeader;
  plan.instances[0].family = Family::kIpv6;
  EXPECT_NE(refused(plan).find("auth_type AH"), std::string::npos);
  plan = one();
  plan.instances[0].authentication = Authentication::kPass;
  EXPECT_NE(refused(plan).find("version 3"), std::string::npos);
  plan = one();
  plan.instances.push_back(plan.instances[0]);
  EXPECT_NE(refused(plan).find("the same router"), std::string::npos);
  plan = one();
  plan.instances[0].sync_group = GroupId{3};
  EXPECT_NE(refused(plan).find("sync group"), std::string::npos);
  plan = one();
  plan.groups = {{GroupId{3}, "G", {InstanceId{99}}, false, {}, {}}};
  EXPECT_NE(refused(plan).find("not in the plan"), std::string::npos);
  plan = one();
  plan.instances[0].addresses.push_back(ip("fe80::1"));
  EXPECT_NE(refused(plan).find("other family"), std::string::npos);
}

TEST(Deadlines, AreOrderedAndCancelled) {
  DeadlineSet set;
  EXPECT_EQ(set.first(), kNever);
  set.arm(1, kStart + 3s);
  set.arm(2, kStart + 1s);
  set.arm(3, kStart + 2s);
  EXPECT_EQ(set.first_number(), 2U);
  set.arm(2, kStart + 4s);
  EXPECT_EQ(set.first_number(), 3U);
  set.arm(3, kNever);
  EXPECT_EQ(set.first_number(), 1U);
  set.arm(1, kNever);
  EXPECT_EQ(set.first(), kStart + 4s);
  set.arm(7, kNever);
  EXPECT_EQ(set.order().size(), 1U);
}

}  // namespace
}  // namespace holdfast::vrrp
