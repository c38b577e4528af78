// See resolve.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/routing/resolve.h"

#include <optional>
#include <utility>

#include "parent/plan/routing/names.h"

namespace holdfast {
namespace {

using Kind = RoutingNames::Kind;
using model::Located;

// RTN_*, RT_SCOPE_*, RT_TABLE_* of linux/rtnetlink.h.
enum Type : std::uint8_t { kLocal = 2, kBroadcast = 3, kAnycast = 4 };
constexpr std::uint8_t kScopeLink = 253;
constexpr std::uint8_t kScopeHost = 254;
constexpr std::uint32_t kLocalTable = 255;

const char* noun(Kind kind) {
  switch (kind) {
    case Kind::kTable: return "table";
    case Kind::kProtocol: return "protocol";
    case Kind::kScope: return "scope";
    case Kind::kRealm: return "realm";
    case Kind::kGroup: return "interface group";
    case Kind::kDsfield: return "dsfield";
    case Kind::kIpProtocol: return "IP protocol";
  }
  return "name";
}

// One line on its way: remembers whether something of it could not be resolved.
class Line {
 public:
  Line(Building& building, std::string who, const char* what) : building_(building), who_(std::move(who)), what_(what) {}

  // Sets the field when the word was said; a word that is not known drops the line.
  template <class Number>
  void resolve(const Located<std::string>& word, Kind kind, Number& field) {
    if (!word) return;
    const auto number = building_.surroundings.names.find(kind, *word);
    if (!number) return lost(word, kind, *word);
    field = static_cast<Number>(*number);
  }
  template <class Number>
  void resolve(const Located<std::string>& word, Kind kind, std::optional<Number>& field) {
    if (!word) return;
    Number number{};
    resolve(word, kind, number);
    field = number;
  }
  void realms(const Located<std::string>& words, std::uint32_t& field) {
    if (!words) return;
    const auto number = building_.surroundings.names.find_realms(*words);
    if (!number) return lost(words, Kind::kRealm, *words);
    field = *number;
  }
  bool whole() const { return whole_; }
  void lose(config::Position at, config::Code code, const std::string& message) {
    building_.warn(at, code, who_ + message + ": the " + what_ + " is left out");
    whole_ = false;
  }

 private:
  template <class Word>
  void lost(const Word& word, Kind kind, const std::string& text) {
    lose(word.at, "unknown-name", std::string(noun(kind)) + " '" + text + "' is not known");
  }

  Building& building_;
  std::string who_;
  const char* what_;
  bool whole_ = true;
};

RouteHop resolve_hop(Line& line, const model::HopEntry& said) {
  RouteHop hop = said.hop;
  line.realms(said.realms, hop.realms);
  if (hop.encapsulation) line.resolve(said.tunnel_tos, Kind::kDsfield, hop.encapsulation->tos);
  return hop;
}

// Where the line says nothing: the widest one, as keepalived; the kernel refuses that for these types.
std::uint8_t default_scope(const Route& route) {
  if (route.family == Family::kIpv6) return 0;
  if (route.type == kLocal) return kScopeHost;
  return route.type == kBroadcast || route.type == kAnycast ? kScopeLink : 0;
}

std::uint32_t default_table(const Route& route) {
  const bool local = route.type == kLocal || route.type == kBroadcast || route.type == kAnycast;
  return local ? kLocalTable : kMainTable;
}

std::optional<Route> resolve(Building& building, const std::string& who, const model::RouteEntry& said) {
  Line line(building, who, "route");
  Route route = said.route;
  route.way = resolve_hop(line, said.way);
  for (const model::HopEntry& hop : said.hops) route.hops.push_back(resolve_hop(line, hop));
  if (!route.hops.empty()) route.way = RouteHop{.realms = route.way.realms};
  route.table = default_table(route);
  line.resolve(said.table, Kind::kTable, route.table);
  if (route.table == 0) line.lose(said.table.at, "unknown-name", "table 0 is none");
  line.resolve(said.protocol, Kind::kProtocol, route.protocol);
  if (said.protocol && route.protocol != kOurProtocol && !route.no_track) {
    building.warn(said.protocol.at, "protocol-of-tracked", who + "a route that is tracked has protocol 18", "no_track");
    route.protocol = kOurProtocol;
  }
  route.scope = default_scope(route);
  line.resolve(said.scope, Kind::kScope, route.scope);
  line.resolve(said.tos, Kind::kDsfield, route.tos);
  std::vector<std::string> interfaces = {route.way.interface, route.vrf};
  for (const RouteHop& hop : route.hops) interfaces.push_back(hop.interface);
  for (const std::string& interface : interfaces) {
    if (building.is_missing(interface)) line.lose(said.at, "unknown-interface", "interface " + interface + " does not exist");
  }
  if (!line.whole()) return std::nullopt;
  return route;
}

std::optional<Rule> resolve(Building& building, const std::string& who, const model::RuleEntry& said) {
  Line line(building, who, "rule");
  Rule rule = said.rule;
  line.resolve(said.table, Kind::kTable, rule.table);
  if (said.table && rule.table == 0 && line.whole()) line.lose(said.table.at, "unknown-name", "table 0 is none");
  line.resolve(said.tos, Kind::kDsfield, rule.tos);
  line.realms(said.realms, rule.realms);
  line.resolve(said.suppress_group, Kind::kGroup, rule.suppress_group);
  line.resolve(said.ip_protocol, Kind::kIpProtocol, rule.ip_protocol);
  if (rule.protocol != kOurProtocol && !rule.no_track) {
    building.warn(said.at, "protocol-of-tracked", who + "a rule that is tracked has protocol 18", "no_track");
    rule.protocol = kOurProtocol;
  }
  for (const std::string& interface : {rule.incoming, rule.outgoing}) {
    if (building.is_missing(interface)) line.lose(said.at, "unknown-interface", "interface " + interface + " does not exist");
  }
  if (!line.whole()) return std::nullopt;
  return rule;
}

template <class Item, class Entry>
std::vector<Item> resolve_all(Building& building, const std::string& who, const std::vector<Entry>& entries) {
  std::vector<Item> items;
  for (const Entry& entry : entries) {
    if (auto item = resolve(building, who, entry)) items.push_back(*std::move(item));
  }
  return items;
}

}  // namespace

std::vector<Route> resolve_routes(Building& building, const std::string& who, const std::vector<model::RouteEntry>& entries) {
  return resolve_all<Route>(building, who, entries);
}

std::vector<Rule> resolve_rules(Building& building, const std::string& who, const std::vector<model::RuleEntry>& entries) {
  return resolve_all<Rule>(building, who, entries);
}

}  // namespace holdfast
