// See names.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/routing/names.h"

#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace holdfast {
namespace {

using Kind = RoutingNames::Kind;

constexpr std::array kFiles = {
    RoutingNames::File{Kind::kTable, "rt_tables"},   RoutingNames::File{Kind::kProtocol, "rt_protos"},
    RoutingNames::File{Kind::kScope, "rt_scopes"},   RoutingNames::File{Kind::kRealm, "rt_realms"},
    RoutingNames::File{Kind::kDsfield, "rt_dsfield"}, RoutingNames::File{Kind::kGroup, "group"},
};

// RT_TABLE_*, RTPROT_*, RT_SCOPE_* of linux/rtnetlink.h.
constexpr std::string_view kTables = "253 default\n254 main\n255 local\n";
constexpr std::string_view kProtocols =
    "0 none\n1 redirect\n2 kernel\n3 boot\n4 static\n8 gated\n9 ra\n10 mrt\n11 zebra\n12 bird\n13 dnrouted\n14 xorp\n15 ntk\n16 dhcp\n"
    "17 mrouted\n18 keepalived\n42 babel\n186 bgp\n187 isis\n188 ospf\n189 rip\n192 eigrp\n";
constexpr std::string_view kScopes = "0 global\n0 universe\n200 site\n253 link\n254 host\n255 nowhere\n";
constexpr std::string_view kIpProtocols =
    "icmp 1\nigmp 2\ntcp 6\nudp 17\ndccp 33\ngre 47\nesp 50\nah 51\nipv6-icmp 58\nospf 89\nvrrp 112\nsctp 132\nudplite 136\n";

std::uint32_t largest(Kind kind) {
  switch (kind) {
    case Kind::kTable:
    case Kind::kGroup: return std::numeric_limits<std::uint32_t>::max();
    case Kind::kRealm: return std::numeric_limits<std::uint16_t>::max();
    case Kind::kProtocol:
    case Kind::kScope:
    case Kind::kDsfield:
    case Kind::kIpProtocol: return std::numeric_limits<std::uint8_t>::max();
  }
  return 0;
}

// The whole word as a number; 0x and 0 choose the base.
std::optional<std::uint32_t> number_in(std::string_view word) {
  int base = 10;
  if (word.size() > 2 && (word.starts_with("0x") || word.starts_with("0X"))) {
    base = 16;
    word.remove_prefix(2);
  } else if (word.size() > 1 && word.starts_with('0')) {
    base = 8;
    word.remove_prefix(1);
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string_view> words;
  line = line.substr(0, line.find('#'));
  for (std::size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

}  // namespace

RoutingNames::RoutingNames() {
  read(Kind::kTable, kTables);
  read(Kind::kProtocol, kProtocols);
  read(Kind::kScope, kScopes);
  read(Kind::kIpProtocol, kIpProtocols);
}

std::span<const RoutingNames::File> RoutingNames::files() { return kFiles; }

void RoutingNames::read(Kind kind, std::string_view text) {
  auto& names = names_[kind];
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.size() < 2) continue;
    const bool name_first = kind == Kind::kIpProtocol;
    const auto number = number_in(words[name_first ? 1 : 0]);
    if (!number || *number > largest(kind)) continue;
    if (!name_first) {
      names.insert_or_assign(std::string(words[1]), *number);
      continue;
    }
    names.insert_or_assign(std::string(words[0]), *number);
    for (std::size_t alias = 2; alias < words.size(); ++alias) names.insert_or_assign(std::string(words[alias]), *number);
  }
}

std::optional<std::uint32_t> RoutingNames::find(Kind kind, std::string_view word) const {
  if (const auto number = number_in(word)) return *number <= largest(kind) ? number : std::nullopt;
  const auto names = names_.find(kind);
  if (names == names_.end()) return std::nullopt;
  const auto found = names->second.find(word);
  return found == names->second.end() ? std::nullopt : std::optional<std::uint32_t>(found->second);
}

std::optional<std::uint32_t> RoutingNames::find_realms(std::string_view words) const {
  const std::size_t slash = words.find('/');
  const auto destination = find(Kind::kRealm, slash == std::string_view::npos ? words : words.substr(slash + 1));
  const auto source = slash == std::string_view::npos ? std::optional<std::uint32_t>(0) : find(Kind::kRealm, words.substr(0, slash));
  if (!destination || !source) return std::nullopt;
  return *source << 16 | *destination;
}

}  // namespace holdfast
