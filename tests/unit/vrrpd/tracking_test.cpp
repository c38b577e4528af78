// Faults and priorities as functions of what is tracked; script results by rise and fall.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/protocol/tracking.h"

#include <gtest/gtest.h>

#include "tests/unit/vrrpd/configs.h"

namespace holdfast::vrrp {
namespace {

using namespace std::chrono_literals;

constexpr TrackerId kCheck{9};

World world(bool eth0 = true, bool eth1 = true, Health check = Health::kUp) {
  World world;
  for (const auto& [name, up] : {std::pair{"eth0", eth0}, std::pair{"eth1", eth1}}) {
    LinkFacts facts;
    facts.name = name;
    facts.up = up;
    facts.sources = {ip("192.0.2.1"), ip("fe80::1")};
    facts.addresses = {{ip("192.0.2.1"), 24}};
    world.links[name] = facts;
  }
  world.scripts[kCheck] = {"check", check};
  return world;
}

std::string faults(const VrrpInstance& config, const World& world, const SyncGroup* group = nullptr) {
  std::string text;
  for (const Fault& fault : faults_of(config, group, world)) text += (text.empty() ? "" : "; ") + describe(fault);
  return text;
}

template <class Change>
VrrpInstance with(Change change) {
  VrrpInstance config = router_v3();
  change(config);
  return config;
}

TEST(Tracking, Faults) {
  World without_sources = world();
  without_sources.links["eth0"].sources = {ip("fe80::1")};
  World empty = world();
  empty.links.clear();
  const struct {
    const char* expected;
    VrrpInstance config;
    World world;
  } rows[] = {
      {"", router_v3(), world()},
      {"interface eth0 is down", router_v3(), world(false)},
      {"interface eth0 does not exist", router_v3(), empty},
      {"", with([](auto& c) { c.track_primary = false; }), world(false)},
      {"no source address on eth0", router_v3(), without_sources},
      {"", with([](auto& c) { c.source = ip("192.0.2.9"); }), without_sources},
      {"no source address on eth0", with([](auto& c) { c.source = ip("192.0.2.9"); c.track_source = true; }), world()},
      {"", with([](auto& c) { c.source = ip("192.0.2.1"); c.track_source = true; }), world()},
      {"no unicast peer", with([](auto& c) { c.unicast = true; }), world()},
      {"interface eth1 is down", with([](auto& c) { c.fault_interfaces = {"eth1"}; }), world(true, false)},
      {"interface eth0 is down", with([](auto& c) { c.fault_interfaces = {"eth0"}; }), world(false)},
      {"", with([](auto& c) { c.fault_interfaces = {"eth0"}; c.track_primary = false; }), world(false)},
      {"interface eth1 is down", with([](auto& c) { c.tracked_interfaces = {{"eth1", 0, false}}; }), world(true, false)},
      {"interface eth2 is down", with([](auto& c) { c.tracked_interfaces = {{"eth2", 0, false}}; }), world()},
      {"interface eth1 is up", with([](auto& c) { c.tracked_interfaces = {{"eth1", 0, true}}; }), world()},
      {"", with([](auto& c) { c.tracked_interfaces = {{"eth1", 10, false}}; }), world(true, false)},
      {"script check fails", with([](auto& c) { c.tracked_scripts = {{kCheck, 0, false}}; }), world(true, true, Health::kDown)},
      {"", with([](auto& c) { c.tracked_scripts = {{kCheck, 0, false}}; }), world(true, true, Health::kUnknown)},
      {"script check succeeds", with([](auto& c) { c.tracked_scripts = {{kCheck, 0, true}}; }), world()},
      {"", with([](auto& c) { c.tracked_scripts = {{kCheck, 10, false}}; }), world(true, true, Health::kDown)},
  };
  for (const auto& row : rows) EXPECT_EQ(faults(row.config, row.world), row.expected);
}

TEST(Tracking, PriorityIsBaseAndWeights) {
  struct Tracked {
    int weight;
    bool reverse;
  };
  const struct {
    int base;
    Tracked interface;  // eth1
    Tracked script;
    bool up;
    Health script_health;
    int expected;
  } rows[] = {
      {100, {20, false}, {0, false}, true, Health::kUp, 120},       {100, {20, false}, {0, false}, false, Health::kUp, 100},
      {100, {-20, false}, {0, false}, true, Health::kUp, 100},      {100, {-20, false}, {0, false}, false, Health::kUp, 80},
      {100, {20, true}, {0, false}, true, Health::kUp, 80},         {100, {20, true}, {0, false}, false, Health::kUp, 100},
      {100, {-20, true}, {0, false}, false, Health::kUp, 120},      {100, {0, false}, {30, false}, true, Health::kUp, 130},
      {100, {0, false}, {30, false}, true, Health::kDown, 100},     {100, {0, false}, {-30, false}, true, Health::kDown, 70},
      {100, {0, false}, {-30, false}, true, Health::kUnknown, 100}, {100, {20, false}, {30, false}, true, Health::kUp, 150},
      {250, {20, false}, {0, false}, true, Health::kUp, 254},       {10, {-20, false}, {0, false}, false, Health::kUp, 1},
      {255, {-20, false}, {-30, false}, false, Health::kDown, 255},
  };
  for (const auto& row : rows) {
    const VrrpInstance config = with([&](auto& c) {
      c.priority = static_cast<std::uint8_t>(row.base);
      c.tracked_interfaces = {{"eth1", row.interface.weight, row.interface.reverse}};
      c.tracked_scripts = {{kCheck, row.script.weight, row.script.reverse}};
    });
    EXPECT_EQ(effective_priority(config, nullptr, world(true, row.up, row.script_health)), row.expected);
  }
}

TEST(Tracking, TrackersOfTheGroupCountAsOwnOnes) {
  SyncGroup group;
  group.tracked_interfaces = {{"eth1", -20, false}};
  group.tracked_scripts = {{kCheck, -30, false}};
  const World bad = world(true, false, Health::kDown);
  // Without sync_group_tracking_weight a weighted interface is a fault and a weighted script is nothing.
  EXPECT_EQ(effective_priority(router_v3(), &group, bad), 100);
  EXPECT_EQ(faults(router_v3(), bad, &group), "interface eth1 is down");
  group.tracking_weight = true;
  EXPECT_EQ(effective_priority(router_v3(), &group, bad), 50);
  EXPECT_EQ(faults(router_v3(), bad, &group), "");
}

TEST(Tracking, FilesAddTheirNumberTimesTheWeight) {
  const struct {
    const char* what;
    int weight;
    bool reverse;
    std::int64_t number;
    int priority;  // of 100
    const char* faults;
  } rows[] = {
      {"nothing in it", 1, false, 0, 100, ""},
      {"added", 1, false, 20, 120, ""},
      {"times the weight", 3, false, 20, 160, ""},
      {"negative", 2, false, -20, 60, ""},
      {"turned around", 2, true, 20, 60, ""},
      {"limited above", 2, false, 5000, 254, ""},
      {"just no fault", 1, false, -253, 1, ""},
      {"a fault", 1, false, -254, 1, "track_file f holds -254"},
      {"a fault by its weight", -127, false, 2, 1, "track_file f holds 2"},
      {"a huge number", 254, false, INT64_MIN, 1, "track_file f holds -9223372036854775808"},
      {"without weight: 0 is well", 0, false, 0, 100, ""},
      {"without weight: others are not", 0, false, -1, 100, "track_file f holds -1"},
      {"without weight, turned around", 0, true, 0, 100, "track_file f holds 0"},
      {"without weight, turned around", 0, true, 7, 100, ""},
  };
  for (const auto& row : rows) {
    World there = world();
    there.objects[kCheck] = {"f", true, Health::kUp, row.number};
    const VrrpInstance config = with([&](auto& c) { c.tracked_objects = {{kCheck, row.weight, row.reverse}}; });
    EXPECT_EQ(effective_priority(config, nullptr, there), row.priority) << row.what;
    EXPECT_EQ(faults(config, there), row.faults) << row.what;
    there.objects[kCheck].health = Health::kUnknown;
    EXPECT_EQ(effective_priority(config, nullptr, there), 100) << "not told yet: " << row.what;
    EXPECT_EQ(faults(config, there), "") << "not told yet: " << row.what;
    EXPECT_TRUE(awaits_objects(config, nullptr, there));
  }
}

TEST(Tracking, ProcessesAndSessionsAreUpOrDown) {
  const struct {
    int weight;
    bool reverse;
    Health health;
    int priority;
    const char* faults;
  } rows[] = {
      {0, false, Health::kUp, 100, ""},   {0, false, Health::kDown, 100, "BFD session b is down"},
      {0, true, Health::kDown, 100, ""},  {0, true, Health::kUp, 100, "BFD session b is up"},
      {30, false, Health::kUp, 130, ""},  {30, false, Health::kDown, 100, ""},
      {-30, false, Health::kUp, 100, ""}, {-30, false, Health::kDown, 70, ""},
      {-30, true, Health::kDown, 130, ""}, {254, false, Health::kUp, 254, ""},
  };
  for (const auto& row : rows) {
    World there = world();
    there.objects[kCheck] = {"BFD session b", false, row.health, 0};
    SyncGroup group;
    group.tracked_objects = {{kCheck, row.weight, row.reverse}};
    EXPECT_EQ(effective_priority(router_v3(), &group, there), row.priority);
    EXPECT_EQ(faults(router_v3(), there, &group), row.faults);
  }
}

TEST(ProcessHealth, QuorumAndDelays) {
  constexpr Instant kStart{Duration{1'000'000}};
  const struct {
    const char* what;
    std::uint32_t quorum, quorum_max;
    Duration fork_delay, terminate_delay;
    std::vector<std::pair<int, std::uint32_t>> counts;  // at this second, so many
    const char* health;                                 // at each second from 0 on: ? u d
  } rows[] = {
      {"one is enough", 1, UINT32_MAX, 0s, 0s, {{0, 1}, {1, 5}, {2, 0}, {3, 1}}, "uudu"},
      {"the first count decides without delay", 1, UINT32_MAX, 9s, 9s, {{0, 0}}, "ddd"},
      {"too many", 1, 2, 0s, 0s, {{0, 2}, {1, 3}, {2, 2}}, "udu"},
      {"none may run", 0, 0, 0s, 0s, {{0, 0}, {1, 1}, {2, 0}}, "udu"},
      {"loss counts after its delay", 2, UINT32_MAX, 0s, 2s, {{0, 2}, {1, 1}}, "uuud"},
      {"a loss that does not last", 2, UINT32_MAX, 0s, 2s, {{0, 2}, {1, 1}, {2, 2}}, "uuuuu"},
      {"more losses do not start the delay again", 3, UINT32_MAX, 0s, 2s, {{0, 3}, {1, 2}, {2, 1}}, "uuud"},
      {"gain counts after its delay", 1, UINT32_MAX, 2s, 0s, {{0, 0}, {1, 1}}, "dddu"},
  };
  for (const auto& row : rows) {
    const ProcessTracker tracker{{1}, "p", row.quorum, row.quorum_max, row.fork_delay, row.terminate_delay};
    ProcessHealth state;
    std::string seen;
    for (int second = 0; second < static_cast<int>(std::string_view(row.health).size()); ++second) {
      const Instant now = kStart + std::chrono::seconds(second);
      if (state.due <= now) state = after_delay(state, now);
      for (const auto& [at, count] : row.counts) {
        if (at == second) state = after_count(tracker, state, count, now);
      }
      seen += state.health == Health::kUp ? 'u' : state.health == Health::kDown ? 'd' : '?';
    }
    EXPECT_EQ(seen, row.health) << row.what;
  }
}

TEST(Tracking, UnweightedScriptsAreAwaited) {
  VrrpInstance config = with([](auto& c) { c.tracked_scripts = {{kCheck, 0, false}}; });
  EXPECT_TRUE(awaits_scripts(config, nullptr, world(true, true, Health::kUnknown)));
  EXPECT_FALSE(awaits_scripts(config, nullptr, world(true, true, Health::kDown)));
  config.tracked_scripts[0].weight = 5;
  EXPECT_FALSE(awaits_scripts(config, nullptr, world(true, true, Health::kUnknown)));
}

TEST(ScriptHealth, RiseAndFall) {
  const struct {
    const char* what;
    unsigned rise, fall;
    bool init_fail;
    const char* results;  // + success, - failure
    const char* health;   // after each: ? u d
  } rows[] = {
      {"the first result decides", 3, 3, false, "+", "u"},
      {"the first result decides", 3, 3, false, "-", "d"},
      {"init_fail needs all of rise", 3, 3, true, "+++", "ddu"},
      {"fall counts failures in a row", 1, 3, false, "+---", "uuud"},
      {"a success restores everything", 1, 3, false, "+--+--+---", "uuuuuuuuud"},
      {"rise counts successes in a row", 3, 1, false, "-++-+++", "ddddddu"},
      {"defaults follow each result", 1, 1, false, "+-+-", "udud"},
  };
  for (const auto& row : rows) {
    ScriptTracker tracker;
    tracker.rise = row.rise;
    tracker.fall = row.fall;
    tracker.init_fail = row.init_fail;
    ScriptHealth state = initial_health(tracker);
    std::string seen;
    for (const char* result = row.results; *result != 0; ++result) {
      state = after_result(tracker, state, *result == '+');
      seen += health(tracker, state) == Health::kUp ? 'u' : 'd';
    }
    EXPECT_EQ(seen, row.health) << row.what << ": " << row.results;
  }
}

TEST(ScriptHealth, AReloadCarriesTheVerdictOver) {
  ScriptTracker before;
  before.rise = 2;
  before.fall = 2;
  ScriptTracker after = before;
  after.fall = 5;
  const ScriptHealth up = after_result(before, initial_health(before), true);
  EXPECT_EQ(carried_over(before, before, up), up);
  EXPECT_EQ(carried_over(before, after, up), (ScriptHealth{true, 6}));
  EXPECT_EQ(carried_over(before, after, {true, 1}), (ScriptHealth{true, 0}));
  EXPECT_EQ(carried_over(before, after, {}), ScriptHealth{});
}

}  // namespace
}  // namespace holdfast::vrrp
