// Words of the lines of static_routes and virtual_routes, and what they set in a RouteEntry. Names follow ip-route(8).
// `to` and a type may stand before the destination; what follows `nexthop` is about that way. A value that makes no sense drops
// the line, as in keepalived.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/keywords/routing/route.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::ErrorClass;

constexpr std::string_view kFamilies = "inet|inet6";
constexpr std::string_view kRouteTypes =
    "unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw|nat|xresolve";

// RTAX_* of linux/rtnetlink.h; the route codec asserts that they are the same.
enum Metric : std::uint8_t {
  kMtu = 2, kWindow = 3, kRtt = 4, kRttVariance = 5, kSsthresh = 6, kCwnd = 7, kAdvmss = 8, kReordering = 9, kHoplimit = 10,
  kInitcwnd = 11, kFeatures = 12, kRtoMin = 13, kInitrwnd = 14, kQuickack = 15, kCongestion = 16, kFastopenNoCookie = 17,
};
constexpr std::uint32_t kFeatureEcn = 1;

RouteEntry& entry(Use& use) { return use.target.as<RouteEntry>(); }
// What words about a way are about.
HopEntry& way(Use& use) { return entry(use).hops.empty() ? entry(use).way : entry(use).hops.back(); }

void drop(Use& use, config::Code code, std::string message, std::string expected = {}) {
  use.problem(code, std::move(message) + ": the route is left out", std::move(expected));
  use.rejected = true;
}

void family(Use& use) {
  const Family said = use.row.name == "inet" ? Family::kIpv4 : Family::kIpv6;
  if (fits(use, entry(use).family, said)) entry(use).family = {said, use.word.at, true};
}

void destination(Use& use) {
  RouteEntry& line = entry(use);
  if (use.words.size() > 1) line.route.type = static_cast<std::uint8_t>(1 + *position_in(kRouteTypes, use.words.front().text));
  const std::string_view text = use.value().text;
  Prefix prefix = use.value().prefix;
  if (const auto special = position_in("default|any|all|default6", text)) {
    constexpr std::int64_t kDefault6 = 3;
    line.everywhere = *special != kDefault6;
    prefix = {*special == kDefault6 ? IpAddress::v6({}) : IpAddress{}, 0};
  }
  if (!line.everywhere && !fits(use, line.family, prefix.address.family())) return;
  line.destination = {prefix, use.word.at, true};
}

void preferred_source(Use& use) {
  const IpAddress& address = use.value().prefix.address;
  if (fits(use, entry(use).family, address.family())) entry(use).route.preferred_source = address;
}

void via(Use& use) {
  const IpAddress& address = use.value().prefix.address;
  if (use.words.size() > 1 && (use.words.front().is("inet") != address.is_v4())) {
    return drop(use, "other-family", "'" + address.to_string() + "' is not of the family before it");
  }
  if (fits(use, entry(use).family, address.family())) way(use).hop.via = address;
}

// `via A or B`: two ways of the same weight.
void or_via(Use& use) {
  RouteEntry& line = entry(use);
  const IpAddress& address = use.value().prefix.address;
  if (!fits(use, line.family, address.family())) return;
  if (line.hops.empty()) line.hops.push_back(line.way);
  line.hops.push_back(line.way);
  line.hops.back().hop.via = address;
}

void from(Use& use) {
  const bool everywhere = position_in("default|any|all|default6", use.value().text).has_value();
  const Prefix prefix = everywhere ? Prefix{IpAddress::v6({}), 0} : use.value().prefix;
  if (prefix.address.is_v4()) return drop(use, "ipv6-only", "'from' is for IPv6 routes");
  if (fits(use, entry(use).family, Family::kIpv6)) entry(use).route.source = prefix;
}

void metric(Use& use) { entry(use).route.metric = static_cast<std::uint32_t>(use.value().number); }
void expires(Use& use) { entry(use).route.expires = static_cast<std::uint32_t>(use.value().number); }
void dev(Use& use) { way(use).hop.interface = std::string(use.value().text); }
void onlink(Use& use) { way(use).hop.onlink = true; }
void realms(Use& use) { way(use).realms = {std::string(use.value().text), use.word.at, true}; }
void vrf(Use& use) { entry(use).route.vrf = std::string(use.value().text); }
void weight(Use& use) { way(use).hop.weight = static_cast<std::uint8_t>(use.value().number - 1); }
void no_track(Use& use) { entry(use).route.no_track = true; }
void ttl_propagate(Use& use) { entry(use).route.ttl_propagate = use.value().number == 0; }

template <Insertion How>
void insertion(Use& use) {
  entry(use).route.insertion = How;
}

void set_metric(Use& use, Metric id, std::uint32_t value) {
  Route& route = entry(use).route;
  const auto at = std::lower_bound(route.metrics.begin(), route.metrics.end(), std::pair<std::uint8_t, std::uint32_t>{id, 0});
  if (at != route.metrics.end() && at->first == id) at->second = value;
  else route.metrics.emplace(at, id, value);
}

void lock(Use& use, Metric id) {
  if (use.words.size() > 1 && use.words.front().is("lock")) entry(use).route.locked |= 1u << id;
}

template <Metric Id>
void number_metric(Use& use) {
  lock(use, Id);
  set_metric(use, Id, static_cast<std::uint32_t>(use.value().number));
}

void features(Use& use) { set_metric(use, kFeatures, kFeatureEcn); }

void congestion(Use& use) {
  if (use.value().text.size() > kCongestionNameMax) return drop(use, "algorithm-too-long", "the algorithm's name is too long", "at most 15 characters");
  lock(use, kCongestion);
  entry(use).route.congestion_control = std::string(use.value().text);
}

// A number in the kernel's unit, or seconds or milliseconds with their name.
template <Metric Id, unsigned UnitsPerMillisecond>
void time_metric(Use& use) {
  const std::string_view text = use.value().text;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  double units = UnitsPerMillisecond;
  if (unit == "s" || unit == "sec" || unit == "secs") units *= 1000;
  else if (unit.empty()) units = 1;
  else if (unit != "ms" && unit != "msec" && unit != "msecs") units = 0;
  if (error != std::errc{} || number < 0 || units == 0 || number * units > std::numeric_limits<std::uint32_t>::max()) {
    use.problem("bad-time", "'" + std::string(text) + "' is not a time: '" + std::string(use.row.name) + "' is ignored",
                "a number, perhaps with s or ms");
    return;
  }
  constexpr double kLeast = 200.0 * UnitsPerMillisecond;
  constexpr double kMost = 120'000.0 * UnitsPerMillisecond;
  double value = number * units + (unit.empty() ? 0 : 0.999);
  if (value < kLeast || value >= kMost + 1) {
    use.problem("time-out-of-range", "'" + std::string(text) + "' is out of range: the nearest time is used", "200 ms to 120 s");
    value = value < kLeast ? kLeast : kMost;
  }
  lock(use, Id);
  set_metric(use, Id, static_cast<std::uint32_t>(value));
}

void preference(Use& use) {
  constexpr std::uint8_t kNumbers[] = {3, 0, 1};  // ICMPV6_ROUTER_PREF_*
  const auto name = position_in("low|medium|high", use.value().text);
  entry(use).route.preference = name ? kNumbers[*name] : static_cast<std::uint8_t>(use.value().number);
}

void nexthop(Use& use) {
  if (entry(use).hops.size() == kRouteHopsMax) {
    return drop(use, "too-many-ways", "more than " + std::to_string(kRouteHopsMax) + " ways");
  }
  entry(use).hops.emplace_back();
}

// ---- encap

Encapsulation* tunnel(Use& use) {
  auto& tunnel = way(use).hop.encapsulation;
  if (!tunnel) drop(use, "encap-without-type", "'encap' is not followed by a type", "ip, ip6, mpls or ila");
  return tunnel ? &*tunnel : nullptr;
}

template <Encapsulation::Kind Kind>
void encap(Use& use) {
  way(use).hop.encapsulation = Encapsulation{};
  way(use).hop.encapsulation->kind = Kind;
}

void labels(Use& use) {
  constexpr std::uint64_t kLabelMax = 0xfffff;
  encap<Encapsulation::Kind::kMpls>(use);
  std::string_view rest = use.value().text;
  std::vector<std::uint32_t>& labels = way(use).hop.encapsulation->labels;
  for (bool more = true; more;) {
    const auto label = leading_number(rest, true, rest);
    more = rest.starts_with('/');
    if (!label || *label > kLabelMax || (!rest.empty() && !more) || labels.size() == kMplsLabelsMax) {
      return drop(use, "bad-labels", "'" + std::string(use.value().text) + "' is not a stack of labels", "up to 16 numbers of 0 to 1048575 with / between");
    }
    labels.push_back(static_cast<std::uint32_t>(*label));
    if (more) rest.remove_prefix(1);
  }
}

void locator(Use& use) {
  constexpr unsigned kGroupBits = 16;
  encap<Encapsulation::Kind::kIla>(use);
  std::string_view rest = use.value().text;
  std::uint64_t number = 0;
  bool good = true;
  for (int group = 0; group < 4 && good; ++group) {
    std::uint16_t part = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), part, 16);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    good = error == std::errc{} && (group == 3 ? rest.empty() : rest.starts_with(':'));
    if (group < 3 && good) rest.remove_prefix(1);
    number = number << kGroupBits | part;
  }
  if (!good) return drop(use, "bad-locator", "'" + std::string(use.value().text) + "' is not a locator", "four hexadecimal groups with : between");
  way(use).hop.encapsulation->locator = number;
}

template <std::optional<IpAddress> Encapsulation::* End>
void tunnel_end(Use& use) {
  Encapsulation* way_tunnel = tunnel(use);
  if (way_tunnel == nullptr) return;
  const IpAddress& address = use.value().prefix.address;
  if (address.is_v4() != (way_tunnel->kind == Encapsulation::Kind::kIp)) {
    return drop(use, "other-family", "'" + address.to_string() + "' is not of the tunnel's family");
  }
  way_tunnel->*End = address;
}

void tunnel_id(Use& use) {
  if (Encapsulation* way_tunnel = tunnel(use)) way_tunnel->id = use.value().huge;
}
void tunnel_tos(Use& use) {
  if (tunnel(use) != nullptr) way(use).tunnel_tos = {std::string(use.value().text), use.word.at, true};
}
void tunnel_ttl(Use& use) {
  if (Encapsulation* way_tunnel = tunnel(use)) way_tunnel->ttl = static_cast<std::uint8_t>(use.value().number);
}
void tunnel_flags(Use& use) {
  if (Encapsulation* way_tunnel = tunnel(use)) way_tunnel->flags = static_cast<std::uint16_t>(use.value().number);
}

// ---- lines

bool tunnel_is_whole(Binder& binder, const config::Node& line, const HopEntry& hop) {
  const auto& tunnel = hop.hop.encapsulation;
  const bool ip = tunnel && (tunnel->kind == Encapsulation::Kind::kIp || tunnel->kind == Encapsulation::Kind::kIp6);
  if (!ip || tunnel->id || tunnel->destination) return true;
  binder.problem(config::about(line), "encap-without-end", "'encap' needs dst or id: the route is left out");
  return false;
}

// What can be said only when the whole line is known. A diagnostic says why it is left out.
bool finish(Binder& binder, const config::Node& line, RouteEntry& entry) {
  const auto refuse = [&](config::Code code, std::string message) {
    binder.problem(config::about(line), code, std::move(message) + ": the route is left out");
    return false;
  };
  if (!entry.destination) return refuse("no-destination", "a route needs a destination");
  Route& route = entry.route;
  route.family = entry.family.value_or(Family::kIpv4);
  route.destination = *entry.destination;
  if (entry.everywhere && route.family == Family::kIpv6) route.destination = {IpAddress::v6({}), 0};
  const bool v4 = route.family == Family::kIpv4;
  if (v4 && route.expires) return refuse("ipv6-only", "'expires' is for IPv6 routes");
  if (v4 && route.preference) return refuse("ipv6-only", "'pref' is for IPv6 routes");
  bool realms = static_cast<bool>(entry.way.realms);
  if (!tunnel_is_whole(binder, line, entry.way)) return false;
  for (const HopEntry& hop : entry.hops) {
    realms = realms || hop.realms;
    if (!tunnel_is_whole(binder, line, hop)) return false;
  }
  if (!v4 && realms) return refuse("ipv4-only", "'realms' is for IPv4 routes");
  return true;
}

void routes(Use& use, std::vector<RouteEntry>& entries) {
  use.done = true;
  for (const config::Node& line : use.node.children) {
    RouteEntry entry;
    entry.at = line.at;
    if (!use.binder.whole_line(line, use.inside, Target(entry))) continue;
    if (finish(use.binder, line, entry)) entries.push_back(std::move(entry));
  }
}

void static_routes(Use& use) { routes(use, use.configuration().static_routes); }

constexpr Takes number() { return strict("NUMBER", 0, kMax32); }
constexpr Takes lockable() { return after("lock", number()); }
constexpr Takes time() { return after("lock", word("TIME")); }
constexpr Takes gateway() { return after(kFamilies, address()); }

constexpr Keyword kRouteRoot[] = {
    {"static_routes", lines(), "", "Routes that are there as long as the daemon runs.", static_routes},
};

constexpr Keyword kRoute[] = {
    {"to", route(), "", "Destination, when it needs a word before it.", destination},
    {"inet", nothing(), "", "The route is an IPv4 one.", family},
    {"inet6", nothing(), "", "The route is an IPv6 one.", family},
    {"src", address(), "none", "Source address for packets of this machine.", preferred_source},
    meaningless({"as", after("to", address()), "", "Only for MPLS, which is not supported."}),
    {"via", gateway(), "none", "Next router.", via},
    old("via", ErrorClass::general_error, {"gw", address(), "", "Old spelling of via.", via}),
    {"from", route(), "none", "Source prefix of an IPv6 route.", from},
    {"tos", word("DSFIELD"), "0", "Type of service.", into<&RouteEntry::tos>},
    {"dsfield", word("DSFIELD"), "0", "Other name of tos.", into<&RouteEntry::tos>},
    {"table", word("TABLE"), "main", "Routing table, by name or number.", into<&RouteEntry::table>},
    {"protocol", word("PROTOCOL"), "18", "Origin of the route.", into<&RouteEntry::protocol>},
    {"scope", word("SCOPE"), "by the kernel", "Scope of the route.", into<&RouteEntry::scope>},
    {"metric", number(), "by the kernel", "The lower, the better.", metric},
    {"priority", number(), "by the kernel", "Other name of metric.", metric},
    {"preference", number(), "by the kernel", "Other name of metric.", metric},
    {"dev", interface(), "none", "Interface to leave by.", dev},
    {"oif", interface(), "none", "Other name of dev.", dev},
    {"onlink", nothing(), "off", "The next router is on the link whatever its address.", onlink},
    {"encap", options(1), "none", "Tunnel for the packets of this route.", read_by_block},
    {"expires", number(), "never", "Life in seconds of an IPv6 route.", expires},
    {"mtu", lockable(), "by the kernel", "Path MTU.", number_metric<kMtu>},
    {"advmss", lockable(), "by the kernel", "Segment size to advertise.", number_metric<kAdvmss>},
    {"reordering", lockable(), "by the kernel", "Reordering to expect.", number_metric<kReordering>},
    {"cwnd", lockable(), "by the kernel", "Limit of the congestion window.", number_metric<kCwnd>},
    {"ssthresh", lockable(), "by the kernel", "End of slow start.", number_metric<kSsthresh>},
    {"hoplimit", strict("HOPS", 0, 255), "by the kernel", "Hop limit of packets.", number_metric<kHoplimit>},
    {"rtt", time(), "by the kernel", "Round-trip time to begin with.", time_metric<kRtt, 8>},
    {"rttvar", time(), "by the kernel", "Its variance.", time_metric<kRttVariance, 4>},
    {"rto_min", time(), "by the kernel", "Shortest retransmission time-out.", time_metric<kRtoMin, 1>},
    {"window", number(), "by the kernel", "Largest window to advertise.", number_metric<kWindow>},
    {"realms", word("[SOURCE/]DESTINATION"), "none", "Realms of an IPv4 route.", realms},
    {"initcwnd", number(), "by the kernel", "Congestion window to begin with.", number_metric<kInitcwnd>},
    {"initrwnd", number(), "by the kernel", "Receive window to begin with.", number_metric<kInitrwnd>},
    {"features", choice("ecn"), "none", "Explicit congestion notification.", features},
    {"quickack", strict("0|1", 0, 1), "by the kernel", "Acknowledges at once.", number_metric<kQuickack>},
    {"congctl", after("lock", word("ALGORITHM")), "by the kernel", "Congestion control.", congestion},
    {"pref", number_or("low|medium|high", 0, 255), "medium", "Preference of an IPv6 router.", preference},
    {"ttl-propagate", choice("enabled|disabled"), "by the kernel", "TTL through MPLS.", ttl_propagate},
    {"fastopen_no_cookie", strict("0|1", 0, 1), "by the kernel", "TCP Fast Open without a cookie.", number_metric<kFastopenNoCookie>},
    {"add", nothing(), "prepend", "Adds only if no such route exists.", insertion<Insertion::kAdd>},
    {"prepend", nothing(), "prepend", "Adds before such routes.", insertion<Insertion::kPrepend>},
    {"append", nothing(), "prepend", "Adds after such routes.", insertion<Insertion::kAppend>},
    old("nexthop", ErrorClass::general_error, {"or", address(), "", "Old spelling of a second next router.", or_via}),
    {"nexthop", options(), "", "One of several ways; the last thing on the line, may be repeated.", nexthop},
    {"no_track", nothing(), "tracked", "Loss of the route changes nothing.", no_track},
    {"vrf", interface(), "none", "VRF whose table is used.", vrf},
    {"[to] <destination>", after(kRouteTypes, route()), "required", "Destination of the route: a prefix, default, any, all or default6.",
     destination},
};

constexpr Keyword kTrackGroup[] = {
    not_yet({"track_group", word("NAME"), "none", "Instances that are tied to it.", into<&RouteEntry::track_group>}),
};

constexpr Keyword kNexthop[] = {
    {"via", gateway(), "none", "Next router of this way.", via},
    {"dev", interface(), "none", "Interface of this way.", dev},
    {"weight", strict("WEIGHT", 1, 256), "1", "Share of this way.", weight},
    {"onlink", nothing(), "off", "The next router is on the link whatever its address.", onlink},
    {"encap", options(1), "none", "Tunnel of this way.", read_by_block},
    {"realms", word("[SOURCE/]DESTINATION"), "none", "Realms of this way.", realms},
    meaningless({"as", after("to", address()), "", "Only for MPLS, which is not supported."}),
};

constexpr Keyword kEncapsulation[] = {
    {"ip", nothing(), "", "IPv4 tunnel; needs dst or id.", encap<Encapsulation::Kind::kIp>},
    {"ip6", nothing(), "", "IPv6 tunnel; needs dst or id.", encap<Encapsulation::Kind::kIp6>},
    {"mpls", word("LABEL[/LABEL]..."), "", "Labels, 0 to 1048575.", labels},
    {"ila", word("LOCATOR"), "", "Locator of identifier-locator addressing.", locator},
    {"id", huge("ID"), "", "Number of the tunnel.", tunnel_id},
    {"dst", address(), "", "Outer destination.", tunnel_end<&Encapsulation::destination>},
    {"src", address(), "", "Outer source.", tunnel_end<&Encapsulation::source>},
    {"tos", word("DSFIELD"), "", "Outer type of service, IPv4.", tunnel_tos},
    {"ttl", strict("TTL", 0, 255), "", "Outer TTL, IPv4.", tunnel_ttl},
    {"tc", word("DSFIELD"), "", "Outer traffic class, IPv6.", tunnel_tos},
    {"hoplimit", strict("HOPS", 0, 255), "", "Outer hop limit, IPv6.", tunnel_ttl},
    {"flags", any_base(strict("FLAGS", 0, kMax16)), "", "Flags of the tunnel.", tunnel_flags},
};

constexpr Table kTables[] = {
    {"(root)", kRouteRoot},
    {"static_routes", kRoute},
    {"static_routes", kTrackGroup},
    {"static_routes>nexthop", kNexthop},
    {"static_routes>nexthop>encap", kEncapsulation},
    {"static_routes>encap", kEncapsulation},
    {"vrrp_instance>virtual_routes", kRoute},
    {"vrrp_instance>virtual_routes>nexthop", kNexthop},
    {"vrrp_instance>virtual_routes>nexthop>encap", kEncapsulation},
    {"vrrp_instance>virtual_routes>encap", kEncapsulation},
};

}  // namespace

std::span<const Table> route_tables() { return kTables; }

void virtual_routes(Use& use) { routes(use, use.target.as<Instance>().routes); }

bool fits(Use& use, Located<Family>& family, Family other) {
  if (!family) family = {other, use.word.at, true};
  if (*family == other) return true;
  use.problem("other-family", "'" + std::string(use.value().present ? use.value().text : use.word.text) +
                                  "' is of another address family than what stands before it: the line is left out",
              *family == Family::kIpv4 ? "IPv4" : "IPv6");
  use.rejected = true;
  return false;
}

}  // namespace holdfast::model
