// Claims and wishes: generations, links that come back, absence, what the plan does not name.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "ipvsd/wanted/claim_ledger.h"
#include "ipvsd/wanted/wish_ledger.h"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1s};
constexpr InstanceId kFirst{1};
constexpr InstanceId kSecond{2};
constexpr InstanceId kStranger{77};

VirtualAddress address(const char* prefix, const char* interface = "eth0") {
  VirtualAddress planned;
  planned.prefix = *parse_prefix(prefix);
  planned.interface = interface;
  return planned;
}

InstanceRights rights(InstanceId id, std::vector<VirtualAddress> addresses) {
  return {id, "VI_" + std::to_string(id.value), "eth0", std::move(addresses), false, Duration{0}, Duration{0}};
}

IpvsPlan two_instances() {
  IpvsPlan plan;
  plan.generation = 1;
  plan.instances = {rights(kFirst, {address("192.0.2.1/24"), address("192.0.2.2/24")}), rights(kSecond, {address("192.0.2.2/24"), address("192.0.2.3/24")})};
  return plan;
}

std::vector<std::string> texts(const std::vector<AddressKey>& keys) {
  std::vector<std::string> out;
  for (const AddressKey& key : keys) out.push_back(key.prefix.address.to_string());
  return out;
}
std::vector<std::string> wanted(const ClaimLedger& ledger) {
  std::vector<AddressKey> keys;
  for (const Address& a : ledger.wanted()) keys.push_back(a.key);
  return texts(keys);
}
using Texts = std::vector<std::string>;

class Claims : public testing::Test {
 protected:
  void SetUp() override {
    ledger.set_plan(two_instances());
    ledger.linked(kStart);
  }
  ClaimLedger ledger;
};

TEST_F(Claims, NothingIsWantedBeforeAnybodyClaims) {
  EXPECT_EQ(wanted(ledger), Texts{});
  EXPECT_EQ(texts(ledger.removable()), Texts{}) << "nor may anything be removed: claims may be on their way";
}

TEST_F(Claims, AnAddressOfTwoInstancesIsWantedOnceAndAsLongAsOneIsActive) {
  EXPECT_EQ(ledger.claim(kFirst, 1), ClaimVerdict::kAccepted);
  EXPECT_EQ(ledger.claim(kSecond, 1), ClaimVerdict::kAccepted);
  EXPECT_EQ(wanted(ledger), (Texts{"192.0.2.1", "192.0.2.2", "192.0.2.3"}));
  EXPECT_EQ(ledger.release(kFirst, 2), ClaimVerdict::kAccepted);
  EXPECT_EQ(wanted(ledger), (Texts{"192.0.2.2", "192.0.2.3"}));
  EXPECT_EQ(texts(ledger.removable()), (Texts{"192.0.2.1"}));
}

TEST_F(Claims, AnOlderGenerationIsDroppedAndTheSameOneIsIdempotent) {
  EXPECT_EQ(ledger.claim(kFirst, 5), ClaimVerdict::kAccepted);
  EXPECT_EQ(ledger.release(kFirst, 4), ClaimVerdict::kStale);
  EXPECT_TRUE(ledger.active(kFirst));
  EXPECT_EQ(ledger.claim(kFirst, 5), ClaimVerdict::kAccepted);
  EXPECT_EQ(ledger.release(kFirst, 6), ClaimVerdict::kAccepted);
  EXPECT_FALSE(ledger.active(kFirst));
  EXPECT_EQ(ledger.generation(kFirst), 6u);
}

TEST_F(Claims, WhatThePlanDoesNotNameIsRefused) {
  EXPECT_EQ(ledger.claim(kStranger, 1), ClaimVerdict::kUnknown);
  EXPECT_EQ(wanted(ledger), Texts{});
  EXPECT_EQ(ledger.release(kStranger, 2), ClaimVerdict::kStale) << "giving up what one has not is harmless";
}

TEST_F(Claims, AClaimThatComesBeforeItsPlanTakesEffectWithIt) {
  EXPECT_EQ(ledger.claim(kStranger, 3), ClaimVerdict::kUnknown);
  IpvsPlan plan = two_instances();
  plan.instances.push_back(rights(kStranger, {address("192.0.2.77/24")}));
  ledger.set_plan(plan);
  EXPECT_TRUE(ledger.active(kStranger));
  EXPECT_EQ(wanted(ledger), (Texts{"192.0.2.77"}));
}

TEST_F(Claims, UnknownClaimsAreLimited) {
  for (std::uint64_t id = 1000; id < 1000 + kUnknownClaimsMax + 10; ++id) EXPECT_EQ(ledger.claim(InstanceId{id}, 1), ClaimVerdict::kUnknown);
  IpvsPlan plan;
  for (std::uint64_t id = 1000; id < 1000 + kUnknownClaimsMax + 10; ++id) {
    plan.instances.push_back(rights(InstanceId{id}, {}));
  }
  ledger.set_plan(plan);
  std::size_t active = 0;
  for (const auto& instance : ledger.instances()) active += ledger.active(instance.rights.id) ? 1 : 0;
  EXPECT_LE(active, kUnknownClaimsMax + 2);
  EXPECT_GE(active, kUnknownClaimsMax);
}

TEST_F(Claims, CompleteMakesTheRestRemovable) {
  ledger.claim(kFirst, 1);
  ledger.complete();
  EXPECT_EQ(texts(ledger.removable()), (Texts{"192.0.2.3"}));
  EXPECT_EQ(ledger.deadline(), kNever);
}

TEST_F(Claims, AfterANewLinkOldClaimsStayUntilComplete) {
  ledger.claim(kFirst, 9);
  ledger.claim(kSecond, 9);
  ledger.complete();
  ledger.link_lost(kStart + 10s);
  EXPECT_EQ(ledger.deadline(), kStart + 12s);
  ledger.linked(kStart + 11s);
  EXPECT_EQ(wanted(ledger).size(), 3u);
  EXPECT_EQ(texts(ledger.removable()), Texts{});
  EXPECT_EQ(ledger.claim(kSecond, 1), ClaimVerdict::kAccepted) << "generations may start again on a new link";
  EXPECT_EQ(ledger.release(kSecond, 0), ClaimVerdict::kStale) << "and count from there";
  EXPECT_EQ(wanted(ledger).size(), 3u);
  ledger.complete();
  EXPECT_EQ(wanted(ledger), (Texts{"192.0.2.2", "192.0.2.3"}));
  EXPECT_EQ(texts(ledger.removable()), (Texts{"192.0.2.1"}));
}

TEST_F(Claims, AbsenceReleasesEverythingOnce) {
  ledger.claim(kFirst, 1);
  ledger.complete();
  EXPECT_FALSE(ledger.expire(kStart + 1h));
  ledger.link_lost(kStart + 1h);
  EXPECT_FALSE(ledger.expire(kStart + 1h + 2s - 1us));
  EXPECT_TRUE(ledger.active(kFirst));
  EXPECT_TRUE(ledger.expire(kStart + 1h + 2s));
  EXPECT_FALSE(ledger.active(kFirst));
  EXPECT_FALSE(ledger.expire(kStart + 2h));
  EXPECT_EQ(texts(ledger.removable()).size(), 4u);
}

TEST_F(Claims, ANewLinkThatNeverSaysCompleteIsAbsenceToo) {
  ledger.claim(kFirst, 1);
  ledger.complete();
  ledger.link_lost(kStart + 10s);
  ledger.linked(kStart + 11s);
  EXPECT_EQ(ledger.deadline(), kStart + 13s);
  EXPECT_TRUE(ledger.expire(kStart + 13s));
  EXPECT_FALSE(ledger.active(kFirst));
}

TEST_F(Claims, AbsenceSparesWhatTheNewLinkHasClaimed) {
  ledger.claim(kFirst, 1);
  ledger.claim(kSecond, 1);
  ledger.complete();
  ledger.link_lost(kStart + 10s);
  ledger.linked(kStart + 11s);
  ledger.claim(kFirst, 2);
  EXPECT_TRUE(ledger.expire(kStart + 13s));
  EXPECT_TRUE(ledger.active(kFirst));
  EXPECT_FALSE(ledger.active(kSecond));
}

TEST_F(Claims, ReleaseAllDropsEverything) {
  ledger.claim(kFirst, 1);
  ledger.release_all();
  EXPECT_EQ(wanted(ledger), Texts{});
  EXPECT_EQ(texts(ledger.removable()).size(), 4u);
}

TEST_F(Claims, AReloadKeepsWhatStaysAndOrphansWhatLeaves) {
  ledger.claim(kFirst, 1);
  ledger.claim(kSecond, 1);
  ledger.complete();
  IpvsPlan plan = two_instances();
  plan.instances.erase(plan.instances.begin() + 1);
  plan.instances[0].addresses.erase(plan.instances[0].addresses.begin());
  ledger.set_plan(plan);
  EXPECT_TRUE(ledger.active(kFirst));
  EXPECT_EQ(wanted(ledger), (Texts{"192.0.2.2"}));
  EXPECT_EQ(texts(ledger.removable()), (Texts{"192.0.2.1", "192.0.2.3"}));
  ledger.forget_orphans();
  EXPECT_EQ(texts(ledger.removable()), Texts{});
}

TEST_F(Claims, HoldersAreActiveInstancesAndKnowWhetherTheyTrack) {
  IpvsPlan plan = two_instances();
  plan.instances[0].addresses[1].no_track = true;
  ledger.set_plan(plan);
  ledger.claim(kFirst, 1);
  ledger.claim(kSecond, 1);
  const AddressKey shared{"eth0", *parse_prefix("192.0.2.2/24"), std::nullopt};
  const auto holders = ledger.holders(shared);
  ASSERT_EQ(holders.size(), 2u);
  EXPECT_EQ(holders[0].instance, kFirst);
  EXPECT_FALSE(holders[0].tracked);
  EXPECT_TRUE(holders[1].tracked);
  EXPECT_EQ(texts(ledger.wanted_as("eth0", shared.prefix.address)), (Texts{"192.0.2.2"}));
  EXPECT_TRUE(ledger.wanted_as("eth1", shared.prefix.address).empty());
}

TEST_F(Claims, PromoteSecondariesIsAskedForPerInterface) {
  IpvsPlan plan = two_instances();
  plan.instances[1].promote_secondaries = true;
  plan.instances[1].addresses.push_back(address("198.51.100.1/24", "eth9"));
  ledger.set_plan(plan);
  EXPECT_EQ(ledger.promoted(), (std::set<std::string>{"eth0", "eth9"}));
}

// ---- wishes

constexpr ServiceId kWeb{11};
constexpr ServiceId kMail{12};
constexpr DestinationId kWeb1{21};
constexpr DestinationId kWeb2{22};
constexpr DestinationId kSorry{23};
constexpr DestinationId kMail1{31};

Service service(ServiceId id, const char* text, std::uint16_t port) {
  Service planned;
  planned.id = id;
  planned.key = {Family::kIpv4, Protocol::kTcp, *IpAddress::parse(text), port, 0};
  return planned;
}
Destination destination(DestinationId id, ServiceId owner, const char* text) {
  Destination planned;
  planned.id = id;
  planned.service = owner;
  planned.address = *IpAddress::parse(text);
  planned.port = 80;
  return planned;
}
IpvsPlan two_services() {
  IpvsPlan plan;
  plan.generation = 5;
  plan.uses_ipvs = true;
  plan.services = {service(kWeb, "10.0.0.1", 80), service(kMail, "10.0.0.2", 25)};
  plan.destinations = {destination(kWeb1, kWeb, "10.9.0.1"), destination(kWeb2, kWeb, "10.9.0.2"), destination(kSorry, kWeb, "10.9.0.2"),
                       destination(kMail1, kMail, "10.9.0.3")};
  return plan;
}
const ServiceKey kWebKey = service(kWeb, "10.0.0.1", 80).key;
const ServiceKey kMailKey = service(kMail, "10.0.0.2", 25).key;

class Wishes : public testing::Test {
 protected:
  void SetUp() override {
    ledger.set_plan(two_services());
    ledger.linked();
  }
  WishVerdict wish(DestinationId id, bool present, std::uint32_t weight, Generation plan = 5) {
    touched.clear();
    return ledger.wish(plan, {id, present, weight}, touched);
  }
  std::map<std::string, std::uint32_t> weights(const ServiceKey& key) {
    std::map<std::string, std::uint32_t> out;
    const auto wanted = ledger.wanted(key);
    if (!wanted) return {{"no service", 0}};
    for (const auto& [real, options] : wanted->destinations) out[real.address.to_string()] = options.weight;
    return out;
  }
  WishLedger ledger;
  WishLedger::Touched touched;
};
using Weights = std::map<std::string, std::uint32_t>;

TEST_F(Wishes, ServicesAreThePlansDestinationsAreWished) {
  EXPECT_EQ(weights(kWebKey), Weights{});
  EXPECT_EQ(wish(kWeb1, true, 3), WishVerdict::kAccepted);
  EXPECT_EQ(touched, WishLedger::Touched{kWebKey});
  EXPECT_EQ(weights(kWebKey), (Weights{{"10.9.0.1", 3}}));
  EXPECT_EQ(wish(kWeb1, false, 0), WishVerdict::kAccepted);
  EXPECT_EQ(weights(kWebKey), Weights{});
}

TEST_F(Wishes, WeightZeroIsPresent) {
  wish(kWeb1, true, 0);
  EXPECT_EQ(weights(kWebKey), (Weights{{"10.9.0.1", 0}}));
}

TEST_F(Wishes, AWeightBeyondTheKernelsIsLimited) {
  wish(kWeb1, true, 0xffffffff);
  EXPECT_EQ(weights(kWebKey), (Weights{{"10.9.0.1", kWeightMax}}));
}

TEST_F(Wishes, WhatThePlanDoesNotNameIsRefusedUnlessItIsAnotherPlans) {
  EXPECT_EQ(wish(DestinationId{99}, true, 1), WishVerdict::kUnknown);
  EXPECT_EQ(wish(DestinationId{99}, true, 1, 4), WishVerdict::kStale);
  EXPECT_EQ(wish(DestinationId{99}, true, 1, 6), WishVerdict::kEarly);
  EXPECT_TRUE(touched.empty());
}

TEST_F(Wishes, AnEarlyWishTakesEffectWithItsPlan) {
  wish(DestinationId{99}, true, 4, 6);
  IpvsPlan plan = two_services();
  plan.generation = 6;
  plan.destinations.push_back(destination(DestinationId{99}, kMail, "10.9.0.9"));
  ledger.set_plan(plan);
  EXPECT_EQ(weights(kMailKey), (Weights{{"10.9.0.9", 4}}));
}

TEST_F(Wishes, AnUnchangedWishTouchesNothingOnceAllIsKnown) {
  wish(kWeb1, true, 3);
  ledger.complete();
  wish(kWeb1, true, 3);
  EXPECT_TRUE(touched.empty());
  wish(kWeb1, true, 4);
  EXPECT_EQ(touched, WishLedger::Touched{kWebKey});
}

TEST_F(Wishes, AfterANewLinkOldWishesStayUntilComplete) {
  wish(kWeb1, true, 3);
  wish(kMail1, true, 1);
  ledger.complete();
  ledger.linked();
  EXPECT_FALSE(ledger.wishes_complete());
  EXPECT_EQ(weights(kWebKey), (Weights{{"10.9.0.1", 3}}));
  wish(kWeb1, true, 5);
  EXPECT_EQ(weights(kMailKey), (Weights{{"10.9.0.3", 1}}));
  EXPECT_EQ(ledger.complete(), (WishLedger::Touched{kWebKey, kMailKey}));
  EXPECT_EQ(weights(kWebKey), (Weights{{"10.9.0.1", 5}}));
  EXPECT_EQ(weights(kMailKey), Weights{});
}

TEST_F(Wishes, TheHeavierOfTwoWishesForOneServerCounts) {
  wish(kWeb2, true, 2);
  wish(kSorry, true, 9);
  EXPECT_EQ(weights(kWebKey), (Weights{{"10.9.0.2", 9}}));
  wish(kSorry, false, 0);
  EXPECT_EQ(weights(kWebKey), (Weights{{"10.9.0.2", 2}}));
}

TEST_F(Wishes, AReloadTouchesWhatItChangesAndKeepsWeights) {
  wish(kWeb1, true, 3);
  ledger.complete();
  IpvsPlan plan = two_services();
  plan.generation = 6;
  plan.services.pop_back();
  plan.destinations.pop_back();
  EXPECT_EQ(ledger.set_plan(plan), WishLedger::Touched{kMailKey});
  EXPECT_EQ(ledger.set_plan(plan), WishLedger::Touched{});
  EXPECT_EQ(ledger.complete(), WishLedger::Touched{}) << "said again, nothing new";
  plan.destinations.front().upper_threshold = 9;
  EXPECT_EQ(ledger.set_plan(plan), WishLedger::Touched{kWebKey});
  plan.services.front().scheduler = "nq";
  EXPECT_EQ(ledger.set_plan(plan), WishLedger::Touched{kWebKey});
  EXPECT_EQ(weights(kWebKey), (Weights{{"10.9.0.1", 3}}));
  EXPECT_EQ(ledger.wanted(kMailKey), std::nullopt);
  EXPECT_TRUE(ledger.wishes_complete());
}

TEST_F(Wishes, ReleaseAllEmptiesTheServices) {
  wish(kWeb1, true, 3);
  EXPECT_EQ(ledger.release_all(), (WishLedger::Touched{kWebKey, kMailKey}));
  EXPECT_EQ(weights(kWebKey), Weights{});
}

TEST_F(Wishes, AFirewallMarkHasNoProtocol) {
  IpvsPlan plan = two_services();
  plan.services[0].key = {Family::kIpv6, Protocol::kUdp, *IpAddress::parse("2001:db8::1"), 80, 7};
  ledger.set_plan(plan);
  EXPECT_TRUE(ledger.wanted({Family::kIpv6, Protocol::kTcp, IpAddress{}, 0, 7}).has_value());
}

}  // namespace
}  // namespace holdfast
