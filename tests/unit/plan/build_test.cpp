// Defaults, expansion and rules of parent/plan: what comes out of a model, row by row.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/build.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "parent/config/diagnostic.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

using example::said;

struct Outcome {
  Built built;
  config::Diagnostics diagnostics;
  bool has(const std::string& code) const {
    return std::ranges::any_of(diagnostics.all(), [&](const config::Diagnostic& one) { return one.code == code; });
  }
};

Outcome build_of(const model::Configuration& configuration, const Surroundings& around = example::anywhere()) {
  Outcome outcome;
  outcome.built = build(configuration, around, outcome.diagnostics);
  return outcome;
}

TEST(Build, PairGivesTwoInstancesInOneGroup) {
  const Outcome outcome = build_of(example::pair());
  const VrrpPlan& plan = outcome.built.plan.vrrp;
  EXPECT_FALSE(outcome.built.refused);
  ASSERT_EQ(plan.instances.size(), 2u);
  ASSERT_EQ(plan.groups.size(), 1u);
  EXPECT_EQ(plan.groups[0].members, (std::vector<InstanceId>{plan.instances[0].id, plan.instances[1].id}));
  const VrrpInstance& first = plan.instances[0];
  EXPECT_EQ(first.vrid, 16);
  EXPECT_EQ(first.version, 2);
  EXPECT_EQ(first.priority, 118);
  EXPECT_EQ(first.advert_int, Duration{2'000'000});
  EXPECT_TRUE(first.nopreempt);
  EXPECT_EQ(first.authentication, Authentication::kPass);
  EXPECT_EQ(first.group_address.to_string(), "224.0.0.18");
  EXPECT_EQ(first.ttl, 255);
  EXPECT_EQ(first.sync_group, plan.groups[0].id);
  ASSERT_EQ(first.addresses.size(), 1u);
  ASSERT_EQ(first.tracked_scripts.size(), 1u);
  EXPECT_EQ(first.tracked_scripts[0].weight, 0);
  EXPECT_EQ(outcome.built.plan.ipvs.instances[0].addresses[0].prefix.to_string(), "172.16.10.16/32");
  EXPECT_EQ(outcome.built.plan.ipvs.instances[0].addresses[0].interface, "eth2");
  EXPECT_EQ(outcome.built.plan.sockets.size(), 2u);
  ASSERT_EQ(plan.trackers.size(), 1u);
  EXPECT_EQ(plan.trackers[0].timeout, plan.trackers[0].interval);
  ASSERT_EQ(outcome.built.plan.scripts.size(), 1u);
  EXPECT_EQ(outcome.built.plan.scripts[0].id, plan.trackers[0].script);
}

struct RuleCase {
  const char* what;
  std::function<void(model::Configuration&)> change;
  const char* code;
  bool refused;
};

TEST(Build, RulesOfInstances) {
  const std::vector<RuleCase> cases = {
      {"no vrid", [](auto& c) { c.instances[0].vrid = {}; }, "vrid-missing", true},
      {"no interface", [](auto& c) { c.instances[0].interface = {}; }, "interface-missing", true},
      {"same vrid twice",
       [](auto& c) {
         c.instances[1].interface = c.instances[0].interface;
         c.instances[1].vrid = c.instances[0].vrid;
       },
       "duplicate-vrid", true},
      {"no addresses in version 2", [](auto& c) { c.instances[0].addresses.clear(); }, "no-addresses", false},
      {"no addresses in version 3",
       [](auto& c) {
         c.instances[0].addresses.clear();
         c.instances[0].version = said(3u);
       },
       "no-addresses", true},
      {"nopreempt with priority 255", [](auto& c) { c.instances[0].priority = said(255u); }, "nopreempt-with-master", false},
      {"authentication in version 3", [](auto& c) { c.instances[0].version = said(3u); }, "authentication-dropped", false},
      {"authentication without password", [](auto& c) { c.instances[0].authentication.value.password = {}; }, "authentication-dropped",
       false},
      {"half a second in version 2", [](auto& c) { c.instances[0].advert_int = said(Duration{500'000}); }, "advert-interval", false},
      {"member that is nobody", [](auto& c) { c.sync_groups[0].members.push_back(said<std::string>("nobody")); }, "unknown-instance",
       false},
      {"weight in a group", [](auto& c) { c.instances[0].tracking.interfaces[0].weight = said(5); }, "weight-ignored", false},
      {"script that is not there", [](auto& c) { c.instances[0].tracking.scripts[0].name = "other"; }, "unknown-script", false},
      {"address without interface",
       [](auto& c) {
         c.instances[0].interface = {};
         c.instances[0].unicast_src_ip = said(*IpAddress::parse("192.0.2.1"));
         c.instances[0].peers.push_back({*IpAddress::parse("192.0.2.2"), {}, {}, {}});
       },
       "address-without-interface", true},
      {"empty unicast block", [](auto& c) { c.instances[0].unicast_peer = said(true); }, "no-unicast-peer", false},
  };
  for (const RuleCase& one : cases) {
    model::Configuration configuration = example::pair();
    one.change(configuration);
    const Outcome outcome = build_of(configuration);
    EXPECT_TRUE(outcome.has(one.code)) << one.what;
    EXPECT_EQ(outcome.built.refused, one.refused) << one.what;
  }
}

TEST(Build, AWrongNumberIsNotAlsoAMissingOne) {
  model::Configuration configuration = example::pair();
  configuration.instances[0].at = {10, 1, 0};
  configuration.instances[0].vrid = {};
  configuration.instances[1].at = {20, 1, 0};
  for (const auto& [line, messages] : {std::pair{12u, 1u}, std::pair{22u, 2u}}) {
    Outcome outcome;
    config::Diagnostic wrong;
    wrong.at = {line, 5, 0};
    outcome.diagnostics.add(wrong);
    outcome.built = build(configuration, example::anywhere(), outcome.diagnostics);
    EXPECT_TRUE(outcome.built.refused);
    EXPECT_EQ(outcome.diagnostics.count(config::Severity::error), messages) << "error in line " << line;
  }
}

TEST(Build, UnknownInterfaceIsRefusedUnlessInterfacesMayCome) {
  Surroundings around = example::anywhere();
  around.interface = [](const std::string& name) -> std::optional<KnownInterface> {
    return name == "eth2" ? std::optional(KnownInterface{}) : std::nullopt;
  };
  EXPECT_TRUE(build_of(example::pair(), around).built.refused);
  model::Configuration configuration = example::pair();
  configuration.globals.dynamic_interfaces = said(true);
  EXPECT_FALSE(build_of(configuration, around).built.refused);
}

struct IntervalCase {
  unsigned version;
  std::int64_t wanted_us;
  std::int64_t planned_us;
};

TEST(Build, AdvertIntervalsByVersion) {
  for (const IntervalCase& one : {IntervalCase{2, 1'000'000, 1'000'000}, IntervalCase{2, 1'600'000, 2'000'000},
                                  IntervalCase{2, 100'000, 1'000'000}, IntervalCase{3, 100'000, 100'000},
                                  IntervalCase{3, 15'000, 20'000}, IntervalCase{3, 60'000'000, 40'950'000}}) {
    model::Configuration configuration = example::pair();
    configuration.instances[0].version = said(one.version);
    configuration.instances[0].advert_int = said(Duration{one.wanted_us});
    EXPECT_EQ(build_of(configuration).built.plan.vrrp.instances[0].advert_int.count(), one.planned_us)
        << one.wanted_us << " us in version " << one.version;
  }
}

TEST(Build, StrictModeTurnsCompatibilityOff) {
  model::Configuration configuration = example::pair();
  model::Instance& instance = configuration.instances[0];
  instance.strict_mode = said(true);
  instance.preempt_delay = said(Duration{5'000'000});
  instance.higher_prio_send_advert = said(true);
  instance.down_timer_adverts = said(5u);
  instance.announcing.lower_prio_repeat = said(3u);
  const VrrpInstance planned = build_of(configuration).built.plan.vrrp.instances[0];
  EXPECT_EQ(planned.authentication, Authentication::kNone);
  EXPECT_EQ(planned.preempt_delay, Duration{0});
  EXPECT_FALSE(planned.higher_prio_send_advert);
  EXPECT_TRUE(planned.lower_prio_no_advert);
  EXPECT_EQ(planned.down_timer_adverts, 3u);
  EXPECT_EQ(planned.announcement.lower_prio_repeat, 0u);
}

TEST(Build, Ipv6IsVersion3WithItsGroupAndFlags) {
  model::Configuration configuration;
  configuration.instances.push_back(example::instance("six", "eth0", 7, "2001:db8::1"));
  const Outcome outcome = build_of(configuration);
  const VrrpInstance& planned = outcome.built.plan.vrrp.instances[0];
  EXPECT_EQ(planned.version, 3);
  EXPECT_EQ(planned.group_address.to_string(), "ff02::12");
  EXPECT_TRUE(outcome.has("first-address-not-link-local"));
  const VirtualAddress& address = outcome.built.plan.ipvs.instances[0].addresses[0];
  EXPECT_EQ(address.preferred, std::optional<std::uint32_t>(0));
  EXPECT_EQ(address.flags, 0x02u);  // IFA_F_NODAD
}

TEST(Build, OwnerLosesWeightsButKeepsFaults) {
  model::Configuration configuration = example::pair();
  configuration.sync_groups.clear();
  model::Instance& instance = configuration.instances[0];
  instance.priority = said(255u);
  instance.wants_master = {};
  instance.tracking.scripts[0].weight = said(10);
  instance.tracking.interfaces[0].weight = said(10);
  const VrrpInstance planned = build_of(configuration).built.plan.vrrp.instances[0];
  EXPECT_TRUE(planned.wants_master);
  EXPECT_TRUE(planned.tracked_scripts.empty());
  ASSERT_EQ(planned.tracked_interfaces.size(), 1u);
  EXPECT_EQ(planned.tracked_interfaces[0].weight, 0);
}

TEST(Build, AddressesOnOtherInterfacesAreFaults) {
  model::Configuration configuration = example::pair();
  model::AddressEntry elsewhere = example::address("192.0.2.1/24");
  elsewhere.dev = said<std::string>("eth9");
  model::AddressEntry loose = example::address("192.0.2.2/24");
  loose.dev = said<std::string>("eth8");
  loose.no_track = true;
  configuration.instances[0].excluded = {elsewhere, loose};
  const Outcome outcome = build_of(configuration);
  EXPECT_EQ(outcome.built.plan.vrrp.instances[0].fault_interfaces, (std::vector<std::string>{"eth9"}));
  EXPECT_EQ(outcome.built.plan.vrrp.instances[0].addresses.size(), 1u);
  EXPECT_EQ(outcome.built.plan.ipvs.instances[0].addresses.size(), 3u);
}

TEST(Build, WebServiceWithInheritedCheckSettings) {
  const Outcome outcome = build_of(example::web());
  const Plan& plan = outcome.built.plan;
  EXPECT_TRUE(plan.ipvs.uses_ipvs);
  ASSERT_EQ(plan.check.services.size(), 1u);
  const CheckedService& service = plan.check.services[0];
  EXPECT_EQ(service.name, "[10.9.0.80]:tcp:80");
  ASSERT_EQ(service.servers.size(), 2u);
  EXPECT_EQ(service.servers[0].name, "[10.9.1.1]:tcp:80");
  EXPECT_EQ(service.servers[0].weight, 3u);
  EXPECT_EQ(plan.ipvs.destinations[0].id, service.servers[0].id);
  ASSERT_EQ(service.servers[0].checks.size(), 1u);
  const Check& check = service.servers[0].checks[0];
  EXPECT_EQ(check.delay_loop, Duration{2'000'000});
  EXPECT_EQ(check.warmup, Duration{2'000'000});
  EXPECT_EQ(check.delay_before_retry, Duration{3'000'000});
  EXPECT_EQ(check.retries, 1u);
  EXPECT_EQ(check.port, 80);
  EXPECT_NE(service.servers[0].checks[0].id, service.servers[1].checks[0].id);
}

TEST(Build, QuorumAndHysteresisAreBounded) {
  model::Configuration configuration = example::web();
  configuration.virtual_servers[0].quorum = said(9u);
  configuration.virtual_servers[0].hysteresis = said(7u);
  const Outcome outcome = build_of(configuration);
  EXPECT_EQ(outcome.built.plan.check.services[0].quorum, 4u);
  EXPECT_EQ(outcome.built.plan.check.services[0].hysteresis, 3u);
}

TEST(Build, AGroupIsOneVirtualServerWithManyAddresses) {
  model::Configuration configuration = example::web();
  model::ServerGroup group;
  group.name = "web";
  group.ranges.push_back({{}, *IpAddress::parse("10.9.0.254"), *IpAddress::parse("10.9.1.1"), 80});
  model::FirewallMark mark;
  mark.mark = 5;
  group.marks.push_back(mark);
  configuration.server_groups.push_back(group);
  configuration.virtual_servers[0].key = model::ServiceGroup{"web"};
  configuration.virtual_servers[0].quorum_up = said(model::ScriptCommand{{"/bin/up"}, {}});
  const Plan plan = build_of(configuration).built.plan;
  ASSERT_EQ(plan.ipvs.services.size(), 5u);
  EXPECT_EQ(plan.ipvs.services[1].key.address.to_string(), "10.9.0.255");
  EXPECT_EQ(plan.ipvs.services[2].key.address.to_string(), "10.9.1.0");
  EXPECT_EQ(plan.ipvs.services[4].key.fwmark, 5u);
  ASSERT_EQ(plan.check.services.size(), 1u) << "its servers are checked once";
  EXPECT_EQ(plan.check.services[0].name, "[web]:0");
  for (const Service& service : plan.ipvs.services) EXPECT_EQ(service.id, plan.check.services[0].id);
  EXPECT_EQ(plan.ipvs.destinations.size(), 2u);
  EXPECT_EQ(plan.notify.services.size(), 1u);
}

TEST(Build, AnAddressThatAnotherServiceHasIsLeftToIt) {
  model::Configuration configuration = example::web();
  model::ServerGroup group;
  group.name = "web";
  group.ranges.push_back({{}, *IpAddress::parse("10.9.0.80"), *IpAddress::parse("10.9.0.81"), 80});
  configuration.server_groups.push_back(group);
  configuration.virtual_servers.push_back(configuration.virtual_servers[0]);
  configuration.virtual_servers[1].key = model::ServiceGroup{"web"};
  const Outcome outcome = build_of(configuration);
  const std::vector<Service>& services = outcome.built.plan.ipvs.services;
  ASSERT_EQ(services.size(), 2u);
  EXPECT_EQ(services[1].key.address.to_string(), "10.9.0.81");
  EXPECT_NE(services[0].id, services[1].id);
  EXPECT_TRUE(outcome.has("duplicate-service"));
}

TEST(Build, TheSyncDaemonFollowsAnInstanceOrBelongsToTheServices) {
  struct Row {
    const char* what;
    bool instances, services;
    std::string instance;
    std::optional<std::uint8_t> said_id;
    std::optional<unsigned> id;  // none: no daemon
  };
  const Row kRows[] = {
      {"follows, with the instance's number", true, false, "bi", {}, 16},
      {"follows, with its own number", true, true, "bi", 7, 7},
      {"no such instance", true, true, "nobody", {}, {}},
      {"both ways for the services", false, true, "", {}, 0},
      {"nobody needs it", true, false, "", {}, {}},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.what);
    model::Configuration configuration = example::pair();
    if (!row.instances) configuration = {};
    if (row.services) configuration.virtual_servers = example::web().virtual_servers;
    model::SyncDaemonSettings sync;
    sync.interface = "eth0";
    if (!row.instance.empty()) sync.instance = said(row.instance);
    if (row.said_id) sync.id = said(*row.said_id);
    configuration.globals.lvs_sync_daemon = said(sync);
    const Plan plan = build_of(configuration).built.plan;
    ASSERT_EQ(plan.ipvs.sync.has_value(), row.id.has_value());
    if (!row.id) continue;
    EXPECT_EQ(plan.ipvs.sync->id, *row.id);
    EXPECT_EQ(static_cast<bool>(plan.ipvs.sync->instance), !row.instance.empty());
  }
}

TEST(Build, AGroupRepeatsNoMessageForItsAddresses) {
  model::Configuration configuration = example::web();
  model::ServerGroup group;
  group.name = "web";
  group.ranges.push_back({{}, *IpAddress::parse("10.9.0.1"), *IpAddress::parse("10.9.0.9"), 80});
  configuration.server_groups.push_back(group);
  configuration.virtual_servers[0].key = model::ServiceGroup{"web"};
  configuration.virtual_servers[0].quorum = said(9u);
  const Outcome outcome = build_of(configuration);
  EXPECT_EQ(outcome.built.plan.ipvs.services.size(), 9u);
  EXPECT_EQ(outcome.diagnostics.all().size(), 1u);
}

TEST(Build, OtherPortsNeedMasquerading) {
  model::Configuration configuration = example::web();
  configuration.virtual_servers[0].servers[0].port = said<std::uint16_t>(8080);
  EXPECT_EQ(build_of(configuration).built.plan.ipvs.destinations[0].port, 8080);
  configuration.virtual_servers[0].lvs_method = said(model::LvsMethod{Forwarding::kDirect});
  const Outcome outcome = build_of(configuration);
  EXPECT_TRUE(outcome.has("port-without-nat"));
  EXPECT_EQ(outcome.built.plan.ipvs.destinations[0].port, 80);
}

TEST(Build, HalvesOfTheCommandLine) {
  model::Configuration configuration = example::pair();
  configuration.virtual_servers = example::web().virtual_servers;
  Surroundings vrrp_only = example::anywhere();
  vrrp_only.check = false;
  EXPECT_FALSE(build_of(configuration, vrrp_only).built.plan.ipvs.uses_ipvs);
  Surroundings check_only = example::anywhere();
  check_only.vrrp = false;
  EXPECT_TRUE(build_of(configuration, check_only).built.plan.vrrp.instances.empty());
}

}  // namespace
// keepalived.conf(5): default_interface, eth0 where nothing else is said.
TEST(BuildPlan, StaticAddressesWithoutInterfaceAreOnTheUsualOne) {
  const struct {
    const char* what;
    const char* default_interface;
    const char* there;
    const char* expected;  // nullptr: it is refused
  } cases[] = {{"eth0 is there", "", "eth0", "eth0"}, {"it is not", "", "lan0", nullptr}, {"another one is named", "lan0", "lan0", "lan0"},
               {"one that is not there is named", "lan1", "lan0", nullptr}};
  for (const auto& one : cases) {
    model::Configuration configuration;
    configuration.static_addresses.push_back(example::address("10.77.0.9/24"));
    if (*one.default_interface != '\0') configuration.globals.default_interface = said<std::string>(one.default_interface);
    Surroundings around;
    around.interface = [&](const std::string& name) { return name == one.there ? std::optional(KnownInterface{}) : std::nullopt; };
    config::Diagnostics diagnostics;
    const Plan plan = build(configuration, around, diagnostics).plan;
    EXPECT_EQ(diagnostics.all().empty(), one.expected != nullptr) << one.what;
    if (one.expected == nullptr) continue;
    ASSERT_EQ(plan.ipvs.statics.addresses.size(), 1u) << one.what;
    EXPECT_EQ(plan.ipvs.statics.addresses[0].interface, one.expected) << one.what;
  }
}

}  // namespace holdfast
