// Addresses, routes and rules, each on one line with the words of ip-address(8), ip-route(8) and ip-rule(8). Numbers stay numbers.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/outline/writer.h"

namespace holdfast::outlining {
namespace {

std::string encapsulation_words(const Encapsulation& encapsulation) {
  Facts facts;
  facts.add("encap " + word(encapsulation.kind, {"none", "mpls", "ip", "ila", "ip6"}));
  facts.differing(encapsulation, "id", &Encapsulation::id, "dst", &Encapsulation::destination, "src", &Encapsulation::source, "tos", &Encapsulation::tos,
                  "ttl", &Encapsulation::ttl, "flags", &Encapsulation::flags, "labels", &Encapsulation::labels, "locator", &Encapsulation::locator);
  return facts.together();
}

void way(const RouteHop& hop, Facts& facts) {
  facts.differing(hop, "via", &RouteHop::via, "dev", &RouteHop::interface, "weight less one", &RouteHop::weight, "onlink", &RouteHop::onlink);
  if (hop.encapsulation) facts.add(encapsulation_words(*hop.encapsulation));
  facts.differing(hop, "realms", &RouteHop::realms);
}

std::string range_words(const PortRange& range) { return words(range.first) + "-" + words(range.last); }

}  // namespace

std::string words_of(const VirtualAddress& address) {
  Facts facts;
  facts.add(words(address.prefix));
  facts.differing(address, "dev", &VirtualAddress::interface, "scope", &VirtualAddress::scope, "label", &VirtualAddress::label, "brd",
                  &VirtualAddress::broadcast, "peer", &VirtualAddress::peer, "flags", &VirtualAddress::flags, "preferred_lft",
                  &VirtualAddress::preferred, "no_track", &VirtualAddress::no_track);
  return facts.together();
}

std::string words_of(const Route& route) {
  Facts facts;
  facts.differing(route, "type", &Route::type);
  facts.add(words(route.destination));
  facts.differing(route, "from", &Route::source, "src", &Route::preferred_source, "tos", &Route::tos, "table", &Route::table, "vrf", &Route::vrf,
                  "protocol", &Route::protocol, "scope", &Route::scope, "metric", &Route::metric, "expires", &Route::expires, "pref",
                  &Route::preference, "ttl-propagate", &Route::ttl_propagate, "metrics", &Route::metrics, "locked", &Route::locked, "congctl",
                  &Route::congestion_control);
  way(route.way, facts);
  for (const RouteHop& hop : route.hops) {
    facts.add("nexthop");
    way(hop, facts);
  }
  if (route.insertion != Insertion::kPrepend) facts.add(word(route.insertion, {"", "added", "appended"}));
  facts.differing(route, "no_track", &Route::no_track);
  return facts.together();
}

std::string words_of(const Rule& rule) {
  Facts facts;
  facts.add(rule.family == Family::kIpv4 ? "IPv4" : "IPv6");
  facts.differing(rule, "not", &Rule::inverted, "from", &Rule::source, "to", &Rule::destination, "tos", &Rule::tos, "fwmark", &Rule::mark, "mask",
                  &Rule::mark_mask, "iif", &Rule::incoming, "oif", &Rule::outgoing, "tun_id", &Rule::tunnel, "uidrange", &Rule::users, "ipproto",
                  &Rule::ip_protocol);
  if (rule.source_ports) facts.add("sport " + range_words(*rule.source_ports));
  if (rule.destination_ports) facts.add("dport " + range_words(*rule.destination_ports));
  facts.differing(rule, "l3mdev", &Rule::l3mdev);
  if (rule.action != RuleAction::kTable) facts.add("action " + words(static_cast<unsigned>(rule.action)));
  facts.differing(rule, "table", &Rule::table, "goto", &Rule::target, "realms", &Rule::realms, "suppress_prefixlength", &Rule::suppress_prefix_length,
                  "suppress_ifgroup", &Rule::suppress_group, "protocol", &Rule::protocol, "no_track", &Rule::no_track);
  facts.add("preference " + words(rule.preference));
  return facts.together();
}

}  // namespace holdfast::outlining
