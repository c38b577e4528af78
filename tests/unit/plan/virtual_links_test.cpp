// use_vmac, use_ipvlan and use_vmac_addr in the plan: names, MAC addresses, who holds what, and what cannot be.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

using example::said;
using Change = std::function<void(model::Configuration&)>;

struct Outcome {
  Built built;
  config::Diagnostics diagnostics;
  const Plan& plan() const { return built.plan; }
  const VrrpInstance& instance() const { return built.plan.vrrp.instances.at(0); }
  const std::vector<VirtualLink>& links() const { return built.plan.ipvs.links; }
  std::vector<std::string> codes() const {
    std::vector<std::string> codes;
    for (const auto& one : diagnostics.all()) {
      if (one.severity == config::Severity::error) codes.push_back(one.code);
    }
    return codes;
  }
  std::string holder(std::size_t place) const { return built.plan.ipvs.instances.at(0).addresses.at(place).interface; }
};

Outcome planned(const Change& change, const char* address = "10.9.0.100", Surroundings around = example::anywhere()) {
  model::Configuration configuration;
  configuration.instances.push_back(example::instance("VI", "eth0", 51, address));
  change(configuration);
  Outcome outcome;
  outcome.built = build(configuration, around, outcome.diagnostics);
  return outcome;
}

void vmac(model::Configuration& configuration) { configuration.instances[0].use_vmac = said(model::VirtualMac{}); }

TEST(VirtualLinks, TheInstanceMovesOntoItsVmac) {
  const Outcome outcome = planned(vmac);
  ASSERT_EQ(outcome.links().size(), 1u);
  const VirtualLink& link = outcome.links()[0];
  EXPECT_EQ(link.name, "vrrp.51");
  EXPECT_EQ(link.base, "eth0");
  EXPECT_EQ(to_string(link.hardware), "00:00:5e:00:01:33");
  EXPECT_TRUE(link.sends && !link.carries_ipv6);
  EXPECT_EQ(outcome.instance().interface, "vrrp.51");
  EXPECT_EQ(outcome.instance().base_interface, "eth0");
  EXPECT_EQ(outcome.holder(0), "vrrp.51");
  EXPECT_EQ(outcome.plan().sockets.at(0).interface, "vrrp.51");
  EXPECT_EQ(outcome.plan().shown.at(0).vmac_interface, "vrrp.51");
  EXPECT_TRUE(outcome.codes().empty());
}

TEST(VirtualLinks, Ipv6HasItsOwnMacAndASourceOfItsOwn) {
  const Outcome outcome = planned(
      [](auto& c) {
        vmac(c);
        c.instances[0].mcast_src_ip = said(*IpAddress::parse("fe80::5"));
      },
      "fe80::51");
  EXPECT_EQ(to_string(outcome.links()[0].hardware), "00:00:5e:00:02:33");
  EXPECT_EQ(outcome.links()[0].address->to_string(), "fe80::5/64");
}

TEST(VirtualLinks, AdvertsOnTheBaseLeaveTheAddressesOnTheVmac) {
  const Outcome outcome = planned([](auto& c) {
    vmac(c);
    c.instances[0].vmac_xmit_base = said(true);
  });
  EXPECT_EQ(outcome.instance().interface, "eth0");
  EXPECT_EQ(outcome.instance().base_interface, "");
  EXPECT_EQ(outcome.instance().fault_interfaces, std::vector<std::string>{"vrrp.51"});
  EXPECT_EQ(outcome.holder(0), "vrrp.51");
  EXPECT_FALSE(outcome.links()[0].sends);
}

TEST(VirtualLinks, NamesAreFoundForEverybody) {
  model::Configuration configuration;
  for (const auto& [name, interface, address] : {std::tuple{"a", "eth0", "10.0.0.1"}, std::tuple{"b", "eth0", "fe80::1"},
                                                 std::tuple{"c", "eth1", "10.0.0.1"}, std::tuple{"d", "eth1", "fe80::1"}}) {
    configuration.instances.push_back(example::instance(name, interface, 51, address));
    configuration.instances.back().use_vmac = said(model::VirtualMac{});
  }
  config::Diagnostics diagnostics;
  const Built built = build(configuration, example::anywhere(), diagnostics);
  std::vector<std::string> names;
  for (const VirtualLink& link : built.plan.ipvs.links) names.push_back(link.name);
  EXPECT_EQ(names, (std::vector<std::string>{"vrrp.51", "vrrp6.51", "vrrp1.51", "vrrp2.51"}));
}

TEST(VirtualLinks, ThousandsWithOneVridAndALongPrefixHaveNamesOfTheirOwn) {
  model::Configuration configuration;
  configuration.globals.vmac_prefix = said<std::string>("eleven.long");
  for (int number = 0; number < 1500; ++number) {
    configuration.instances.push_back(example::instance(("i" + std::to_string(number)).c_str(), ("e" + std::to_string(number)).c_str(), 255, "10.0.0.1"));
    configuration.instances.back().use_vmac = said(model::VirtualMac{});
  }
  config::Diagnostics diagnostics;
  const Built built = build(configuration, example::anywhere(), diagnostics);
  std::set<std::string> names;
  for (const VirtualLink& link : built.plan.ipvs.links) {
    EXPECT_LE(link.name.size(), 15u);
    EXPECT_TRUE(names.insert(link.name).second) << link.name;
  }
}

TEST(VirtualLinks, ANameThatTheMachineHasForSomethingElseIsNotTaken) {
  Surroundings around = example::anywhere();
  around.interface = [](const std::string& name) -> std::optional<KnownInterface> {
    if (name == "vrrp.51" || name == "mine") return KnownInterface{false, true, HardwareAddress{2, 0, 0, 0, 0, 1}};
    if (name == "vrrp1.51") return KnownInterface{false, true, HardwareAddress{0, 0, 0x5e, 0, 1, 51}};  // left by an earlier run
    return name == "eth0" ? std::optional(KnownInterface{}) : std::nullopt;
  };
  EXPECT_EQ(planned(vmac, "10.9.0.100", around).links()[0].name, "vrrp1.51");
  const Outcome named = planned(
      [](auto& c) {
        vmac(c);
        c.instances[0].use_vmac.value.name = said<std::string>("mine");
      },
      "10.9.0.100", around);
  EXPECT_EQ(named.codes(), std::vector<std::string>{"link-name-taken"});
  EXPECT_EQ(named.links()[0].name, "vrrp1.51");
}

TEST(VirtualLinks, AMacOfFiveOctetsEndsWithTheVrid) {
  const Outcome outcome = planned([](auto& c) {
    vmac(c);
    c.instances[0].use_vmac.value.hardware = said(std::vector<std::uint8_t>{2, 1, 2, 3, 4});
  });
  EXPECT_EQ(to_string(outcome.links()[0].hardware), "02:01:02:03:04:33");
}

struct RuleCase {
  const char* what;
  Change change;
  std::vector<std::string> codes;
  std::size_t links;
  const char* interface;  // of the instance
};

TEST(VirtualLinks, Rules) {
  const auto unicast = [](auto& c) {
    c.instances[0].peers.push_back({*IpAddress::parse("10.9.0.2"), {}, {}, {}});
    c.instances[0].unicast_src_ip = said(*IpAddress::parse("10.9.0.1"));
  };
  const RuleCase cases[] = {
      {"strict mode and a MAC address", [](auto& c) {
         vmac(c);
         c.instances[0].strict_mode = said(true);
         c.instances[0].use_vmac.value.hardware = said(std::vector<std::uint8_t>{2, 1, 2, 3, 4});
       }, {"strict-mac"}, 1, "vrrp.51"},
      {"strict mode and adverts on the base", [](auto& c) {
         vmac(c);
         c.instances[0].strict_mode = said(true);
         c.instances[0].vmac_xmit_base = said(true);
       }, {"strict-xmit-base"}, 1, "vrrp.51"},
      {"unicast", [&](auto& c) {
         vmac(c);
         unicast(c);
       }, {"unicast-on-vmac"}, 1, "eth0"},
      {"unicast without an interface", [&](auto& c) {
         vmac(c);
         unicast(c);
         c.instances[0].interface = {};
         c.instances[0].addresses[0].dev = said<std::string>("eth0");
       }, {"vmac-without-interface"}, 0, ""},
      {"an ipvlan", [](auto& c) {
         c.instances[0].use_ipvlan = said(model::Ipvlan{{}, said(*parse_prefix("10.9.0.9/24")), {}, {}});
       }, {}, 1, "vrrp.51"},
      {"an ipvlan without an address", [](auto& c) { c.instances[0].use_ipvlan = said(model::Ipvlan{}); }, {"ipvlan-dropped"}, 0, "eth0"},
      {"an ipvlan with an address of the other family", [](auto& c) {
         c.instances[0].use_ipvlan = said(model::Ipvlan{{}, said(*parse_prefix("fe80::9/64")), {}, {}});
       }, {"ipvlan-dropped"}, 0, "eth0"},
      {"an ipvlan and a VMAC", [](auto& c) {
         vmac(c);
         c.instances[0].use_ipvlan = said(model::Ipvlan{{}, said(*parse_prefix("10.9.0.9/24")), {}, {}});
       }, {}, 1, "vrrp.51"},
  };
  for (const RuleCase& one : cases) {
    const Outcome outcome = planned(one.change);
    EXPECT_EQ(outcome.codes(), one.codes) << one.what;
    EXPECT_EQ(outcome.links().size(), one.links) << one.what;
    EXPECT_EQ(outcome.instance().interface, one.interface) << one.what;
  }
}

TEST(VirtualLinks, AnIpvlanSendsFromItsAddress) {
  const Outcome outcome = planned([](auto& c) {
    c.instances[0].use_ipvlan = said(model::Ipvlan{said<std::string>("ipv"), said(*parse_prefix("10.9.0.9/24")), said(IpvlanMode::kVepa), {}});
  });
  EXPECT_EQ(outcome.instance().source->to_string(), "10.9.0.9");
  EXPECT_EQ(outcome.links()[0].name, "ipv");
  EXPECT_EQ(outcome.links()[0].kind, LinkKind::kIpvlan);
  EXPECT_EQ(outcome.links()[0].mode, IpvlanMode::kVepa);
  EXPECT_EQ(outcome.links()[0].address->to_string(), "10.9.0.9/24");
}

struct HolderCase {
  const char* what;
  bool vmac;
  bool everywhere;
  const char* dev;  // of the second address, nullptr: none
  bool own;         // use_vmac on the address
  const char* address;
  const char* holder;
  std::vector<std::string> codes;
};

TEST(VirtualLinks, WhoHoldsAnAddress) {
  const HolderCase cases[] = {
      {"no link at all", false, false, nullptr, false, "10.8.0.1", "eth0", {}},
      {"the router's VMAC", true, false, nullptr, false, "10.8.0.1", "vrrp.51", {}},
      {"another interface", true, false, "eth1", false, "10.8.0.1", "eth1", {}},
      {"the other family stays below", true, false, nullptr, false, "2001:db8::1", "eth0", {}},
      {"a VMAC for one address", false, false, "eth1", true, "10.8.0.1", "vrrp.51", {}},
      {"VMACs everywhere", true, true, "eth1", false, "10.8.0.1", "vrrp1.51", {}},
      {"VMACs everywhere, other family", true, true, nullptr, false, "2001:db8::1", "vrrp6.51", {}},
      {"said twice", true, true, "eth1", true, "10.8.0.1", "vrrp1.51", {"redundant-use-vmac"}},
  };
  for (const HolderCase& one : cases) {
    const Outcome outcome = planned([&](auto& c) {
      if (one.vmac) vmac(c);
      if (one.everywhere) c.instances[0].use_vmac_addr = said(true);
      model::AddressEntry entry = example::address(one.address);
      if (one.dev != nullptr) entry.dev = said<std::string>(one.dev);
      entry.use_vmac = one.own;
      c.instances[0].excluded.push_back(entry);
    });
    EXPECT_EQ(outcome.holder(1), one.holder) << one.what;
    EXPECT_EQ(outcome.codes(), one.codes) << one.what;
  }
}

TEST(VirtualLinks, TwoInstancesWithOneVridOnOneInterfaceExcludeEachOtherAsWithoutVmacs) {
  model::Configuration configuration;
  for (const char* name : {"a", "b"}) {
    configuration.instances.push_back(example::instance(name, "eth0", 51, "10.0.0.1"));
    configuration.instances.back().use_vmac = said(model::VirtualMac{});
  }
  config::Diagnostics diagnostics;
  EXPECT_TRUE(build(configuration, example::anywhere(), diagnostics).refused);
}

TEST(VirtualLinks, DelaysAndPolling) {
  Surroundings around = example::anywhere();
  around.interface = [](const std::string& name) { return name == "eth9" ? std::nullopt : std::optional(KnownInterface{}); };
  const auto watched = [](model::Configuration& c) {
    vmac(c);
    c.globals.link_delays = {{"eth0", {}, Duration{1}, Duration{2}}, {"eth0", {}, Duration{3}, Duration{4}}};
    c.globals.link_polling = said(true);
    c.globals.link_polls = {{"eth1", {}, said(LinkPolling::kEthtool)}};
    c.globals.disable_local_igmp = said(true);
  };
  const Outcome outcome = planned(watched, "10.9.0.100", around);
  EXPECT_EQ(outcome.plan().ipvs.link_delays, (std::vector<LinkDelay>{{"eth0", Duration{3}, Duration{4}}}));
  EXPECT_EQ(outcome.plan().ipvs.link_polls, (std::vector<LinkPoll>{{"eth1", LinkPolling::kEthtool}, {"eth0", LinkPolling::kMii}}));
  EXPECT_TRUE(outcome.plan().ipvs.quiet_igmp);
  EXPECT_TRUE(planned([&](auto& c) { c.globals.link_delays = {{"eth9", {}, {}, {}}}; }, "10.9.0.100", around).built.refused);
  EXPECT_FALSE(planned([&](auto& c) { c.globals.disable_local_igmp = said(true); }).plan().ipvs.quiet_igmp) << "there are no VMACs";
}

}  // namespace
}  // namespace holdfast
