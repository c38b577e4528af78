// What moves with a claim beside addresses: routes, rules and the firewall, against a kernel made of tables. Order, reload by
// difference, what somebody else deletes, static items, and what an earlier run left.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/keep/holdings.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/fake/kernel.h"

namespace holdfast {
namespace {

constexpr InstanceId kFirst{1};
constexpr InstanceId kSecond{2};

Route route(const char* destination, const char* interface = "eth0") {
  Route route;
  route.destination = *parse_prefix(destination);
  route.family = route.destination.address.family();
  route.way.interface = interface;
  return route;
}

Rule rule(std::uint32_t preference) {
  Rule rule;
  rule.preference = preference;
  rule.table = 100;
  return rule;
}

VirtualAddress address(const char* prefix, const char* interface = "eth0") {
  VirtualAddress planned;
  planned.prefix = *parse_prefix(prefix);
  planned.interface = interface;
  return planned;
}

InstanceRights rights(InstanceId id, const char* prefix) {
  InstanceRights rights{id, "VI_" + std::to_string(id.value), "eth0", {address(prefix)}, false, Duration{0}, Duration{0}};
  return rights;
}

std::vector<std::string> texts(const std::vector<Change>& changes) {
  std::vector<std::string> texts;
  for (const Change& change : changes) texts.push_back(to_string(change));
  return texts;
}
using Texts = std::vector<std::string>;

class HoldingsTest : public testing::Test {
 protected:
  void SetUp() override {
    kernel.add_link("eth0");
    kernel.add_link("eth1");
    watch.reset(*kernel.read_network());
    (void)kernel.events();
  }
  void plan(const IpvsPlan& plan) {
    claims.set_plan(plan);
    holdings.use(plan.firewall);
    EXPECT_TRUE(holdings.reconcile().empty());
    claims.forget_orphans();
  }
  static IpvsPlan one() {
    IpvsPlan plan;
    plan.instances = {rights(kFirst, "192.0.2.100/24")};
    plan.instances[0].routes = {route("10.1.0.0/16"), route("10.2.0.0/16")};
    plan.instances[0].rules = {rule(100), rule(200)};
    return plan;
  }
  void claim(InstanceId id, Generation generation) {
    EXPECT_EQ(claims.claim(id, generation), ClaimVerdict::kAccepted);
    EXPECT_TRUE(holdings.hold(id).empty());
  }
  void release(InstanceId id, Generation generation) {
    EXPECT_EQ(claims.release(id, generation), ClaimVerdict::kAccepted);
    EXPECT_TRUE(holdings.withdraw(id).empty());
  }
  // Brings what the kernel tells to the holdings: what they report as lost.
  std::vector<Holdings::Loss> hear() {
    std::vector<Holdings::Loss> losses;
    LinkWatch::News news;
    for (const KernelEvent& event : kernel.events()) {
      const auto add = [&losses](std::vector<Holdings::Loss> more) {
        for (Holdings::Loss& loss : more) losses.push_back(std::move(loss));
      };
      if (const auto* gone = std::get_if<RouteGone>(&event)) add(holdings.lost(gone->route));
      if (const auto* gone_rule = std::get_if<RuleGone>(&event)) add(holdings.lost(gone_rule->rule));
      watch.hear(event, news);
    }
    if (!news.came_up.empty()) {
      EXPECT_TRUE(holdings.restore(news.came_up).empty());
    }
    return losses;
  }

  fake::Kernel kernel;
  ClaimLedger claims;
  LinkWatch watch;
  Holdings holdings{kernel, claims, watch};
};

TEST_F(HoldingsTest, AddressesThenRoutesThenRulesAndBackInReverse) {
  plan(one());
  EXPECT_TRUE(kernel.applied.empty());
  claim(kFirst, 1);
  EXPECT_EQ(texts(kernel.applied), (Texts{"add address 192.0.2.100/24 on eth0", "add route 10.1.0.0/16 on eth0", "add route 10.2.0.0/16 on eth0",
                                          "add rule IPv4 table 100 (preference 100)", "add rule IPv4 table 100 (preference 200)"}));
  kernel.applied.clear();
  release(kFirst, 2);
  EXPECT_EQ(texts(kernel.applied), (Texts{"delete rule IPv4 table 100 (preference 200)", "delete rule IPv4 table 100 (preference 100)",
                                          "delete route 10.2.0.0/16 on eth0", "delete route 10.1.0.0/16 on eth0",
                                          "delete address 192.0.2.100/24 on eth0"}));
}

TEST_F(HoldingsTest, AReloadTouchesOnlyWhatDiffers) {
  plan(one());
  claim(kFirst, 1);
  kernel.applied.clear();
  IpvsPlan next = one();
  next.instances[0].routes[1].metric = 5;
  next.instances[0].rules.push_back(rule(300));
  plan(next);
  EXPECT_EQ(texts(kernel.applied), (Texts{"delete route 10.2.0.0/16 on eth0", "add route 10.2.0.0/16 on eth0 metric 5",
                                          "add rule IPv4 table 100 (preference 300)"}));
  kernel.applied.clear();
  plan(next);
  EXPECT_TRUE(kernel.applied.empty());
}

TEST_F(HoldingsTest, WhatTwoInstancesWantStaysUntilBothHaveReleased) {
  IpvsPlan both = one();
  both.instances.push_back(rights(kSecond, "192.0.2.101/24"));
  both.instances[1].routes = {route("10.1.0.0/16")};
  plan(both);
  claim(kFirst, 1);
  claim(kSecond, 1);
  EXPECT_EQ(kernel.routes.size(), 2u);
  release(kFirst, 2);
  EXPECT_EQ(kernel.routes, std::vector<Route>{route("10.1.0.0/16")});
  release(kSecond, 2);
  EXPECT_TRUE(kernel.routes.empty());
}

TEST_F(HoldingsTest, SomebodyElseDeletesARoute) {
  IpvsPlan wanted = one();
  wanted.instances[0].routes[1].no_track = true;
  plan(wanted);
  claim(kFirst, 1);
  (void)hear();
  kernel.delete_route(wanted.instances[0].routes[0]);
  auto losses = hear();
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_EQ(losses[0].what, "10.1.0.0/16 on eth0");
  ASSERT_EQ(losses[0].holders.size(), 1u);
  EXPECT_TRUE(losses[0].holders[0].tracked);
  kernel.delete_route(wanted.instances[0].routes[1]);
  losses = hear();
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_FALSE(losses[0].holders[0].tracked) << "no_track";
  kernel.delete_rule(rule(100));
  losses = hear();
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_EQ(losses[0].what, "IPv4 table 100 (preference 100)");
  release(kFirst, 2);
  claim(kFirst, 3);
  EXPECT_EQ(kernel.routes.size(), 2u) << "the next claim brings them back";
  EXPECT_EQ(kernel.rules.size(), 2u);
}

TEST_F(HoldingsTest, ARouteThatGoesWithItsLinkIsNotLostAndComesBackWithIt) {
  plan(one());
  claim(kFirst, 1);
  (void)hear();
  kernel.set_link("eth0", false);
  const Route gone = kernel.routes[0];
  kernel.delete_route(gone);
  EXPECT_TRUE(hear().empty());
  kernel.set_link("eth0", true);
  EXPECT_TRUE(hear().empty());
  EXPECT_EQ(kernel.routes.size(), 2u);
}

TEST_F(HoldingsTest, StaticItemsAreThereWithoutAClaimAndComeBack) {
  IpvsPlan statics;
  statics.statics.addresses = {address("203.0.113.1/32", "eth1")};
  statics.statics.routes = {route("10.3.0.0/16", "eth1")};
  statics.statics.rules = {rule(400)};
  plan(statics);
  EXPECT_EQ(kernel.addresses().size(), 1u);
  EXPECT_EQ(kernel.routes.size(), 1u);
  EXPECT_EQ(kernel.rules.size(), 1u);
  (void)hear();
  kernel.delete_route(statics.statics.routes[0]);
  kernel.delete_rule(statics.statics.rules[0]);
  const auto losses = hear();
  EXPECT_EQ(losses.size(), 2u);
  EXPECT_TRUE(losses[0].holders.empty()) << "no instance is to be told";
  EXPECT_EQ(kernel.routes.size(), 1u);
  EXPECT_EQ(kernel.rules.size(), 1u);
  EXPECT_EQ(claims.claim(kStatics, 9), ClaimVerdict::kUnknown) << "not vrrpd's to claim";
  EXPECT_EQ(claims.release(kStatics, 10), ClaimVerdict::kStale);
  claims.release_all();
  EXPECT_TRUE(holdings.reconcile().empty());
  EXPECT_EQ(kernel.routes.size(), 1u) << "nor to release";
  plan(IpvsPlan{});
  EXPECT_TRUE(kernel.routes.empty() && kernel.rules.empty() && kernel.addresses().empty());
}

TEST_F(HoldingsTest, WhatAnEarlierRunLeftGoesWhenVrrpdHasSaidAll) {
  const IpvsPlan wanted = one();
  kernel.routes = wanted.instances[0].routes;
  kernel.rules = wanted.instances[0].rules;
  plan(wanted);
  EXPECT_EQ(kernel.routes.size(), 2u) << "vrrpd may be about to claim them";
  claims.complete();
  EXPECT_TRUE(holdings.reconcile().empty());
  EXPECT_TRUE(kernel.routes.empty());
  EXPECT_TRUE(kernel.rules.empty());
}

TEST_F(HoldingsTest, TheEndTakesEverythingUnlessItIsKept) {
  IpvsPlan wanted = one();
  wanted.instances[0].no_accept = true;
  plan(wanted);
  claim(kFirst, 1);
  EXPECT_EQ(kernel.blocked.size(), 1u);
  EXPECT_TRUE(holdings.finish(true).empty());
  EXPECT_EQ(kernel.routes.size(), 2u);
  EXPECT_EQ(kernel.blocked.size(), 1u);
  EXPECT_TRUE(holdings.finish(false).empty());
  EXPECT_TRUE(kernel.routes.empty() && kernel.rules.empty() && kernel.addresses().empty() && kernel.blocked.empty());
  EXPECT_EQ(kernel.firewall, FirewallParts{});
}

TEST_F(HoldingsTest, ARefusedRouteIsToldAndTriedAgain) {
  plan(one());
  kernel.refuse("add route 10.1.0.0/16 on eth0", ENETUNREACH);
  EXPECT_EQ(claims.claim(kFirst, 1), ClaimVerdict::kAccepted);
  const auto refused = holdings.hold(kFirst);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].code, ENETUNREACH);
  EXPECT_EQ(kernel.routes.size(), 1u);
  kernel.refuse("add route 10.1.0.0/16 on eth0", 0);
}

TEST_F(HoldingsTest, PacketsAreDroppedBeforeTheAddressComesAndUntilItHasGone) {
  IpvsPlan wanted = one();
  wanted.instances[0].no_accept = true;
  wanted.instances[0].routes.clear();
  wanted.instances[0].rules.clear();
  wanted.instances[0].addresses.push_back(address("fe80::77/64"));
  plan(wanted);
  claim(kFirst, 1);
  EXPECT_EQ(texts(kernel.applied), (Texts{"change nf_tables table keepalived: anew +192.0.2.100 +fe80::77", "add address 192.0.2.100/24 on eth0",
                                          "add address fe80::77/64 on eth0"}));
  EXPECT_TRUE(kernel.blocked.contains(Blocked{*IpAddress::parse("fe80::77"), 1}));
  kernel.applied.clear();
  release(kFirst, 2);
  EXPECT_EQ(texts(kernel.applied).back(), "change nf_tables table keepalived: -192.0.2.100 -fe80::77");
  EXPECT_EQ(kernel.firewall, (FirewallParts{false, true, true, true})) << "tables stay, empty";
}

TEST_F(HoldingsTest, AnAddressOfTwoInstancesIsBlockedUntilBothHaveReleased) {
  IpvsPlan both;
  both.instances = {rights(kFirst, "192.0.2.100/24"), rights(kSecond, "192.0.2.100/25")};
  both.instances[0].no_accept = both.instances[1].no_accept = true;
  plan(both);
  claim(kFirst, 1);
  claim(kSecond, 1);
  release(kFirst, 2);
  EXPECT_EQ(kernel.blocked.size(), 1u);
  release(kSecond, 2);
  EXPECT_TRUE(kernel.blocked.empty());
}

TEST_F(HoldingsTest, AReloadThatAcceptsOpens) {
  IpvsPlan wanted = one();
  wanted.instances[0].no_accept = true;
  plan(wanted);
  claim(kFirst, 1);
  EXPECT_EQ(kernel.blocked.size(), 1u);
  plan(one());
  EXPECT_TRUE(kernel.blocked.empty());
  plan(wanted);
  EXPECT_EQ(kernel.blocked.size(), 1u);
  plan(IpvsPlan{});
  EXPECT_TRUE(kernel.blocked.empty());
}

TEST_F(HoldingsTest, VmacsAreQuiet) {
  EXPECT_TRUE(holdings.quiet({{7, 1}, {8, 1}}).empty());
  EXPECT_EQ(kernel.quiet.size(), 2u);
  EXPECT_TRUE(holdings.quiet({{8, 1}}).empty());
  EXPECT_EQ(kernel.quiet, (std::set<QuietLink>{{8, 1}}));
  EXPECT_TRUE(holdings.finish(false).empty());
  EXPECT_TRUE(kernel.quiet.empty());
}

}  // namespace
}  // namespace holdfast
