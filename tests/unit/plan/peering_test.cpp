// auth_hmac and bfd_instance from text to plan: what is kept, what is corrected, what is left out and said.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "parent/plan/build.h"
#include "tests/unit/model/bound.h"

namespace holdfast {
namespace {

struct Planned {
  explicit Planned(const std::string& text) : bound(text) {
    Surroundings around;
    around.secret = [](const std::string& path) -> Result<std::string> {
      if (path == "/keys/one") return std::string(40, 'f') + "\n";
      return Error{"no such file", ENOENT};
    };
    plan = build(bound.configuration, around, bound.diagnostics).plan;
  }
  bool has(const char* code) const { return bound.find(code) != nullptr; }
  model::Bound bound;
  Plan plan;
};

const std::string kKey(32, 'k');

std::string instance(const std::string& signing, const std::string& more = "") {
  return "vrrp_instance v {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 192.0.2.9/24\n }\n" + more + " auth_hmac {\n" +
         signing + "}\n}\n";
}

TEST(Signing, DefaultsAndEveryForm) {
  std::string digits = "hex:";
  for (int octet = 0; octet < 32; ++octet) digits += "0a";
  const Planned planned(instance("key 1 " + kKey + "\nkey 2 " + digits + "\nkey 3 file:/keys/one\nactive_key 3\n"));
  ASSERT_EQ(planned.plan.vrrp.instances.size(), 1U);
  const auto& signing = planned.plan.vrrp.instances[0].signing;
  ASSERT_TRUE(signing) << planned.bound.said();
  EXPECT_EQ(signing->mode, SigningMode::kEnforce);
  EXPECT_TRUE(signing->check_time);
  EXPECT_EQ(signing->window, Duration{5'000'000});
  EXPECT_EQ(signing->active_key, 3);
  ASSERT_EQ(signing->keys.size(), 3U);
  EXPECT_EQ(signing->keys[0].secret, kKey);
  EXPECT_EQ(signing->keys[1].secret, std::string(32, '\x0a'));
  EXPECT_EQ(signing->keys[2].secret, std::string(40, 'f')) << "without its end of line";
}

TEST(Signing, ModesWindowsAndReplay) {
  const std::string key = "key 1 " + kKey + "\nactive_key 1\n";
  EXPECT_EQ(Planned(instance(key + "mode permissive\n")).plan.vrrp.instances[0].signing->mode, SigningMode::kPermissive);
  EXPECT_EQ(Planned(instance(key + "mode receive-only\n")).plan.vrrp.instances[0].signing->mode, SigningMode::kReceiveOnly);
  EXPECT_FALSE(Planned(instance(key + "anti_replay monotonic\n")).plan.vrrp.instances[0].signing->check_time);
  EXPECT_EQ(Planned(instance(key + "time_window 77\n")).plan.vrrp.instances[0].signing->window, Duration{77'000'000});
  EXPECT_EQ(Planned(instance(key, "advert_int 20\n")).plan.vrrp.instances[0].signing->window, Duration{60'000'000});
  const Planned strict(instance(key + "mode permissive\n", "strict_mode\n"));
  EXPECT_EQ(strict.plan.vrrp.instances[0].signing->mode, SigningMode::kEnforce);
  EXPECT_TRUE(strict.has("strict-signing"));
}

TEST(Signing, ItReplacesTheAuthenticationOfVersion2) {
  const Planned planned(instance("key 1 " + kKey + "\nactive_key 1\n", "authentication {\n auth_type PASS\n auth_pass x\n}\n"));
  EXPECT_EQ(planned.plan.vrrp.instances[0].authentication, Authentication::kNone);
  EXPECT_TRUE(planned.has("authentication-dropped"));
}

TEST(Signing, Mistakes) {
  const struct {
    const char* what;
    std::string text;
    const char* code;
  } rows[] = {
      {"short key", "key 1 short\nactive_key 1\n", "unusable-key"},
      {"long key", "key 1 " + std::string(65, 'k') + "\nactive_key 1\n", "unusable-key"},
      {"odd digits", "key 1 hex:" + std::string(65, 'a') + "\nactive_key 1\n", "unusable-key"},
      {"no digits", "key 1 hex:" + std::string(64, 'g') + "\nactive_key 1\n", "unusable-key"},
      {"missing file", "key 1 file:/keys/none\nactive_key 1\n", "unusable-key"},
      {"relative file", "key 1 file:keys\nactive_key 1\n", "relative-path"},
      {"no active key", "key 1 " + kKey + "\n", "active-key-missing"},
      {"another active key", "key 1 " + kKey + "\nactive_key 2\n", "active-key-missing"},
  };
  for (const auto& row : rows) {
    const Planned planned(instance(row.text));
    EXPECT_FALSE(planned.plan.vrrp.instances[0].signing) << row.what;
    EXPECT_TRUE(planned.has(row.code)) << row.what << "\n" << planned.bound.said();
    EXPECT_EQ(planned.bound.said().find("kkkk"), std::string::npos) << row.what << ": no message has a key in it";
  }
}

std::string session(const std::string& lines) { return "bfd_instance s {\n" + lines + "}\n"; }

TEST(Sessions, Defaults) {
  const Planned planned(session("neighbor_ip 192.0.2.2\n"));
  ASSERT_EQ(planned.plan.vrrp.sessions.size(), 1U) << planned.bound.said();
  BfdSession expected;
  expected.id = planned.plan.vrrp.sessions[0].id;
  expected.name = "s";
  expected.neighbour = *IpAddress::parse("192.0.2.2");
  EXPECT_EQ(planned.plan.vrrp.sessions[0], expected);
  EXPECT_TRUE(expected.id);
}

TEST(Sessions, EveryKeyword) {
  const Planned planned(session(
      "neighbour_ip 192.0.2.2\nsource_ip 192.0.2.1\nmin_rx 12.345\nmin_tx 50\nidle_tx 1500\nmultiplier 7\npassive\nttl 200\nmax_hops 3\nmultihop\nchecker\n"));
  ASSERT_EQ(planned.plan.vrrp.sessions.size(), 1U) << planned.bound.said();
  const BfdSession& made = planned.plan.vrrp.sessions[0];
  EXPECT_EQ(made.min_rx, Duration{12'345});
  EXPECT_EQ(made.min_tx, Duration{50'000});
  EXPECT_EQ(made.idle_tx, Duration{1'500'000});
  EXPECT_EQ(made.multiplier, 7);
  EXPECT_TRUE(made.passive && made.multihop && made.for_checker && !made.for_vrrp);
  EXPECT_EQ(made.ttl, 200);
  EXPECT_EQ(made.ttl_min, 197);
  EXPECT_EQ(made.source, *IpAddress::parse("192.0.2.1"));
}

TEST(Sessions, HopLimits) {
  const struct {
    const char* lines;
    int sent;
    int accepted;
  } rows[] = {
      {"neighbor_ip 192.0.2.2\n", 255, 255},
      {"neighbor_ip 2001:db8::2\n", 255, 64},  // RFC 5881 out, keepalived's in
      {"neighbor_ip 2001:db8::2\nhoplimit 255\n", 255, 255},
      {"neighbor_ip 192.0.2.2\nmax_hops -1\n", 255, 0},
      {"neighbor_ip 192.0.2.2\nmax_hops 255\n", 255, 0},
      {"neighbor_ip 192.0.2.2\nttl 10\nmax_hops 20\n", 10, 0},
  };
  for (const auto& row : rows) {
    const Planned planned(session(row.lines));
    ASSERT_EQ(planned.plan.vrrp.sessions.size(), 1U) << row.lines;
    EXPECT_EQ(planned.plan.vrrp.sessions[0].ttl, row.sent) << row.lines;
    EXPECT_EQ(planned.plan.vrrp.sessions[0].ttl_min, row.accepted) << row.lines;
  }
  EXPECT_TRUE(Planned(session("neighbor_ip 192.0.2.2\nttl 10\nmax_hops 20\n")).has("max-hops-above-ttl"));
}

TEST(Sessions, Mistakes) {
  EXPECT_TRUE(Planned(session("multiplier 3\n")).has("incomplete-block"));
  EXPECT_TRUE(Planned(session("neighbor_ip 192.0.2.2\nsource_ip 2001:db8::1\n")).has("other-family"));
  const Planned twice(session("neighbor_ip 192.0.2.2\n") + "bfd_instance t {\n neighbor_ip 192.0.2.2\n}\n");
  EXPECT_TRUE(twice.has("duplicate-entry"));
  EXPECT_EQ(twice.plan.vrrp.sessions.size(), 1U);
  EXPECT_TRUE(Planned(session("neighbor_ip 192.0.2.2\n") + session("neighbor_ip 192.0.2.3\n")).has("duplicate-definition"));
  EXPECT_TRUE(Planned("bfd_instance " + std::string(32, 'x') + " {\n neighbor_ip 192.0.2.2\n}\n").has("name-too-long"));
  EXPECT_TRUE(Planned(session("neighbor_ip 192.0.2.2\nmin_rx 20000\n")).has("slow-session"));
}

// Instances with groups, sources or headers of their own have sockets of their own.
TEST(Sockets, OnePerInterfaceWayAndAddress) {
  const auto router = [](const std::string& name, int vrid, const std::string& lines) {
    return "vrrp_instance " + name + " {\n interface eth0\n virtual_router_id " + std::to_string(vrid) + "\n virtual_ipaddress {\n 192.0.2.9/24 dev " +
           name + "\n }\n" + lines + "}\n";
  };
  const Planned planned(router("a", 1, "") + router("b", 2, "") + router("c", 3, "mcast_dst_ip 224.0.0.99\n") +
                        router("d", 4, "unicast_src_ip 192.0.2.1\nunicast_peer {\n 192.0.2.2\n}\n") +
                        router("e", 5, "unicast_src_ip 192.0.2.3\nunicast_peer {\n 192.0.2.2\n}\n") +
                        router("f", 6, "authentication {\n auth_type AH\n auth_pass x\n}\n") + router("g", 7, "mcast_src_ip 192.0.2.77\n"));
  const auto& sockets = planned.plan.sockets;
  EXPECT_EQ(sockets.size(), 5U) << planned.bound.said();
  EXPECT_EQ(std::ranges::count_if(sockets, [](const AdvertSocketWish& wish) { return wish.header; }), 1);
  EXPECT_EQ(std::ranges::count_if(sockets, [](const AdvertSocketWish& wish) { return wish.unicast && !wish.source.is_unspecified(); }), 2);
  EXPECT_EQ(std::ranges::count_if(sockets, [](const AdvertSocketWish& wish) { return wish.foreign_source; }), 1);
}

}  // namespace
}  // namespace holdfast
