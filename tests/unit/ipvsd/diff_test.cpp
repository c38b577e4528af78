// The laws of the difference, as properties over random tables from fixed seeds, and its rules one by one.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/reconcile/diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <random>

namespace holdfast {
namespace {

IpAddress ip(const std::string& text) { return *IpAddress::parse(text); }
AddressKey key(const std::string& prefix, const std::string& interface = "eth0") {
  return {interface, *parse_prefix(prefix), std::nullopt};
}
ServiceKey service_key(int number) {
  return {Family::kIpv4, Protocol::kTcp, ip("10.0." + std::to_string(number >> 8) + "." + std::to_string(number & 255)), 80, 0};
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int below(int limit) { return static_cast<int>(engine_() % static_cast<unsigned>(limit)); }
  bool coin() { return below(2) == 0; }

  Wanted table() {
    Wanted table;
    for (int at = 0; at < 12; ++at) {
      if (coin()) table.addresses.push_back({key("192.0.2." + std::to_string(at) + "/24", coin() ? "eth0" : "eth1"), {}});
      if (coin() && !table.addresses.empty()) table.addresses.back().options.scope = coin() ? 0 : 253;
    }
    std::shuffle(table.addresses.begin(), table.addresses.end(), engine_);
    for (int at = 0; at < 10; ++at) {
      if (coin()) continue;
      VirtualService& service = table.services[service_key(at)];
      service.options.scheduler = coin() ? "rr" : "wlc";
      service.options.timeout = static_cast<std::uint32_t>(below(2) * 60);
      for (int real = 0; real < 6; ++real) {
        if (coin()) service.destinations[{ip("10.9.0." + std::to_string(real)), 80}].weight = static_cast<std::uint32_t>(below(3));
      }
    }
    if (coin()) table.promoted.insert("eth0");
    return table;
  }

 private:
  std::mt19937 engine_;
};

Snapshot as_snapshot(const Wanted& wanted) {
  Snapshot snapshot{{}, wanted.services, wanted.promoted};
  for (const Address& address : wanted.addresses) snapshot.addresses[address.key] = address.options;
  return snapshot;
}

Removable everything(const Snapshot& actual) {
  Removable removable;
  for (const auto& [address, options] : actual.addresses) removable.addresses.push_back(address);
  for (const auto& [service, content] : actual.services) removable.services.insert(service);
  removable.promoted = actual.promoted;
  return removable;
}

constexpr unsigned kSeeds = 300;

TEST(Diff, OfATableWithItselfIsEmpty) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    const Wanted table = Random(seed).table();
    EXPECT_TRUE(diff(as_snapshot(table), table, everything(as_snapshot(table))).empty()) << "seed " << seed;
  }
}

TEST(Diff, AppliedGivesWhatIsWanted) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    Random random(seed);
    Snapshot actual = as_snapshot(random.table());
    const Wanted wanted = random.table();
    for (const Change& change : diff(actual, wanted, everything(actual))) apply(actual, change);
    EXPECT_EQ(actual, as_snapshot(wanted)) << "seed " << seed;
  }
}

TEST(Diff, IsTheSameEachTime) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    Random random(seed);
    const Snapshot actual = as_snapshot(random.table());
    const Wanted wanted = random.table();
    EXPECT_EQ(diff(actual, wanted, everything(actual)), diff(actual, wanted, everything(actual)));
  }
}

TEST(Diff, NeverDeletesWhatIsNotRemovable) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    Random random(seed);
    const Snapshot actual = as_snapshot(random.table());
    const Wanted wanted = random.table();
    Removable nothing;
    nothing.destinations = false;
    for (const Change& change : diff(actual, wanted, nothing)) {
      EXPECT_FALSE(std::holds_alternative<DeleteService>(change) || std::holds_alternative<DeleteDestination>(change));
      EXPECT_FALSE(std::holds_alternative<DeleteAddress>(change));
      const auto* setting = std::get_if<SetPromoteSecondaries>(&change);
      EXPECT_TRUE(setting == nullptr || setting->on);
    }
  }
}

TEST(Diff, AddressesComeInTheOrderOfTheirConfigurationAndGoInReverse) {
  const std::vector<Address> wanted = {{key("192.0.2.9/24"), {}}, {key("192.0.2.1/24"), {}}};
  std::vector<Change> changes;
  diff_addresses({}, wanted, {}, changes);
  EXPECT_EQ(changes, (std::vector<Change>{AddAddress{wanted[0]}, AddAddress{wanted[1]}}));
  changes.clear();
  diff_addresses({{wanted[0].key, {}}, {wanted[1].key, {}}}, {}, {wanted[0].key, wanted[1].key}, changes);
  EXPECT_EQ(changes, (std::vector<Change>{DeleteAddress{wanted[1].key}, DeleteAddress{wanted[0].key}}));
}

TEST(Diff, AnAddressWithOtherOptionsIsReplacedIfItIsOurs) {
  Address labelled{key("192.0.2.1/24"), {}};
  labelled.options.label = "eth0:1";
  std::vector<Change> changes;
  diff_addresses({{labelled.key, {}}}, {labelled}, {}, changes);
  EXPECT_TRUE(changes.empty()) << "the address of an owner is the administrator's";
  diff_addresses({{labelled.key, {}}}, {labelled}, {labelled.key}, changes);
  EXPECT_EQ(changes, (std::vector<Change>{DeleteAddress{labelled.key}, AddAddress{labelled}}));
}

TEST(Diff, AServiceIsEditedInPlaceAndNeverEmptyInBetween) {
  const DestinationKey real{ip("10.9.0.1"), 80};
  const DestinationKey sorry{ip("10.9.0.9"), 80};
  DestinationOptions weight1;
  weight1.weight = 1;
  const VirtualService actual{{.scheduler = "rr"}, {{real, weight1}}};
  const VirtualService wanted{{.scheduler = "wlc"}, {{sorry, weight1}}};
  std::vector<Change> changes;
  diff_service(service_key(1), &actual, &wanted, true, changes);
  EXPECT_EQ(changes, (std::vector<Change>{EditService{service_key(1), wanted.options}, AddDestination{service_key(1), sorry, weight1},
                                          DeleteDestination{service_key(1), real}}));
}

TEST(Diff, AWeightIsOneEdit) {
  const DestinationKey real{ip("10.9.0.1"), 80};
  VirtualService actual{{.scheduler = "rr"}, {{real, {}}, {{ip("10.9.0.2"), 80}, {}}}};
  VirtualService wanted = actual;
  wanted.destinations[real].weight = 7;
  std::vector<Change> changes;
  diff_service(service_key(1), &actual, &wanted, true, changes);
  EXPECT_EQ(changes, (std::vector<Change>{EditDestination{service_key(1), real, wanted.destinations[real]}}));
}

TEST(Diff, TenThousandServicesWithFourDestinationsDifferInWhatDiffers) {
  Wanted wanted;
  for (int at = 0; at < 10'000; ++at) {
    VirtualService& service = wanted.services[service_key(at)];
    for (int real = 0; real < 4; ++real) service.destinations[{ip("10.9.0." + std::to_string(real)), 80}].weight = 1;
  }
  const Snapshot actual = as_snapshot(wanted);
  EXPECT_EQ(diff(Snapshot{}, wanted, {}).size(), 50'000u);
  wanted.services[service_key(9'999)].destinations.begin()->second.weight = 2;
  EXPECT_EQ(diff(actual, wanted, {}).size(), 1u);
}

struct JudgeRow {
  const char* name;
  Change change;
  int code;
  Outcome outcome;
};

TEST(Judge, EveryAnswerOfTheKernelHasOneMeaning) {
  const ServiceKey service = service_key(1);
  const DestinationKey real{ip("10.9.0.1"), 80};
  const JudgeRow rows[] = {
      {"accepted", AddAddress{}, 0, Outcome::kDone},
      {"address is there", AddAddress{}, EEXIST, Outcome::kDone},
      {"no such link", AddAddress{}, ENODEV, Outcome::kRefused},
      {"not permitted", AddAddress{}, EPERM, Outcome::kRefused},
      {"address is gone", DeleteAddress{}, EADDRNOTAVAIL, Outcome::kDone},
      {"link is gone", DeleteAddress{}, ENODEV, Outcome::kDone},
      {"service is there", AddService{service, {}}, EEXIST, Outcome::kSurprised},
      {"no such scheduler", AddService{service, {}}, ENOENT, Outcome::kRefused},
      {"service is gone", EditService{service, {}}, ESRCH, Outcome::kSurprised},
      {"nothing to delete", DeleteService{service}, ESRCH, Outcome::kDone},
      {"destination is there", AddDestination{service, real, {}}, EEXIST, Outcome::kSurprised},
      {"its service is gone", AddDestination{service, real, {}}, ESRCH, Outcome::kSurprised},
      {"destination is gone", EditDestination{service, real, {}}, ENOENT, Outcome::kSurprised},
      {"nothing to remove", DeleteDestination{service, real}, ENOENT, Outcome::kDone},
      {"service gone meanwhile", DeleteDestination{service, real}, ESRCH, Outcome::kSurprised},
      {"link went before its setting", SetPromoteSecondaries{"eth0", false}, ENODEV, Outcome::kDone},
  };
  for (const JudgeRow& row : rows) EXPECT_EQ(judge(row.change, row.code), row.outcome) << row.name;
}

TEST(AddressOf, IsTheFormInWhichTheKernelGivesItBack) {
  VirtualAddress planned;
  planned.interface = "eth0";
  planned.prefix = *parse_prefix("192.0.2.1/24");
  planned.label = "eth0";
  planned.flags = kAddressHome | kAddressNoPrefixRoute;
  EXPECT_EQ(address_of(planned).options.label, "") << "the interface's own name is no label";
  EXPECT_EQ(address_of(planned).options.flags, kAddressNoPrefixRoute) << "home is for IPv6";
  planned.prefix = *parse_prefix("2001:db8::1/64");
  planned.scope = 253;
  EXPECT_EQ(address_of(planned).options.flags, kAddressHome | kAddressNoPrefixRoute) << "-nodad: duplicates are looked for";
  planned.flags |= kAddressNoDad;
  EXPECT_EQ(address_of(planned).options.flags, kAddressNoDad | kAddressHome | kAddressNoPrefixRoute);
  EXPECT_EQ(address_of(planned).options.scope, 0);
  EXPECT_EQ(address_of(planned).options.preferred, std::nullopt);
  planned.prefix = *parse_prefix("2001:db8::1/128");
  EXPECT_EQ(address_of(planned).options.preferred, std::nullopt) << "preferred_lft forever";
  planned.preferred = 60;
  EXPECT_EQ(address_of(planned).options.preferred, 60u);
}

TEST(AddressOf, LifetimesThatRunDownAreTheSame) {
  AddressOptions configured;
  configured.preferred = 600;
  AddressOptions later = configured;
  later.preferred = 3;
  EXPECT_TRUE(same(configured, later));
  later.preferred = 0;
  EXPECT_FALSE(same(configured, later));
  later.preferred.reset();
  EXPECT_FALSE(same(configured, later));
}

TEST(ChangeText, NamesTheObject) {
  EXPECT_EQ(to_string(Change{AddAddress{{key("2001:db8::1/64"), {}}}}), "add address 2001:db8::1/64 on eth0");
  EXPECT_EQ(to_string(Change{DeleteDestination{{Family::kIpv6, Protocol::kUdp, ip("2001:db8::2"), 53, 0}, {ip("10.9.0.1"), 80}}}),
            "delete destination 10.9.0.1:80 of service UDP [2001:db8::2]:53");
  EXPECT_EQ(to_string(ServiceKey{Family::kIpv6, Protocol::kTcp, {}, 0, 5}), "FWM 5 (IPv6)");
  EXPECT_EQ(to_string(Change{SetPromoteSecondaries{"eth0", true}}), "set promote_secondaries 1 on eth0");
}

}  // namespace
}  // namespace holdfast
