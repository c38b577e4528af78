// Differences between plans and the identifiers that make them possible.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/difference/delta.h"

#include <gtest/gtest.h>

#include "parent/plan/identity.h"
#include "parent/plan/difference/without.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

using example::said;

Plan plan_of(const model::Configuration& configuration) {
  config::Diagnostics diagnostics;
  return build(configuration, example::anywhere(), diagnostics).plan;
}

model::Configuration everything() {
  model::Configuration configuration = example::pair();
  configuration.virtual_servers = example::web().virtual_servers;
  return configuration;
}

TEST(Delta, OfAPlanAndItselfIsEmpty) {
  Plan first = plan_of(everything());
  Plan second = plan_of(everything());
  first.stamp(1);
  second.stamp(2);
  EXPECT_TRUE(delta(first, second).empty());
  EXPECT_EQ(delta(first, second), Delta{});
  EXPECT_EQ(delta(first, second).summary(), "nothing");
}

TEST(Delta, NamesAndOrderDoNotMakeAnotherThing) {
  const Plan before = plan_of(everything());
  model::Configuration configuration = everything();
  std::swap(configuration.instances[0], configuration.instances[1]);
  configuration.sync_groups[0].members = {said<std::string>("bi"), said<std::string>("lb")};
  const Delta moved = delta(before, plan_of(configuration));
  EXPECT_TRUE(moved.instances.empty());
  configuration = everything();
  configuration.instances[0].name = "renamed";
  configuration.sync_groups[0].members[0] = said<std::string>("renamed");
  const Delta renamed = delta(before, plan_of(configuration));
  EXPECT_EQ(renamed.instances.changed.size(), 1u);
  EXPECT_TRUE(renamed.instances.added.empty());
}

TEST(Delta, TellsWhoHasToHear) {
  const Plan before = plan_of(everything());
  model::Configuration priority = everything();
  priority.instances[0].priority = said(50u);
  const Delta vrrp = delta(before, plan_of(priority));
  EXPECT_TRUE(vrrp.for_vrrpd());
  EXPECT_FALSE(vrrp.for_ipvsd());
  model::Configuration weight = everything();
  weight.virtual_servers[0].servers[0].weight = said<std::uint32_t>(9);
  const Delta check = delta(before, plan_of(weight));
  EXPECT_FALSE(check.for_vrrpd());
  EXPECT_TRUE(check.for_ipvsd());
  EXPECT_TRUE(check.for_checkerd());
  EXPECT_EQ(check.checked.changed.size(), 1u);
}

TEST(Delta, AddedAndRemovedMirrorEachOther) {
  const Plan small = plan_of(example::pair());
  const Plan large = plan_of(everything());
  const Delta grown = delta(small, large);
  const Delta shrunk = delta(large, small);
  EXPECT_EQ(grown.services.added, shrunk.services.removed);
  EXPECT_EQ(grown.destinations.added.size(), 2u);
  EXPECT_EQ(shrunk.destinations.removed.size(), 2u);
}

TEST(Identity, SameTextSameValueAndNeverZero) {
  EXPECT_EQ(fnv1a(""), 14695981039346656037ULL);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_NE(identity_text({"ab", "c"}), identity_text({"a", "bc"}));
  Identities identities([](std::string_view text) { return text.size() < 4 ? 0 : text.size(); });
  const std::uint64_t empty = identities.of("abc");
  EXPECT_NE(empty, 0u);
  EXPECT_EQ(identities.of("abc"), empty);
}

TEST(Identity, CollisionsAreTheSameInEveryRun) {
  const auto collide = [](std::string_view text) -> std::uint64_t { return text.find('#') == std::string_view::npos ? 7 : text.size(); };
  Identities one(collide);
  Identities other(collide);
  EXPECT_EQ(one.of("first"), 7u);
  const std::uint64_t second = one.of("second");
  EXPECT_NE(second, 7u);
  EXPECT_EQ(other.of("first"), 7u);
  EXPECT_EQ(other.of("second"), second);
}

TEST(Without, ScriptsThatDoNotRunAreWaitedForByNobody) {
  const Plan plan = plan_of(example::pair());
  const Plan left = without(plan, {plan.scripts[0].id});
  EXPECT_TRUE(left.vrrp.trackers.empty());
  EXPECT_TRUE(left.vrrp.instances[0].tracked_scripts.empty());
  EXPECT_TRUE(left.scripts.empty());
  EXPECT_EQ(without(plan, {}), plan);
}

}  // namespace
}  // namespace holdfast
