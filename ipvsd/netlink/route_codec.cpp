// rtmsg and its attributes: metrics, ways and tunnels are nested. The kernel takes no value for an attribute that is not there.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/route_codec.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/ila.h>
#include <linux/lwtunnel.h>
#include <linux/mpls_iptunnel.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

namespace holdfast::netlink {

namespace {

static_assert(kOurProtocol == RTPROT_KEEPALIVED && kMainTable == RT_TABLE_MAIN);
static_assert(static_cast<int>(Encapsulation::Kind::kMpls) == LWTUNNEL_ENCAP_MPLS && static_cast<int>(Encapsulation::Kind::kIp) == LWTUNNEL_ENCAP_IP);
static_assert(static_cast<int>(Encapsulation::Kind::kIla) == LWTUNNEL_ENCAP_ILA && static_cast<int>(Encapsulation::Kind::kIp6) == LWTUNNEL_ENCAP_IP6);
static_assert(RTAX_MTU == 2 && RTAX_RTO_MIN == 13 && RTAX_FASTOPEN_NO_COOKIE == 17);

constexpr std::uint32_t kSmallTableMax = 255;  // larger numbers do not fit rtm_table
constexpr std::size_t kHopRoom = 256;          // octets of one hop of several

void put_address(nlmsghdr* header, std::uint16_t id, const IpAddress& address) {
  mnl_attr_put(header, id, address.octets().size(), address.octets().data());
}

void put_u64_be(nlmsghdr* header, std::uint16_t id, std::uint64_t number) { mnl_attr_put_u64(header, id, htobe64(number)); }

void put_labels(nlmsghdr* header, const std::vector<std::uint32_t>& labels) {
  constexpr std::uint32_t kLabelShift = 12;
  constexpr std::uint32_t kBottom = 1u << 8;
  std::array<std::uint32_t, kMplsLabelsMax> stack{};
  for (std::size_t at = 0; at < labels.size(); ++at) {
    stack[at] = htonl(labels[at] << kLabelShift | (at + 1 == labels.size() ? kBottom : 0));
  }
  mnl_attr_put(header, MPLS_IPTUNNEL_DST, labels.size() * sizeof stack[0], stack.data());
}

// linux/lwtunnel.h numbers the attributes of both families alike.
void put_ip_tunnel(nlmsghdr* header, const Encapsulation& tunnel) {
  static_assert(int{LWTUNNEL_IP_ID} == int{LWTUNNEL_IP6_ID} && int{LWTUNNEL_IP_TTL} == int{LWTUNNEL_IP6_HOPLIMIT});
  static_assert(int{LWTUNNEL_IP_TOS} == int{LWTUNNEL_IP6_TC} && int{LWTUNNEL_IP_FLAGS} == int{LWTUNNEL_IP6_FLAGS});
  if (tunnel.id) put_u64_be(header, LWTUNNEL_IP_ID, *tunnel.id);
  if (tunnel.destination) put_address(header, LWTUNNEL_IP_DST, *tunnel.destination);
  if (tunnel.source) put_address(header, LWTUNNEL_IP_SRC, *tunnel.source);
  if (tunnel.tos) mnl_attr_put_u8(header, LWTUNNEL_IP_TOS, *tunnel.tos);
  if (tunnel.ttl) mnl_attr_put_u8(header, LWTUNNEL_IP_TTL, *tunnel.ttl);
  if (tunnel.flags) mnl_attr_put_u16(header, LWTUNNEL_IP_FLAGS, htons(*tunnel.flags));
}

void put_encapsulation(nlmsghdr* header, const Encapsulation& tunnel) {
  mnl_attr_put_u16(header, RTA_ENCAP_TYPE, static_cast<std::uint16_t>(tunnel.kind));
  nlattr* nest = mnl_attr_nest_start(header, RTA_ENCAP);
  switch (tunnel.kind) {
    case Encapsulation::Kind::kMpls: put_labels(header, tunnel.labels); break;
    case Encapsulation::Kind::kIla: put_u64_be(header, ILA_ATTR_LOCATOR, tunnel.locator); break;
    case Encapsulation::Kind::kIp:
    case Encapsulation::Kind::kIp6: put_ip_tunnel(header, tunnel); break;
  }
  mnl_attr_nest_end(header, nest);
}

void put_way(nlmsghdr* header, const RouteHop& way, Family family) {
  if (way.via && way.via->family() == family) {
    put_address(header, RTA_GATEWAY, *way.via);
  } else if (way.via) {
    std::array<std::uint8_t, 18> via{};
    const std::uint16_t number = way.via->is_v4() ? AF_INET : AF_INET6;
    std::memcpy(via.data(), &number, sizeof number);
    std::copy(way.via->octets().begin(), way.via->octets().end(), via.begin() + sizeof number);
    mnl_attr_put(header, RTA_VIA, sizeof number + way.via->octets().size(), via.data());
  }
  if (way.encapsulation) put_encapsulation(header, *way.encapsulation);
  if (way.realms != 0) mnl_attr_put_u32(header, RTA_FLOW, way.realms);
}

void put_hops(nlmsghdr* header, const Route& route, const IndexOf& index_of) {
  nlattr* nest = mnl_attr_nest_start(header, RTA_MULTIPATH);
  for (const RouteHop& hop : route.hops) {
    auto* fixed = static_cast<rtnexthop*>(mnl_nlmsg_get_payload_tail(header));
    std::memset(fixed, 0, sizeof *fixed);
    header->nlmsg_len += sizeof *fixed;
    fixed->rtnh_hops = hop.weight;
    if (hop.onlink) fixed->rtnh_flags = RTNH_F_ONLINK;
    if (!hop.interface.empty()) fixed->rtnh_ifindex = static_cast<int>(index_of(hop.interface));
    put_way(header, hop, route.family);
    const auto* end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(header));
    fixed->rtnh_len = static_cast<std::uint16_t>(end - reinterpret_cast<const char*>(fixed));
  }
  mnl_attr_nest_end(header, nest);
}

void put_metrics(nlmsghdr* header, const Route& route) {
  if (route.metrics.empty() && route.congestion_control.empty() && route.locked == 0) return;
  nlattr* nest = mnl_attr_nest_start(header, RTA_METRICS);
  if (route.locked != 0) mnl_attr_put_u32(header, RTAX_LOCK, route.locked);
  for (const auto& [id, value] : route.metrics) mnl_attr_put_u32(header, id, value);
  if (!route.congestion_control.empty()) mnl_attr_put_str(header, RTAX_CC_ALGO, route.congestion_control.c_str());
  mnl_attr_nest_end(header, nest);
}

// What tells one route from another; the rest only matters when it is made.
void put_key(nlmsghdr* header, const Route& route, std::uint32_t table, std::uint8_t scope, const IndexOf& index_of) {
  auto* fixed = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)));
  fixed->rtm_family = route.family == Family::kIpv4 ? AF_INET : AF_INET6;
  fixed->rtm_dst_len = route.destination.length;
  fixed->rtm_src_len = route.source ? route.source->length : 0;
  fixed->rtm_tos = route.tos;
  fixed->rtm_table = table <= kSmallTableMax ? static_cast<std::uint8_t>(table) : std::uint8_t{0};  // RT_TABLE_UNSPEC
  fixed->rtm_protocol = route.protocol;
  fixed->rtm_scope = scope;
  fixed->rtm_type = route.type;
  if (route.way.onlink) fixed->rtm_flags = RTNH_F_ONLINK;
  if (route.destination.length != 0) put_address(header, RTA_DST, route.destination.address);
  if (route.source && route.source->length != 0) put_address(header, RTA_SRC, route.source->address);
  if (table > kSmallTableMax) mnl_attr_put_u32(header, RTA_TABLE, table);
  if (route.metric) mnl_attr_put_u32(header, RTA_PRIORITY, *route.metric);
  if (route.preferred_source) put_address(header, RTA_PREFSRC, *route.preferred_source);
  if (!route.way.interface.empty()) mnl_attr_put_u32(header, RTA_OIF, index_of(route.way.interface));
  put_way(header, route.way, route.family);
  if (!route.hops.empty()) put_hops(header, route, index_of);
}

std::size_t room_for(const Route& route) { return kMessageMax + route.hops.size() * kHopRoom; }

std::uint16_t flags_of(Insertion insertion) {
  switch (insertion) {
    case Insertion::kPrepend: return NLM_F_CREATE;
    case Insertion::kAdd: return NLM_F_CREATE | NLM_F_EXCL;
    case Insertion::kAppend: return NLM_F_CREATE | NLM_F_APPEND;
  }
  return NLM_F_CREATE;
}

constexpr std::array kTable = {
    AttributeSpec{RTA_DST, Type::kBytes, "destination"}, AttributeSpec{RTA_SRC, Type::kBytes, "source"},
    AttributeSpec{RTA_OIF, Type::kU32, "interface"},     AttributeSpec{RTA_PRIORITY, Type::kU32, "metric"},
    AttributeSpec{RTA_TABLE, Type::kU32, "table"},
};

Result<Prefix> prefix_of(const Attributes& attributes, std::uint16_t id, std::uint8_t length, Family family) {
  const unsigned bits = family == Family::kIpv4 ? 32 : 128;
  if (length > bits) return Error{"route with a prefix of " + std::to_string(length) + " bits"};
  Prefix prefix{family == Family::kIpv4 ? IpAddress{} : IpAddress::v6({}), length};
  if (attributes.has(id)) {
    HF_TRY(prefix.address, address_from(attributes.bytes(id), family, "route"));
  }
  return prefix;
}

}  // namespace

void encode(Batch& batch, const AddRoute& change, std::uint32_t table, const IndexOf& index_of) {
  const Route& route = change.route;
  batch.add(RTM_NEWROUTE, flags_of(route.insertion), [&](nlmsghdr* header) {
    put_key(header, route, table, route.scope, index_of);
    put_metrics(header, route);
    if (route.expires) mnl_attr_put_u32(header, RTA_EXPIRES, *route.expires);
    if (route.preference) mnl_attr_put_u8(header, RTA_PREF, *route.preference);
    if (route.ttl_propagate) mnl_attr_put_u8(header, RTA_TTL_PROPAGATE, *route.ttl_propagate ? 1 : 0);
  }, room_for(route));
}

void encode(Batch& batch, const DeleteRoute& change, std::uint32_t table, const IndexOf& index_of) {
  const Route& route = change.route;
  batch.add(RTM_DELROUTE, 0, [&](nlmsghdr* header) { put_key(header, route, table, route.scope, index_of); }, room_for(route));
}

Result<RouteMark> decode_route(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(rtmsg), "route"));
  const auto* fixed = static_cast<const rtmsg*>(parts.fixed);
  if (fixed->rtm_family != AF_INET && fixed->rtm_family != AF_INET6) {
    return Error{"route of family " + std::to_string(fixed->rtm_family) + ", expected IPv4 or IPv6"};
  }
  const Family family = fixed->rtm_family == AF_INET ? Family::kIpv4 : Family::kIpv6;
  HF_TRY(const Attributes attributes, Attributes::parse(parts.attributes, kTable, "route"));
  RouteMark mark;
  mark.deleted = parts.header->nlmsg_type == RTM_DELROUTE;
  mark.type = fixed->rtm_type;
  mark.tos = fixed->rtm_tos;
  mark.protocol = fixed->rtm_protocol;
  mark.table = attributes.has(RTA_TABLE) ? attributes.u32(RTA_TABLE) : fixed->rtm_table;
  mark.metric = attributes.u32(RTA_PRIORITY);
  mark.link = attributes.u32(RTA_OIF);
  HF_TRY(mark.destination, prefix_of(attributes, RTA_DST, fixed->rtm_dst_len, family));
  HF_TRY(mark.source, prefix_of(attributes, RTA_SRC, fixed->rtm_src_len, family));
  return mark;
}

}  // namespace holdfast::netlink
