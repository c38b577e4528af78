// Links that are made here and what they need: LinkKeeper and SettingKeeper against a kernel of tables, LinkJudge and ExtraRounds in
// their own time, and the messages, pinned by what they must contain.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>

#include "ipvsd/announce/extra_rounds.h"
#include "ipvsd/links/link_judge.h"
#include "ipvsd/links/link_keeper.h"
#include "ipvsd/links/setting_keeper.h"
#include "ipvsd/netlink/link_codec.h"
#include "ipvsd/netlink/virtual_link_codec.h"
#include "tests/fake/kernel.h"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1s};
constexpr HardwareAddress kMac4{0, 0, 0x5e, 0, 1, 51};
constexpr HardwareAddress kMac6{0, 0, 0x5e, 0, 2, 51};

VirtualLink vmac(const char* name = "vrrp.51", const char* base = "eth0", Family family = Family::kIpv4) {
  VirtualLink link;
  link.name = name;
  link.base = base;
  link.family = family;
  link.hardware = family == Family::kIpv4 ? kMac4 : kMac6;
  return link;
}

class Links : public testing::Test {
 protected:
  Links() : keeper(kernel, watch), settings(kernel, watch, [this](const auto& kept) { told = kept; }) {
    kernel.add_link("eth0");
    kernel.add_link("eth1");
    for (const char* name : {"eth0", "eth1"}) {
      LinkState state = *kernel.state(name);
      state.enabled = true;
      state.arp_ignore = state.arp_filter = state.rp_filter = 0;
      kernel.change_link(state);
    }
    hear();
  }
  void hear() {
    LinkWatch::News news;
    for (const KernelEvent& event : kernel.events()) watch.hear(event, news);
  }
  void keep(Instant now = kStart) {
    for (int round = 0; round < 8 && keeper.step(now, refused); ++round) hear();
  }
  void plan(std::vector<VirtualLink> links, Instant now = kStart) {
    keeper.set_plan(std::move(links), false);
    keep(now);
  }
  template <class Change>
  std::vector<Change> made() const {
    std::vector<Change> found;
    for (const LinkChange& change : kernel.applied_links) {
      if (const auto* one = std::get_if<Change>(&change)) found.push_back(*one);
    }
    return found;
  }
  bool there(const char* name) { return kernel.state(name) != nullptr; }

  fake::Kernel kernel;
  LinkWatch watch;
  LinkKeeper keeper;
  std::vector<KeptSetting> told;
  SettingKeeper settings;
  std::vector<RefusedLink> refused;
};

TEST_F(Links, AnIpv4VmacIsCreatedSetUpAndRaisedWithoutIpv6) {
  plan({vmac()});
  ASSERT_TRUE(there("vrrp.51"));
  EXPECT_EQ(kernel.state("vrrp.51")->hardware, kMac4);
  EXPECT_TRUE(kernel.state("vrrp.51")->up);
  EXPECT_EQ(made<TuneLink>(), (std::vector<TuneLink>{{"vrrp.51", true, true}}));
  EXPECT_FALSE(kernel.ipv6.at("vrrp.51"));
  EXPECT_TRUE(made<AddLinkAddress>().empty());
  EXPECT_TRUE(refused.empty());
  kernel.applied_links.clear();
  keep();
  EXPECT_TRUE(kernel.applied_links.empty()) << "what is right is left alone";
}

TEST_F(Links, AnIpv6VmacSendsFromTheLinkLocalAddressBelowOrOneMadeFromItsMac) {
  plan({vmac("vrrp.51", "eth0", Family::kIpv6)});
  ASSERT_EQ(made<AddLinkAddress>().size(), 1u);
  EXPECT_EQ(made<AddLinkAddress>()[0].prefix.to_string(), "fe80::ff:fe00:1/64") << "of 02:00:00:00:00:01";
  kernel.add_address("eth1", "fe80::77/64");
  hear();
  VirtualLink other = vmac("vrrp.52", "eth1", Family::kIpv6);
  plan({vmac("vrrp.51", "eth0", Family::kIpv6), other});
  EXPECT_EQ(made<AddLinkAddress>().back().prefix.to_string(), "fe80::77/64");
  EXPECT_TRUE(kernel.ipv6.at("vrrp.51"));
}

TEST_F(Links, OneThatSendsNothingNeedsNoAddress) {
  VirtualLink link = vmac("vm", "eth0", Family::kIpv6);
  link.sends = false;
  plan({link});
  EXPECT_TRUE(there("vm") && made<AddLinkAddress>().empty());
}

TEST_F(Links, ALinkWithoutItsBaseWaitsForIt) {
  plan({vmac("vrrp.51", "eth7")});
  EXPECT_FALSE(there("vrrp.51"));
  kernel.add_link("eth7");
  hear();
  keep();
  EXPECT_TRUE(there("vrrp.51"));
}

TEST_F(Links, WhatAnEarlierRunMadeIsTakenOver) {
  plan({vmac()});
  const std::uint32_t index = kernel.state("vrrp.51")->index;
  LinkKeeper next(kernel, watch);
  next.set_plan({vmac()}, false);
  while (next.step(kStart, refused)) hear();
  EXPECT_EQ(kernel.state("vrrp.51")->index, index);
  EXPECT_EQ(made<CreateLink>().size(), 1u);
  EXPECT_EQ(next.fresh(), std::vector<std::string>{"Found matching interface vrrp.51"});
}

TEST_F(Links, ANameWithAnotherMacIsMadeAnewAndOneOfAnotherKindIsLeftAlone) {
  plan({vmac()});
  VirtualLink changed = vmac();
  changed.hardware = {2, 0, 0, 0, 0, 9};
  plan({changed}, kStart + 10s);
  EXPECT_EQ(kernel.state("vrrp.51")->hardware, changed.hardware);
  refused.clear();
  plan({changed, vmac("eth1", "eth0")});
  EXPECT_EQ(kernel.state("eth1")->kind, "");
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].code, EEXIST);
  keep();
  EXPECT_EQ(refused.size(), 1u) << "said once";
}

TEST_F(Links, WhatSomebodyDeletesIsMadeAgainEverMoreSlowly) {
  plan({vmac()});
  Instant now = kStart;
  std::vector<Duration> waited;
  for (int times = 0; times < 4; ++times) {
    kernel.remove_link("vrrp.51");
    hear();
    keep(now);
    if (!there("vrrp.51")) {
      const Instant again = keeper.deadline();
      ASSERT_NE(again, kNever);
      waited.push_back(again - now);
      keep(now = again);
    }
    EXPECT_TRUE(there("vrrp.51"));
  }
  EXPECT_EQ(waited, (std::vector<Duration>{100ms, 200ms, 400ms, 800ms}));
  EXPECT_EQ(keeper.deadline(), kNever);
}

TEST_F(Links, LinksOfAnOldPlanStayUntilEverybodyFollowsTheNewOneAndGoAtOnce) {
  VirtualLink second = vmac("vrrp.52");
  second.hardware.back() = 52;
  plan({vmac(), second, vmac("vrrp6.51", "eth0", Family::kIpv6)});
  plan({vmac("vrrp6.51", "eth0", Family::kIpv6)});
  EXPECT_TRUE(there("vrrp.51") && there("vrrp.52")) << "the last adverts are still to be sent";
  keeper.drop_old(refused);
  EXPECT_FALSE(there("vrrp.51") || there("vrrp.52"));
  EXPECT_TRUE(there("vrrp6.51"));
  ASSERT_EQ(made<DeleteLinks>().size(), 1u);
  EXPECT_EQ(made<DeleteLinks>()[0].names, (std::vector<std::string>{"vrrp.51", "vrrp.52"}));
  EXPECT_NE(made<DeleteLinks>()[0].group, 0u);
}

TEST_F(Links, TheGroupOfADeletionIsNobodyElses) {
  LinkState state = *kernel.state("eth1");
  state.group = 0x48460000;
  kernel.change_link(state);
  hear();
  plan({vmac()});
  keeper.finish(refused);
  EXPECT_FALSE(there("vrrp.51"));
  EXPECT_EQ(made<DeleteLinks>().back().group, 0x48460001u);
}

TEST_F(Links, ARenamedVmacReplacesTheOldOneAtOnce) {
  plan({vmac()});
  plan({vmac("vm51")});
  EXPECT_TRUE(there("vm51"));
  EXPECT_FALSE(there("vrrp.51")) << "two links with one MAC address cannot be up together";
}

TEST_F(Links, ALinkThatIsNoLongerOursIsNotDeleted) {
  plan({vmac()});
  LinkState state = *kernel.state("vrrp.51");
  state.hardware = {2, 1, 1, 1, 1, 1};
  kernel.change_link(state);
  hear();
  keeper.finish(refused);
  EXPECT_TRUE(there("vrrp.51"));
}

TEST_F(Links, CleanupDeletesWhatIsNamedAndMakesNothing) {
  plan({vmac()});
  LinkKeeper cleaner(kernel, watch);
  cleaner.set_plan({vmac(), vmac("vrrp.99", "eth1")}, true);
  EXPECT_FALSE(cleaner.step(kStart, refused));
  cleaner.finish(refused);
  EXPECT_FALSE(there("vrrp.51") || there("vrrp.99"));
}

TEST_F(Links, TheVrfOfTheBaseIsFollowed) {
  plan({vmac()});
  const std::uint32_t vrf = kernel.add_link("red");
  LinkState base = *kernel.state("eth0");
  base.master = vrf;
  base.in_vrf = true;
  kernel.change_link(base);
  hear();
  keep();
  EXPECT_EQ(kernel.state("vrrp.51")->master, vrf);
  base.master = 0;
  base.in_vrf = false;
  kernel.change_link(base);
  hear();
  keep();
  EXPECT_EQ(kernel.state("vrrp.51")->master, 0u);
}

TEST_F(Links, AFailureIsSaidAndTriedAgain) {
  kernel.refuse("create macvlan vrrp.51 on eth0", EOPNOTSUPP);
  plan({vmac()});
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].text, "create macvlan vrrp.51 on eth0");
  EXPECT_EQ(keeper.deadline(), kStart + kLinkRetryFirst);
  keep(kStart + kLinkRetryFirst);
  EXPECT_EQ(refused.size(), 1u) << "said once";
  kernel.refuse("create macvlan vrrp.51 on eth0", 0);
  keep(kStart + 10s);
  EXPECT_TRUE(there("vrrp.51"));
}

TEST_F(Links, WhenNotAllCanGoTogetherEachGoesAlone) {
  VirtualLink second = vmac("vrrp.52");
  second.hardware.back() = 52;
  plan({vmac(), second});
  kernel.refuse("delete 2 links", EOPNOTSUPP);
  kernel.refuse("delete link vrrp.51", EBUSY);
  keeper.finish(refused);
  EXPECT_TRUE(there("vrrp.51") && !there("vrrp.52"));
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].text, "delete link vrrp.51");
}

// ---- settings

TEST_F(Links, TheBaseIsQuietWhileItCarriesAnIpv4VmacAndRestoredAfterwards) {
  LinkState base = *kernel.state("eth0");
  base.arp_ignore = 2;
  kernel.change_link(base);
  hear();
  EXPECT_TRUE(settings.reconcile({vmac()}, false, refused));
  hear();
  EXPECT_EQ(kernel.state("eth0")->arp_ignore, 1u);
  EXPECT_EQ(kernel.state("eth0")->arp_filter, 1u);
  EXPECT_EQ(told, (std::vector<KeptSetting>{{{"eth0", Setting::kArpIgnore}, 2}, {{"eth0", Setting::kArpFilter}, 0}}));
  EXPECT_FALSE(settings.reconcile({vmac()}, false, refused)) << "once";
  settings.finish(refused);
  EXPECT_EQ(kernel.state("eth0")->arp_ignore, 2u);
  EXPECT_EQ(kernel.state("eth0")->arp_filter, 0u);
  EXPECT_TRUE(told.empty());
}

TEST_F(Links, WhatAnAdministratorChangesMeanwhileStays) {
  (void)settings.reconcile({vmac()}, false, refused);
  LinkState base = *kernel.state("eth0");
  base.arp_filter = 0;
  kernel.change_link(base);
  hear();
  EXPECT_FALSE(settings.reconcile({vmac()}, false, refused));
  EXPECT_EQ(kernel.state("eth0")->arp_filter, 0u);
}

TEST_F(Links, Ipv6AndIpvlanNeedNoSettings) {
  VirtualLink ipvlan = vmac("ipv");
  ipvlan.kind = LinkKind::kIpvlan;
  EXPECT_FALSE(settings.reconcile({vmac("vrrp.51", "eth0", Family::kIpv6), ipvlan}, false, refused));
}

TEST_F(Links, TheReversePathCheckOfAllMovesToEveryOtherInterface) {
  const SettingKey all{"all", Setting::kRpFilter};
  const SettingKey fresh{"default", Setting::kRpFilter};
  kernel.settings = {{all, 1}, {fresh, 0}};
  LinkState strict = *kernel.state("eth1");
  strict.rp_filter = 2;
  kernel.change_link(strict);
  hear();
  (void)settings.reconcile({vmac()}, false, refused);
  EXPECT_EQ(kernel.settings, (std::map<SettingKey, std::int32_t>{{all, 0}, {fresh, 1}}));
  EXPECT_EQ(kernel.state("eth0")->rp_filter, 1u);
  EXPECT_EQ(kernel.state("eth1")->rp_filter, 2u);
  hear();
  settings.finish(refused);
  EXPECT_EQ(kernel.settings, (std::map<SettingKey, std::int32_t>{{all, 1}, {fresh, 0}}));
  EXPECT_EQ(kernel.state("eth0")->rp_filter, 0u);
}

TEST_F(Links, WhatAnEarlierProcessChangedIsRestored) {
  LinkState base = *kernel.state("eth0");
  base.arp_ignore = base.arp_filter = 1;
  kernel.change_link(base);
  hear();
  settings.remember({{{"eth0", Setting::kArpIgnore}, 0}, {{"eth0", Setting::kArpFilter}, 0}, {{"eth9", Setting::kArpFilter}, 0}});
  (void)settings.reconcile({vmac()}, false, refused);
  EXPECT_EQ(kernel.state("eth0")->arp_ignore, 1u);
  settings.finish(refused);
  EXPECT_EQ(kernel.state("eth0")->arp_ignore, 0u);
  EXPECT_TRUE(refused.empty());
}

TEST_F(Links, LocalIgmpIsQuietAsLongAsAskedFor) {
  const SettingKey igmp{"", Setting::kIgmpLinkLocalReports};
  kernel.settings[igmp] = 1;
  (void)settings.reconcile({}, true, refused);
  EXPECT_EQ(kernel.settings[igmp], 0);
  settings.finish(refused);
  EXPECT_EQ(kernel.settings[igmp], 1);
}

// ---- judgement

TEST(Judge, AChangeCountsWhenItHasLasted) {
  LinkJudge judge;
  judge.set_plan({{"eth0", 2s, 5s}}, {}, {vmac()}, kStart);
  const auto up = [&](bool running, Duration after, const char* name = "eth0") { return judge.up(name, running, true, kStart + after); };
  EXPECT_TRUE(up(true, 0s)) << "the first state counts at once";
  EXPECT_TRUE(up(false, 1s));
  EXPECT_EQ(judge.deadline(), kStart + 3s);
  EXPECT_TRUE(up(true, 2s)) << "back in time";
  EXPECT_EQ(judge.deadline(), kNever);
  EXPECT_TRUE(up(false, 10s));
  EXPECT_TRUE(judge.ended(kStart + 11s).empty());
  EXPECT_EQ(judge.ended(kStart + 12s), std::vector<std::string>{"eth0"});
  EXPECT_FALSE(up(false, 12s));
  EXPECT_FALSE(up(true, 13s));
  EXPECT_TRUE(up(true, 18s));
  EXPECT_FALSE(up(false, 19s, "vrrp.51"));
  EXPECT_TRUE(up(true, 20s, "vrrp.51")) << "a link that was just made";
  EXPECT_TRUE(up(false, 21s, "vrrp.51")) << "what is on it waits as long";
  EXPECT_FALSE(up(false, 21s, "eth1")) << "others do not wait";
}

TEST(Judge, APolledCarrierReplacesTheFlagsAndIsAskedOnceASecond) {
  LinkJudge judge;
  judge.set_plan({}, {{"eth0", LinkPolling::kEthtool}}, {vmac()}, kStart);
  EXPECT_EQ(judge.to_poll(kStart).size(), 1u);
  EXPECT_TRUE(judge.to_poll(kStart + 500ms).empty());
  EXPECT_EQ(judge.deadline(), kStart + 1s);
  EXPECT_TRUE(judge.up("eth0", true, true, kStart)) << "not answered yet";
  EXPECT_TRUE(judge.polled("eth0", false));
  EXPECT_FALSE(judge.polled("eth0", false));
  EXPECT_FALSE(judge.up("eth0", true, true, kStart));
  EXPECT_FALSE(judge.up("vrrp.51", true, true, kStart));
  judge.forget("eth0");
  (void)judge.polled("eth0", true);
  EXPECT_TRUE(judge.up("eth0", false, true, kStart));
  EXPECT_FALSE(judge.up("eth0", true, false, kStart)) << "taken down by its administrator";
  (void)judge.polled("eth0", std::nullopt);
  EXPECT_FALSE(judge.up("eth0", false, true, kStart)) << "nobody answers: the flags count";
  judge.set_plan({}, {}, {}, kStart + 5s);
  EXPECT_EQ(judge.deadline(), kNever);
}

TEST(Rounds, BeginAfterTheDelayAndGoOnWhileActive) {
  announce::ExtraRounds rounds;
  constexpr InstanceId kOne{1};
  rounds.begin(kOne, 5s, 10s, kStart);
  rounds.begin(kOne, 5s, 10s, kStart + 3s);
  EXPECT_EQ(rounds.deadline(), kStart + 5s) << "claimed again: it goes on as it was";
  EXPECT_TRUE(rounds.due(kStart + 4s).empty());
  EXPECT_EQ(rounds.due(kStart + 5s), std::vector<InstanceId>{kOne});
  EXPECT_EQ(rounds.deadline(), kStart + 15s);
  rounds.begin(kOne, 5s, 0s, kStart + 6s);
  EXPECT_EQ(rounds.deadline(), kNever);
}

// ---- messages

TEST(LinkMessages, AVmacReadsBackAsWhatWasAskedFor) {
  netlink::Batch batch;
  netlink::encode(batch, CreateLink{vmac(), 2, 7, 9});
  const auto link = netlink::decode_link(batch.part(0, 1));
  ASSERT_TRUE(link && *link);
  EXPECT_EQ((*link)->name, "vrrp.51");
  EXPECT_EQ((*link)->kind, "macvlan");
  EXPECT_EQ((*link)->mode, std::uint32_t{MACVLAN_MODE_PRIVATE});
  EXPECT_EQ((*link)->hardware, kMac4);
  EXPECT_EQ((*link)->base, 2u);
  EXPECT_EQ((*link)->group, 7u);
  EXPECT_EQ((*link)->master, 9u);
}

TEST(LinkMessages, ManyLinksGoWithOneMessageMoreThanThereAreLinks) {
  netlink::Batch batch;
  netlink::encode(batch, DeleteLinks{{"a", "b", "c"}, 77});
  ASSERT_EQ(batch.messages(), 4u);
  EXPECT_EQ(batch.message(0)->nlmsg_type, RTM_SETLINK);
  EXPECT_EQ(batch.message(3)->nlmsg_type, RTM_DELLINK);
  EXPECT_EQ(static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(batch.message(3)))->ifi_index, 0) << "the group, not a link";
  batch.clear();
  netlink::encode(batch, DeleteLinks{{"a"}, 77});
  EXPECT_EQ(batch.messages(), 1u);
}

TEST(LinkMessages, NamesOfSettings) {
  EXPECT_EQ(path_of({"eth0.5", Setting::kArpFilter}), "ipv4/conf/eth0.5/arp_filter");
  EXPECT_EQ(path_of({"", Setting::kIgmpLinkLocalReports}), "ipv4/igmp_link_local_mcast_reports");
  EXPECT_EQ(to_string(SettingKey{"all", Setting::kRpFilter}), "net.ipv4.conf.all.rp_filter");
}

}  // namespace
}  // namespace holdfast
