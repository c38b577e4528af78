// ha_suspend as a table: whose checks wait, and what turns when an address comes or goes.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "checkerd/verdict/suspension.h"
#include "tests/unit/checkerd/plans.h"

namespace holdfast {
namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr TrackerId kHere{70}, kThere{71};

CheckPlan example() {
  CheckPlan plan;
  plan.services = {service(1, 1, 0, {server(1, 1, {tcp(11)})}), service(2, 1, 0, {server(2, 1, {tcp(21), file(22, 5)})}),
                   service(3, 1, 0, {server(3, 1, {tcp(31)})})};
  plan.services[1].presence = kHere;
  plan.services[2].presence = kThere;
  return plan;
}

std::vector<std::uint64_t> suspended(const Suspension& it) {
  std::vector<std::uint64_t> found;
  for (const std::uint64_t check : {11, 21, 22, 31}) {
    if (it.suspends(CheckId{check})) found.push_back(check);
  }
  return found;
}

TEST(Suspension, WhatWasNotToldIsNotHere) {
  const CheckPlan plan = example();
  Suspension it;
  it.apply(plan, {});
  EXPECT_THAT(suspended(it), ElementsAre(21, 31)) << "files are told, not asked";
  it.apply(plan, {{kHere, 1}, {kThere, 0}});
  EXPECT_THAT(suspended(it), ElementsAre(31));
}

TEST(Suspension, OnlyAChangeTurns) {
  const CheckPlan plan = example();
  Suspension it;
  it.apply(plan, {});
  const struct {
    TrackerId presence;
    bool here;
    std::vector<const CheckedService*> turned;
    std::vector<std::uint64_t> suspended;
  } rows[] = {
      {kHere, false, {}, {21, 31}},
      {kHere, true, {&plan.services[1]}, {31}},
      {kHere, true, {}, {31}},
      {kThere, true, {&plan.services[2]}, {}},
      {TrackerId{5}, false, {}, {}},
      {kHere, false, {&plan.services[1]}, {21}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(it.told(row.presence, row.here), row.turned);
    EXPECT_EQ(suspended(it), row.suspended);
  }
}

TEST(Suspension, APlanForgetsWhatItDoesNotName) {
  CheckPlan plan = example();
  Suspension it;
  it.apply(plan, {});
  plan.services.pop_back();
  it.apply(plan, {});
  EXPECT_THAT(suspended(it), ElementsAre(21));
  EXPECT_TRUE(it.depends_on(kHere));
  EXPECT_FALSE(it.depends_on(kThere));
}

}  // namespace
}  // namespace holdfast
