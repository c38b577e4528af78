// The state machine of one virtual router. A row is a sentence of RFC 9568 section 6.4 or of keepalived's manual.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/protocol/instance.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/unit/vrrpd/configs.h"

namespace holdfast::vrrp {
namespace {

const IpAddress kOwn = ip("192.0.2.1");
const IpAddress kLower = ip("192.0.2.0");
const IpAddress kHigher = ip("192.0.2.2");
constexpr Instant kNow{Duration{100'000'000}};

InstanceState backup(std::uint8_t priority = 100) {
  InstanceState state;
  state.state = VrrpState::kBackup;
  state.priority = priority;
  state.active_interval = 1s;
  state.timer = kNow + 2s;
  return state;
}

InstanceState master(std::uint8_t priority = 100) {
  InstanceState state;
  state.state = VrrpState::kMaster;
  state.priority = priority;
  state.active_interval = 1s;
  state.last_sent = kNow - 700ms;
  state.timer = kNow + 300ms;
  state.claim = 5;
  return state;
}

InstanceState fault() {
  InstanceState state;
  state.state = VrrpState::kFault;
  state.priority = 100;
  return state;
}

InstanceState init() {
  InstanceState state;
  state.priority = 100;
  return state;
}

AdvertHeard heard(const IpAddress& source, std::uint8_t priority, Duration interval = 1s) { return {kOwn, source, priority, interval}; }

AdvertHeard waited(AdvertHeard advert, Duration time) {
  advert.waited = time;
  return advert;
}

// What went out, without words.
std::string trace(const Actions& actions) {
  std::string text;
  for (const Action& action : actions) {
    if (!text.empty() && !std::holds_alternative<Noted>(action)) text += ' ';
    if (const auto* advert = std::get_if<SendAdvert>(&action)) text += "advert:" + std::to_string(advert->priority);
    if (const auto* claim = std::get_if<ClaimAddresses>(&action)) text += "claim:" + std::to_string(claim->claim);
    if (const auto* release = std::get_if<ReleaseAddresses>(&action)) text += "release:" + std::to_string(release->claim);
    if (const auto* announce = std::get_if<AnnounceAddresses>(&action)) text += "announce:" + std::to_string(announce->repeat);
    if (std::holds_alternative<StateChanged>(action)) text += "state";
    if (std::holds_alternative<PriorityChanged>(action)) text += "priority";
    if (std::holds_alternative<LowerPriorityHeard>(action)) text += "lower";
  }
  return text;
}

std::vector<Note> notes(const Actions& actions) {
  std::vector<Note> all;
  for (const Action& action : actions) {
    if (const auto* noted = std::get_if<Noted>(&action)) all.push_back(noted->note);
  }
  return all;
}

struct Row {
  const char* clause;
  VrrpInstance config;
  InstanceState before;
  InstanceEvent event;
  VrrpState state;
  const char* actions;
  Instant timer;
};

VrrpInstance with(VrrpInstance config, void (*change)(VrrpInstance&)) {
  change(config);
  return config;
}

void check(const Row& row) {
  SCOPED_TRACE(row.clause);
  const Step result = step(row.config, row.before, row.event, kNow);
  EXPECT_EQ(result.next.state, row.state);
  EXPECT_EQ(trace(result.actions), row.actions);
  EXPECT_EQ(result.next.timer, row.timer);
}

constexpr Duration kSkew100 = 609'375us;  // (256 - 100) / 256 s

TEST(Instance, LeavesInit) {
  const VrrpInstance owner = with(router_v3(), [](VrrpInstance& c) { c.priority = 255; c.wants_master = true; });
  InstanceState owning = init();
  owning.priority = 255;
  const Row rows[] = {
      {"6.4.1 owner starts as active: advert, addresses, announcement", owner, owning, Begin{}, VrrpState::kMaster,
       "advert:255 claim:1 announce:5 state", kNow + 1s},
      {"6.4.1 else as backup", router_v3(), init(), Begin{}, VrrpState::kBackup, "state", kNow + 3s + kSkew100},
      {"keepalived: state MASTER below 255 starts as backup", with(router_v3(), [](VrrpInstance& c) { c.wants_master = true; }), init(), Begin{},
       VrrpState::kBackup, "state", kNow + 3s + kSkew100},
      {"keepalived: an owner with state BACKUP waits", with(router_v3(), [](VrrpInstance& c) { c.priority = 255; }), owning, Begin{},
       VrrpState::kBackup, "state", kNow + 3s + 3'906us},
      {"a restarted active router speaks at once", router_v3(), init(), Begin{true}, VrrpState::kMaster, "advert:100 claim:1 announce:5 state", kNow + 1s},
      {"a fault at start", router_v3(), init(), FaultAppeared{"x", true}, VrrpState::kFault, "state", kNever},
      {"adverts before the start", router_v3(), init(), heard(kHigher, 200), VrrpState::kInit, "", kNever},
  };
  for (const Row& row : rows) check(row);
}

TEST(Instance, Backup) {
  const VrrpInstance v3 = router_v3();
  const VrrpInstance nopreempt = with(v3, [](VrrpInstance& c) { c.nopreempt = true; });
  InstanceState due = backup();
  due.timer = kNow;
  const Instant running = kNow + 2s;
  const Row rows[] = {
      {"6.4.2 shutdown: silently", v3, backup(), Shutdown{}, VrrpState::kInit, "", kNever},
      {"6.4.2 down timer fires", v3, due, TimerFired{}, VrrpState::kMaster, "advert:100 claim:1 announce:5 state", kNow + 1s},
      {"down timer not yet due", v3, backup(), TimerFired{}, VrrpState::kBackup, "", running},
      {"6.4.2 priority 0: only the skew", v3, backup(), heard(kHigher, 0), VrrpState::kBackup, "", kNow + kSkew100},
      {"6.4.2 priority 0: the skew from its arrival", v3, backup(), waited(heard(kHigher, 0), 2ms), VrrpState::kBackup, "", kNow - 2ms + kSkew100},
      {"6.4.2 the down interval from the arrival", v3, backup(), waited(heard(kHigher, 101), 2ms), VrrpState::kBackup, "", kNow - 2ms + 3s + kSkew100},
      {"6.4.2 equal priority re-arms, whatever the address", v3, backup(), heard(kLower, 100), VrrpState::kBackup, "", kNow + 3s + kSkew100},
      {"6.4.2 higher priority re-arms", v3, backup(), heard(kHigher, 101), VrrpState::kBackup, "", kNow + 3s + kSkew100},
      {"6.4.2 learns the interval", v3, backup(), heard(kHigher, 200, 500ms), VrrpState::kBackup, "", kNow + 1'804'687us},
      {"3768: version 2 does not learn", router_v2(), backup(), heard(kHigher, 200, 1s), VrrpState::kBackup, "", kNow + 3s + kSkew100},
      {"6.4.2 lower priority is discarded", v3, backup(), heard(kHigher, 99), VrrpState::kBackup, "", running},
      {"6.4.2 preempt off: lower re-arms", nopreempt, backup(), heard(kHigher, 99), VrrpState::kBackup, "", kNow + 3s + kSkew100},
      {"a fault", v3, backup(), FaultAppeared{"x", true}, VrrpState::kFault, "state", kNever},
      {"the sync group leads", v3, backup(), GroupLeads{}, VrrpState::kMaster, "advert:100 claim:1 announce:5 state", kNow + 1s},
      {"a reload shortens the interval", with(router_v2(), [](VrrpInstance& c) { c.advert_int = 250ms; }), backup(), Reconfigured{}, VrrpState::kBackup,
       "", kNow + 750ms + kSkew100},
      {"a priority change leaves the timer", v3, backup(), PriorityWanted{150}, VrrpState::kBackup, "priority", running},
  };
  for (const Row& row : rows) check(row);
}

TEST(Instance, Master) {
  const VrrpInstance v3 = router_v3();
  const VrrpInstance quiet = with(v3, [](VrrpInstance& c) { c.lower_prio_no_advert = true; });
  const VrrpInstance polite = with(v3, [](VrrpInstance& c) { c.higher_prio_send_advert = true; });
  InstanceState due = master();
  due.timer = kNow - 1ms;
  due.last_sent = kNow - 1001ms;
  const Instant running = kNow + 300ms;
  const Row rows[] = {
      {"6.4.3 shutdown: one advert of priority 0", v3, master(), Shutdown{}, VrrpState::kInit, "advert:0 release:6", kNever},
      {"-V: leaves everything where it is", v3, master(), Shutdown{false}, VrrpState::kInit, "", kNever},
      {"6.4.3 advert timer: no drift", v3, due, TimerFired{}, VrrpState::kMaster, "advert:100", kNow + 999ms},
      {"6.4.3 priority 0: answers at once", v3, master(), heard(kHigher, 0), VrrpState::kMaster, "advert:100", kNow + 1s},
      {"6.4.3 higher priority: gives way", v3, master(), heard(kLower, 101), VrrpState::kBackup, "release:6 state", kNow + 3s + kSkew100},
      {"6.4.3 gives way: the down interval from the arrival", v3, master(), waited(heard(kLower, 101), 2ms), VrrpState::kBackup, "release:6 state",
       kNow - 2ms + 3s + kSkew100},
      {"6.4.3 and learns the interval", v3, master(), heard(kLower, 101, 500ms), VrrpState::kBackup, "release:6 state", kNow + 1'804'687us},
      {"higher_prio_send_advert: a last word", polite, master(), heard(kLower, 101), VrrpState::kBackup, "advert:100 release:6 state", kNow + 3s + kSkew100},
      {"6.4.3 tie: higher address wins", v3, master(), heard(kHigher, 100), VrrpState::kBackup, "release:6 state", kNow + 3s + kSkew100},
      {"6.4.3 tie: lower address loses", v3, master(), heard(kLower, 100), VrrpState::kMaster, "advert:100 announce:5 lower", kNow + 1s},
      {"6.4.3 lower priority: asserts itself", v3, master(), heard(kHigher, 99), VrrpState::kMaster, "advert:100 announce:5 lower", kNow + 1s},
      {"lower_prio_no_advert: only the switches are told", quiet, master(), heard(kHigher, 99), VrrpState::kMaster, "announce:5 lower", running},
      {"a fault: priority 0, then release", v3, master(), FaultAppeared{"x", true}, VrrpState::kFault, "advert:0 release:6 state", kNever},
      {"a fault of the link: release only", v3, master(), FaultAppeared{"x", false}, VrrpState::kFault, "release:6 state", kNever},
      {"another member yields", v3, master(), GroupYields{}, VrrpState::kBackup, "release:6 state", kNow + 3s + kSkew100},
      {"an address was deleted: re-election", v3, master(), AddressLost{}, VrrpState::kBackup, "release:6 state", kNow + kSkew100},
      {"a reload changed it: says so", v3, master(), Reconfigured{}, VrrpState::kMaster, "advert:100", kNow + 1s},
      {"another member heard a worse router", v3, master(), GroupAnnounces{}, VrrpState::kMaster, "announce:5", running},
  };
  for (const Row& row : rows) check(row);
}

TEST(Instance, Fault) {
  InstanceState owning = fault();
  owning.priority = 255;
  const Row rows[] = {
      {"recovers into backup with a whole down interval", router_v3(), fault(), FaultCleared{}, VrrpState::kBackup, "state", kNow + 3s + kSkew100},
      {"an owner sooner", with(router_v3(), [](VrrpInstance& c) { c.priority = 255; }), owning, FaultCleared{}, VrrpState::kBackup, "state",
       kNow + 1s + 3'906us},
      {"hears nothing", router_v3(), fault(), heard(kHigher, 200), VrrpState::kFault, "", kNever},
      {"shutdown: silently", router_v3(), fault(), Shutdown{}, VrrpState::kInit, "", kNever},
  };
  for (const Row& row : rows) check(row);
}

// Pairs that no row above names change nothing at all.
TEST(Instance, IllegalPairsStay) {
  const InstanceEvent all[] = {Begin{}, TimerFired{}, heard(kHigher, 200), FaultAppeared{"x", true}, FaultCleared{}, PriorityWanted{100}, Reconfigured{},
                               GroupLeads{}, GroupYields{}, GroupAnnounces{}, AddressLost{}, Shutdown{}};
  static_assert(std::size(all) == std::variant_size_v<InstanceEvent>);
  const std::map<VrrpState, std::pair<InstanceState, std::set<std::size_t>>> stays = {
      {VrrpState::kInit, {init(), {1, 2, 4, 5, 6, 7, 8, 9, 10, 11}}},
      {VrrpState::kBackup, {backup(), {0, 1, 4, 5, 6, 8, 9, 10}}},  // 6: its timer is the shorter one
      {VrrpState::kMaster, {master(), {0, 1, 4, 5, 7}}},
      {VrrpState::kFault, {fault(), {0, 1, 2, 3, 5, 6, 7, 8, 9, 10}}},
  };
  for (const auto& [state, row] : stays) {
    for (std::size_t index = 0; index < std::size(all); ++index) {
      const Step result = step(router_v3(), row.first, all[index], kNow);
      const bool stayed = result.next == row.first && result.actions.empty();
      EXPECT_EQ(stayed, row.second.contains(index)) << "state " << static_cast<int>(state) << " event " << index;
    }
  }
}

TEST(Instance, IntervalsAreThoseOfTheVectors) {
  std::ifstream file(std::string(HF_SOURCE_ROOT) + "/tests/conformance/vectors.json");
  const auto timers = nlohmann::json::parse(file)["timers"];
  EXPECT_EQ(timers.size(), 63U);
  for (const auto& row : timers) {
    VrrpInstance config = row["version"] == 2 ? router_v2() : router_v3();
    config.advert_int = Duration{std::llround(row["interval_s"].get<double>() * 1e6)};
    const std::uint8_t priority = row["priority"];
    EXPECT_EQ(skew(config, priority, config.advert_int).count(), row["keepalived_skew_us"]) << row;
    EXPECT_NEAR(static_cast<double>(down_interval(config, priority, config.advert_int).count()), row["down_interval_s"].get<double>() * 1e6, 1.5) << row;
  }
}

TEST(Instance, BecomingActiveUsesItsOwnInterval) {
  Step result = step(router_v3(), backup(), heard(kHigher, 200, 50ms), kNow);
  const Instant due = result.next.timer;
  result = step(router_v3(), result.next, TimerFired{}, due);
  EXPECT_EQ(result.next.state, VrrpState::kMaster);
  EXPECT_EQ(result.next.active_interval, Duration(1s));
  EXPECT_EQ(result.next.timer, due + 1s);
}

TEST(Instance, PreemptDelayToleratesAWorseRouterForAWhile) {
  VrrpInstance config = router_v3();
  config.preempt_delay = 3s;
  InstanceState state = backup();
  Instant now = kNow;
  Instant last_rearmed{};
  for (int count = 0; count < 10 && state.state == VrrpState::kBackup; ++count, now += 900ms) {
    const Instant before = state.timer;
    state = step(config, state, heard(kHigher, 50), now).next;
    if (state.timer != before) last_rearmed = now;
  }
  EXPECT_EQ(last_rearmed, kNow + 2700ms);
  EXPECT_EQ(state.timer, kNow + 2700ms + 3s + kSkew100);  // observed with keepalived: 6.49 s after the first with 0.96 s between
  state = step(config, state, heard(kHigher, 100), now).next;  // an equal one cancels it
  EXPECT_EQ(state.preempt_after, kNever);
}

TEST(Instance, AnswersToWorseRoutersAreSpaced) {
  InstanceState state = master();
  int adverts = 0;
  for (int count = 0; count < 1000; ++count) {
    const Step result = step(router_v3(), state, heard(kHigher, 50), kNow + count * 1ms);
    state = result.next;
    for (const Action& action : result.actions) adverts += std::holds_alternative<SendAdvert>(action) ? 1 : 0;
  }
  EXPECT_EQ(adverts, 4);
}

TEST(Instance, AnnouncesTwiceAndThenAtTheRefresh) {
  VrrpInstance config = router_v3();
  config.announcement = {3, 2s, 10s, 2, 1s, 4};
  InstanceState state = backup();
  state.timer = kNow;
  std::vector<std::pair<Duration, unsigned>> seen;
  Instant now = kNow;
  while (now < kNow + 25s) {
    const Step result = step(config, state, TimerFired{}, now);
    state = result.next;
    for (const Action& action : result.actions) {
      if (const auto* announce = std::get_if<AnnounceAddresses>(&action)) seen.emplace_back(now - kNow, announce->repeat);
    }
    now = state.deadline();
  }
  EXPECT_EQ(seen, (std::vector<std::pair<Duration, unsigned>>{{0s, 3}, {2s, 3}, {10s, 2}, {20s, 2}}));
  const Step lower = step(config, state, heard(kHigher, 50), now);
  EXPECT_EQ(trace(lower.actions), "advert:100 announce:4 lower");
  EXPECT_EQ(lower.next.burst, now + 1s);
}

TEST(Instance, AStalledActiveRouterListensFirst) {
  InstanceState state = master();
  const Instant quickest_peer = state.last_sent + 3s + 3'906us;  // when a backup of priority 255 would have taken over
  Step result = step(router_v3(), state, TimerFired{}, quickest_peer - 1us);
  EXPECT_EQ(trace(result.actions), "advert:100");
  EXPECT_EQ(result.next.timer, quickest_peer - 1us + 1s) << "after a late one the rhythm starts anew";
  result = step(router_v3(), state, TimerFired{}, quickest_peer);
  EXPECT_EQ(trace(result.actions), "release:6 state");
  EXPECT_EQ(notes(result.actions), std::vector{Note::kStalled});
  EXPECT_EQ(result.next.timer, quickest_peer + 3s + kSkew100);
}

TEST(Instance, AStalledBackupListensAgain) {
  InstanceState state = backup();
  const Instant late = state.timer + 3s + kSkew100;
  EXPECT_EQ(step(router_v3(), state, TimerFired{}, late - 1us).next.state, VrrpState::kMaster);
  const Step result = step(router_v3(), state, TimerFired{}, late);
  EXPECT_EQ(result.next.state, VrrpState::kBackup);
  EXPECT_EQ(result.next.timer, late + 3s + kSkew100);
}

TEST(Instance, TwoOwners) {
  VrrpInstance config = router_v3();
  config.priority = 255;
  InstanceState state = master(255);
  Step result = step(config, state, heard(kHigher, 255), kNow);
  EXPECT_EQ(result.next.state, VrrpState::kBackup) << "the lower address yields";
  EXPECT_EQ(notes(result.actions), (std::vector{Note::kOwnerConflict, Note::kHigherAddress}));
  // The higher one stays, unless the other does not yield after two of our adverts and 1.2 intervals.
  Instant now = kNow;
  int conflicts = 0;
  bool conceded = false;
  while (now < kNow + 10s && !conceded) {
    result = step(config, state, heard(kLower, 255), now);
    for (const Note note : notes(result.actions)) {
      conflicts += note == Note::kOwnerConflict ? 1 : 0;
      conceded = conceded || note == Note::kOwnerConceded;
    }
    state = result.next;
    if (!conceded) now += 500ms;
  }
  EXPECT_EQ(conflicts, 1) << "said once, not with every advert";
  ASSERT_TRUE(conceded);
  EXPECT_GE(now - kNow, 1200ms);
  EXPECT_LE(now - kNow, 4s);
  EXPECT_EQ(state.state, VrrpState::kBackup);
  EXPECT_EQ(state.priority, 254);
  result = step(config, state, TimerFired{}, state.timer);
  EXPECT_EQ(result.next.state, VrrpState::kMaster);
  EXPECT_EQ(result.next.priority, 255);
}

TEST(Instance, AGroupMemberAsksBeforeItLeads) {
  VrrpInstance config = router_v3();
  config.sync_group = GroupId{1};
  InstanceState state = backup();
  state = step(config, state, TimerFired{}, state.timer).next;
  EXPECT_EQ(state.state, VrrpState::kBackup);
  EXPECT_TRUE(state.wants_lead);
  EXPECT_FALSE(step(config, state, heard(kHigher, 200), kNow).next.wants_lead);
  EXPECT_TRUE(step(config, state, heard(kHigher, 50), kNow).next.wants_lead);
  EXPECT_EQ(step(config, state, GroupLeads{}, kNow).next.state, VrrpState::kMaster);
}

}  // namespace
}  // namespace holdfast::vrrp
