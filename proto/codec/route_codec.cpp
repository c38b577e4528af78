// Routes and rules <-> messages. Field by field, in the order of proto/value/route_plan.h.
// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/route_codec.h"

#include "proto/codec/bounds.h"
#include "proto/codec/values_codec.h"

namespace holdfast {

static constexpr long long kU8Max = UINT8_MAX;
static constexpr long long kU16Max = UINT16_MAX;
static constexpr long long kMetricIdMax = 31;  // RTAX_*: a bit of `locked` each
static constexpr int kMetricsMax = 16;

static void encode(const Encapsulation& tunnel, wire::Encapsulation& message) {
  message.set_kind(static_cast<std::uint32_t>(tunnel.kind));
  if (tunnel.id) message.set_id(*tunnel.id);
  if (tunnel.destination) encode(*tunnel.destination, *message.mutable_destination());
  if (tunnel.source) encode(*tunnel.source, *message.mutable_source());
  if (tunnel.tos) message.set_tos(*tunnel.tos);
  if (tunnel.ttl) message.set_ttl(*tunnel.ttl);
  if (tunnel.flags) message.set_flags(*tunnel.flags);
  for (const std::uint32_t label : tunnel.labels) message.add_labels(label);
  message.set_locator(tunnel.locator);
}

static void encode(const RouteHop& hop, wire::RouteHop& message) {
  if (hop.via) encode(*hop.via, *message.mutable_via());
  message.set_interface(hop.interface);
  message.set_weight(hop.weight);
  message.set_onlink(hop.onlink);
  if (hop.encapsulation) encode(*hop.encapsulation, *message.mutable_encapsulation());
  message.set_realms(hop.realms);
}

void encode(const Route& route, wire::Route& message) {
  message.set_type(route.type);
  encode(route.destination, *message.mutable_destination());
  if (route.source) encode(*route.source, *message.mutable_source());
  if (route.preferred_source) encode(*route.preferred_source, *message.mutable_preferred_source());
  message.set_tos(route.tos);
  message.set_table(route.table);
  message.set_vrf(route.vrf);
  message.set_protocol(route.protocol);
  message.set_scope(route.scope);
  if (route.metric) message.set_metric(*route.metric);
  if (route.expires) message.set_expires(*route.expires);
  if (route.preference) message.set_preference(*route.preference);
  if (route.ttl_propagate) message.set_ttl_propagate(*route.ttl_propagate);
  for (const auto& [id, value] : route.metrics) {
    auto* metric = message.add_metrics();
    metric->set_id(id);
    metric->set_value(value);
  }
  message.set_locked(route.locked);
  message.set_congestion_control(route.congestion_control);
  encode(route.way, *message.mutable_way());
  for (const RouteHop& hop : route.hops) encode(hop, *message.add_hops());
  message.set_insertion(static_cast<std::uint32_t>(route.insertion));
  message.set_no_track(route.no_track);
}

static void encode(const PortRange& ports, wire::Range& message) {
  message.set_first(ports.first);
  message.set_last(ports.last);
}

void encode(const Rule& rule, wire::Rule& message) {
  message.set_family(static_cast<std::uint32_t>(rule.family));
  message.set_preference(rule.preference);
  message.set_inverted(rule.inverted);
  if (rule.source) encode(*rule.source, *message.mutable_source());
  if (rule.destination) encode(*rule.destination, *message.mutable_destination());
  message.set_tos(rule.tos);
  if (rule.mark) message.set_mark(*rule.mark);
  if (rule.mark_mask) message.set_mark_mask(*rule.mark_mask);
  message.set_incoming(rule.incoming);
  message.set_outgoing(rule.outgoing);
  if (rule.tunnel) message.set_tunnel(*rule.tunnel);
  if (rule.users) {
    message.mutable_users()->set_first(rule.users->first);
    message.mutable_users()->set_last(rule.users->second);
  }
  if (rule.ip_protocol) message.set_ip_protocol(*rule.ip_protocol);
  if (rule.source_ports) encode(*rule.source_ports, *message.mutable_source_ports());
  if (rule.destination_ports) encode(*rule.destination_ports, *message.mutable_destination_ports());
  message.set_l3mdev(rule.l3mdev);
  message.set_action(static_cast<std::uint32_t>(rule.action));
  message.set_table(rule.table);
  message.set_target(rule.target);
  message.set_realms(rule.realms);
  if (rule.suppress_prefix_length) message.set_suppress_prefix_length(*rule.suppress_prefix_length);
  if (rule.suppress_group) message.set_suppress_group(*rule.suppress_group);
  message.set_protocol(rule.protocol);
  message.set_no_track(rule.no_track);
}

static Result<Encapsulation> decode(const wire::Encapsulation& message) {
  constexpr long long kLabelMax = 0xfffff;
  Encapsulation tunnel;
  HF_TRY(tunnel.kind, bounds::within<Encapsulation::Kind>("encapsulation", message.kind(), 1, 4));
  if (message.has_id()) tunnel.id = message.id();
  if (message.has_destination()) {
    HF_TRY(tunnel.destination, decode(message.destination()));
  }
  if (message.has_source()) {
    HF_TRY(tunnel.source, decode(message.source()));
  }
  if (message.has_tos()) {
    HF_TRY(tunnel.tos, bounds::within<std::uint8_t>("tos of an encapsulation", message.tos(), 0, kU8Max));
  }
  if (message.has_ttl()) {
    HF_TRY(tunnel.ttl, bounds::within<std::uint8_t>("ttl of an encapsulation", message.ttl(), 0, kU8Max));
  }
  if (message.has_flags()) {
    HF_TRY(tunnel.flags, bounds::within<std::uint16_t>("flags of an encapsulation", message.flags(), 0, kU16Max));
  }
  HF_OK(bounds::count("labels", message.labels_size(), kMplsLabelsMax));
  for (const std::uint32_t value : message.labels()) {
    HF_TRY(const auto label, bounds::within<std::uint32_t>("label", value, 0, kLabelMax));
    tunnel.labels.push_back(label);
  }
  tunnel.locator = message.locator();
  const Family outer = tunnel.kind == Encapsulation::Kind::kIp6 ? Family::kIpv6 : Family::kIpv4;
  for (const auto& end : {tunnel.destination, tunnel.source}) {
    if (end && end->family() != outer) return Error{"address of an encapsulation is not of its family"};
  }
  return tunnel;
}

static Result<RouteHop> decode(const wire::RouteHop& message) {
  RouteHop hop;
  if (message.has_via()) {
    HF_TRY(hop.via, decode(message.via()));
  }
  HF_TRY(hop.interface, bounds::text("interface of a route", message.interface(), kInterfaceNameMax));
  HF_TRY(hop.weight, bounds::within<std::uint8_t>("weight", message.weight(), 0, kU8Max));
  hop.onlink = message.onlink();
  if (message.has_encapsulation()) {
    HF_TRY(hop.encapsulation, decode(message.encapsulation()));
  }
  hop.realms = message.realms();
  return hop;
}

static Status decode_ways(const wire::Route& message, Route& route) {
  HF_TRY(route.way, decode(message.way()));
  HF_OK(bounds::count("hops", message.hops_size(), kRouteHopsMax));
  for (const auto& entry : message.hops()) {
    HF_TRY(RouteHop hop, decode(entry));
    route.hops.push_back(std::move(hop));
  }
  return ok();
}

static Status decode_metrics(const wire::Route& message, Route& route) {
  HF_OK(bounds::count("metrics", message.metrics_size(), kMetricsMax));
  for (const auto& entry : message.metrics()) {
    HF_TRY(const auto id, bounds::within<std::uint8_t>("metric", entry.id(), 2, kMetricIdMax));
    if (!route.metrics.empty() && route.metrics.back().first >= id) return Error{"metrics of a route are not in ascending order"};
    route.metrics.emplace_back(id, entry.value());
  }
  route.locked = message.locked();
  HF_TRY(route.congestion_control, bounds::text("congctl", message.congestion_control(), kCongestionNameMax));
  return ok();
}

Result<Route> decode(const wire::Route& message) {
  Route route;
  HF_TRY(route.type, bounds::within<std::uint8_t>("route type", message.type(), 1, 11));
  HF_TRY(route.destination, decode(message.destination()));
  route.family = route.destination.address.family();
  if (message.has_source()) {
    HF_TRY(route.source, decode(message.source()));
    if (route.source->address.family() != route.family) return Error{"source of a route is not of its family"};
  }
  if (message.has_preferred_source()) {
    HF_TRY(route.preferred_source, decode(message.preferred_source()));
    if (route.preferred_source->family() != route.family) return Error{"src of a route is not of its family"};
  }
  HF_TRY(route.tos, bounds::within<std::uint8_t>("tos", message.tos(), 0, kU8Max));
  HF_TRY(route.table, bounds::within<std::uint32_t>("table", message.table(), 1, UINT32_MAX));
  HF_TRY(route.vrf, bounds::text("vrf", message.vrf(), kInterfaceNameMax));
  HF_TRY(route.protocol, bounds::within<std::uint8_t>("protocol", message.protocol(), 0, kU8Max));
  HF_TRY(route.scope, bounds::within<std::uint8_t>("scope", message.scope(), 0, kU8Max));
  if (message.has_metric()) route.metric = message.metric();
  if (message.has_expires()) route.expires = message.expires();
  if (message.has_preference()) {
    HF_TRY(route.preference, bounds::within<std::uint8_t>("pref", message.preference(), 0, kU8Max));
  }
  if (message.has_ttl_propagate()) route.ttl_propagate = message.ttl_propagate();
  HF_OK(decode_metrics(message, route));
  HF_OK(decode_ways(message, route));
  HF_TRY(route.insertion, bounds::within<Insertion>("insertion", message.insertion(), 0, 2));
  route.no_track = message.no_track();
  return route;
}

static Result<PortRange> decode(const wire::Range& message) {
  PortRange ports;
  HF_TRY(ports.first, bounds::within<std::uint16_t>("port", message.first(), 0, kU16Max));
  HF_TRY(ports.last, bounds::within<std::uint16_t>("port", message.last(), ports.first, kU16Max));
  return ports;
}

static Result<std::optional<Prefix>> selector(const char* field, bool present, const wire::Prefix& message, Family family) {
  if (!present) return std::optional<Prefix>{};
  HF_TRY(const Prefix prefix, decode(message));
  if (prefix.address.family() != family) return Error{std::string(field) + " of a rule is not of its family"};
  return std::optional<Prefix>{prefix};
}

static Status decode_selectors(const wire::Rule& message, Rule& rule) {
  HF_TRY(rule.source, selector("from", message.has_source(), message.source(), rule.family));
  HF_TRY(rule.destination, selector("to", message.has_destination(), message.destination(), rule.family));
  HF_TRY(rule.tos, bounds::within<std::uint8_t>("tos", message.tos(), 0, kU8Max));
  if (message.has_mark()) rule.mark = message.mark();
  if (message.has_mark_mask()) rule.mark_mask = message.mark_mask();
  HF_TRY(rule.incoming, bounds::text("iif", message.incoming(), kInterfaceNameMax));
  HF_TRY(rule.outgoing, bounds::text("oif", message.outgoing(), kInterfaceNameMax));
  if (message.has_tunnel()) rule.tunnel = message.tunnel();
  if (message.has_users()) rule.users = std::pair(message.users().first(), message.users().last());
  if (message.has_ip_protocol()) {
    HF_TRY(rule.ip_protocol, bounds::within<std::uint8_t>("ipproto", message.ip_protocol(), 0, kU8Max));
  }
  if (message.has_source_ports()) {
    HF_TRY(rule.source_ports, decode(message.source_ports()));
  }
  if (message.has_destination_ports()) {
    HF_TRY(rule.destination_ports, decode(message.destination_ports()));
  }
  return ok();
}

Result<Rule> decode(const wire::Rule& message) {
  Rule rule;
  if (message.family() != 4 && message.family() != 6) return Error{"family of a rule is not 4 or 6"};
  rule.family = static_cast<Family>(message.family());
  rule.preference = message.preference();
  rule.inverted = message.inverted();
  HF_OK(decode_selectors(message, rule));
  rule.l3mdev = message.l3mdev();
  HF_TRY(rule.action, bounds::within<RuleAction>("action of a rule", message.action(), 1, 8));
  if (message.action() == 4 || message.action() == 5) return Error{"action of a rule is " + std::to_string(message.action())};
  rule.table = message.table();
  if (rule.action == RuleAction::kTable && rule.table == 0 && !rule.l3mdev) return Error{"rule without a table"};
  rule.target = message.target();
  rule.realms = message.realms();
  if (message.has_suppress_prefix_length()) {
    HF_TRY(rule.suppress_prefix_length,
           bounds::within<std::uint32_t>("suppress_prefixlength", message.suppress_prefix_length(), 0, INT32_MAX));
  }
  if (message.has_suppress_group()) rule.suppress_group = message.suppress_group();
  HF_TRY(rule.protocol, bounds::within<std::uint8_t>("protocol of a rule", message.protocol(), 0, kU8Max));
  rule.no_track = message.no_track();
  return rule;
}

}  // namespace holdfast
