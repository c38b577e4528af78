// Random histories of two to five routers: partitions, one-way and other loss, stalls, crashes, restarts, hand-overs, reloads, trackers, faults. Checked all the time:
// addresses are on two connected nodes no longer than one advert needs to cross. Checked at the end of each calm period: exactly one
// active router in each component, the right one. A failing history prints its seed; HF_SEED=n replays it.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "tests/simulation/network.h"
#include "tests/unit/vrrpd/configs.h"

namespace holdfast::vrrp::simulation {
namespace {

constexpr int kHistories = 1200;
constexpr int kDisturbances = 8;
constexpr TrackerId kFile{7};

class History {
 public:
  explicit History(std::uint64_t seed) : network_(seed) {
    const auto count = pick(2, 5);
    interval_ = std::vector<Duration>{10ms, 100ms, 1s, 3s}[pick(0, 3)];
    delay_ = std::min<Duration>(interval_ / 20, 2ms);
    nopreempt_ = pick(0, 4) == 0;
    file_weight_ = static_cast<int>(pick(0, 2));
    network_.set_delay(delay_);
    network_.observer = [this] { watch(); };
    for (std::uint64_t node = 0; node < count; ++node) network_.add(plan(static_cast<std::uint8_t>(pick(1, 254))));
  }

  void play() {
    settle();
    for (int count = 0; count < kDisturbances && !::testing::Test::HasFailure(); ++count) {
      for (std::uint64_t more = pick(1, 3); more > 0; --more) disturb();
      network_.run_for(down() * static_cast<int>(pick(0, 3)) + Duration{static_cast<std::int64_t>(pick(0, 1'000'000))});
      calm();
      settle();
      expect_one_active();
    }
  }

 private:
  std::uint64_t pick(std::uint64_t low, std::uint64_t high) { return std::uniform_int_distribution<std::uint64_t>(low, high)(network_.random()); }
  std::size_t any_node() { return pick(0, network_.size() - 1); }
  Duration down() const { return 4 * interval_; }

  VrrpPlan plan(std::uint8_t priority) {
    VrrpPlan plan;
    plan.instances = {router_v3()};
    VrrpInstance& instance = plan.instances[0];
    instance.priority = priority;
    instance.advert_int = interval_;
    instance.nopreempt = nopreempt_;
    instance.higher_prio_send_advert = pick(0, 3) == 0;
    instance.announcement.lower_prio_repeat = 1;
    plan.told_trackers = {{kFile, "f", ToldKind::kFile}};
    instance.tracked_objects = {{kFile, file_weight_, false}};
    return plan;
  }

  void disturb() {
    const std::size_t node = any_node();
    disturbed_ = true;
    switch (pick(0, 14)) {
      case 0:
        for (std::size_t other = 0; other < network_.size(); ++other) network_.place(other, static_cast<int>(pick(0, 1)));
        break;
      case 1: network_.set_loss(0.1 * static_cast<double>(pick(1, 9))); break;
      case 2: network_.stall(node, interval_ * static_cast<int>(pick(1, 12)), pick(0, 1) == 0); break;
      case 3: network_.kill(node, Duration{static_cast<std::int64_t>(pick(1, 30'000))}); break;
      case 4: network_.kill(node, interval_ * static_cast<int>(pick(1, 10))); break;
      case 5: network_.power_off(node); break;
      case 6: network_.stop(node); break;
      case 7: network_.link(node, false); break;
      case 8: network_.reload(node, plan(static_cast<std::uint8_t>(pick(1, 254)))); break;
      case 9: network_.restart_ipvsd(node, interval_ * static_cast<int>(pick(1, 6))); break;
      case 10: network_.delete_address(node, kId); break;
      case 11: network_.reload(node, network_.plan(node)); break;
      case 12: network_.hand_over(node); break;
      case 13: network_.tell(node, kFile, static_cast<std::int64_t>(pick(0, 300)) - 150); break;
      case 14: network_.block(node, any_node()); break;
    }
  }

  // Everything works again; who is off stays off, now and then.
  void calm() {
    network_.heal();
    network_.set_loss(0);
    for (std::size_t node = 0; node < network_.size(); ++node) {
      network_.link(node, true);
      if (pick(0, 3) != 0) network_.power_on(node);
      network_.tell(node, kFile, 0);
    }
  }

  void settle() {
    network_.run_for(2 * down() + 20 * interval_ + 2s);  // the longest stall, absence and grace, then two elections
    disturbed_ = false;
    twice_since_ = kNever;
    network_.run_for(2 * down());
  }

  // At every moment of a calm period.
  void watch() {
    const auto holders = network_.holders(kId);
    if (disturbed_ || holders.size() < 2) {
      twice_since_ = kNever;
      return;
    }
    if (twice_since_ == kNever) twice_since_ = network_.now();
    EXPECT_LE(network_.now() - twice_since_, delay_) << "addresses on " << holders.size() << " nodes in calm times";
  }

  void expect_one_active() {
    std::size_t alive = 0;
    std::size_t best = 0;
    for (std::size_t node = 0; node < network_.size(); ++node) {
      if (!network_.on(node)) continue;
      const bool better = alive == 0 || network_.priority(node, kId) > network_.priority(best, kId);
      if (better) best = node;
      ++alive;
    }
    const auto holders = network_.holders(kId);
    ASSERT_EQ(holders.size(), alive == 0 ? 0U : 1U);
    if (alive == 0) return;
    EXPECT_EQ(network_.state(holders[0], kId), VrrpState::kMaster);
    if (!nopreempt_) {
      EXPECT_EQ(network_.priority(holders[0], kId), network_.priority(best, kId)) << "the best one leads";
    }
    for (std::size_t node = 0; node < network_.size(); ++node) {
      if (network_.on(node) && node != holders[0]) {
        EXPECT_EQ(network_.state(node, kId), VrrpState::kBackup);
      }
    }
  }

  Network network_;
  Duration interval_{};
  Duration delay_{};
  bool nopreempt_ = false;
  int file_weight_ = 0;  // 0: another number than 0 is a fault
  bool disturbed_ = true;
  Instant twice_since_ = kNever;
};

TEST(RandomWalk, OneActiveRouterAfterEveryHistory) {
  const char* replay = std::getenv("HF_SEED");
  const std::uint64_t first = replay != nullptr ? std::strtoull(replay, nullptr, 10) : 1;
  const std::uint64_t last = replay != nullptr ? first : kHistories;
  for (std::uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
    SCOPED_TRACE("HF_SEED=" + std::to_string(seed));
    History(seed).play();
  }
}

}  // namespace
}  // namespace holdfast::vrrp::simulation
