// ipvsd's driver and vrrpd: claims, addresses, links.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ipvsd/driver_rig.h"

namespace holdfast {
namespace {

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

}  // namespace
}  // namespace holdfast
