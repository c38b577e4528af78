// Advice about what is valid but dangerous: when it is given, where, and that it never changes an exit status.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/rules/advice.h"

#include <gtest/gtest.h>

#include "parent/plan/build.h"
#include "tests/unit/model/bound.h"

namespace holdfast {
namespace {

using model::Bound;

struct Case {
  const char* text;
  std::vector<std::string> codes;
  std::uint32_t line = 0;  // of the first
};

std::string instance(const std::string& more) {
  return "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n" + more + "\n}\n";
}

std::string service(const std::string& more) {
  return "virtual_server 10.0.0.1 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\nreal_server 10.0.1.1 80 {\n" + more + "\n}\n}\n";
}

HostFacts some_host() {
  HostFacts host{.cpus = 2, .kernel_major = 6, .kernel_minor = 1};
  host.writable_by_others = [](const std::string& path) -> std::optional<std::string> {
    if (path.starts_with("/secret/")) return std::nullopt;
    if (path.starts_with("/tmp/")) return "/tmp";
    return "";
  };
  return host;
}

config::Diagnostics advised(const std::string& text, const HostFacts& host = some_host()) {
  Bound bound(text);
  const Built built = build(bound.configuration, {}, bound.diagnostics);
  config::Diagnostics advice;
  advise(bound.configuration, built.plan, host, advice);
  return advice;
}

std::vector<std::string> codes(const config::Diagnostics& diagnostics) {
  std::vector<std::string> codes;
  for (const config::Diagnostic& one : diagnostics.all()) {
    EXPECT_EQ(one.severity, config::Severity::advice);
    EXPECT_NE(one.at.line, 0u) << one.message;
    codes.push_back(one.code);
  }
  return codes;
}

const std::string kScript = "vrrp_script s {\nscript /bin/true\n}\n";

TEST(Advice, Instances) {
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {instance(""), {}},
      {instance("strict_mode on"), {"strict-unreachable"}},
      {instance("strict_mode on\naccept"), {}},
      {instance("strict_mode on\nno_accept"), {"strict-unreachable"}},
      {instance("strict_mode on\npriority 255\nstate MASTER"), {}},
      {"global_defs {\nvrrp_strict\n}\n" + instance(""), {"strict-unreachable"}},
      {instance("track_interface {\neth1 weight 20\n}"), {}},
      {instance("track_interface {\neth1 weight -20\n}"), {}},
      {instance("priority 254\ntrack_interface {\neth1 weight 20\n}"), {"weight-without-effect"}},
      {instance("priority 1\ntrack_interface {\neth1 weight -20\n}"), {"weight-without-effect"}},
      {instance("priority 255\ntrack_interface {\neth1\n}"), {}},
      {kScript + instance("priority 254\ntrack_script {\ns weight 5\n}\ntrack_interface {\neth1 weight -5\n}"), {}},
      {kScript + instance("nopreempt\ntrack_script {\ns weight -5\n}"), {"nopreempt-with-weights"}},
      {kScript + instance("nopreempt\ntrack_script {\ns\n}"), {}},
      {instance("unicast_peer {\n10.0.0.9\n}"), {"unauthenticated-unicast"}},
      {instance("unicast_peer {\n10.0.0.9\n}\nauthentication {\nauth_type PASS\nauth_pass x\n}"), {}},
      {instance("unicast_peer {\n10.0.0.9\n}\nversion 3\nauth_hmac {\nkey 1 0123456789abcdef0123456789abcdef\n}"), {}},
      {instance("version 3\nadvert_int 0.02"), {"short-interval"}},
      {instance("version 3\nadvert_int 0.05"), {}},
      {"global_defs {\nvrrp_rt_priority 50\n}\n" + instance("version 3\nadvert_int 0.02"), {}},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(codes(advised(text)), wanted) << text;
}

TEST(Advice, AdvertsOfAllInstances) {
  std::string text;
  for (int i = 0; i < 120; ++i) {
    const std::string n = std::to_string(i + 1);
    text += "vrrp_instance V" + n + " {\ninterface eth0\nversion 3\nvirtual_router_id " + n + "\nadvert_int 0.05\nvirtual_ipaddress {\n10.0.0." + n + "\n}\n}\n";
  }
  EXPECT_EQ(codes(advised(text)), (std::vector<std::string>{}));
  std::string dense = text;
  for (std::size_t at = 0; (at = dense.find("0.05", at)) != std::string::npos;) dense.replace(at, 4, "0.01");
  const auto found = codes(advised("global_defs {\nvrrp_rt_priority 50\n}\n" + dense));
  EXPECT_EQ(found, (std::vector<std::string>{"too-many-adverts"}));
}

TEST(Advice, Scripts) {
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {kScript, {}},
      {"vrrp_script s {\nscript /tmp/x\n}\n", {"script-writable"}},
      {"vrrp_script s {\nscript /secret/x\n}\n", {}},
      {"vrrp_script s {\nscript \"/tmp/x a\"\n}\nvrrp_script t {\nscript \"/tmp/x b\"\n}\n", {"script-writable"}},
      {instance("notify_master /tmp/y"), {"script-writable"}},
      {service("notify_up /tmp/z\nTCP_CHECK {\n}"), {"script-writable"}},
      {service("MISC_CHECK {\nmisc_path /tmp/z\n}"), {"script-writable"}},
      {"global_defs {\nstartup_script /tmp/z\n}\n", {"script-writable"}},
      {"vrrp_script s {\nscript /bin/x\ninterval 2\ntimeout 3\n}\n", {"slow-script"}},
      {"vrrp_script s {\nscript /bin/x\ninterval 2\ntimeout 2\n}\n", {}},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(codes(advised(text)), wanted) << text;
  EXPECT_EQ(codes(advised("vrrp_script s {\nscript /tmp/x\n}\n", HostFacts{})), (std::vector<std::string>{}));
}

TEST(Advice, Services) {
  EXPECT_EQ(codes(advised(service("TCP_CHECK {\n}"))), (std::vector<std::string>{}));
  EXPECT_EQ(codes(advised(service("weight 1"))), (std::vector<std::string>{"unchecked-server"}));
  std::string many = "virtual_server 10.0.0.1 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n";
  for (int i = 0; i < 5000; ++i) {
    many += "real_server 10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1) + " 80 {\nTCP_CHECK {\n}\n}\n";
  }
  many += "}\n";
  EXPECT_EQ(codes(advised(many)), (std::vector<std::string>{"many-services"}));
  HostFacts newer = some_host();
  newer.kernel_minor = 2;
  EXPECT_EQ(codes(advised(many, newer)), (std::vector<std::string>{}));
}

TEST(Advice, StandsAtTheLineThatCausesIt) {
  const config::Diagnostics diagnostics = advised(instance("strict_mode on"));
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].at.line, 7u);
  EXPECT_EQ(diagnostics.exit_code(), 0);
}

}  // namespace
}  // namespace holdfast
