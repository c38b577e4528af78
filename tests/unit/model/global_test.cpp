// Keywords outside all blocks and in global_defs, static addresses, and the two example files.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/unit/model/bound.h"

namespace holdfast::model {
namespace {

std::string defs(std::string_view body) { return "global_defs {\n" + std::string(body) + "\n}\n"; }

TEST(Globals, WithEffect) {
  const Bound bound(defs(R"(
    router_id here
    script_user daemon adm
    enable_script_security
    vrrp_version 3
    vrrp_strict
    vrrp_mcast_group4 224.0.0.19
    vrrp_garp_master_repeat 2
    vrrp_garp_interval 0.001
    vrrp_lower_prio_no_advert off
    vrrp_check_unicast_src
    v3_checksum_as_v2
    vrrp_startup_delay 5.5
    dynamic_interfaces
    checker_log_all_failures
    lvs_flush
    json_version 2
    include_check +readable -match
    random_seed 5
  )") + "child_wait_time 9");
  EXPECT_EQ(bound.codes(), Codes{}) << bound.said();
  const Globals& globals = bound.configuration.globals;
  EXPECT_EQ(*globals.router_id, "here");
  EXPECT_EQ(globals.script_user->user, "daemon");
  EXPECT_EQ(globals.script_user->group, "adm");
  EXPECT_TRUE(*globals.enable_script_security && *globals.vrrp_strict && *globals.vrrp_check_unicast_src);
  EXPECT_EQ(*globals.vrrp_version, 3u);
  EXPECT_EQ(globals.vrrp_mcast_group4->to_string(), "224.0.0.19");
  EXPECT_EQ(*globals.announcing.master_repeat, 2u);
  EXPECT_EQ(*globals.vrrp_garp_interval, Duration(1000));
  EXPECT_TRUE(globals.vrrp_lower_prio_no_advert.set && !*globals.vrrp_lower_prio_no_advert);
  EXPECT_TRUE(*globals.v3_checksum_as_v2 && *globals.dynamic_interfaces);
  EXPECT_EQ(*globals.vrrp_startup_delay, Duration(5'500'000));
  EXPECT_TRUE(*globals.checker_log_all_failures && *globals.lvs_flush);
  EXPECT_EQ(*globals.json_version, 2u);
  EXPECT_EQ(*globals.child_wait_time, 9u);
}

// Stored for the processes that will follow them; until then each is one warning.
TEST(Globals, StoredWithoutEffectYet) {
  const Bound bound(defs(R"(
    enable_script_security
    notification_email { a@example.org "B <b@example.org>" }
    smtp_server 10.0.0.1 2525
    smtp_connect_timeout 0
    max_auto_priority
    vrrp_priority -5
    vrrp_cpu_affinity 0 1
    checker_rt_priority 50
    umask IWGRP|IRWXO
    lvs_flush_on_stop VS
    lvs_timeouts tcp 60 udp 5
    notify_fifo /run/f daemon adm
    notify_fifo_script "/bin/reader -x"
    vrrp_garp_extra_if all 60
    dynamic_interfaces allow_if_changes
  )") + "net_namespace blue\ninstance one\nuse_pid_dir\nstatic_ipaddress {\n 10.0.0.1/24 dev eth0\n}");
  for (const config::Diagnostic& one : bound.diagnostics.all()) {
    EXPECT_TRUE(one.code == "no-effect-yet" || one.code == "zero-becomes-one") << bound.said();
  }
  const Globals& globals = bound.configuration.globals;
  ASSERT_EQ(globals.notification_email.size(), 2u);
  EXPECT_EQ(*globals.notification_email[1], "B <b@example.org>");
  EXPECT_EQ(globals.smtp_server->port, 2525);
  EXPECT_EQ(*globals.smtp_connect_timeout, Duration(1'000'000));
  EXPECT_EQ(*globals.max_auto_priority, 99);
  EXPECT_EQ(*globals.vrrp_process.priority, -5);
  EXPECT_EQ(*globals.vrrp_process.cpu_affinity, (std::vector<unsigned>{0, 1}));
  EXPECT_EQ(*globals.checker_process.rt_priority, 50u);
  EXPECT_EQ(*globals.umask, 027u);
  EXPECT_EQ(*globals.lvs_flush_on_stop, FlushOnStop::kServices);
  EXPECT_EQ(*globals.lvs_timeouts.tcp, 60u);
  EXPECT_FALSE(globals.lvs_timeouts.tcp_fin);
  EXPECT_EQ(*globals.notify_fifo.path, "/run/f");
  EXPECT_EQ(globals.notify_fifo.owner.group, "adm");
  EXPECT_EQ(globals.notify_fifo.script->argv, (std::vector<std::string>{"/bin/reader", "-x"}));
  EXPECT_TRUE(globals.vrrp_garp_extra_if->all_interfaces);
  EXPECT_TRUE(*globals.allow_if_changes);
  EXPECT_EQ(*globals.net_namespace, "blue");
  EXPECT_EQ(*globals.instance, "one");
  EXPECT_TRUE(*globals.use_pid_dir);
  EXPECT_EQ(bound.configuration.static_addresses.size(), 1u);
}

struct Case {
  const char* text;
  Codes codes;
};

TEST(Globals, Mistakes) {
  const Case cases[] = {
      {"vrrp_mcast_group4 10.0.0.1", {"not-multicast"}},
      {"vrrp_mcast_group6 ff05::1", {"not-link-local"}},
      {"v3_checksum_as_v2 off", {"value-ignored"}},
      {"vrrp_version 4", {"number-out-of-range"}},
      {"notification_email {\n}", {"no-effect-yet", "empty-block"}},
      {"umask 999", {"no-effect-yet", "bad-umask"}},
      {"umask IRWXO|FOO", {"no-effect-yet", "bad-umask"}},
      {"vrrp_vmac_garp_intvl 5", {"deprecated"}},
      {"state_file_location /x", {"unknown-keyword"}},
      {"vrrp_rx_bufs_policy MUT", {"invalid-number"}},
      {"vrrp_rx_bufs_policy mtu", {"no-effect-yet"}},
      {"reload_check_config /tmp/log", {"no-effect-yet"}},
      {"reload_check_config", {}},
  };
  for (const Case& one : cases) {
    const Bound bound(defs(one.text));
    EXPECT_EQ(bound.codes(), one.codes) << one.text << "\n" << bound.said();
  }
}

TEST(Globals, OldSpellingOfTheTableCountsInATest) {
  EXPECT_EQ(Bound(defs("vrrp_vmac_garp_intvl 5"), Mode::test).diagnostics.exit_code(), 5);
  EXPECT_EQ(Bound(defs("lvs_process_name x"), Mode::test).diagnostics.exit_code(), 0);
}

TEST(Globals, MinGarpTakesWhatHasItsDefault) {
  const Bound bound(defs("vrrp_garp_master_delay 9\nvrrp_min_garp"));
  const Announcing& announcing = bound.configuration.globals.announcing;
  EXPECT_EQ(*announcing.master_delay, Duration(9'000'000));
  EXPECT_EQ(*announcing.master_repeat, 1u);
  EXPECT_EQ(*announcing.master_refresh_repeat, 0u);
}

TEST(Globals, SecurityIsAskedForWhenThereAreScripts) {
  const std::string script = "vrrp_script s {\n script /bin/true\n}\n";
  EXPECT_EQ(Bound(script).diagnostics.exit_code(), 6);
  EXPECT_EQ(Bound(script + defs("enable_script_security")).diagnostics.exit_code(), 0);
  EXPECT_EQ(Bound(script).find("script-security")->at.line, 2u);
}

std::string example(const std::string& name) {
  std::ifstream file(std::string(HOLDFAST_SOURCE_ROOT) + "/packaging/examples/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Examples, LoadBalancer) {
  const Bound bound(example("lvs.conf"));
  EXPECT_EQ(bound.codes(), Codes{}) << bound.said();
  EXPECT_EQ(bound.configuration.virtual_servers.size(), 4u);
}

// Mail, a long password, and scripts without security are what this old file is told about.
TEST(Examples, Pair) {
  const Bound bound(example("pair.conf"));
  for (const config::Diagnostic& one : bound.diagnostics.all()) {
    EXPECT_NE(one.severity, config::Severity::error) << bound.said();
    EXPECT_TRUE(one.code == "no-effect-yet" || one.code == "password-truncated" || one.code == "script-security") << bound.said();
  }
  ASSERT_EQ(bound.configuration.instances.size(), 2u);
  EXPECT_EQ(bound.configuration.instances[1].tracking.scripts.size(), 1u);
  EXPECT_EQ(bound.configuration.sync_groups[0].members.size(), 2u);
}

}  // namespace
}  // namespace holdfast::model
