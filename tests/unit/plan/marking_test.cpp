// nftables_ipvs: which services and marks the addresses of virtual_server_groups become, and that a group keeps its mark.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "parent/config/diagnostic.h"
#include "parent/plan/build.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

using example::said;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

model::ServerGroup group(const char* name, std::vector<model::AddressRange> ranges, std::vector<std::uint32_t> marks = {}) {
  model::ServerGroup made;
  made.name = name;
  made.ranges = std::move(ranges);
  for (const std::uint32_t mark : marks) {
    model::FirewallMark one;
    one.mark = mark;
    made.marks.push_back(one);
  }
  return made;
}
model::AddressRange range(const char* first, const char* last, std::uint16_t port) { return {{}, ip(first), ip(last), port}; }

// One virtual server for each group.
model::Configuration file(std::vector<model::ServerGroup> groups, Protocol protocol = Protocol::kTcp) {
  model::Configuration configuration;
  configuration.globals.nftables_ipvs = said<std::string>("keepalived_ipvs");
  for (model::ServerGroup& one : groups) {
    model::VirtualServer server = example::web().virtual_servers[0];
    server.key = model::ServiceGroup{one.name};
    server.protocol = said(protocol);
    server.lvs_method = said(model::LvsMethod{Forwarding::kTunnel});
    configuration.virtual_servers.push_back(server);
    configuration.server_groups.push_back(std::move(one));
  }
  return configuration;
}

struct Made {
  Built built;
  config::Diagnostics diagnostics;
  std::vector<std::pair<std::uint32_t, Family>> marks() const {
    std::vector<std::pair<std::uint32_t, Family>> all;
    for (const Service& service : built.plan.ipvs.services) all.emplace_back(service.key.fwmark, service.key.family);
    return all;
  }
};
Made made(const model::Configuration& configuration, const Plan& running = {}) {
  Made result;
  Surroundings around = example::anywhere();
  around.marks = running.marks;
  result.built = build(configuration, around, result.diagnostics);
  return result;
}

using Marks = std::vector<std::pair<std::uint32_t, Family>>;

TEST(Marking, AGroupIsOneServiceForEachFamily) {
  const Made plan = made(file({group("G", {range("10.1.1.1", "10.1.1.3", 80), range("10.1.1.4", "10.1.1.4", 80), range("fd00::1", "fd00::1", 443)})}));
  EXPECT_EQ(plan.marks(), (Marks{{1000, Family::kIpv4}, {1000, Family::kIpv6}}));
  EXPECT_EQ(plan.built.plan.ipvs.marked, (std::vector<MarkedTarget>{{Protocol::kTcp, ip("10.1.1.1"), ip("10.1.1.4"), 80, 1000},
                                                                    {Protocol::kTcp, ip("fd00::1"), ip("fd00::1"), 443, 1000}}));
  EXPECT_EQ(plan.built.plan.ipvs.marking, (Firewall{"keepalived_ipvs", -1, false}));
}

TEST(Marking, WithoutTheKeywordEachAddressIsAService) {
  model::Configuration configuration = file({group("G", {range("10.1.1.1", "10.1.1.3", 80)})});
  configuration.globals.nftables_ipvs = {};
  const Made plan = made(configuration);
  EXPECT_EQ(plan.built.plan.ipvs.services.size(), 3u);
  EXPECT_TRUE(plan.built.plan.ipvs.marked.empty());
  EXPECT_FALSE(plan.built.plan.ipvs.marking);
}

TEST(Marking, AServiceWithAnAddressStaysOne) {
  model::Configuration configuration = example::web();
  configuration.globals.nftables_ipvs = said<std::string>("t");
  EXPECT_EQ(made(configuration).marks(), (Marks{{0, Family::kIpv4}}));
}

TEST(Marking, MarksThatTheFileNamesArePassedOver) {
  const Made plan = made(file({group("G", {range("10.1.1.1", "10.1.1.1", 80)}, {1000}), group("H", {range("10.1.1.2", "10.1.1.2", 80)}, {1001})}));
  EXPECT_EQ(plan.marks(), (Marks{{1000, Family::kIpv4}, {1002, Family::kIpv4}, {1001, Family::kIpv4}, {1003, Family::kIpv4}}));
}

TEST(Marking, AGroupKeepsItsMarkOverReloads) {
  const auto g = group("G", {range("10.1.1.1", "10.1.1.1", 80)});
  const auto h = group("H", {range("10.1.1.2", "10.1.1.2", 80)});
  const auto i = group("I", {range("10.1.1.3", "10.1.1.3", 80)});
  const Made first = made(file({g, h}));
  EXPECT_EQ(first.marks(), (Marks{{1000, Family::kIpv4}, {1001, Family::kIpv4}}));
  const Made second = made(file({i, h}), first.built.plan);
  EXPECT_EQ(second.marks(), (Marks{{1002, Family::kIpv4}, {1001, Family::kIpv4}})) << "H keeps its own, G's is not given at once";
  model::Configuration other = file({i, h});
  other.globals.nftables_ipvs_start_fwmark = said(5000u);
  EXPECT_EQ(made(other, second.built.plan).marks(), second.marks());
  EXPECT_EQ(made(other).marks(), (Marks{{5000, Family::kIpv4}, {5001, Family::kIpv4}}));
}

TEST(Marking, EveryPortMeansPersistence) {
  const Made plan = made(file({group("G", {range("10.1.1.1", "10.1.1.1", 80), range("10.1.1.2", "10.1.1.2", 0)})}));
  ASSERT_EQ(plan.built.plan.ipvs.services.size(), 1u);
  EXPECT_EQ(plan.built.plan.ipvs.services[0].timeout, 360u);
}

TEST(Marking, EveryPortAndOnePortOfAnAddressCannotBeTold) {
  const Made plan = made(file({group("G", {range("10.1.1.1", "10.1.1.1", 80)}), group("H", {range("10.1.1.1", "10.1.1.1", 0)})}));
  EXPECT_EQ(plan.marks(), (Marks{{1000, Family::kIpv4}}));
  EXPECT_TRUE(std::ranges::any_of(plan.diagnostics.all(), [](const config::Diagnostic& one) { return one.code == "duplicate-service"; }));
}

}  // namespace
}  // namespace holdfast
