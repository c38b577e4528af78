// ipvsd's driver and checkerd: services, destinations, the table in the kernel.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ipvsd/driver_rig.h"

namespace holdfast {
namespace {

TEST_F(DriverTest, ServicesAreThePlansAndDestinationsAreCheckerds) {
  start(web_plan());
  EXPECT_EQ(kernel->services.size(), 1u);
  EXPECT_EQ(weights(), Weights{});
  wish(21, true, 3);
  wish(22, true, 1);
  wishes_complete();
  turn();
  EXPECT_EQ(weights(), (Weights{{"10.9.0.21", 3}, {"10.9.0.22", 1}}));
  EXPECT_EQ(checkerd->heard.back().applied().plan(), 1u);
  kernel->applied.clear();
  wish(21, true, 0);
  turn();
  ASSERT_EQ(kernel->applied.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<EditDestination>(kernel->applied[0]));
  wish(22, false, 0);
  turn();
  EXPECT_EQ(weights(), (Weights{{"10.9.0.21", 0}}));
}

IpvsPlan marked_plan(IpvsPlan plan, std::vector<MarkedTarget> marked) {
  plan.services[0].key = {Family::kIpv4, Protocol::kTcp, {}, 0, 1000};
  plan.marking = Firewall{"keepalived_ipvs", -1, false};
  plan.marked = std::move(marked);
  return plan;
}
MarkedTarget marked(const char* address) { return {Protocol::kTcp, *IpAddress::parse(address), *IpAddress::parse(address), 80, 1000}; }

TEST_F(DriverTest, MarksComeAfterTheirServiceAndGoWithThePlan) {
  start(marked_plan(web_plan(), {marked("10.0.0.1"), marked("10.0.0.2")}));
  turn();
  EXPECT_EQ(kernel->marked, (std::set{marked("10.0.0.1"), marked("10.0.0.2")}));
  ASSERT_GE(kernel->applied.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<AddService>(kernel->applied.front()));
  ASSERT_TRUE(std::holds_alternative<ChangeMarking>(kernel->applied.back()));
  EXPECT_TRUE(std::get<ChangeMarking>(kernel->applied.back()).clear) << "what an earlier run has left goes";
  stop();
  turn();
  EXPECT_TRUE(kernel->marked.empty());
  EXPECT_TRUE(kernel->marking.empty());
  EXPECT_TRUE(kernel->services.empty());
}

TEST_F(DriverTest, AReloadMovesOnlyTheMarksThatChanged) {
  start(marked_plan(web_plan(), {marked("10.0.0.1"), marked("10.0.0.2")}));
  turn();
  IpvsPlan next = marked_plan(web_plan(), {marked("10.0.0.1"), marked("10.0.0.3")});
  next.generation = 2;
  kernel->applied.clear();
  say_plan(next);
  turn();
  ASSERT_EQ(kernel->applied.size(), 1u);
  const ChangeMarking& change = std::get<ChangeMarking>(kernel->applied.front());
  EXPECT_FALSE(change.clear);
  EXPECT_EQ(change.remove, std::vector{marked("10.0.0.2")});
  EXPECT_EQ(change.add, std::vector{marked("10.0.0.3")});
}

TEST_F(DriverTest, AnUnknownDestinationIsRefused) {
  start(web_plan());
  wish(99, true, 1);
  turn();
  ASSERT_FALSE(checkerd->heard.empty());
  EXPECT_EQ(checkerd->heard.back().refused().destination(), 99u);
}

TEST_F(DriverTest, ARestartedIpvsdAdoptsTheTableAndRemovesNothingBeforeComplete) {
  const ServiceKey web{Family::kIpv4, Protocol::kTcp, *IpAddress::parse("10.0.0.1"), 80, 0};
  const ServiceKey foreign{Family::kIpv4, Protocol::kTcp, *IpAddress::parse("10.0.0.99"), 80, 0};
  DestinationOptions weight3;
  weight3.weight = 3;
  kernel->services[web] = {options_of(web_plan().services[0]),
                           {{{*IpAddress::parse("10.9.0.21"), 80}, weight3}, {{*IpAddress::parse("10.9.0.55"), 80}, weight3}}};
  kernel->services[foreign] = {{.scheduler = "rr"}, {}};
  start(web_plan());
  EXPECT_TRUE(kernel->applied.empty());
  wish(21, true, 3);
  turn();
  EXPECT_TRUE(kernel->applied.empty());
  wishes_complete();
  turn();
  EXPECT_EQ(weights(), (Weights{{"10.9.0.21", 3}}));
  EXPECT_EQ(kernel->applied.size(), 1u);
  EXPECT_EQ(kernel->services.size(), 2u) << "a foreign service is left alone";
  stop();
  turn();
  EXPECT_EQ(kernel->services.size(), 1u);
  EXPECT_TRUE(kernel->services.contains(foreign));
}

TEST_F(DriverTest, LvsFlushRemovesForeignServices) {
  kernel->services[{Family::kIpv4, Protocol::kTcp, *IpAddress::parse("10.0.0.99"), 80, 0}] = {{.scheduler = "rr"}, {}};
  IpvsPlan plan = web_plan();
  plan.lvs_flush = true;
  start(plan);
  EXPECT_EQ(kernel->services.size(), 1u);
  EXPECT_EQ(kernel->services.begin()->first, plan.services[0].key);
}

TEST_F(DriverTest, ATableThatSomebodyEmptiedIsBuiltAgain) {
  start(web_plan());
  wish(21, true, 3);
  wish(22, true, 3);
  wishes_complete();
  turn();
  kernel->services.clear();
  wish(21, true, 4);
  turn();
  EXPECT_EQ(weights(), (Weights{{"10.9.0.21", 4}, {"10.9.0.22", 3}}));
}

TEST_F(DriverTest, ARefusedServiceIsToldOnceAndNotTriedForEver) {
  kernel->refuse("add service TCP 10.0.0.1:80 scheduler wlc", ENOENT);
  start(web_plan());
  wish(21, true, 3);
  wishes_complete();
  turn();
  EXPECT_EQ(parent->count([](const wire::IpvsdToParent& m) { return m.has_change_refused(); }), 2u) << "at the plan, and at the wish";
  EXPECT_LE(kernel->calls, 4u);
  EXPECT_TRUE(checkerd->heard.back().has_applied());
}

TEST_F(DriverTest, APlanWithServicesIsRefusedWithoutIpvs) {
  kernel->has_ipvs = false;
  ASSERT_TRUE(driver->start());
  say_plan(web_plan());
  turn();
  EXPECT_NE(parent->heard.back().plan_refused().reason().find("ip_vs"), std::string::npos);
  EXPECT_TRUE(kernel->services.empty());
  IpvsPlan plan = vrrp_plan();
  plan.generation = 2;
  say_plan(plan);
  turn();
  EXPECT_EQ(parent->heard.back().plan_applied().generation(), 2u) << "VRRP goes without";
}

TEST_F(DriverTest, ALeavingServiceIsDeletedAndKeepIpvsKeepsTheRest) {
  start(web_plan());
  IpvsPlan plan;
  plan.generation = 2;
  plan.uses_ipvs = true;
  say_plan(plan);
  turn();
  EXPECT_TRUE(kernel->services.empty());
  plan = web_plan();
  plan.generation = 3;
  plan.keep_ipvs = true;
  say_plan(plan);
  turn();
  stop();
  turn();
  EXPECT_EQ(kernel->services.size(), 1u);
}

}  // namespace
}  // namespace holdfast
