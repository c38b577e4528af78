// What LinkWatch makes of what the kernel tells: facts, changes, losses; and to whom LinkTeller tells them.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/link_watch.h"

#include <gtest/gtest.h>

#include "ipvsd/links/link_teller.h"

namespace holdfast {
namespace {

LinkState link(std::uint32_t index, const char* name, bool up = true) {
  return {index, name, up, true, 1500, {2, 0, 0, 0, 0, static_cast<std::uint8_t>(index)}, false, false};
}
AddressState address(std::uint32_t index, const char* prefix) { return {index, *parse_prefix(prefix), std::nullopt, {}, false, false, false}; }
AddressKey key(const char* prefix, const char* interface = "eth0") { return {interface, *parse_prefix(prefix), std::nullopt}; }
std::vector<std::string> texts(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> out;
  for (const IpAddress& a : addresses) out.push_back(a.to_string());
  return out;
}
using Texts = std::vector<std::string>;

class Watching : public testing::Test {
 protected:
  void SetUp() override { watch.reset({{link(1, "lo"), link(2, "eth0"), link(3, "eth1", false)}, {address(2, "192.0.2.10/24")}}); }
  LinkWatch::News hear(const std::vector<KernelEvent>& events) {
    LinkWatch::News news;
    for (const KernelEvent& event : events) watch.hear(event, news);
    return news;
  }
  LinkWatch watch;
};

TEST_F(Watching, FirstLookChangesAllLinksAndLosesNothing) {
  LinkWatch fresh;
  const auto news = fresh.reset({{link(2, "eth0"), link(3, "eth1", false)}, {address(2, "192.0.2.10/24")}});
  EXPECT_EQ(news.changed, (std::set<std::uint32_t>{2, 3}));
  EXPECT_EQ(news.came_up, (std::set<std::uint32_t>{2}));
  EXPECT_TRUE(news.lost.empty());
}

TEST_F(Watching, SourcesArePrimariesAndReadyLinkLocalsThatAreNotOurs) {
  AddressState secondary = address(2, "192.0.2.11/24");
  secondary.secondary = true;
  AddressState tentative = address(2, "fe80::1/64");
  tentative.tentative = true;
  AddressState ours = address(2, "198.51.100.1/32");
  ours.ours = true;
  hear({AddressSeen{secondary}, AddressSeen{tentative}, AddressSeen{ours}, AddressSeen{address(2, "fe80::2/64")},
        AddressSeen{address(2, "2001:db8::1/64")}, AddressSeen{address(2, "10.0.0.1/8")}});
  EXPECT_EQ(texts(watch.facts(2).sources), (Texts{"192.0.2.10", "fe80::2", "10.0.0.1"}));
  EXPECT_EQ(watch.facts(2).addresses.size(), 7u);
  EXPECT_EQ(watch.facts(2, LinkWatch::Addresses::kForeign).addresses.size(), 6u);
  tentative.tentative = false;
  hear({AddressSeen{tentative}});
  EXPECT_EQ(texts(watch.facts(2).sources), (Texts{"192.0.2.10", "fe80::1", "fe80::2", "10.0.0.1"})) << "at the place where it was first seen";
}

TEST_F(Watching, AVirtualAddressIsNoSourceEvenWhereTheKernelForgetsOurMark) {
  watch.applied(AddAddress{{key("198.51.100.1/32"), {}}});
  hear({AddressSeen{address(2, "198.51.100.1/32")}});
  EXPECT_EQ(texts(watch.facts(2).sources), (Texts{"192.0.2.10"}));
}

TEST_F(Watching, SomebodyElsesDeletionIsALoss) {
  const auto news = hear({AddressGone{address(2, "192.0.2.10/24"), false}});
  ASSERT_EQ(news.lost.size(), 1u);
  EXPECT_EQ(news.lost[0].key, key("192.0.2.10/24"));
  EXPECT_TRUE(news.lost[0].link_up);
  EXPECT_FALSE(watch.has(key("192.0.2.10/24")));
}

TEST_F(Watching, OurDeletionIsNotALossNoMatterWhatHappensMeanwhile) {
  const Address vip{key("192.0.2.100/24"), {}};
  watch.applied(AddAddress{vip});
  watch.applied(DeleteAddress{vip.key}, true);
  watch.applied(AddAddress{vip});
  const AddressState told = address(2, "192.0.2.100/24");
  const auto news = hear({AddressSeen{told}, AddressGone{told, true}, AddressSeen{told}});
  EXPECT_TRUE(news.lost.empty());
  EXPECT_TRUE(watch.has(vip.key));
  EXPECT_EQ(hear({AddressGone{told, false}}).lost.size(), 1u) << "the next deletion is somebody's";
}

TEST_F(Watching, ANotificationFromBeforeOurDeletionDoesNotBringTheAddressBack) {
  const Address vip{key("192.0.2.100/24"), {}};
  watch.applied(AddAddress{vip});
  watch.applied(DeleteAddress{vip.key}, true);
  hear({AddressSeen{address(2, "192.0.2.100/24")}});
  EXPECT_FALSE(watch.has(vip.key));
  hear({AddressGone{address(2, "192.0.2.100/24"), true}});
  EXPECT_FALSE(watch.has(vip.key));
}

TEST_F(Watching, ADeletionThatFoundNothingIsNotExpectedToBeTold) {
  const Address vip{key("192.0.2.100/24"), {}};
  watch.applied(DeleteAddress{vip.key}, false);
  watch.applied(AddAddress{vip});
  EXPECT_EQ(hear({AddressGone{address(2, "192.0.2.100/24"), false}}).lost.size(), 1u);
}

TEST_F(Watching, AddressesGoWithTheirLink) {
  const auto news = hear({LinkGone{2}});
  ASSERT_EQ(news.lost.size(), 1u);
  EXPECT_FALSE(news.lost[0].link_up);
  EXPECT_EQ(watch.by_name("eth0"), nullptr);
  EXPECT_FALSE(watch.facts(2).present);
  EXPECT_EQ(watch.facts(2).name, "eth0") << "the last known name";
  EXPECT_TRUE(watch.addresses().empty());
}

TEST_F(Watching, ALinkThatComesUpIsSaidOnce) {
  EXPECT_EQ(hear({LinkSeen{link(3, "eth1")}}).came_up, (std::set<std::uint32_t>{3}));
  EXPECT_TRUE(hear({LinkSeen{link(3, "eth1")}}).came_up.empty());
  EXPECT_EQ(hear({LinkSeen{link(3, "eth1", false)}, LinkSeen{link(3, "eth1")}}).came_up, (std::set<std::uint32_t>{3}));
}

TEST_F(Watching, ARenamedLinkTakesItsAddressesAlong) {
  const auto news = hear({LinkSeen{link(2, "wan0")}});
  EXPECT_EQ(watch.by_name("eth0"), nullptr);
  ASSERT_NE(watch.by_name("wan0"), nullptr);
  EXPECT_TRUE(watch.has(key("192.0.2.10/24", "wan0")));
  EXPECT_FALSE(watch.has(key("192.0.2.10/24")));
  EXPECT_TRUE(news.lost.empty());
}

TEST_F(Watching, SettingsThatANotificationDoesNotTellStay) {
  watch.applied(SetPromoteSecondaries{"eth0", true});
  LinkState silent = link(2, "eth0");
  silent.promote_secondaries.reset();
  silent.forwarding6.reset();
  hear({LinkSeen{silent}});
  EXPECT_EQ(watch.promoted(), (std::set<std::string>{"eth0"}));
  hear({ForwardingSeen{2, true}});
  EXPECT_EQ(watch.by_name("eth0")->forwarding6, true);
}

TEST_F(Watching, ReadingAnewFindsWhatWentAndWhatCame) {
  watch.applied(AddAddress{{key("192.0.2.100/24"), {}}});
  const auto news = watch.reset({{link(1, "lo"), link(2, "eth0"), link(4, "eth2")}, {address(2, "192.0.2.10/24")}});
  ASSERT_EQ(news.lost.size(), 1u);
  EXPECT_EQ(news.lost[0].key, key("192.0.2.100/24"));
  EXPECT_TRUE(news.lost[0].link_up);
  EXPECT_FALSE(watch.facts(3).present);
  EXPECT_EQ(news.came_up, (std::set<std::uint32_t>{4}));
}

TEST_F(Watching, FactsOfALinkHaveALimit) {
  for (int at = 0; at < static_cast<int>(kFactAddressesMax) + 100; ++at) {
    hear({AddressSeen{address(2, ("10.1." + std::to_string(at / 250) + "." + std::to_string(at % 250 + 1) + "/32").c_str())}});
  }
  EXPECT_EQ(watch.facts(2).addresses.size(), kFactAddressesMax);
}

TEST_F(Watching, TheLabelThatIsTheNameIsNoLabel) {
  AddressState named = address(2, "10.0.0.1/8");
  named.options.label = "eth0";
  AddressState labelled = address(2, "10.0.0.2/8");
  labelled.options.label = "eth0:1";
  hear({AddressSeen{named}, AddressSeen{labelled}});
  EXPECT_EQ(watch.addresses().at(key("10.0.0.1/8")).label, "");
  EXPECT_EQ(watch.addresses().at(key("10.0.0.2/8")).label, "eth0:1");
}

TEST_F(Watching, TheTellerSaysEachThingOnceAndOurAddressesLater) {
  LinkTeller teller(watch, [](LinkFacts facts) { return facts; });
  EXPECT_EQ(teller.changed({2}).parent.size(), 1u);
  EXPECT_TRUE(teller.changed({2}).parent.empty());
  watch.applied(AddAddress{{key("192.0.2.100/24"), {}}});
  const auto own = teller.changed({2});
  EXPECT_TRUE(own.parent.empty() && own.vrrpd.empty());
  EXPECT_TRUE(own.later);
  ASSERT_EQ(teller.overdue().size(), 1u);
  EXPECT_TRUE(teller.overdue().empty());
  hear({LinkSeen{link(2, "eth0", false)}});
  const auto down = teller.changed({2});
  EXPECT_EQ(down.parent.size(), 1u);
  EXPECT_EQ(down.vrrpd.size(), 1u);
  EXPECT_FALSE(down.later);
  EXPECT_EQ(teller.all().size(), 3u);
}

}  // namespace
}  // namespace holdfast
