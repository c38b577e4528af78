// virtual_server, virtual_server_group and real_server: keywords and what they set. Checks are in checker.cpp.
// keepalived.conf(5), ipvsadm(8). Rules over a whole service (weights, quorum, families) are in parent/plan.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::about;
using config::ErrorClass;
constexpr std::uint32_t kPersistence = 360;  // seconds, when none are written
constexpr std::size_t kMaxEngineName = 15;
constexpr Argument kPort = strict("PORT", 0, kMax16).arguments[0];
constexpr Argument kMark = any_base(strict("MARK", 0, kMax32)).arguments[0];

VirtualServer& service(Use& use) { return use.target.as<VirtualServer>(); }

// ---- virtual_server_group

struct Span {
  IpAddress first;
  IpAddress last;
};

IpAddress with_octets(const IpAddress& like, std::span<const std::uint8_t> octets) {
  const auto address = IpAddress::from_octets(octets);
  HF_CHECK(address.has_value() && address->family() == like.family());
  return *address;
}

// LAST of "ADDRESS-LAST": a whole address, the last octet (IPv4) or the last 16 bits in hexadecimal (IPv6).
std::optional<IpAddress> range_end(const IpAddress& first, std::string_view text) {
  if (const auto address = IpAddress::parse(text)) {
    return address->family() == first.family() ? std::optional(*address) : std::nullopt;
  }
  std::vector<std::uint8_t> octets(first.octets().begin(), first.octets().end());
  const std::string hexadecimal = "0x" + std::string(text);
  std::string_view rest;
  const auto last = first.is_v4() ? leading_number(text, false, rest) : leading_number(hexadecimal, true, rest);
  if (!last || !rest.empty() || *last > (first.is_v4() ? 0xffu : 0xffffu)) return std::nullopt;
  octets[octets.size() - 1] = static_cast<std::uint8_t>(*last);
  if (!first.is_v4()) octets[octets.size() - 2] = static_cast<std::uint8_t>(*last >> 8);
  return with_octets(first, octets);
}

// Nothing when host bits are set.
std::optional<Span> whole_prefix(const Prefix& prefix) {
  std::vector<std::uint8_t> octets(prefix.address.octets().begin(), prefix.address.octets().end());
  for (unsigned i = 0; i < octets.size(); ++i) {
    const unsigned network_bits = prefix.length <= i * 8 ? 0u : std::min(8u, prefix.length - i * 8u);
    const auto host = static_cast<std::uint8_t>(0xffu >> network_bits);
    if ((octets[i] & host) != 0) return std::nullopt;
    octets[i] = static_cast<std::uint8_t>(octets[i] | host);
  }
  return Span{prefix.address, with_octets(prefix.address, octets)};
}

std::optional<Span> addresses_of(Use& use, const config::Node& line) {
  const config::Word& word = line.words.front();
  if (word.text.find('/') != std::string_view::npos) {
    const Value value = use.binder.read(line, word, prefix().arguments[0]);
    if (!value.present) return std::nullopt;
    const auto span = whole_prefix(value.prefix);
    if (!span) use.problem_at(word, "host-bits-set", "'" + std::string(word.text) + "' has bits after its prefix: the line is skipped");
    return span;
  }
  const std::size_t dash = word.text.find('-');
  const auto first = IpAddress::parse(word.text.substr(0, dash));
  if (!first) {
    use.problem_at(word, "not-an-address", "'" + std::string(word.text) + "' is not an address: the line is skipped",
                   "an address, a range, a prefix or fwmark", nearest_part("fwmark", word.text));
    return std::nullopt;
  }
  if (dash == std::string_view::npos) return Span{*first, *first};
  const auto last = range_end(*first, word.text.substr(dash + 1));
  if (!last || !(*first < *last)) {
    use.problem_at(word, "invalid-range", "'" + std::string(word.text) + "' is not a range: the line is skipped", "an end above the start");
    return std::nullopt;
  }
  return Span{*first, *last};
}

void fwmark_member(Use& use, const config::Node& line, ServerGroup& group) {
  if (line.words.size() < 2) {
    use.problem_at(line.words.front(), "missing-value", "'fwmark' needs a mark: the line is skipped");
    return;
  }
  const Value mark = use.binder.read(line, line.words[1], kMark);
  if (!mark.present) return;
  FirewallMark member{line.at, static_cast<std::uint32_t>(mark.number), {}};
  if (line.words.size() > 2) {
    const auto family = position_in("inet|inet6", line.words[2].text);
    if (!family) {
      use.problem_at(line.words[2], "unknown-word", "this is not an address family: the line is skipped", "inet or inet6",
                     nearest_part("inet|inet6", line.words[2].text));
      return;
    }
    member.family = {*family == 0 ? Family::kIpv4 : Family::kIpv6, line.words[2].at, true};
  }
  group.marks.push_back(member);
}

void group_member(Use& use, const config::Node& line, ServerGroup& group) {
  if (line.words.front().is("fwmark")) return fwmark_member(use, line, group);
  const auto span = addresses_of(use, line);
  if (!span) return;
  std::uint16_t port = 0;
  if (line.words.size() > 1) {
    const Value value = use.binder.read(line, line.words[1], kPort);
    if (!value.present) return;
    port = static_cast<std::uint16_t>(value.number);
  }
  group.ranges.push_back({line.at, span->first, span->last, port});
}

void virtual_server_group(Use& use) {
  use.done = true;
  ServerGroup group;
  group.name = use.value().text;
  group.at = use.word.at;
  for (const config::Node& line : use.node.children) group_member(use, line, group);
  if (const ServerGroup* first = use.configuration().server_group(group.name)) {
    use.problem("duplicate-definition", "virtual_server_group '" + group.name + "' is already defined in line " +
                                            std::to_string(first->at.line) + ": this block is skipped");
    return;
  }
  if (group.ranges.empty() && group.marks.empty()) {
    use.problem("empty-group", "virtual_server_group '" + group.name + "' has no members: it is left out");
    return;
  }
  use.configuration().server_groups.push_back(std::move(group));
}

// ---- virtual_server

// IP [PORT] | fwmark N | group NAME. False: the block is skipped.
bool read_key(Use& use, VirtualServer& service) {
  const auto& words = use.words;
  const Entry* form = catalogue().find_head(use.inside, words[0].text);
  if (form && words.size() < 2) {
    use.problem("missing-value", "'" + std::string(words[0].text) + "' needs a value: the block is skipped");
    return false;
  }
  if (form && words[0].is("group")) {
    service.key = ServiceGroup{std::string(words[1].text)};
    return true;
  }
  const Value value = use.binder.read(use.node, form ? words[1] : words[0], form ? kMark : after("fwmark|group", address()).arguments[0]);
  if (!value.present) return false;
  if (form) {
    service.key = ServiceMark{static_cast<std::uint32_t>(value.number)};
    return true;
  }
  ServiceAddress key{value.prefix.address, 0};
  if (words.size() > 1) {
    const Value port = use.binder.read(use.node, words[1], kPort);
    if (!port.present) return false;
    key.port = static_cast<std::uint16_t>(port.number);
  }
  service.key = key;
  return true;
}

void virtual_server(Use& use) {
  use.done = true;
  VirtualServer service;
  service.at = use.word.at;
  if (!read_key(use, service)) return;
  const auto is_server = [](const config::Node& line) { return line.keyword() == "real_server"; };
  service.servers.reserve(static_cast<std::size_t>(std::ranges::count_if(use.node.children, is_server)));
  use.block(service);
  if (service.servers.empty()) {
    use.problem("service-without-servers", "the virtual server has no real servers: it is left out");
    return;
  }
  use.configuration().virtual_servers.push_back(std::move(service));
}

void ip_family(Use& use) {
  const Family family = use.value().number == 0 ? Family::kIpv4 : Family::kIpv6;
  const auto* key = std::get_if<ServiceAddress>(&service(use).key);
  if (key && key->address.family() != family) {
    use.problem("other-family", "the address of the virtual server is of another family: this is ignored");
    return;
  }
  assign(service(use).ip_family, use, family);
}

void protocol(Use& use) {
  constexpr Protocol kProtocols[] = {Protocol::kTcp, Protocol::kUdp, Protocol::kSctp};
  if (std::holds_alternative<ServiceMark>(service(use).key)) {
    use.problem("protocol-with-fwmark", "a service of a firewall mark has no protocol: this is ignored");
    return;
  }
  assign(service(use).protocol, use, kProtocols[use.value().number]);
}

// sh-port and its like mean something after "lvs_sched sh" only.
template <auto Flag>
void scheduler_flag(Use& use) {
  const std::string_view scheduler = use.row.name.substr(0, 2);
  const std::string& chosen = *service(use).scheduler;
  if (chosen == scheduler) return into<Flag>(use);
  const std::string before = "'lvs_sched " + std::string(scheduler) + "' before it";
  const std::string message = "'" + std::string(use.row.name) + "' means nothing without " + before;
  if (chosen == "sh" || chosen == "mh") return use.warn("no-effect", message);
  use.problem("wrong-scheduler", message);
}

void hashed(Use& use) {
  const std::string& chosen = *service(use).scheduler;
  if (chosen != "sh" && chosen != "mh") use.problem("wrong-scheduler", "'hashed' was for the schedulers sh and mh");
}

void persistence_engine(Use& use) {
  std::string name(use.value().text);
  if (name.size() > kMaxEngineName) {
    use.corrected("name-too-long", "the name of the persistence engine is cut", "at most 15 characters");
    use.values[0].text = use.values[0].text.substr(0, kMaxEngineName);
    name.resize(kMaxEngineName);
  }
  assign(service(use).persistence_engine, use, std::move(name));
}

void persistence_timeout(Use& use) {
  assign(service(use).persistence_timeout, use, use.value().present ? static_cast<std::uint32_t>(use.value().number) : kPersistence);
}

void persistence_granularity(Use& use) {
  const std::string_view text = use.value().text;
  std::optional<std::uint32_t> mask;
  const auto* key = std::get_if<ServiceAddress>(&service(use).key);
  const bool ipv6 = key ? !key->address.is_v4() : text.find('.') == std::string_view::npos;
  std::string_view rest;
  if (ipv6) {
    const auto length = leading_number(text, false, rest);
    if (length && rest.empty() && *length >= 1 && *length <= 128) mask = static_cast<std::uint32_t>(*length);
  } else if (const auto address = IpAddress::parse(text); address && address->is_v4()) {
    const auto octets = address->octets();
    mask = std::uint32_t{octets[0]} << 24 | std::uint32_t{octets[1]} << 16 | std::uint32_t{octets[2]} << 8 | octets[3];
  }
  if (!mask) {
    use.problem("bad-granularity", "'" + std::string(text) + "' is not a mask: it is ignored", "an IPv4 mask, or 1 to 128 for IPv6");
    return;
  }
  assign(service(use).persistence_granularity, use, *mask);
  service(use).granularity_is_ipv6 = {ipv6, use.word.at, true};
  if (!service(use).persistence_timeout) service(use).persistence_timeout = {kPersistence, use.word.at, true};
}

// ---- forwarding

// What was given without TUN, or what the type of tunnel does not have, is said and dropped.
void check_tunnel(Use& use, LvsMethod& method) {
  const bool gue = method.tunnel == TunnelType::kGue;
  const char* wrong = nullptr;
  if (method.forwarding != Forwarding::kTunnel) {
    if (method.tunnel != TunnelType::kIpip || method.tunnel_port != 0 || method.tunnel_flags != 0) wrong = "tunnel options are for TUN";
  } else if (gue && method.tunnel_port == 0) {
    wrong = "a gue tunnel needs a port";
  } else if (!gue && method.tunnel_port != 0) {
    wrong = "only a gue tunnel has a port";
  } else if (method.tunnel == TunnelType::kIpip && method.tunnel_flags != 0) {
    wrong = "an ipip tunnel has no checksum";
  } else if (method.tunnel == TunnelType::kGre && method.tunnel_flags == 2) {
    wrong = "a gre tunnel has no remcsum";
  }
  if (!wrong) return;
  const std::string message = std::string(wrong) + ": the tunnel options are ignored";
  if (method.forwarding == Forwarding::kTunnel) {
    use.corrected("bad-tunnel", message);
  } else {
    use.warn("bad-tunnel", message);
  }
  method = LvsMethod{.forwarding = method.forwarding};
}

LvsMethod read_method(Use& use) {
  LvsMethod method;
  use.options(method);
  check_tunnel(use, method);
  return method;
}

template <class Owner>
void lvs_method(Use& use) {
  assign(use.target.as<Owner>().lvs_method, use, read_method(use));
}

// ---- sorry_server

void sorry_server(Use& use) {
  const auto& [address, port, unused] = use.values;
  SorryServer sorry;
  sorry.at = use.word.at;
  sorry.address = address.prefix.address;
  if (port.present) sorry.port = {static_cast<std::uint16_t>(port.number), port.at, true};
  service(use).sorry = std::move(sorry);
}

bool has_sorry(Use& use) {
  if (service(use).sorry) return true;
  use.problem("wrong-order", "'" + std::string(use.row.name) + "' before 'sorry_server' is ignored");
  return false;
}

void sorry_server_inhibit(Use& use) {
  if (has_sorry(use)) assign(service(use).sorry->inhibit, use, true);
}

void sorry_server_lvs_method(Use& use) {
  const LvsMethod method = read_method(use);
  if (has_sorry(use)) assign(service(use).sorry->lvs_method, use, method);
}

// ---- real_server

void real_server(Use& use) {
  const auto& [address, port, unused] = use.values;
  RealServer server;
  server.at = use.word.at;
  server.address = address.prefix.address;
  if (port.present) server.port = {static_cast<std::uint16_t>(port.number), port.at, true};
  use.block(server);
  service(use).servers.push_back(std::move(server));
}

constexpr Takes kServerAddress = address() + optional(strict("PORT", 0, kMax16));
constexpr Takes kTimer = decimal("SECONDS", 0, kTimerMax);
constexpr Takes kSomeTime = decimal("SECONDS", 1, kTimerMax);
constexpr std::string_view kSchedulers = "rr|wrr|lc|wlc|lblc|sh|mh|dh|fo|ovf|lblcr|sed|nq|twos";

constexpr Keyword kRoot[] = {
    {"virtual_server_group", word("NAME") + lines(), "", "Addresses, ranges and firewall marks for one virtual server.",
     virtual_server_group},
    {"virtual_server", word("ADDRESS|fwmark|group") + optional(word("PORT|MARK|NAME")) + block(), "",
     "A service of IPVS: ADDRESS [PORT], fwmark MARK or group NAME.", virtual_server},
};

constexpr Keyword kGroup[] = {
    {"<address>", address() + optional(strict("PORT", 0, kMax16)), "every port", "One address.", read_by_block},
    {"<range>", word("ADDRESS-LAST") + optional(strict("PORT", 0, kMax16)), "", "Addresses up to the one with this last number.",
     read_by_block},
    {"<range full>", word("ADDRESS-ADDRESS") + optional(strict("PORT", 0, kMax16)), "", "Addresses from one to the other.",
     read_by_block},
    {"<prefix>", word("ADDRESS/LENGTH") + optional(strict("PORT", 0, kMax16)), "", "All addresses of a prefix.", read_by_block},
    {"fwmark", strict("MARK", 0, kMax32) + options(), "", "A firewall mark.", read_by_block},
};
constexpr Keyword kGroupMark[] = {
    {"inet", nothing(), "", "The mark is for IPv4.", read_by_block},
    {"inet6", nothing(), "", "The mark is for IPv6.", read_by_block},
};

constexpr Keyword kServiceKey[] = {
    {"<address>", address() + optional(strict("PORT", 0, kMax16)), "every port", "Address and port of the service.", read_by_block},
    head({"fwmark", strict("MARK", 0, kMax32), "", "Firewall mark of the service.", read_by_block}),
    head({"group", word("NAME"), "", "Group whose members are the services.", read_by_block}),
};

constexpr Keyword kService[] = {
    {"ip_family", choice("inet|inet6"), "that of the addresses", "Family of a service of a mark.", ip_family},
    {"protocol", any_case(choice("TCP|UDP|SCTP")), "UDP, with an error", "Protocol of the service.", protocol},
    {"lvs_sched", choice(kSchedulers), "wlc, with an error", "How a connection finds its server.", into<&VirtualServer::scheduler>},
    {"lb_algo", choice(kSchedulers), "wlc, with an error", "Other name of lvs_sched.", into<&VirtualServer::scheduler>},
    {"lvs_method", options(1), "NAT, with an error", "How packets reach a server.", lvs_method<VirtualServer>},
    {"lb_kind", options(1), "NAT, with an error", "Other name of lvs_method.", lvs_method<VirtualServer>},
    meaningless({"hashed", nothing(), "", "Accepted for old files.", hashed}),
    {"ops", nothing(), "off", "Every packet is scheduled; UDP only.", into<&VirtualServer::ops>},
    {"flag-1", nothing(), "off", "First flag of the scheduler.", into<&VirtualServer::flag_1>},
    {"flag-2", nothing(), "off", "Second flag of the scheduler.", into<&VirtualServer::flag_2>},
    {"flag-3", nothing(), "off", "Third flag of the scheduler.", into<&VirtualServer::flag_3>},
    {"sh-port", nothing(), "off", "The source port counts; after lvs_sched sh.", scheduler_flag<&VirtualServer::flag_2>},
    {"sh-fallback", nothing(), "off", "Another server when the chosen one is not available; after lvs_sched sh.",
     scheduler_flag<&VirtualServer::flag_1>},
    {"mh-port", nothing(), "off", "The source port counts; after lvs_sched mh.", scheduler_flag<&VirtualServer::flag_2>},
    {"mh-fallback", nothing(), "off", "Another server when the chosen one is not available; after lvs_sched mh.",
     scheduler_flag<&VirtualServer::flag_1>},
    {"persistence_engine", word("NAME"), "none", "What else makes connections belong together: sip.", persistence_engine},
    {"persistence_timeout", optional(strict("SECONDS", 1, 2678400)), "off; 360", "How long a client stays with its server.",
     persistence_timeout},
    {"persistence_granularity", word("MASK"), "one address", "Mask of the clients that belong together.", persistence_granularity},
    {"quorum", strict("WEIGHT", 1, kMax32), "1", "Weight of live servers that the service needs.", into<&VirtualServer::quorum>},
    {"hysteresis", strict("WEIGHT", 0, kMax32), "0", "Distance from the quorum at which something happens.",
     into<&VirtualServer::hysteresis>},
    once({"quorum_up", script(), "none", "Script for reaching the quorum.", into<&VirtualServer::quorum_up>}),
    once({"quorum_down", script(), "none", "Script for losing the quorum.", into<&VirtualServer::quorum_down>}),
    {"weight", integer("WEIGHT", 1, kMaxInt), "1", "Default for the servers.", into<&VirtualServer::weight>},
    {"retry", integer("COUNT", 1, kMax32), "1; DNS 3, MISC 0", "Default for the checks.",
     into<&VirtualServer::settings, &CheckSettings::retry>},
    {"delay_before_retry", kTimer, "1; HTTP 3", "Default for the checks.",
     into<&VirtualServer::settings, &CheckSettings::delay_before_retry>},
    {"warmup", kTimer, "delay_loop", "Default for the checks.", into<&VirtualServer::settings, &CheckSettings::warmup>},
    {"connect_timeout", kSomeTime, "5", "Default for the checks.", into<&VirtualServer::settings, &CheckSettings::connect_timeout>},
    {"delay_loop", kSomeTime, "60", "Default for the checks.", into<&VirtualServer::settings, &CheckSettings::delay_loop>},
    {"alpha", nothing(), "off", "Servers are down until their checks have succeeded.",
     into<&VirtualServer::settings, &CheckSettings::alpha>},
    {"omega", nothing(), "off", "The scripts for going down are run at the end of the daemon.", into<&VirtualServer::omega>},
    {"inhibit_on_failure", nothing(), "off", "A failed server stays, with weight 0.", into<&VirtualServer::inhibit_on_failure>},
    {"ha_suspend", nothing(), "off", "Checks only while an address of the service is on this machine.", into<&VirtualServer::ha_suspend>},
    not_yet({"smtp_alert", boolean(), "smtp_alert_checker", "Sends mail about the quorum.", into<&VirtualServer::smtp_alert>}),
    gentle({"virtualhost", word("NAME"), "none", "Host that HTTP checks ask for.", into<&VirtualServer::virtualhost>}),
    gentle({"snmp_name", word("NAME"), "none", "Name in SNMP."}),
    {"sorry_server", kServerAddress, "none", "Server for the time without quorum.", sorry_server},
    {"sorry_server_inhibit", nothing(), "off", "inhibit_on_failure for the sorry server.", sorry_server_inhibit},
    gentle({"sorry_server_lvs_method", options(1), "lvs_method", "How packets reach the sorry server.", sorry_server_lvs_method}),
    {"real_server", kServerAddress + block(), "required", "A server of the service.", real_server},
};

constexpr Keyword kMethod[] = {
    {"NAT", nothing(), "", "Addresses are translated.", constant<Forwarding::kMasquerade, &LvsMethod::forwarding>},
    {"DR", nothing(), "", "Packets go to the server's MAC address.", constant<Forwarding::kDirect, &LvsMethod::forwarding>},
    {"TUN", nothing(), "", "Packets go through a tunnel.", constant<Forwarding::kTunnel, &LvsMethod::forwarding>},
    {"type", choice("ipip|gue|gre"), "ipip", "Kind of tunnel.", into<&LvsMethod::tunnel>},
    {"port", strict("PORT", 1, kMax16), "none", "Port of a gue tunnel.", into<&LvsMethod::tunnel_port>},
    {"nocsum", nothing(), "nocsum", "No checksum in the tunnel.", constant<std::uint16_t{0}, &LvsMethod::tunnel_flags>},
    {"csum", nothing(), "", "Checksum in the tunnel; not ipip.", constant<std::uint16_t{1}, &LvsMethod::tunnel_flags>},
    {"remcsum", nothing(), "", "Remote checksum; gue only.", constant<std::uint16_t{2}, &LvsMethod::tunnel_flags>},
};

constexpr Keyword kServer[] = {
    {"weight", integer("WEIGHT", 0, kMaxInt), "that of the service", "Share of the connections.", into<&RealServer::weight>},
    {"lvs_method", options(1), "that of the service", "How packets reach this server.", lvs_method<RealServer>},
    {"uthreshold", strict("COUNT", 0, kMax32), "0", "Connections above which the server gets no new ones.",
     into<&RealServer::uthreshold>},
    {"lthreshold", strict("COUNT", 0, kMax32), "0", "Connections below which it gets new ones again.", into<&RealServer::lthreshold>},
    {"inhibit_on_failure", boolean(), "that of the service", "When it fails it stays, with weight 0.",
     into<&RealServer::inhibit_on_failure>},
    once({"notify_up", script(), "none", "Script for the server's coming up.", into<&RealServer::notify_up>}),
    once({"notify_down", script(), "none", "Script for its going down.", into<&RealServer::notify_down>}),
    {"alpha", boolean(), "that of the service", "Down until its checks have succeeded.",
     into<&RealServer::settings, &CheckSettings::alpha>},
    {"retry", integer("COUNT", 1, kMax32), "that of the service", "Default for its checks.",
     into<&RealServer::settings, &CheckSettings::retry>},
    {"delay_before_retry", kTimer, "that of the service", "Default for its checks.",
     into<&RealServer::settings, &CheckSettings::delay_before_retry>},
    {"warmup", kTimer, "that of the service", "Default for its checks.", into<&RealServer::settings, &CheckSettings::warmup>},
    {"connect_timeout", kSomeTime, "that of the service", "Default for its checks.",
     into<&RealServer::settings, &CheckSettings::connect_timeout>},
    {"delay_loop", kSomeTime, "that of the service", "Default for its checks.", into<&RealServer::settings, &CheckSettings::delay_loop>},
    not_yet({"smtp_alert", boolean(), "on", "Sends mail about this server.", into<&RealServer::smtp_alert>}),
    gentle({"virtualhost", word("NAME"), "that of the service", "Host that HTTP checks ask for.", into<&RealServer::virtualhost>}),
    gentle({"snmp_name", word("NAME"), "none", "Name in SNMP."}),
};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"virtual_server_group", kGroup},
    {"virtual_server_group>fwmark", kGroupMark},
    {"virtual_server", kServiceKey},
    {"virtual_server", kService},
    {"virtual_server>lvs_method", kMethod},
    {"virtual_server>lb_kind", kMethod},
    {"virtual_server>sorry_server_lvs_method", kMethod},
    {"virtual_server>real_server>lvs_method", kMethod},
    {"virtual_server>real_server", kServer},
};

}  // namespace

std::span<const Table> lvs_tables() { return kTables; }

}  // namespace holdfast::model
