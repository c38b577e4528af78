// The walk over the tree: unknown keywords, missing parameters, blocks, repetitions, old spellings, what has no effect yet.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/model/bound.h"

namespace holdfast::model {
namespace {

using config::ErrorClass;
using config::Severity;

struct Case {
  const char* what;
  const char* text;
  Codes codes;
};

TEST(Bind, Cases) {
  const Case cases[] = {
      {"nothing", "", {}},
      {"a known keyword", "global_defs { router_id a }", {}},
      {"an unknown keyword", "global_defs { ruoter_id a }", {"unknown-keyword"}},
      {"an unknown block is one problem", "gloabl_defs {\n router_id a\n nonsense\n}", {"unknown-keyword"}},
      {"no value", "global_defs { router_id }", {"missing-parameter"}},
      {"no value, but not fatal", "vrrp_instance a { authentication { auth_type } }\ninstance", {"missing-parameter", "missing-parameter"}},
      {"no second value", "vrrp_instance a {\n auth_hmac { key 1 }\n}", {"missing-parameter"}},
      {"too many values", "global_defs { router_id a b }", {"extra-words"}},
      {"a block where none belongs", "global_defs {\n router_id a {\n x\n }\n}", {"unexpected-block"}},
      {"the last one counts", "global_defs {\n router_id a\n router_id b\n}", {"repeated-keyword"}},
      {"the first one counts", "instance a\ninstance b", {"no-effect-yet", "no-effect-yet", "already-set"}},
      {"no effect yet", "global_defs { smtp_server 127.0.0.1 }", {"no-effect-yet"}},
      {"a session", "bfd_instance b {\n neighbor_ip 10.0.0.1\n min_rx 20\n}", {}},
      {"its words are checked", "bfd_instance b {\n neighbor_ip x\n min_rx 0\n}",
       {"not-an-address", "number-out-of-range", "incomplete-block"}},
      {"and its keywords", "bfd_instance b { minrx 20 }", {"unknown-keyword", "incomplete-block"}},
      {"routes", "static_routes {\n 10.0.0.0/8 via 10.1.1.1 dev eth0 metric 5\n}", {"no-effect-yet"}},
      {"a bad route", "static_routes {\n 10.0.0.0/8 via x\n}", {"no-effect-yet", "not-an-address"}},
      {"a route with everything",
       "static_routes {\n blackhole 10.0.0.0/8 table 5 mtu lock 1400\n default via inet 10.0.0.1 nexthop via 10.0.0.2 weight 2"
       " nexthop via 10.0.0.3 dev eth1\n"
       " 10.9.0.0/16 encap ip id 5 dst 10.0.0.9 ttl 9 dev eth0\n}",
       {"no-effect-yet"}},
      {"rules", "static_rules {\n from 10.0.0.0/8 table 5 preference 100\n to 10.0.0.0/8 sport 80-80 type blackhole\n}", {"no-effect-yet"}},
      {"a rule for one port", "static_rules {\n sport 80 nop\n}", {"no-effect-yet", "invalid-range"}},
      {"an option without value", "static_rules {\n table\n}", {"no-effect-yet", "missing-value"}},
      {"an old spelling", "global_defs { lvs_process_name x }", {"deprecated", "no-effect-yet"}},
      {"no effect anywhere", "vrrp_instance a { debug 3 }", {"no-effect"}},
      {"options of a line", "global_defs { lvs_sync_daemon eth0 inst a id 5 port 99999 }", {"number-out-of-range"}},
      {"an unknown option", "global_defs { dynamic_interfaces allow_fi_changes }", {"unknown-option"}},
      {"a name that is a keyword elsewhere", "vrrp_instance priority { priority 5 }", {}},
      {"a not so true value", "global_defs { vrrp_strict maybe }", {"not-a-boolean"}},
  };
  for (const Case& one : cases) {
    const Bound bound(one.text);
    EXPECT_EQ(bound.codes(), one.codes) << one.what << "\n" << bound.said();
  }
}

TEST(Bind, UnknownKeywordNamesTheNearest) {
  const Bound bound("vrrp_instance a {\n  virtual_ruoter_id 5\n}");
  const config::Diagnostic* unknown = bound.find("unknown-keyword");
  ASSERT_NE(unknown, nullptr);
  EXPECT_EQ(unknown->suggestion, "virtual_router_id");
  EXPECT_EQ(unknown->error_class, ErrorClass::unknown_keyword);
  EXPECT_EQ(unknown->at.line, 2u);
  EXPECT_EQ(unknown->at.column, 3u);
}

TEST(Bind, UnknownKeywordNamesWhereItBelongs) {
  const Bound bound("advert_int 5");
  ASSERT_NE(bound.find("unknown-keyword"), nullptr);
  EXPECT_NE(bound.find("unknown-keyword")->message.find("it belongs in vrrp_instance"), std::string::npos) << bound.said();
}

TEST(Bind, MissingParameterIsFatal) {
  const Bound bound("vrrp_instance a { priority }");
  EXPECT_TRUE(bound.diagnostics.seen(ErrorClass::missing_parameter));
  EXPECT_EQ(bound.diagnostics.exit_code(), 2);
}

TEST(Bind, MissingParametersThatAreNotFatal) {
  for (const char* text : {"instance", "global_defs { router_id }", "global_defs { notify_fifo }", "vrrp_instance a { kernel_rx_buf_size }"}) {
    const Bound bound(text);
    EXPECT_EQ(bound.find("missing-parameter")->error_class, ErrorClass::general_error) << text;
    EXPECT_EQ(bound.diagnostics.exit_code(), 5) << text;
  }
}

TEST(Bind, AnOldSpellingInsideWhatHasNoEffectCountsToo) {
  const Bound bound("static_routes {\n 10.0.0.0/8 gw 10.0.0.1\n}", Mode::test);
  EXPECT_EQ(bound.codes(), (Codes{"no-effect-yet", "deprecated"}));
  EXPECT_EQ(bound.diagnostics.exit_code(), 5);
}

TEST(Bind, AQuoteWithoutPartnerIsSaidOnce) {
  const Bound bound("vrrp_instance a {\n notify_master \"/bin/true\n}");
  EXPECT_EQ(bound.codes(), Codes{"unmatched-quote"}) << bound.said();
  EXPECT_EQ(bound.diagnostics.exit_code(), 5);
}

TEST(Bind, NoEffectYetDoesNotChangeTheExitStatus) {
  const Bound bound("global_defs { smtp_server 127.0.0.1 }");
  EXPECT_EQ(bound.diagnostics.exit_code(), 0);
  EXPECT_EQ(bound.find("no-effect-yet")->severity, Severity::warning);
}

TEST(Bind, TrailingCharactersDependOnTheMode) {
  const char* text = "vrrp_instance a { garp_master_delay 7x }";
  const Bound run(text, Mode::run);
  EXPECT_EQ(*run.configuration.instances[0].announcing.master_delay, Duration(7'000'000));
  EXPECT_EQ(run.find("trailing-characters")->severity, Severity::warning);
  const Bound test(text, Mode::test);
  EXPECT_FALSE(test.configuration.instances[0].announcing.master_delay);
  EXPECT_EQ(test.find("trailing-characters")->severity, Severity::error);
  EXPECT_EQ(test.diagnostics.exit_code(), 5);
}

TEST(Bind, StrictNumbersDoNotDependOnIt) {
  for (const Mode mode : {Mode::run, Mode::test}) {
    const Bound bound("vrrp_instance a { priority 7x }", mode);
    EXPECT_FALSE(bound.configuration.instances[0].priority);
  }
}

TEST(Shapes, LinesAreSplitAsTheirKeywordWants) {
  const Bound bound("vrrp_instance a {\n notify_master \"/bin/x 'a b' c\" daemon adm\n}");
  ASSERT_EQ(bound.codes(), Codes{"script-security"}) << bound.said();
  const ScriptCommand& command = *bound.configuration.instances[0].notify.master;
  EXPECT_EQ(command.argv, (std::vector<std::string>{"/bin/x", "a b", "c"}));
  EXPECT_EQ(command.identity.user, "daemon");
  EXPECT_EQ(command.identity.group, "adm");
}

TEST(Shapes, ScriptKeywords) {
  EXPECT_TRUE(is_script_keyword("vrrp_instance", "notify"));
  EXPECT_TRUE(is_script_keyword("virtual_server>real_server>MISC_CHECK", "misc_path"));
  EXPECT_FALSE(is_script_keyword("vrrp_instance", "priority"));
  EXPECT_FALSE(is_script_keyword("vrrp_script", "notify"));
  EXPECT_FALSE(is_script_keyword("no such context", "notify"));
}

}  // namespace
}  // namespace holdfast::model
