// Words of the lines of static_routes, virtual_routes, static_rules and virtual_rules. Names follow ip-route(8) and ip-rule(8).
// Nothing of it has an effect yet: the words and their values are checked. `to` and `type` may stand before the word they explain.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::ErrorClass;

constexpr std::string_view kFamilies = "inet|inet6";
constexpr std::string_view kRouteTypes =
    "unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw|nat|xresolve";

constexpr Takes number() { return any_base(strict("NUMBER", 0, kMax32)); }
constexpr Takes lockable() { return after("lock", number()); }
constexpr Takes time() { return after("lock", word("TIME")); }
constexpr Takes gateway() { return after(kFamilies, address()); }

constexpr Keyword kRouteRoot[] = {
    {"static_routes", lines(), "", "Routes that are there as long as the daemon runs."},
    {"static_rules", lines(), "", "Policy rules that are there as long as the daemon runs."},
};

constexpr Keyword kRoute[] = {
    {"to", route(), "", "Destination, when it needs a word before it."},
    {"inet", nothing(), "", "The route is an IPv4 one."},
    {"inet6", nothing(), "", "The route is an IPv6 one."},
    {"src", address(), "none", "Source address for packets of this machine."},
    meaningless({"as", after("to", address()), "", "Only for MPLS, which is not supported."}),
    {"via", gateway(), "none", "Next router."},
    old("via", ErrorClass::general_error, {"gw", address(), "", "Old spelling of via."}),
    {"from", route(), "none", "Source prefix of an IPv6 route."},
    {"tos", word("DSFIELD"), "0", "Type of service."},
    {"dsfield", word("DSFIELD"), "0", "Other name of tos."},
    {"table", word("TABLE"), "main", "Routing table, by name or number."},
    {"protocol", word("PROTOCOL"), "18", "Origin of the route."},
    {"scope", word("SCOPE"), "by the kernel", "Scope of the route."},
    {"metric", number(), "by the kernel", "The lower, the better."},
    {"priority", number(), "by the kernel", "Other name of metric."},
    {"preference", number(), "by the kernel", "Other name of metric."},
    {"dev", interface(), "none", "Interface to leave by."},
    {"oif", interface(), "none", "Other name of dev."},
    {"onlink", nothing(), "off", "The next router is on the link whatever its address."},
    {"encap", options(1), "none", "Tunnel for the packets of this route."},
    {"expires", number(), "never", "Life in seconds of an IPv6 route."},
    {"mtu", lockable(), "by the kernel", "Path MTU."},
    {"advmss", lockable(), "by the kernel", "Segment size to advertise."},
    {"reordering", lockable(), "by the kernel", "Reordering to expect."},
    {"cwnd", lockable(), "by the kernel", "Limit of the congestion window."},
    {"ssthresh", lockable(), "by the kernel", "End of slow start."},
    {"hoplimit", strict("HOPS", 0, 255), "by the kernel", "Hop limit of packets."},
    {"rtt", time(), "by the kernel", "Round-trip time to begin with."},
    {"rttvar", time(), "by the kernel", "Its variance."},
    {"rto_min", time(), "by the kernel", "Shortest retransmission time-out."},
    {"window", number(), "by the kernel", "Largest window to advertise."},
    {"realms", word("[SOURCE/]DESTINATION"), "none", "Realms of an IPv4 route."},
    {"initcwnd", number(), "by the kernel", "Congestion window to begin with."},
    {"initrwnd", number(), "by the kernel", "Receive window to begin with."},
    {"features", choice("ecn"), "none", "Explicit congestion notification."},
    {"quickack", strict("0|1", 0, 1), "by the kernel", "Acknowledges at once."},
    {"congctl", after("lock", word("ALGORITHM")), "by the kernel", "Congestion control."},
    {"pref", number_or("low|medium|high", 0, 255), "medium", "Preference of an IPv6 router."},
    {"ttl-propagate", choice("enabled|disabled"), "by the kernel", "TTL through MPLS."},
    {"fastopen_no_cookie", strict("0|1", 0, 1), "by the kernel", "TCP Fast Open without a cookie."},
    {"add", nothing(), "prepend", "Adds only if no such route exists."},
    {"prepend", nothing(), "prepend", "Adds before such routes."},
    {"append", nothing(), "prepend", "Adds after such routes."},
    old("nexthop", ErrorClass::general_error, {"or", address(), "", "Old spelling of a second next router."}),
    {"nexthop", options(), "", "One of several ways; the last thing on the line, may be repeated."},
    {"no_track", nothing(), "tracked", "Loss of the route changes nothing."},
    {"vrf", interface(), "none", "VRF whose table is used."},
    {"[to] <destination>", after(kRouteTypes, route()), "required", "Destination of the route: a prefix, default, any, all or default6."},
};

constexpr Keyword kTrackGroup[] = {
    {"track_group", word("NAME"), "none", "Instances that are tied to it."},
};

constexpr Keyword kNexthop[] = {
    {"via", gateway(), "none", "Next router of this way."},
    {"dev", interface(), "none", "Interface of this way."},
    {"weight", strict("WEIGHT", 1, 256), "1", "Share of this way."},
    {"onlink", nothing(), "off", "The next router is on the link whatever its address."},
    {"encap", options(1), "none", "Tunnel of this way."},
    {"realms", word("[SOURCE/]DESTINATION"), "none", "Realms of this way."},
    meaningless({"as", after("to", address()), "", "Only for MPLS, which is not supported."}),
};

constexpr Keyword kEncapsulation[] = {
    {"ip", nothing(), "", "IPv4 tunnel; needs dst or id."},
    {"ip6", nothing(), "", "IPv6 tunnel; needs dst or id."},
    {"mpls", word("LABEL[/LABEL]..."), "", "Labels, 0 to 1048575."},
    {"ila", word("LOCATOR"), "", "Locator of identifier-locator addressing."},
    {"id", huge("ID"), "", "Number of the tunnel."},
    {"dst", address(), "", "Outer destination."},
    {"src", address(), "", "Outer source."},
    {"tos", word("DSFIELD"), "", "Outer type of service, IPv4."},
    {"ttl", strict("TTL", 0, 255), "", "Outer TTL, IPv4."},
    {"tc", word("DSFIELD"), "", "Outer traffic class, IPv6."},
    {"hoplimit", strict("HOPS", 0, 255), "", "Outer hop limit, IPv6."},
    {"flags", any_base(strict("FLAGS", 0, kMax16)), "", "Flags of the tunnel."},
};

constexpr Keyword kRule[] = {
    {"type", nothing(), "", "May stand before the name of an action."},
    {"inet", nothing(), "IPv4", "The rule is an IPv4 one."},
    {"inet6", nothing(), "", "The rule is an IPv6 one."},
    {"from", route(), "any", "Source of packets."},
    {"to", route(), "any", "Destination of packets."},
    {"table", word("TABLE"), "", "Action: looks in this routing table."},
    {"lookup", word("TABLE"), "", "Other name of table."},
    {"not", nothing(), "off", "For packets that do not match."},
    {"preference", number(), "16384 and down", "Order of the rule: lower ones come first."},
    {"order", number(), "16384 and down", "Other name of preference."},
    {"priority", number(), "16384 and down", "Other name of preference."},
    {"tos", word("DSFIELD"), "any", "Type of service of packets."},
    {"dsfield", word("DSFIELD"), "any", "Other name of tos."},
    {"fwmark", word("MARK[/MASK]"), "none", "Mark of packets."},
    {"realms", word("[SOURCE/]DESTINATION"), "none", "Realms; IPv4 and table only."},
    {"suppress_prefixlength", strict("LENGTH", 0, kMaxInt), "off", "Rejects results with a prefix this short."},
    {"sup_pl", strict("LENGTH", 0, kMaxInt), "off", "Short for suppress_prefixlength."},
    {"suppress_ifgroup", word("GROUP"), "off", "Rejects results through these interfaces."},
    {"sup_group", word("GROUP"), "off", "Short for suppress_ifgroup."},
    {"dev", interface(), "any", "Interface that packets come from."},
    {"iif", interface(), "any", "Other name of dev."},
    {"oif", interface(), "any", "Interface that packets leave by."},
    {"tunnel-id", huge("ID"), "any", "Tunnel that packets come from."},
    {"uidrange", range(0, kMax32), "any", "Users that packets come from."},
    {"l3mdev", nothing(), "", "Action: the table of the master device."},
    {"protocol", strict("PROTOCOL", 0, 255), "18", "Origin of the rule."},
    {"ipproto", word("PROTOCOL"), "any", "Protocol of packets."},
    {"sport", range(0, kMax16), "any", "Source ports; for one port write it twice, 80-80."},
    {"dport", range(0, kMax16), "any", "Destination ports; for one port write it twice, 80-80."},
    {"no_track", nothing(), "tracked", "Loss of the rule changes nothing."},
    {"goto", number(), "", "Action: goes on at the rule of this preference."},
    {"nop", nothing(), "", "Action: none."},
    {"blackhole", nothing(), "", "Action: drops silently."},
    {"unreachable", nothing(), "", "Action: drops and says unreachable."},
    {"prohibit", nothing(), "", "Action: drops and says prohibited."},
    {"<no action>", nothing(), "", "A rule without an action is left out."},
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
    {"static_rules", kRule},
    {"static_rules", kTrackGroup},
    {"vrrp_instance>virtual_rules", kRule},
};

}  // namespace

std::span<const Table> route_tables() { return kTables; }

}  // namespace holdfast::model
