// ifinfomsg and its attributes; the nested per-family settings are arrays indexed by the kernel's constants.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/link_codec.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

namespace holdfast::netlink {

namespace {

constexpr std::array kLink = {
    AttributeSpec{IFLA_ADDRESS, Type::kBytes, "address"},
    AttributeSpec{IFLA_IFNAME, Type::kString, "name", Required::kYes},
    AttributeSpec{IFLA_MTU, Type::kU32, "mtu"},
    AttributeSpec{IFLA_AF_SPEC, Type::kNested, "per-family settings"},
    AttributeSpec{IFLA_LINK, Type::kU32, "link below"},
    AttributeSpec{IFLA_LINK_NETNSID, Type::kU32, "namespace of the link below"},
    AttributeSpec{IFLA_MASTER, Type::kU32, "master"},
    AttributeSpec{IFLA_GROUP, Type::kU32, "group"},
    AttributeSpec{IFLA_LINKINFO, Type::kNested, "kind of link"},
};
constexpr std::array kKind = {
    AttributeSpec{IFLA_INFO_KIND, Type::kString, "kind"},
    AttributeSpec{IFLA_INFO_DATA, Type::kBytes, "data of its kind"},
    AttributeSpec{IFLA_INFO_SLAVE_KIND, Type::kString, "kind of its master"},
};
constexpr std::array kMacvlan = {AttributeSpec{IFLA_MACVLAN_MODE, Type::kU32, "macvlan mode"}};
constexpr std::array kFamilies = {
    AttributeSpec{AF_INET, Type::kNested, "IPv4 settings"},
    AttributeSpec{AF_INET6, Type::kNested, "IPv6 settings"},
};
constexpr std::array kInet = {AttributeSpec{IFLA_INET_CONF, Type::kBytes, "IPv4 configuration"}};
constexpr std::array kInet6 = {AttributeSpec{IFLA_INET6_CONF, Type::kBytes, "IPv6 configuration"}};
constexpr std::array kNetconf = {
    AttributeSpec{NETCONFA_IFINDEX, Type::kU32, "interface"},
    AttributeSpec{NETCONFA_FORWARDING, Type::kU32, "forwarding"},
};

// An array of 32-bit settings; nothing: too short to have this one.
std::optional<std::uint32_t> number(Octets values, std::size_t position) {
  std::uint32_t value = 0;
  if (values.size() < (position + 1) * sizeof value) return std::nullopt;
  std::memcpy(&value, values.data() + position * sizeof value, sizeof value);
  return value;
}
std::optional<bool> setting(Octets values, std::size_t position) {
  const auto value = number(values, position);
  return value ? std::optional(*value != 0) : std::nullopt;
}

Status read_kind(Octets nested, LinkMessage& link) {
  HF_TRY(const Attributes kind, Attributes::parse(nested, kKind, "kind of link"));
  link.kind = kind.string(IFLA_INFO_KIND);
  link.in_vrf = kind.string(IFLA_INFO_SLAVE_KIND) == "vrf";
  if (link.kind != "macvlan" || !kind.has(IFLA_INFO_DATA)) return ok();
  HF_TRY(const Attributes data, Attributes::parse(kind.bytes(IFLA_INFO_DATA), kMacvlan, "macvlan"));
  link.mode = data.u32(IFLA_MACVLAN_MODE);
  return ok();
}

Status read_settings(Octets nested, LinkMessage& link) {
  HF_TRY(const Attributes families, Attributes::parse(nested, kFamilies, "per-family settings"));
  if (families.has(AF_INET)) {
    HF_TRY(const Attributes inet, Attributes::parse(families.bytes(AF_INET), kInet, "IPv4 settings"));
    const Octets conf = inet.bytes(IFLA_INET_CONF);
    link.promote_secondaries = setting(conf, IPV4_DEVCONF_PROMOTE_SECONDARIES - 1);
    link.arp_ignore = number(conf, IPV4_DEVCONF_ARP_IGNORE - 1);
    link.arp_filter = number(conf, IPV4_DEVCONF_ARPFILTER - 1);
    link.rp_filter = number(conf, IPV4_DEVCONF_RP_FILTER - 1);
  }
  if (families.has(AF_INET6)) {
    HF_TRY(const Attributes inet6, Attributes::parse(families.bytes(AF_INET6), kInet6, "IPv6 settings"));
    link.forwarding6 = setting(inet6.bytes(IFLA_INET6_CONF), DEVCONF_FORWARDING);
  }
  return ok();
}

}  // namespace

void encode_link_dump(Batch& batch) {
  batch.add(RTM_GETLINK, NLM_F_DUMP, [](nlmsghdr* header) { mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)); });
}

void encode_promote_secondaries(Batch& batch, std::uint32_t index, bool on) {
  batch.add(RTM_SETLINK, 0, [&](nlmsghdr* header) {
    auto* fixed = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)));
    fixed->ifi_index = static_cast<int>(index);
    nlattr* families = mnl_attr_nest_start(header, IFLA_AF_SPEC);
    nlattr* inet = mnl_attr_nest_start(header, AF_INET);
    nlattr* settings = mnl_attr_nest_start(header, IFLA_INET_CONF);
    mnl_attr_put_u32(header, IPV4_DEVCONF_PROMOTE_SECONDARIES, on ? 1 : 0);
    mnl_attr_nest_end(header, settings);
    mnl_attr_nest_end(header, inet);
    mnl_attr_nest_end(header, families);
  });
}

Result<std::optional<LinkMessage>> decode_link(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(ifinfomsg), "link"));
  const auto* fixed = static_cast<const ifinfomsg*>(parts.fixed);
  if (fixed->ifi_family != AF_UNSPEC) return std::optional<LinkMessage>{};
  HF_TRY(const Attributes attributes, Attributes::parse(parts.attributes, kLink, "link"));
  LinkMessage link;
  link.deleted = parts.header->nlmsg_type == RTM_DELLINK;
  link.index = static_cast<std::uint32_t>(fixed->ifi_index);
  link.name = attributes.string(IFLA_IFNAME);
  link.up = (fixed->ifi_flags & IFF_UP) != 0 && (fixed->ifi_flags & IFF_RUNNING) != 0;
  link.arp = (fixed->ifi_flags & IFF_NOARP) == 0;
  link.mtu = attributes.u32(IFLA_MTU);
  if (const Octets hardware = attributes.bytes(IFLA_ADDRESS); hardware.size() == link.hardware.size()) {
    std::memcpy(link.hardware.data(), hardware.data(), link.hardware.size());
  }
  link.enabled = (fixed->ifi_flags & IFF_UP) != 0;
  if (!attributes.has(IFLA_LINK_NETNSID)) link.base = attributes.u32(IFLA_LINK);
  link.master = attributes.u32(IFLA_MASTER);
  link.group = attributes.u32(IFLA_GROUP);
  if (attributes.has(IFLA_LINKINFO)) HF_OK(read_kind(attributes.bytes(IFLA_LINKINFO), link));
  if (attributes.has(IFLA_AF_SPEC)) HF_OK(read_settings(attributes.bytes(IFLA_AF_SPEC), link));
  return std::optional<LinkMessage>{std::move(link)};
}

Result<std::optional<ForwardingMessage>> decode_forwarding(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(netconfmsg), "netconf"));
  if (static_cast<const netconfmsg*>(parts.fixed)->ncm_family != AF_INET6) return std::optional<ForwardingMessage>{};
  HF_TRY(const Attributes attributes, Attributes::parse(parts.attributes, kNetconf, "netconf"));
  const auto index = static_cast<std::int32_t>(attributes.u32(NETCONFA_IFINDEX));
  if (index <= 0 || !attributes.has(NETCONFA_FORWARDING)) return std::optional<ForwardingMessage>{};
  return std::optional{ForwardingMessage{static_cast<std::uint32_t>(index), attributes.u32(NETCONFA_FORWARDING) != 0}};
}

}  // namespace holdfast::netlink
