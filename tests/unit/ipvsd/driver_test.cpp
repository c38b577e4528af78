// The driver between its three links and a kernel made of tables: what is said to it, what the tables hold, what it says.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/driver.h"

#include <event2/event.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <optional>

#include "proto/codec/ipvs_codec.h"
#include "proto/codec/values_codec.h"
#include "proto/runtime/log.h"
#include "tests/fake/kernel.h"
#include "tests/unit/ipvsd/peer.h"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kFirst = 1;
constexpr std::uint64_t kSecond = 2;

class DriverTest : public testing::Test {
 protected:
  void SetUp() override {
    auto owned = std::make_unique<fake::Kernel>();
    kernel = owned.get();
    kernel->add_link("eth0");
    kernel->add_link("eth1");
    kernel->add_address("eth0", "192.0.2.10/24");
    auto pair = make_channel();
    ASSERT_TRUE(pair);
    parent.emplace(loop, std::move(pair->first));
    driver = std::make_unique<Driver>(loop, std::move(pair->second), std::move(owned));
  }
  void TearDown() override {
    driver.reset();
    set_log_sink({});
  }

  // Runs the loop until all that can happen now has happened, and longer if `time` says so; true if the driver stopped it.
  bool turn(Duration time = 0ms) {
    const Instant end = loop.now() + time;
    int rounds = 0;
    do {
      ::event_base_loop(loop.base(), EVLOOP_NONBLOCK);
      if (::event_base_got_break(loop.base()) != 0) {
        loop.later([this] { ::event_base_loopbreak(loop.base()); });
        code = loop.run();
        return true;
      }
    } while (++rounds < kRounds || loop.now() < end);
    return false;
  }
  static constexpr int kRounds = 50;  // more than any chain of messages here takes

  static VirtualAddress address(const char* prefix, const char* interface = "eth0") {
    VirtualAddress planned;
    planned.prefix = *parse_prefix(prefix);
    planned.interface = interface;
    return planned;
  }
  static InstanceRights rights(std::uint64_t id, std::vector<VirtualAddress> addresses) {
    return {InstanceId{id}, "VI_" + std::to_string(id), "eth0", std::move(addresses), false, Duration{0}, Duration{0}};
  }
  static IpvsPlan vrrp_plan() {
    IpvsPlan plan;
    plan.generation = 1;
    plan.vrrpd_absence = 60s;
    plan.instances = {rights(kFirst, {address("192.0.2.100/24"), address("2001:db8::100/64")}), rights(kSecond, {address("198.51.100.1/24", "eth1")})};
    return plan;
  }
  static IpvsPlan web_plan() {
    IpvsPlan plan;
    plan.generation = 1;
    plan.uses_ipvs = true;
    Service service;
    service.id = ServiceId{11};
    service.key = {Family::kIpv4, Protocol::kTcp, *IpAddress::parse("10.0.0.1"), 80, 0};
    plan.services = {service};
    for (std::uint64_t id : {21, 22}) {
      Destination destination;
      destination.id = DestinationId{id};
      destination.service = service.id;
      destination.address = *IpAddress::parse("10.9.0." + std::to_string(id));
      destination.port = 80;
      plan.destinations.push_back(destination);
    }
    return plan;
  }

  void say_plan(const IpvsPlan& plan) { holdfast::say_plan(*parent, plan); }
  template <class Other>
  void connect(std::optional<Other>& peer, wire::PeerLink::Peer which) {
    auto pair = make_channel();
    peer.emplace(loop, std::move(pair->first));
    wire::ParentToIpvsd message;
    message.mutable_peer_link()->set_peer(which);
    parent->say(message, std::move(pair->second));
  }
  void start(const IpvsPlan& plan) {
    ASSERT_TRUE(driver->start());
    say_plan(plan);
    connect(vrrpd, wire::PeerLink::VRRPD);
    connect(checkerd, wire::PeerLink::CHECKERD);
    turn();
  }
  void claim(std::uint64_t instance, std::uint64_t generation) { vrrpd->say(claim_of(instance, generation)); }
  void release(std::uint64_t instance, std::uint64_t generation) { vrrpd->say(release_of(instance, generation)); }
  void claims_complete() {
    wire::VrrpdToIpvsd message;
    message.mutable_claims_complete()->set_count(0);
    vrrpd->say(message);
  }
  void wish(std::uint64_t destination, bool present, std::uint32_t weight, Generation plan = 1) {
    wire::CheckerdToIpvsd message;
    message.mutable_want()->set_plan(plan);
    encode(DestinationWish{DestinationId{destination}, present, weight}, *message.mutable_want()->add_wishes());
    checkerd->say(message);
  }
  void wishes_complete() {
    wire::CheckerdToIpvsd message;
    message.mutable_complete()->set_plan(1);
    checkerd->say(message);
  }
  void stop() {
    wire::ParentToIpvsd message;
    message.mutable_stop();
    parent->say(message);
  }
  std::vector<std::string> held() const {
    std::vector<std::string> out;
    for (const AddressKey& key : kernel->addresses()) out.push_back(key.prefix.to_string());
    return out;
  }
  std::map<std::string, std::uint32_t> weights() const {
    std::map<std::string, std::uint32_t> out;
    for (const auto& [key, service] : kernel->services) {
      for (const auto& [real, options] : service.destinations) out[real.address.to_string()] = options.weight;
    }
    return out;
  }

  using Texts = std::vector<std::string>;
  using Weights = std::map<std::string, std::uint32_t>;
  Loop loop;
  fake::Kernel* kernel = nullptr;
  std::unique_ptr<Driver> driver;
  std::optional<Parent> parent;
  std::optional<Vrrpd> vrrpd;
  std::optional<Checkerd> checkerd;
  int code = 0;
};

TEST_F(DriverTest, SaysReadyThenEveryLinkThenComplete) {
  ASSERT_TRUE(driver->start());
  turn();
  ASSERT_EQ(parent->heard.size(), 4u);
  EXPECT_TRUE(parent->heard[0].has_ready());
  EXPECT_EQ(parent->heard[1].link_facts().name(), "eth0");
  EXPECT_EQ(parent->heard[1].link_facts().sources_size(), 1);
  EXPECT_EQ(parent->heard[3].links_complete().count(), 2u);
  EXPECT_TRUE(kernel->applied.empty()) << "without a plan nothing is touched";
}

TEST_F(DriverTest, AClaimAddsJustThatInstanceInOneCall) {
  start(vrrp_plan());
  kernel->calls = 0;
  claim(kFirst, 1);
  turn();
  EXPECT_EQ(held(), (Texts{"192.0.2.10/24", "192.0.2.100/24", "2001:db8::100/64"}));
  EXPECT_EQ(kernel->calls, 1u);
  const auto& answer = vrrpd->heard.back().claim_applied();
  EXPECT_EQ(answer.instance(), kFirst);
  EXPECT_TRUE(answer.active());
  EXPECT_EQ(answer.failed(), 0u);
  release(kFirst, 2);
  turn();
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
  EXPECT_FALSE(vrrpd->heard.back().claim_applied().active());
}

TEST_F(DriverTest, VrrpdHearsOfLinksButNotOfItsOwnAddresses) {
  start(vrrp_plan());
  const auto is_facts = [](const wire::IpvsdToVrrpd& m) { return m.has_link_facts(); };
  EXPECT_EQ(vrrpd->count(is_facts), 2u);
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_all_links_told(); }), 1u);
  claim(kFirst, 1);
  turn(100ms);
  EXPECT_EQ(vrrpd->count(is_facts), 2u);
  const auto last_of_parent = [&] {
    wire::LinkFacts facts;
    for (const auto& m : parent->heard) {
      if (m.has_link_facts() && m.link_facts().name() == "eth0") facts = m.link_facts();
    }
    return facts;
  };
  EXPECT_EQ(last_of_parent().addresses_size(), 3) << "the parent hears it a little later";
  EXPECT_EQ(last_of_parent().sources_size(), 1) << "a virtual address is no source";
  kernel->set_link("eth0", false);
  turn();
  EXPECT_EQ(vrrpd->count(is_facts), 3u);
  EXPECT_FALSE(vrrpd->heard.back().link_facts().up());
  kernel->remove_link("eth1");
  turn();
  EXPECT_FALSE(vrrpd->heard.back().link_facts().present());
}

TEST_F(DriverTest, AnOwnersAddressStaysAsTheAdministratorMadeIt) {
  IpvsPlan plan = vrrp_plan();
  plan.instances[0].addresses = {address("192.0.2.10/24")};
  plan.instances[0].addresses[0].label = "eth0:vip";
  start(plan);
  kernel->applied.clear();
  claim(kFirst, 1);
  turn();
  EXPECT_TRUE(kernel->applied.empty());
  EXPECT_EQ(vrrpd->heard.back().claim_applied().failed(), 0u);
}

TEST_F(DriverTest, AReloadReplacesAnAddressOfOursWhoseOptionsChanged) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  kernel->applied.clear();
  IpvsPlan plan = vrrp_plan();
  plan.generation = 2;
  plan.instances[0].addresses[0].label = "eth0:vip";
  say_plan(plan);
  turn();
  ASSERT_EQ(kernel->applied.size(), 2u);
  EXPECT_EQ(to_string(kernel->applied[0]), "delete address 192.0.2.100/24 on eth0");
  EXPECT_EQ(to_string(kernel->applied[1]), "add address 192.0.2.100/24 on eth0");
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_address_lost(); }), 0u);
}

TEST_F(DriverTest, AClaimThatThePlanDoesNotNameIsRefusedAndAudited) {
  start(vrrp_plan());
  claim(99, 1);
  turn();
  EXPECT_FALSE(vrrpd->heard.back().claim_applied().active());
  EXPECT_EQ(parent->count([](const wire::IpvsdToParent& m) { return m.has_log() && m.log().text().find("99") != std::string::npos; }), 1u);
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
}

TEST_F(DriverTest, AddressesOfAnEarlierRunGoWhenClaimsAreComplete) {
  kernel->add_address("eth0", "192.0.2.100/24");
  kernel->add_address("eth1", "198.51.100.1/24");
  kernel->add_address("eth1", "203.0.113.5/24");
  start(vrrp_plan());
  EXPECT_EQ(held().size(), 4u) << "nobody has said anything yet";
  claim(kFirst, 1);
  turn();
  claims_complete();
  turn();
  EXPECT_EQ(held(), (Texts{"192.0.2.10/24", "192.0.2.100/24", "203.0.113.5/24", "2001:db8::100/64"}));
}

TEST_F(DriverTest, ADeadVrrpdKeepsItsAddressesForTheAbsenceOnly) {
  IpvsPlan plan = vrrp_plan();
  plan.vrrpd_absence = 200ms;
  start(plan);
  claim(kFirst, 1);
  claims_complete();
  turn();
  vrrpd->hang_up();
  turn();
  EXPECT_EQ(held().size(), 3u);
  turn(300ms);
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
}

TEST_F(DriverTest, ARestartedVrrpdFindsItsAddressesUntouched) {
  start(vrrp_plan());
  claim(kFirst, 7);
  claims_complete();
  turn();
  const std::size_t before = kernel->applied.size();
  vrrpd->hang_up();
  turn();
  connect(vrrpd, wire::PeerLink::VRRPD);
  turn();
  claim(kFirst, 8);
  claims_complete();
  turn();
  EXPECT_EQ(kernel->applied.size(), before);
  EXPECT_EQ(held().size(), 3u);
}

TEST_F(DriverTest, ADeletedAddressIsToldToVrrpdAndParent) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  kernel->delete_address({"eth0", *parse_prefix("192.0.2.100/24"), std::nullopt});
  turn();
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_address_lost(); }), 1u);
  EXPECT_EQ(parent->count([](const wire::IpvsdToParent& m) { return m.has_address_lost(); }), 1u);
  release(kFirst, 2);
  claim(kFirst, 3);
  turn();
  EXPECT_EQ(held().size(), 3u) << "a new claim puts it back";
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_address_lost(); }), 1u) << "our own deletions are not losses";
}

TEST_F(DriverTest, AnUntrackedAddressMayGo) {
  IpvsPlan plan = vrrp_plan();
  plan.instances[0].addresses[0].no_track = true;
  start(plan);
  claim(kFirst, 1);
  turn();
  kernel->delete_address({"eth0", *parse_prefix("192.0.2.100/24"), std::nullopt});
  turn();
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_address_lost(); }), 0u);
}

TEST_F(DriverTest, ASecondaryThatGoesWithAPrimaryOfOursIsPutBack) {
  IpvsPlan plan = vrrp_plan();
  plan.instances = {rights(kFirst, {address("203.0.113.1/24")}), rights(kSecond, {address("203.0.113.2/24")})};
  start(plan);
  claim(kFirst, 1);
  claim(kSecond, 1);
  turn();
  release(kFirst, 2);
  turn();
  EXPECT_EQ(held(), (Texts{"192.0.2.10/24", "203.0.113.2/24"}));
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_address_lost(); }), 0u);
}

TEST_F(DriverTest, LostNotificationsAreMadeUpForByReadingAnew) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  kernel->delete_address({"eth0", *parse_prefix("192.0.2.100/24"), std::nullopt});
  kernel->lose_notifications();
  turn();
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_address_lost(); }), 1u);
}

TEST_F(DriverTest, ALinkThatComesBackHoldsWhatIsClaimed) {
  start(vrrp_plan());
  claim(kSecond, 1);
  turn();
  kernel->remove_link("eth1");
  turn();
  EXPECT_EQ(vrrpd->count([](const wire::IpvsdToVrrpd& m) { return m.has_address_lost(); }), 0u) << "the link's facts say it all";
  kernel->add_link("eth1");
  turn();
  EXPECT_EQ(held(), (Texts{"192.0.2.10/24", "198.51.100.1/24"}));
}

TEST_F(DriverTest, ARefusedAddressIsCountedLoggedAndTold) {
  start(vrrp_plan());
  kernel->refuse("add address 2001:db8::100/64 on eth0", EACCES);
  claim(kFirst, 1);
  turn();
  EXPECT_EQ(vrrpd->heard.back().claim_applied().failed(), 1u);
  EXPECT_EQ(parent->count([](const wire::IpvsdToParent& m) { return m.has_change_refused() && m.change_refused().code() == EACCES; }), 1u);
}

TEST_F(DriverTest, AReloadChangesOnlyWhatChanged) {
  start(vrrp_plan());
  claim(kFirst, 1);
  claim(kSecond, 1);
  claims_complete();
  turn();
  kernel->applied.clear();
  IpvsPlan plan = vrrp_plan();
  plan.generation = 2;
  plan.instances.pop_back();
  plan.instances[0].addresses.push_back(address("192.0.2.101/24"));
  say_plan(plan);
  turn();
  ASSERT_EQ(kernel->applied.size(), 2u);
  EXPECT_EQ(to_string(kernel->applied[0]), "delete address 198.51.100.1/24 on eth1");
  EXPECT_EQ(to_string(kernel->applied[1]), "add address 192.0.2.101/24 on eth0");
  EXPECT_EQ(parent->count([](const wire::IpvsdToParent& m) { return m.has_plan_applied() && m.plan_applied().generation() == 2; }), 1u);
}

TEST_F(DriverTest, StopWithdrawsEverythingThatThePlanNamesAndEnds) {
  IpvsPlan plan = vrrp_plan();
  plan.instances[0].promote_secondaries = true;
  start(plan);
  claim(kFirst, 1);
  turn();
  EXPECT_TRUE(kernel->promoted["eth0"]);
  stop();
  EXPECT_TRUE(turn());
  EXPECT_EQ(code, 0);
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
  EXPECT_FALSE(kernel->promoted["eth0"]);
  turn();
  EXPECT_TRUE(parent->heard.back().has_stopped());
}

TEST_F(DriverTest, TheParentsEndWithdrawsToo) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  parent->hang_up();
  EXPECT_TRUE(turn());
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
}

TEST_F(DriverTest, KeepVrrpLeavesTheAddresses) {
  IpvsPlan plan = vrrp_plan();
  plan.keep_vrrp = true;
  start(plan);
  claim(kFirst, 1);
  turn();
  parent->hang_up();
  EXPECT_TRUE(turn());
  EXPECT_EQ(held().size(), 3u);
}

TEST_F(DriverTest, ReleaseAllWithdraws) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  wire::ParentToIpvsd message;
  message.mutable_release_all()->set_peer(wire::PeerLink::VRRPD);
  parent->say(message);
  turn();
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
}

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

TEST_F(DriverTest, ACleanUpIsAPlanThatNamesWhatIsLeftAndStop) {
  kernel->add_address("eth0", "192.0.2.100/24");
  kernel->services[web_plan().services[0].key] = {options_of(web_plan().services[0]), {}};
  IpvsPlan plan = vrrp_plan();
  plan.uses_ipvs = true;
  plan.services = web_plan().services;
  ASSERT_TRUE(driver->start());
  say_plan(plan);
  stop();
  EXPECT_TRUE(turn());
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
  EXPECT_TRUE(kernel->services.empty());
}

TEST_F(DriverTest, AMistimedMessageOfTheParentEndsTheProcess) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  wire::ParentToIpvsd message;
  message.mutable_commit()->set_generation(9);
  parent->say(message);
  EXPECT_TRUE(turn());
  EXPECT_EQ(code, 1);
  EXPECT_EQ(held(), Texts{"192.0.2.10/24"});
}

TEST_F(DriverTest, AnInconsistentPlanIsRefusedAndTheOldOneStays) {
  start(vrrp_plan());
  claim(kFirst, 1);
  turn();
  IpvsPlan plan = vrrp_plan();
  plan.generation = 2;
  plan.instances[1].id = plan.instances[0].id;
  say_plan(plan);
  turn();
  EXPECT_EQ(parent->heard.back().plan_refused().generation(), 2u);
  EXPECT_EQ(held().size(), 3u);
}

TEST_F(DriverTest, PingIsAnswered) {
  ASSERT_TRUE(driver->start());
  wire::ParentToIpvsd message;
  message.mutable_ping()->set_cookie(42);
  parent->say(message);
  turn();
  EXPECT_EQ(parent->heard.back().pong().cookie(), 42u);
}

}  // namespace
}  // namespace holdfast
