// From a line of virtual_routes or virtual_rules to the request for the kernel, through model, plan, wire and codec: the same octets
// as ip(8) sends for the same words (tests/conformance/netlink/routes-iproute2-6.1.tsv), but for the order of attributes.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <fstream>

#include "ipvsd/netlink/route_codec.h"
#include "ipvsd/netlink/rule_codec.h"
#include "parent/plan/build.h"
#include "proto/codec/route_codec.h"
#include "tests/unit/model/bound.h"

namespace holdfast::netlink {
namespace {

constexpr std::uint32_t kEth0 = 3;
constexpr std::uint32_t kLoopback = 1;

struct Row {
  std::string kind, words;
  std::vector<std::uint8_t> request;
};

std::vector<Row> rows() {
  std::ifstream file(std::string(HOLDFAST_NETLINK) + "/routes-iproute2-6.1.tsv");
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    Row row{line.substr(0, first), line.substr(first + 1, second - first - 1), {}};
    for (std::size_t at = second + 1; at + 1 < line.size(); at += 2) row.request.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(at, 2), nullptr, 16)));
    rows.push_back(std::move(row));
  }
  return rows;
}

// The line in an instance, bound and planned.
struct Planned {
  Planned(const std::string& block, const std::string& lines)
      : bound("vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 10.9.0.100\n }\n " + block + " {\n" + lines + "\n }\n}\n") {
    built = build(bound.configuration, Surroundings{}, bound.diagnostics);
  }
  const InstanceRights& rights() const { return built.plan.ipvs.instances.at(0); }
  model::Bound bound;
  Built built;
};

template <class Message, class Item>
Item through_the_wire(const Item& item) {
  Message message, received;
  encode(item, message);
  EXPECT_TRUE(received.ParseFromString(message.SerializeAsString()));
  auto decoded = decode(received);
  EXPECT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, item);
  return *std::move(decoded);
}

std::uint32_t index_of(const std::string& name) { return name == "lo" ? kLoopback : kEth0; }

using Octets8 = std::vector<std::uint8_t>;

std::string hex(Octets octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : octets) text += {kDigits[octet >> 4], kDigits[octet & 15]};
  return text;
}

// Attributes as sorted texts. Whether something is nested is not said by iproute2: by the attribute's place.
std::string attributes(Octets octets, bool route, int depth);

std::string one(std::uint16_t type, Octets value, bool route, int depth) {
  const bool nested = route && (type == RTA_METRICS || type == RTA_ENCAP) && depth == 0;
  if (route && type == RTA_MULTIPATH && depth == 0) {
    std::string text;
    while (value.size() >= sizeof(rtnexthop)) {
      const auto* hop = reinterpret_cast<const rtnexthop*>(value.data());
      text += "{" + std::to_string(hop->rtnh_flags) + " " + std::to_string(hop->rtnh_hops) + " " + std::to_string(hop->rtnh_ifindex) + " " +
              attributes(value.subspan(sizeof *hop, hop->rtnh_len - sizeof *hop), true, 0) + "}";
      value = value.subspan(std::min<std::size_t>((hop->rtnh_len + 3u) & ~3u, value.size()));
    }
    return std::to_string(type) + "=" + text;
  }
  return std::to_string(type) + "=" + (nested ? "(" + attributes(value, route, depth + 1) + ")" : hex(value));
}

std::string attributes(Octets octets, bool route, int depth) {
  std::vector<std::string> texts;
  while (octets.size() >= 4) {
    const std::size_t length = octets[0] | octets[1] << 8;
    const auto type = static_cast<std::uint16_t>((octets[2] | octets[3] << 8) & 0x3fff);
    if (length < 4 || length > octets.size()) return "broken " + hex(octets);
    const Octets value = octets.subspan(4, length - 4);
    const bool everything = route && depth == 0 && type == RTA_DST && std::all_of(value.begin(), value.end(), [](auto octet) { return octet == 0; });
    if (!everything) texts.push_back(one(type, value, route, depth));  // of length 0: said or not is the same
    octets = octets.subspan(std::min((length + 3) & ~std::size_t{3}, octets.size()));
  }
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const std::string& text : texts) all += text + " ";
  return all;
}

std::string described(Octets request, bool route) {
  const auto* header = reinterpret_cast<const nlmsghdr*>(request.data());
  Octets8 fixed(request.begin() + 16, request.begin() + 28);
  if (!route && fixed[7] != FR_ACT_TO_TBL) fixed[4] = 0;  // iproute2 writes "main" where no table is meant
  const int flags = header->nlmsg_flags & ~(NLM_F_ACK | NLM_F_EXCL);
  return "type " + std::to_string(header->nlmsg_type) + " flags " + std::to_string(flags) + " " + hex(fixed) + " " +
         attributes(request.subspan(28), route, 0);
}

TEST(RoutingWords, AreTheRequestThatIpSends) {
  const std::vector<Row> all = rows();
  ASSERT_GE(all.size(), 31u);
  for (const Row& row : all) {
    const bool is_route = row.kind == "route";
    const Planned planned(is_route ? "virtual_routes" : "virtual_rules", row.words);
    Batch batch;
    if (is_route) {
      ASSERT_EQ(planned.rights().routes.size(), 1u) << row.words << "\n" << planned.bound.said();
      const Route route = through_the_wire<wire::Route>(planned.rights().routes[0]);
      encode(batch, AddRoute{route}, route.table, index_of);
    } else {
      ASSERT_EQ(planned.rights().rules.size(), 1u) << row.words << "\n" << planned.bound.said();
      encode(batch, AddRule{through_the_wire<wire::Rule>(planned.rights().rules[0])});
    }
    EXPECT_EQ(described(batch.bytes(), is_route), described(row.request, is_route)) << row.words;
  }
}

// What the kernel tells of a rule is what ip(8) asked for: read back, it is the rule of the line.
TEST(RoutingWords, ANotifiedDeletionIsKnownAsOurs) {
  for (const Row& row : rows()) {
    const Planned planned(row.kind == "route" ? "virtual_routes" : "virtual_rules", row.words);
    if (row.kind == "route") {
      const Route& route = planned.rights().routes.at(0);
      const auto mark = decode_route(row.request);
      ASSERT_TRUE(mark) << mark.error().message;
      if (route.family == Family::kIpv4) {
        EXPECT_TRUE(is_of(*mark, route, route.table)) << row.words;
      }
      EXPECT_FALSE(is_of(*mark, route, route.table + 1)) << row.words;
    } else {
      const Rule& rule = planned.rights().rules.at(0);
      const auto mark = decode_rule(row.request);
      ASSERT_TRUE(mark) << mark.error().message;
      EXPECT_TRUE(is_of(*mark, rule)) << row.words;
      Rule other = rule;
      ++other.preference;
      EXPECT_FALSE(is_of(*mark, other)) << row.words;
    }
  }
}

struct Refusal {
  const char* block;
  const char* line;
  const char* code;
};

TEST(RoutingWords, WhatMakesNoSenseIsLeftOutAndSaid) {
  const Refusal kRefusals[] = {
      {"virtual_routes", "via 10.9.0.2", "no-destination"},
      {"virtual_routes", "10.1.0.0/16 via fe80::2", "other-family"},
      {"virtual_routes", "10.1.0.0/16 via inet6 fe80::2 dev eth0", "other-family"},
      {"virtual_routes", "10.1.0.0/16 src 2001:db8::1", "other-family"},
      {"virtual_routes", "10.1.0.0/16 from 10.0.0.0/8", "ipv6-only"},
      {"virtual_routes", "10.1.0.0/16 via 10.9.0.2 expires 5", "ipv6-only"},
      {"virtual_routes", "10.1.0.0/16 via 10.9.0.2 pref high", "ipv6-only"},
      {"virtual_routes", "2001:db8::/32 via fe80::2 realms 3", "ipv4-only"},
      {"virtual_routes", "10.1.0.0/16 via 10.9.0.2 table nowhere", "unknown-name"},
      {"virtual_routes", "10.1.0.0/16 via 10.9.0.2 table 0", "unknown-name"},
      {"virtual_routes", "10.1.0.0/16 via 10.9.0.2 protocol nobody no_track", "unknown-name"},
      {"virtual_routes", "10.1.0.0/16 via 10.9.0.2 scope space", "unknown-name"},
      {"virtual_routes", "10.1.0.0/16 via 10.9.0.2 realms 70000", "unknown-name"},
      {"virtual_routes", "10.1.0.0/16 encap ip src 10.0.0.1", "encap-without-end"},
      {"virtual_routes", "10.1.0.0/16 encap ip dst 2001:db8::1", "other-family"},
      {"virtual_routes", "10.1.0.0/16 encap mpls 1048576", "bad-labels"},
      {"virtual_routes", "10.1.0.0/16 encap mpls 1/", "bad-labels"},
      {"virtual_routes", "10.1.0.0/16 encap ila 1:2:3", "bad-locator"},
      {"virtual_routes", "10.1.0.0/16 encap dst 10.0.0.1", "encap-without-type"},
      {"virtual_routes", "10.1.0.0/16 congctl abcdefghijklmnop", "algorithm-too-long"},
      {"virtual_rules", "from 10.0.0.0/8 preference 5", "no-action"},
      {"virtual_rules", "from 10.0.0.0/8 table 5 prohibit preference 5", "second-action"},
      {"virtual_rules", "from 10.0.0.0/8 to 2001:db8::/32 table 5 preference 5", "other-family"},
      {"virtual_rules", "from 10.0.0.0/8 goto 5 preference 5", "goto-backwards"},
      {"virtual_rules", "goto 5", "goto-backwards"},
      {"virtual_rules", "prohibit realms 5 preference 5", "realms-without-table"},
      {"virtual_rules", "table 5 fwmark 1/2/3 preference 5", "bad-mark"},
      {"virtual_rules", "table 0 preference 5", "unknown-name"},
      {"virtual_rules", "table 5 ipproto nothing preference 5", "unknown-name"},
  };
  for (const Refusal& refusal : kRefusals) {
    const Planned planned(refusal.block, refusal.line);
    EXPECT_TRUE(planned.rights().routes.empty() && planned.rights().rules.empty()) << refusal.line;
    EXPECT_NE(planned.bound.find(refusal.code), nullptr) << refusal.line << "\n" << planned.bound.said();
  }
}

TEST(RoutingWords, WhatIsCorrectedIsSaid) {
  const Planned times("virtual_routes", "10.1.0.0/16 via 10.9.0.2 rtt 100 rttvar 200s rto_min 30");
  EXPECT_EQ(times.rights().routes.at(0).metrics,
            (std::vector<std::pair<std::uint8_t, std::uint32_t>>{{RTAX_RTT, 1600}, {RTAX_RTTVAR, 480'000}, {RTAX_RTO_MIN, 200}}));
  EXPECT_NE(times.bound.find("time-out-of-range"), nullptr);
  const Planned tracked("virtual_routes", "10.1.0.0/16 via 10.9.0.2 protocol 55\n10.2.0.0/16 via 10.9.0.2 protocol 55 no_track");
  EXPECT_EQ(tracked.rights().routes.at(0).protocol, kOurProtocol);
  EXPECT_EQ(tracked.rights().routes.at(1).protocol, 55);
  const Planned rules("virtual_rules", "from 10.0.0.0/8 table 5\nfrom 2001:db8::/32 table 5\nfrom 10.1.0.0/16 table 5");
  ASSERT_EQ(rules.rights().rules.size(), 3u);
  EXPECT_EQ(rules.rights().rules[0].preference, 16384u);
  EXPECT_EQ(rules.rights().rules[1].preference, 16384u);
  EXPECT_EQ(rules.rights().rules[2].preference, 16383u);
  EXPECT_NE(rules.bound.find("no-preference"), nullptr);
  const Planned two("virtual_routes", "10.1.0.0/16 via 10.9.0.2 or 10.9.0.3 dev eth0");
  EXPECT_EQ(two.rights().routes.at(0).hops.size(), 2u);
}

TEST(RoutingNames, ComeFromFilesAndNumbers) {
  RoutingNames names;
  using Kind = RoutingNames::Kind;
  names.read(Kind::kTable, "# comment\n100 blue # and more\n0x65\thex\nbad line\n300\n 4294967296 tooBig\n100 azure");
  names.read(Kind::kRealm, "7 cosmos\n");
  names.read(Kind::kIpProtocol, "# x\ntcp 6 TCP\nhopopt 0 HOPOPT\n");
  struct Case {
    Kind kind;
    const char* word;
    std::optional<std::uint32_t> number;
  };
  const Case kCases[] = {
      {Kind::kTable, "main", 254},      {Kind::kTable, "blue", 100},  {Kind::kTable, "azure", 100},    {Kind::kTable, "hex", 0x65},
      {Kind::kTable, "0x10", 16},       {Kind::kTable, "tooBig", {}}, {Kind::kTable, "4294967295", 4294967295},
      {Kind::kTable, "4294967296", {}}, {Kind::kTable, "", {}},       {Kind::kTable, "10x", {}},       {Kind::kProtocol, "static", 4},
      {Kind::kProtocol, "256", {}},     {Kind::kScope, "link", 253},  {Kind::kRealm, "cosmos", 7},     {Kind::kRealm, "65536", {}},
      {Kind::kIpProtocol, "TCP", 6},    {Kind::kGroup, "default", {}}, {Kind::kDsfield, "010", 8},
  };
  for (const Case& one : kCases) EXPECT_EQ(names.find(one.kind, one.word), one.number) << one.word;
  EXPECT_EQ(names.find_realms("cosmos"), 7u);
  EXPECT_EQ(names.find_realms("1/cosmos"), 0x10007u);
  EXPECT_EQ(names.find_realms("1/2/3"), std::nullopt);
  EXPECT_EQ(names.find_realms("/2"), std::nullopt);
}

}  // namespace
}  // namespace holdfast::netlink
