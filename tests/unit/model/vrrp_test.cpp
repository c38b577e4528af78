// vrrp_instance, vrrp_sync_group, vrrp_script and their address, peer and track lines: what is bound and what is said.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/model/bound.h"

namespace holdfast::model {
namespace {

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
std::string instance(std::string_view body) { return "vrrp_instance a {\n" + std::string(body) + "\n}\n"; }

constexpr const char* kFullInstance = R"(
    state MASTER
    interface eth0
    virtual_router_id 51
    version 3
    priority 150
    advert_int 0.5
    preempt_delay 2.25
    nopreempt
    strict_mode off
    lower_prio_no_advert
    higher_prio_send_advert off
    owner_ignore_adverts
    skip_check_adv_addr
    v3_checksum_as_v2 on
    old_unicast_checksum never
    down_timer_adverts 5
    unicast_src_ip 10.0.0.1
    track_src_ip
    unicast_ttl 64
    check_unicast_src
    unicast_fault_no_peer
    dont_track_primary
    accept
    promote_secondaries
    garp_master_delay 3
    garp_master_repeat 2
    garp_master_refresh 60
    garp_master_refresh_repeat 4
    garp_lower_prio_delay 7
    garp_lower_prio_repeat 0
    unicast_peer {
      10.0.0.2
      10.0.0.3 min_ttl 254 max_ttl 255
    }
    authentication {
      auth_type AH
      auth_pass secret
    }
    track_interface {
      eth1 weight -20
      eth2 weight 30 reverse
    }
    virtual_ipaddress { 10.0.0.10/24 dev eth1 label eth1:1 }
    notify_master /bin/true
    notify_deleted
  )";

TEST(Instance, EveryKeywordWithAnEffect) {
  const Bound bound(instance(kFullInstance));
  EXPECT_EQ(bound.codes(), Codes{"script-security"}) << bound.said();
  ASSERT_EQ(bound.configuration.instances.size(), 1u);
  const Instance& router = bound.configuration.instances[0];
  EXPECT_EQ(router.name, "a");
  EXPECT_TRUE(*router.wants_master);
  EXPECT_EQ(*router.interface, "eth0");
  EXPECT_EQ(*router.vrid, 51u);
  EXPECT_EQ(router.vrid.at.line, 5u);
  EXPECT_EQ(*router.version, 3u);
  EXPECT_EQ(*router.priority, 150u);
  EXPECT_EQ(*router.advert_int, Duration(500'000));
  EXPECT_EQ(*router.preempt_delay, Duration(2'250'000));
  EXPECT_TRUE(*router.nopreempt);
  EXPECT_TRUE(router.strict_mode.set && !*router.strict_mode);
  EXPECT_TRUE(*router.lower_prio_no_advert);
  EXPECT_TRUE(router.higher_prio_send_advert.set && !*router.higher_prio_send_advert);
  EXPECT_TRUE(*router.owner_ignore_adverts && *router.skip_check_adv_addr && *router.v3_checksum_as_v2);
  EXPECT_EQ(*router.old_unicast_checksum, OldUnicastChecksum::kNever);
  EXPECT_EQ(*router.down_timer_adverts, 5u);
  EXPECT_EQ(*router.unicast_src_ip, ip("10.0.0.1"));
  EXPECT_EQ(*router.family, Family::kIpv4);
  EXPECT_TRUE(*router.track_src_ip && *router.check_unicast_src && *router.unicast_fault_no_peer && *router.dont_track_primary);
  EXPECT_TRUE(*router.accept && *router.promote_secondaries);
  EXPECT_EQ(*router.unicast_ttl, 64u);
}

TEST(Instance, EveryBlockAndGroupOfKeywords) {
  const Bound bound(instance(kFullInstance));
  ASSERT_EQ(bound.configuration.instances.size(), 1u);
  const Instance& router = bound.configuration.instances[0];
  EXPECT_EQ(*router.announcing.master_delay, Duration(3'000'000));
  EXPECT_EQ(*router.announcing.master_repeat, 2u);
  EXPECT_EQ(*router.announcing.master_refresh, Duration(60'000'000));
  EXPECT_EQ(*router.announcing.master_refresh_repeat, 4u);
  EXPECT_EQ(*router.announcing.lower_prio_delay, Duration(7'000'000));
  EXPECT_TRUE(router.announcing.lower_prio_repeat.set && *router.announcing.lower_prio_repeat == 0);
  ASSERT_EQ(router.peers.size(), 2u);
  EXPECT_FALSE(router.peers[0].min_ttl);
  EXPECT_EQ(*router.peers[1].min_ttl, 254);
  EXPECT_EQ(*router.authentication->type, Authentication::kHeader);
  EXPECT_EQ(*router.authentication->password, "secret");
  ASSERT_EQ(router.tracking.interfaces.size(), 2u);
  EXPECT_EQ(*router.tracking.interfaces[0].weight, -20);
  EXPECT_TRUE(*router.tracking.interfaces[1].reverse);
  ASSERT_EQ(router.addresses.size(), 1u);
  EXPECT_EQ(router.addresses[0].prefix.to_string(), "10.0.0.10/24");
  EXPECT_EQ(*router.addresses[0].dev, "eth1");
  EXPECT_EQ(*router.addresses[0].label, "eth1:1");
  EXPECT_EQ(router.notify.master->argv, std::vector<std::string>{"/bin/true"});
  EXPECT_TRUE(router.notify.deleted.set && router.notify.deleted->argv.empty());
}

struct Case {
  const char* what;
  std::string text;
  Codes codes;
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const Bound bound(one.text);
    EXPECT_EQ(bound.codes(), one.codes) << one.what << "\n" << bound.said();
  }
}

TEST(Instance, Mistakes) {
  check({
      {"no name", "vrrp_instance {\n}", {"missing-name"}},
      {"the same name", "vrrp_instance a {\n}\nvrrp_instance a {\n}", {"duplicate-definition"}},
      {"no such state", instance("state SLAVE"), {"unknown-word"}},
      {"BACKUP after MASTER", instance("state MASTER\nstate BACKUP"), {"repeated-keyword", "state-contradiction"}},
      {"VRID 0", instance("virtual_router_id 0"), {"number-out-of-range"}},
      {"two versions", instance("version 2\nversion 3"), {"repeated-keyword", "version-conflict"}},
      {"version 2 for IPv6", instance("virtual_ipaddress { fe80::1 }\nversion 2"), {"version-conflict"}},
      {"an IPv6 source for IPv4", instance("virtual_ipaddress { 10.0.0.1 }\nmcast_src_ip fe80::1"), {"other-family"}},
      {"a group that is none", instance("mcast_dst_ip 10.0.0.1"), {"not-multicast"}},
      {"no repeats", instance("garp_master_repeat 0"), {"zero-becomes-one"}},
      {"a long password", instance("authentication { auth_pass 123456789 }"), {"password-truncated"}},
      {"no such authentication", instance("authentication { auth_type MD5 }"), {"unknown-word"}},
      {"an option that cannot be switched off", instance("skip_check_adv_addr off"), {"value-ignored"}},
      {"an old keyword", instance("native_ipv6"), {"deprecated"}},
      {"an old keyword after IPv4", instance("virtual_ipaddress { 10.0.0.1 }\nnative_ipv6"), {"deprecated", "other-family"}},
      {"two scripts for one thing", "global_defs { enable_script_security }\n" + instance("notify_master /a\nnotify_master /b"), {"already-set"}},
      {"a VMAC", instance("use_vmac vrrp.7 02:00:00:00:00:01"), {}},
      {"another VMAC", instance("use_vmac name mac02 group 5 02:00:00:00:00:01"), {}},
      {"a VMAC with an address of the protocol", instance("use_vmac 00:00:5e:00:01:07"), {"bad-mac"}},
      {"a VMAC with a group address", instance("use_vmac 01:00:00:00:00:01"), {"bad-mac"}},
      {"a VMAC in an unknown group", instance("use_vmac group office"), {"unknown-link-group"}},
      {"an ipvlan", instance("use_ipvlan ipv0 10.0.0.9/24 private group 7"), {}},
      {"an ipvlan with two modes", instance("use_ipvlan 10.0.0.9/24 private vepa"), {"second-mode"}},
      {"two ipvlans", instance("use_ipvlan 10.0.0.9/24\nuse_ipvlan 10.0.0.8/24"), {"already-set"}},
      {"a link that is waited for", "interface_up_down_delays {\n eth0 1.5 2\n eth1 3\n}\n", {}},
      {"a delay that is missing", "interface_up_down_delays {\n eth0\n}\n", {"missing-value"}},
      {"links that are polled", "linkbeat_use_polling\nlinkbeat_interfaces {\n eth0\n eth1 ETHTOOL\n}\n", {}},
      {"a prefix that is too long", "global_defs {\n vmac_prefix twelve.chars\n}\n", {"bad-prefix"}},
      {"firewall", instance("no_accept"), {"no-effect-yet"}},
      {"tracking of files", "track_file f {\n file /f\n}\n" + instance("track_file {\n f weight 5 reverse\n}"), {}},
      {"a file may have weight 254", "track_file f {\n file /f\n weight 254 reverse\n init_file -3 overwrite\n}\n" + instance("track_file {\n f weight -254\n}"), {}},
      {"quorum above quorum_max", "vrrp_track_process p {\n process a\n quorum 3\n quorum_max 2\n}\n", {"min-above-max"}},
      {"a file that is not defined", instance("track_file {\n f\n}"), {"undefined-reference"}},
      {"a definition without what matters", "track_file f {\n}\nvrrp_track_process p {\n}",
       {"incomplete-block", "incomplete-block"}},
      {"sessions", "bfd_instance b {\n neighbor_ip 10.0.0.1\n}\n" + instance("track_bfd {\n b\n c\n}"),
       {"undefined-reference"}},
      {"extra announcements", instance("garp_extra_if all 60"), {}},
  });
}

TEST(Instance, PasswordIsCut) {
  const Bound bound(instance("authentication {\n auth_type PASS\n auth_pass xxxxxxxxxx\n}"));
  EXPECT_EQ(*bound.configuration.instances[0].authentication->password, "xxxxxxxx");
  EXPECT_EQ(bound.find("password-truncated")->severity, config::Severity::warning);
  EXPECT_EQ(bound.diagnostics.exit_code(), 5);  // as keepalived's test
}

TEST(Instance, GlobalsBeforeItAreItsStart) {
  const Bound bound(instance("") + "global_defs {\n vrrp_garp_master_repeat 3\n vrrp_down_timer_adverts 4\n}\n" +
                    "vrrp_instance b {\n garp_master_repeat 9\n}\nvrrp_instance c {\n}");
  ASSERT_EQ(bound.configuration.instances.size(), 3u) << bound.said();
  EXPECT_FALSE(bound.configuration.instances[0].announcing.master_repeat);
  EXPECT_EQ(*bound.configuration.instances[1].announcing.master_repeat, 9u);
  EXPECT_EQ(*bound.configuration.instances[2].announcing.master_repeat, 3u);
  EXPECT_EQ(*bound.configuration.instances[2].down_timer_adverts, 4u);
}

TEST(Addresses, EveryWord) {
  const Bound bound(instance(R"(virtual_ipaddress {
      10.0.0.1/24 dev eth1 scope link broadcast 10.0.0.255 label x noprefixroute no_track preferred_lft 60
      10.0.1.1/20 brd +
      10.0.1.2/20 brd -
      10.0.2.1 peer 10.0.2.2
    }
    virtual_ipaddress_excluded {
      2001:db8::1/64 home -nodad mngtmpaddr autojoin preferred_lft forever
    })"));
  ASSERT_EQ(bound.codes(), Codes{}) << bound.said();
  const auto& entries = bound.configuration.instances[0].addresses;
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(*entries[0].scope, 253);
  EXPECT_EQ(*entries[0].broadcast, ip("10.0.0.255"));
  EXPECT_TRUE(entries[0].noprefixroute && entries[0].no_track);
  EXPECT_EQ(*entries[0].preferred_lft, 60u);
  EXPECT_EQ(*entries[1].broadcast, ip("10.0.15.255"));
  EXPECT_EQ(*entries[2].broadcast, ip("10.0.0.0"));
  EXPECT_EQ(*entries[3].peer, ip("10.0.2.2"));
  EXPECT_EQ(entries[3].prefix.length, 32);
  const AddressEntry& excluded = bound.configuration.instances[0].excluded[0];
  EXPECT_TRUE(excluded.home && excluded.dad && excluded.mngtmpaddr && excluded.autojoin);
  EXPECT_EQ(*excluded.preferred_lft, 0xffffffffu);
}

struct AddressCase {
  const char* line;
  std::size_t kept;
  Codes codes;
};

TEST(Addresses, Mistakes) {
  const AddressCase cases[] = {
      {"10.0.0.300/24", 0, {"not-an-address"}},
      {"10.0.0.1/33", 1, {"bad-prefix-length"}},
      {"10.0.0.1/24 foo", 1, {"unknown-option"}},
      {"10.0.0.1/24 dev", 0, {"missing-value"}},
      {"10.0.0.1/24 dev a dev b", 0, {"repeated-dev"}},
      {"10.0.0.1/24 scope foo", 1, {"unknown-scope"}},
      {"10.0.0.1/24 label 12345678901234567890", 0, {"label-too-long"}},
      {"10.0.0.1/31 brd +", 0, {"bad-broadcast"}},
      {"10.0.0.1/24 brd fe80::1", 0, {"bad-broadcast"}},
      {"fe80::1/64 brd 10.0.0.1", 0, {"bad-broadcast"}},
      {"fe80::1/64 label x", 1, {"ipv4-only"}},
      {"10.0.0.1 10.0.0.2", 1, {"unknown-option"}},
      {"10.0.0.1 peer 10.0.0.2/30", 1, {"not-an-address"}},
      {"10.0.0.1/24 peer fe80::1", 1, {"other-family"}},
      {"10.0.0.1/24 peer 10.0.0.2", 1, {"prefix-with-peer"}},
      {"10.0.0.1 peer 10.0.0.2 brd 10.0.0.3", 1, {"broadcast-with-peer"}},
      {"10.0.0.1\n10.0.0.1", 1, {"duplicate-entry"}},
      {"10.0.0.1\nfe80::1", 1, {"other-family"}},
      {"10.0.0.1 use_vmac", 1, {}},
  };
  for (const AddressCase& one : cases) {
    const Bound bound(instance("virtual_ipaddress {\n" + std::string(one.line) + "\n}"));
    EXPECT_EQ(bound.codes(), one.codes) << one.line << "\n" << bound.said();
    EXPECT_EQ(bound.configuration.instances[0].addresses.size(), one.kept) << one.line;
  }
}

TEST(Peers, Mistakes) {
  const Bound bound(instance("unicast_peer {\n 10.0.0.1\n 10.0.0.1\n fe80::1\n x\n 10.0.0.2 min_ttl\n 10.0.0.3 foo 5\n 10.0.0.4 min_ttl 9 max_ttl 8\n}"));
  EXPECT_EQ(bound.codes(), (Codes{"duplicate-entry", "other-family", "not-an-address", "missing-value", "unknown-option", "unknown-option", "min-above-max"}))
      << bound.said();
  EXPECT_EQ(bound.configuration.instances[0].peers.size(), 4u);
}

TEST(Scripts, EverythingAndMistakes) {
  const Bound bound(R"(vrrp_script check {
      user daemon adm
      script "/bin/check -a 'b c'"
      interval 0.5
      timeout 3
      weight -20 reverse
      rise 2
      fall 3
      init_fail
    }
    vrrp_script empty {
    }
    vrrp_script check {
      script /bin/false
    }
    vrrp_script weird {
      script /bin/x more words
      interval 0
      weight 254
      rise 0
    })");
  EXPECT_EQ(bound.codes(), (Codes{"script-without-command", "duplicate-definition", "extra-words", "zero-becomes-one", "weight-limited",
                                  "number-out-of-range", "script-security"}))
      << bound.said();
  ASSERT_EQ(bound.configuration.scripts.size(), 2u);
  const Script& script = bound.configuration.scripts[0];
  EXPECT_EQ(script.command->argv, (std::vector<std::string>{"/bin/check", "-a", "b c"}));
  EXPECT_EQ(script.command->identity.user, "daemon");
  EXPECT_EQ(script.command->identity.group, "adm");
  EXPECT_EQ(*script.interval, Duration(500'000));
  EXPECT_EQ(*script.timeout, Duration(3'000'000));
  EXPECT_EQ(*script.weight, -20);
  EXPECT_TRUE(*script.reverse && *script.init_fail);
  EXPECT_EQ(*script.rise, 2u);
  EXPECT_EQ(*script.fall, 3u);
  EXPECT_EQ(*bound.configuration.scripts[1].interval, Duration(1'000'000));
  EXPECT_EQ(*bound.configuration.scripts[1].weight, 253);
}

TEST(Tracking, AScriptHasToBeDefinedBefore) {
  const Bound bound(instance("track_script {\n later\n}") + "vrrp_script later {\n script /bin/true\n}\n" +
                    "vrrp_instance b {\n track_script {\n later weight 5 noreverse\n later\n }\n}");
  EXPECT_EQ(bound.codes(), (Codes{"undefined-reference", "duplicate-entry", "script-security"})) << bound.said();
  EXPECT_TRUE(bound.configuration.instances[0].tracking.scripts.empty());
  ASSERT_EQ(bound.configuration.instances[1].tracking.scripts.size(), 1u);
  const TrackEntry& entry = bound.configuration.instances[1].tracking.scripts[0];
  EXPECT_EQ(*entry.weight, 5);
  EXPECT_TRUE(entry.reverse.set && !*entry.reverse);
}

TEST(Groups, MembersMayComeLater) {
  const Bound bound("vrrp_sync_group g {\n group {\n a\n b\n }\n sync_group_tracking_weight\n track_interface { eth0 }\n}\n" + instance(""));
  ASSERT_EQ(bound.codes(), Codes{}) << bound.said();
  const SyncGroup& group = bound.configuration.sync_groups[0];
  ASSERT_EQ(group.members.size(), 2u);
  EXPECT_EQ(*group.members[1], "b");
  EXPECT_EQ(group.members[1].at.line, 4u);
  EXPECT_TRUE(*group.tracking_weight);
  EXPECT_EQ(group.tracking.interfaces.size(), 1u);
}

TEST(Groups, Mistakes) {
  check({
      {"no members", "vrrp_sync_group g {\n}", {"group-without-members"}},
      {"members twice", "vrrp_sync_group g {\n group { a }\n group { b }\n}", {"already-set"}},
      {"the same name", "vrrp_sync_group g {\n group { a }\n}\nvrrp_sync_group g {\n group { b }\n}", {"duplicate-definition"}},
      {"old spelling", "vrrp_sync_group g {\n group { a }\n global_tracking\n}", {"deprecated"}},
  });
}

}  // namespace
}  // namespace holdfast::model
