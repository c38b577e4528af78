// Facts of the grammar that need keywords to show: truth values, numbers and their bases, order of definition, identities, limits, the
// classes of errors. What needs no keyword is in tests/unit/config. As keepalived 2.2.7 unless doc/differences.md says otherwise.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/language/facts.h"
#include "tests/unit/language/verdict.h"

namespace holdfast::language {
namespace {

std::string instance(const std::string& body) {
  return "vrrp_instance VI {\n  interface eth0\n  virtual_router_id 51\n  virtual_ipaddress {\n    192.0.2.1/24\n  }\n" + body + "\n}\n";
}
const model::Instance& first(const Verdict& verdict) { return verdict.configuration.instances.at(0); }

TEST(Grammar, TruthValues) {
  for (const char* word : {"", " on", " true", " yes"}) EXPECT_TRUE(*first(Verdict(instance(std::string("  lower_prio_no_advert") + word))).lower_prio_no_advert) << word;
  for (const char* word : {" off", " false", " no"}) {
    const Verdict verdict(instance(std::string("  lower_prio_no_advert") + word));
    EXPECT_TRUE(first(verdict).lower_prio_no_advert.set && !*first(verdict).lower_prio_no_advert) << word;
  }
  for (const char* word : {" On", " TRUE", " 1", " 0", " enable"}) {
    const Verdict verdict(instance(std::string("  lower_prio_no_advert") + word));
    EXPECT_FALSE(first(verdict).lower_prio_no_advert.set) << word;
    EXPECT_EQ(verdict.status(), 5) << word;
  }
}

// Two words mean "on" whatever follows them.
TEST(Grammar, OffThatMeansOn) {
  EXPECT_TRUE(*first(Verdict(instance("  skip_check_adv_addr off"))).skip_check_adv_addr);
  EXPECT_TRUE(*Verdict("global_defs {\n  v3_checksum_as_v2 off\n}\n").configuration.globals.v3_checksum_as_v2);
  EXPECT_FALSE(*first(Verdict(instance("  v3_checksum_as_v2 off"))).v3_checksum_as_v2) << "of an instance it is a truth value";
}

struct Reading {
  const char* text;
  int test;          // status of -t
  std::int64_t run;  // what a daemon uses; -1: the default
};

TEST(Grammar, Numbers) {
  const Reading tolerant[] = {{"7", 0, 7}, {"7x", 5, 7}, {"007", 0, 7}, {"0x7", 5, 0}, {"x", 5, -1}, {"-1", 5, -1}, {"4295", 5, -1}, {"+7", 0, 7}};
  for (const Reading& one : tolerant) {
    const std::string text = instance(std::string("  garp_master_delay ") + one.text);
    EXPECT_EQ(Verdict(text).status(), one.test) << one.text;
    const Verdict run(text, "here", model::Mode::run);
    const auto& delay = first(run).announcing.master_delay;
    EXPECT_EQ(delay ? delay->count() / 1'000'000 : -1, one.run) << one.text;
  }
  const Reading strict[] = {{"7", 0, 7}, {"7x", 5, -1}, {"0x7", 5, -1}, {"", 2, -1}, {"256", 5, -1}, {"0", 5, -1}, {"99999999999999999999", 5, -1}};
  for (const Reading& one : strict) {
    const std::string text = instance(std::string("  priority ") + one.text);
    EXPECT_EQ(Verdict(text).status(), one.test) << one.text;
    const Verdict run(text, "here", model::Mode::run);
    EXPECT_EQ(first(run).priority ? static_cast<std::int64_t>(*first(run).priority) : -1, one.run) << one.text;
  }
}

TEST(Grammar, Timers) {
  const auto delay = [](const std::string& text, model::Mode mode) {
    const Verdict verdict(instance("  preempt_delay " + text), "here", mode);
    const auto& said = first(verdict).preempt_delay;
    return said ? said->count() : -1;
  };
  EXPECT_EQ(delay("2.5", model::Mode::test), 2'500'000);
  EXPECT_EQ(delay("0.000001", model::Mode::test), 1);
  EXPECT_EQ(delay(".5", model::Mode::test), 500'000);
  EXPECT_EQ(delay("1000", model::Mode::test), 1'000'000'000);
  EXPECT_EQ(delay("1000.1", model::Mode::test), -1);
  EXPECT_EQ(delay("-1", model::Mode::run), -1);
  EXPECT_EQ(delay("2x", model::Mode::run), -1) << "decimals are strict in both modes";
  EXPECT_EQ(delay("0.0000016", model::Mode::run), 2) << "more than six decimals are rounded by a daemon";
  EXPECT_EQ(delay("0.0000016", model::Mode::test), -1) << "and refused by a test";
}

TEST(Grammar, Identities) {
  const auto of = [](const std::string& words) {
    const Verdict verdict("global_defs {\n  enable_script_security\n}\n" + instance("  notify /usr/bin/true" + words));
    return first(verdict).notify.any->identity;
  };
  EXPECT_EQ(of("").user, "");
  EXPECT_EQ(of(" daemon").user, "daemon");
  EXPECT_EQ(of(" daemon adm").group, "adm");
  EXPECT_FALSE(of(" daemon adm").supplementary);
  EXPECT_TRUE(of(" daemon :adm").supplementary);
  EXPECT_EQ(of(" daemon :adm").group, "adm");
  EXPECT_TRUE(of(" daemon :").supplementary);
  EXPECT_EQ(of(" daemon :").group, "");
}

struct Status {
  const char* what;
  std::string text;
  int status;
};

// The highest class decides, a missing word ends with 2, security with 6.
TEST(Grammar, ClassesOfErrors) {
  const Status cases[] = {
      {"nothing", "", 0},
      {"unknown keyword", "frobnicate 5\n", 5},
      {"unexpected {", "{\n}\n", 5},
      {"missing {", "vrrp_instance VI\n", 5},
      {"extra }", "}\n", 5},
      {"missing }", "global_defs {\n", 5},
      {"unmatched quote", "global_defs {\n  router_id \"a\n}\n", 5},
      {"missing parameter", instance("  priority"), 2},
      {"missing parameter and more", "frobnicate\n" + instance("  priority"), 2},
      {"invalid number", instance("  priority x"), 5},
      {"general", instance("  state SLAVE"), 5},
      {"warning of a long password", instance("  authentication {\n    auth_type PASS\n    auth_pass 123456789\n  }"), 5},
      {"deprecated", "global_defs {\n  vrrp_vmac_garp_intvl 5\n}\n", 5},
      {"deprecated and only logged", "global_defs {\n  lvs_process_name x\n}\n", 0},
      {"security", instance("  notify /usr/bin/true"), 6},
      {"security and an error", "frobnicate\n" + instance("  notify /usr/bin/true"), 6},
      {"unknown interface", "vrrp_instance VI {\n  interface eth7\n  virtual_router_id 51\n  virtual_ipaddress {\n    192.0.2.1\n  }\n}\n", 5},
      {"include check", "includea nothing.conf\n", 6},
      {"an include that is not there", "include nothing.conf\n", 0},
  };
  for (const Status& one : cases) {
    const Verdict verdict(one.text);
    EXPECT_EQ(verdict.status(), one.status) << one.what << "\n" << verdict.said();
  }
}

// What must stand before what.
TEST(Grammar, OrderOfDefinition) {
  const std::string script = "global_defs {\n  enable_script_security\n}\nvrrp_script s {\n  script /usr/bin/true\n}\n";
  const std::string tracks = instance("  track_script {\n    s\n  }");
  const std::string globals = "global_defs {\n  vrrp_garp_master_delay 9\n  vrrp_down_timer_adverts 7\n  vrrp_skip_check_adv_addr\n}\n";
  EXPECT_EQ(Verdict(script + tracks).status(), 0);
  EXPECT_EQ(Verdict(tracks + script).status(), 5) << "a script before the line that tracks it";
  EXPECT_EQ(first(Verdict(globals + instance(""))).announcing.master_delay->count(), 9'000'000);
  EXPECT_EQ(*first(Verdict(globals + instance(""))).down_timer_adverts, 7u);
  EXPECT_TRUE(*first(Verdict(globals + instance(""))).skip_check_adv_addr);
  EXPECT_FALSE(first(Verdict(instance("") + globals)).announcing.master_delay.set) << "global_defs before the instance";
  const std::string group = "vrrp_sync_group G {\n  group {\n    VI\n    VJ\n  }\n}\n";
  std::string other = instance("");
  other.replace(other.find("VI"), 2, "VJ").replace(other.find("51"), 2, "52").replace(other.find("2.1/"), 4, "2.2/");
  EXPECT_EQ(Verdict(group + instance("") + other).status(), 0) << "members of a group may come later";
  EXPECT_EQ(Verdict(instance("") + other + group).status(), 0);
  const std::string server = "  lvs_sched rr\n  lvs_method NAT\n  protocol TCP\n  real_server 198.51.100.1 80 {\n  }\n}\n";
  EXPECT_EQ(Verdict("virtual_server group G {\n" + server + "virtual_server_group G {\n  192.0.2.80 80\n}\n").status(), 0) << "groups too";
  EXPECT_EQ(Verdict("virtual_server 192.0.2.80 80 {\n  sh-port\n  lvs_sched sh\n" + server).status(), 5);
  EXPECT_EQ(Verdict("virtual_server 192.0.2.80 80 {\n  sorry_server_inhibit\n  sorry_server 192.0.2.9 80\n" + server).status(), 5);
}

// The first item with an address says which family an instance has.
TEST(Grammar, FamilyOfAnInstance) {
  EXPECT_EQ(*first(Verdict(instance(""))).family, Family::kIpv4);
  EXPECT_EQ(first(Verdict(instance("  mcast_src_ip 2001:db8::1"))).mcast_src_ip.set, false);
  const Verdict six("vrrp_instance VI {\n  interface eth0\n  virtual_router_id 51\n  mcast_src_ip fe80::1\n  virtual_ipaddress {\n    192.0.2.1\n    fe80::2\n  }\n}\n");
  EXPECT_EQ(*first(six).family, Family::kIpv6);
  EXPECT_EQ(first(six).addresses.size(), 1u);
  EXPECT_EQ(six.status(), 5);
}

TEST(Grammar, QuotedWordsAreWords) {
  const Verdict verdict("\"vrrp_instance\" \"a b\" {\n  \"interface\" \"eth0\"\n  virtual_router_id \"51\"\n  virtual_ipaddress {\n    \"192.0.2.1/24\"\n  }\n}\n");
  EXPECT_EQ(verdict.status(), 0) << verdict.said();
  EXPECT_EQ(first(verdict).name, "a b");
  EXPECT_EQ(*first(verdict).vrid, 51u);
}

TEST(Grammar, ConditionsMacrosAndSequencesTogether) {
  const std::string text =
      "$PRIORITY=100\n@here $PRIORITY=150\n$BODY= \\\n  interface eth0 \\\n  @here priority $PRIORITY \\\n  @^here priority 1 \\\n"
      "  virtual_router_id ${N} \\\n  virtual_ipaddress { \\\n    192.0.2.${N} \\\n  }\n"
      "$ROUTER= \\\nvrrp_instance VI_${N} { \\\n$BODY \\\n}\n~SEQ(N,1,3) $ROUTER\n~LST(N,7,9) $ROUTER\n";
  const Verdict here(text);
  EXPECT_EQ(here.status(), 0) << here.said();
  ASSERT_EQ(here.configuration.instances.size(), 5u);
  EXPECT_EQ(here.configuration.instances[4].name, "VI_9");
  EXPECT_EQ(*here.configuration.instances[4].priority, 150u);
  EXPECT_EQ(*Verdict(text, "there").configuration.instances[0].priority, 1u);
}

TEST(Grammar, KeywordsAreExactAndOfTheirBlock) {
  EXPECT_EQ(Verdict(instance("  Priority 100")).status(), 5) << "case counts";
  EXPECT_EQ(Verdict(instance("  router_id x")).status(), 5) << "a keyword of another block";
  EXPECT_EQ(Verdict("priority 100\n").status(), 5) << "outside of its block";
  EXPECT_EQ(Verdict("vrrp_instance priority {\n  interface eth0\n  virtual_router_id 51\n  virtual_ipaddress {\n    192.0.2.1\n  }\n}\n").status(), 0);
}

}  // namespace
}  // namespace holdfast::language
