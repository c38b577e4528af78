// A router that stops answers until the next one speaks, and no longer; adverts keep their rhythm; what is tracked may flap as it likes.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/simulation/network.h"
#include "tests/unit/vrrpd/configs.h"

namespace holdfast::vrrp::simulation {
namespace {

constexpr Duration kDelay{200};
constexpr TrackerId kFile{7};

VrrpPlan one(std::uint8_t priority, Duration interval = 1s) {
  VrrpPlan plan;
  plan.instances = {router_v3()};
  plan.instances[0].priority = priority;
  plan.instances[0].advert_int = interval;
  return plan;
}

// How long nobody, and how long more than one, held the addresses since the constructor.
class Holding {
 public:
  explicit Holding(Network& network) : network_(network), last_(network.now()) {
    network_.observer = [this] { look(); };
  }
  void look() {
    const Duration passed = network_.now() - last_;
    last_ = network_.now();
    if (count_ == 0) nobody += passed;
    if (count_ > 1) several += passed;
    count_ = network_.holders(kId).size();
  }
  Duration nobody{0};
  Duration several{0};

 private:
  Network& network_;
  Instant last_;
  std::size_t count_ = 1;
};

TEST(HandOver, SomebodyAnswersAtEveryMoment) {
  for (const Duration interval : {Duration(10ms), Duration(1s), Duration(40s)}) {
    Network network(1);
    network.add(one(200, interval));
    network.add(one(100, interval));
    network.run_for(10 * interval);
    const Instant stop = network.now();
    Holding holding(network);
    network.hand_over(0);
    network.run_for(10 * interval);
    if (interval == 40s) {  // its skew is longer than anybody waits for a daemon to end
      EXPECT_EQ(network.story({"claim", "release", "advert 0", "off"}, stop), "0:advert 0 0:release 0:off 1:claim");
      EXPECT_GT(holding.nobody, 20s);
      continue;
    }
    EXPECT_EQ(network.story({"claim", "release", "advert 0", "off"}, stop), "0:advert 0 1:claim 0:release 0:off");
    EXPECT_EQ(holding.nobody, Duration(0));
    EXPECT_LE(holding.several, kDelay) << "no longer than the advert takes";
  }
}

TEST(HandOver, SaysNothingAfterItsGoodbye) {
  Network network(2);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant stop = network.now();
  network.hand_over(0);
  network.run_for(500ms);
  EXPECT_EQ(network.story({"0:", "advert", "announce", "MASTER"}, stop), "0:advert 0");
}

TEST(HandOver, WithoutASuccessorItEndsByItself) {
  Network network(3);
  network.add(one(200));
  network.run_for(10s);
  const Instant stop = network.now();
  Holding holding(network);
  network.hand_over(0);
  network.run_for(1900ms);
  EXPECT_EQ(network.holders(kId).size(), 1U);
  network.run_for(200ms);
  EXPECT_TRUE(network.holders(kId).empty());
  EXPECT_EQ(network.story({"release", "off", "advert"}, stop), "0:advert 0 0:release 0:off");
}

// The successor's adverts do not arrive: both hold the addresses, but only for one skew and one interval after the goodbye.
TEST(HandOver, OneWayLossIsBounded) {
  Network network(4);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  network.block(1, 0);
  Holding holding(network);
  network.hand_over(0);
  network.run_for(10s);
  EXPECT_LE(holding.several, hand_over_limit(router_v3()) - 600ms);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{1});
}

// The goodbye is lost: the hand-over has an end, and then nobody answers until the down timer, as without it.
TEST(HandOver, ALostGoodbyeCostsWhatTheProtocolSays) {
  Network network(5);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  network.block(0, 1);
  Holding holding(network);
  network.hand_over(0);
  network.run_for(10s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{1});
  EXPECT_EQ(holding.several, Duration(0));
  EXPECT_LE(holding.nobody, 3s + 609'375us);
}

// An advert that was on its way before the goodbye is no successor.
TEST(HandOver, OldAdvertsOfOthersDoNotCount) {
  const VrrpInstance config = router_v3();
  InstanceState state;
  state.state = VrrpState::kMaster;
  state.priority = 200;
  const Instant now{Duration{10'000'000}};
  state = step(config, state, Shutdown{true, true}, now).next;
  ASSERT_EQ(state.leaves_by, now + hand_over_limit(config));
  AdvertHeard advert{ip("192.0.2.1"), ip("192.0.2.2"), 100, 1s, 10ms};
  EXPECT_TRUE(step(config, state, advert, now + 5ms).actions.empty()) << "it arrived 5 ms before the goodbye";
  advert.priority = 0;
  EXPECT_TRUE(step(config, state, advert, now + 20ms).actions.empty()) << "who says goodbye does not take over";
  advert.priority = 1;
  EXPECT_EQ(step(config, state, advert, now + 20ms).actions.size(), 1U);
  EXPECT_EQ(step(config, state, Shutdown{true, false}, now).actions.size(), 1U) << "a second stop does not wait";
}

// Found by a random walk: a plan that arrived after the goodbye made the router active again, and nobody ended it.
TEST(HandOver, APlanThatComesLateChangesNothing) {
  Network network(10);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  const Instant stop = network.now();
  network.hand_over(0);
  network.reload(0, one(250));
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release", "advert 0", "off"}, stop), "0:advert 0 1:claim 0:release 0:off");
}

TEST(HandOver, GroupsHandOverEachMember) {
  const auto group = [](std::uint8_t priority) {
    VrrpPlan plan = one(priority);
    plan.instances.push_back(plan.instances[0]);
    plan.instances[1].id = InstanceId{52};
    plan.instances[1].vrid = 52;
    plan.groups = {{GroupId{1}, "G", {InstanceId{51}, InstanceId{52}}, false, {}, {}, {}}};
    for (VrrpInstance& instance : plan.instances) instance.sync_group = GroupId{1};
    return plan;
  };
  Network network(6);
  network.add(group(200));
  network.add(group(100));
  network.run_for(20s);
  Holding holding(network);
  network.hand_over(0);
  network.run_for(10s);
  EXPECT_EQ(holding.nobody, Duration(0));
  for (const std::uint64_t id : {51, 52}) EXPECT_EQ(network.holders(InstanceId{id}), std::vector<std::size_t>{1});
}

// An hour of adverts every 10 ms is exactly 360,000 of them: every wake-up is late, no lateness adds up.
TEST(Rhythm, AdvertsDoNotDrift) {
  const VrrpInstance config = [] {
    VrrpInstance c = router_v3();
    c.advert_int = 10ms;
    return c;
  }();
  InstanceState state;
  Instant now{Duration{1'000'000}};
  state.priority = 200;
  state = step(config, state, Begin{true}, now).next;
  const Instant start = now;
  std::uint64_t adverts = 0;
  std::uint64_t lateness = 17;
  while (now < start + 3600s) {
    lateness = (lateness * 7919 + 13) % 1000;  // up to a millisecond
    now = state.deadline() + Duration(static_cast<std::int64_t>(lateness));
    Step result = step(config, state, TimerFired{}, now);
    for (const Action& action : result.actions) adverts += std::holds_alternative<SendAdvert>(action) ? 1 : 0;
    state = std::move(result.next);
  }
  EXPECT_EQ(adverts, 360'000U);
}

VrrpPlan with_file(std::uint8_t priority, int weight) {
  VrrpPlan plan = one(priority);
  plan.told_trackers = {{kFile, "f", ToldKind::kFile}};
  plan.instances[0].tracked_objects = {{kFile, weight, false}};
  return plan;
}

TEST(Tracking, ANumberMovesTheAddressAndBack) {
  Network network(7);
  network.add(with_file(110, 1));
  network.add(one(100));
  network.tell(0, kFile, 0);
  network.run_for(10s);
  const Instant moved = network.now();
  Holding holding(network);
  network.tell(0, kFile, -50);
  network.run_for(10s);
  network.tell(0, kFile, 5);
  network.run_for(10s);
  EXPECT_EQ(network.story({"claim", "release"}, moved), "1:claim 0:release 0:claim 1:release");
  EXPECT_EQ(holding.nobody, Duration(0)) << "a weight hands over without a hole";
}

// However it flapped, the last number alone decides.
TEST(Tracking, AFlappingFileLeavesNoTrace) {
  Network network(8);
  network.add(with_file(200, 0));
  network.add(one(100));
  network.run_for(10s);
  for (int count = 0; count < 2000; ++count) {
    network.tell(0, kFile, static_cast<std::int64_t>(network.random()() % 3));
    network.run_for(Duration{static_cast<std::int64_t>(network.random()() % 100'000)});
  }
  network.tell(0, kFile, 0);
  network.run_for(20s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0});
  EXPECT_EQ(network.state(0, kId), VrrpState::kMaster);
  EXPECT_EQ(network.state(1, kId), VrrpState::kBackup);
}

TEST(Tracking, ANumberMayComeBeforeThePlanThatNamesIt) {
  Network network(9);
  network.add(one(200));
  network.add(one(100));
  network.run_for(10s);
  network.tell(0, kFile, 1);
  network.run_for(1s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0});
  network.reload(0, with_file(200, 0));
  network.run_for(10s);
  EXPECT_EQ(network.state(0, kId), VrrpState::kFault);
  network.reload(0, one(200));
  network.run_for(10s);
  EXPECT_EQ(network.holders(kId), std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace holdfast::vrrp::simulation
