// fib_rule_hdr and its attributes.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/rule_codec.h"

#include <endian.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

namespace holdfast::netlink {

namespace {

static_assert(static_cast<int>(RuleAction::kTable) == FR_ACT_TO_TBL && static_cast<int>(RuleAction::kGoto) == FR_ACT_GOTO);
static_assert(static_cast<int>(RuleAction::kNothing) == FR_ACT_NOP && static_cast<int>(RuleAction::kBlackhole) == FR_ACT_BLACKHOLE);
static_assert(static_cast<int>(RuleAction::kUnreachable) == FR_ACT_UNREACHABLE && static_cast<int>(RuleAction::kProhibit) == FR_ACT_PROHIBIT);

constexpr std::uint32_t kSmallTableMax = 255;  // larger numbers do not fit the header
constexpr std::uint32_t kUnset = 0xffffffff;   // of suppress_*
constexpr std::uint32_t kWholeMask = 0xffffffff;

constexpr std::array kTable = {
    AttributeSpec{FRA_DST, Type::kBytes, "destination"},
    AttributeSpec{FRA_SRC, Type::kBytes, "source"},
    AttributeSpec{FRA_IIFNAME, Type::kString, "iif"},
    AttributeSpec{FRA_GOTO, Type::kU32, "goto"},
    AttributeSpec{FRA_PRIORITY, Type::kU32, "preference"},
    AttributeSpec{FRA_FWMARK, Type::kU32, "fwmark"},
    AttributeSpec{FRA_FLOW, Type::kU32, "realms"},
    AttributeSpec{FRA_TUN_ID, Type::kBytes, "tunnel-id"},
    AttributeSpec{FRA_SUPPRESS_IFGROUP, Type::kU32, "suppress_ifgroup"},
    AttributeSpec{FRA_SUPPRESS_PREFIXLEN, Type::kU32, "suppress_prefixlength"},
    AttributeSpec{FRA_TABLE, Type::kU32, "table"},
    AttributeSpec{FRA_FWMASK, Type::kU32, "fwmask"},
    AttributeSpec{FRA_OIFNAME, Type::kString, "oif"},
    AttributeSpec{FRA_L3MDEV, Type::kU8, "l3mdev"},
    AttributeSpec{FRA_UID_RANGE, Type::kBytes, "uidrange"},
    AttributeSpec{FRA_PROTOCOL, Type::kU8, "protocol"},
    AttributeSpec{FRA_IP_PROTO, Type::kU8, "ipproto"},
    AttributeSpec{FRA_SPORT_RANGE, Type::kBytes, "sport"},
    AttributeSpec{FRA_DPORT_RANGE, Type::kBytes, "dport"},
};

void put_address(nlmsghdr* header, std::uint16_t id, const std::optional<Prefix>& prefix) {
  if (prefix && prefix->length != 0) mnl_attr_put(header, id, prefix->address.octets().size(), prefix->address.octets().data());
}

void put_selectors(nlmsghdr* header, const Rule& rule) {
  put_address(header, FRA_DST, rule.destination);
  put_address(header, FRA_SRC, rule.source);
  mnl_attr_put_u32(header, FRA_PRIORITY, rule.preference);
  if (rule.mark) mnl_attr_put_u32(header, FRA_FWMARK, *rule.mark);
  if (rule.mark_mask) mnl_attr_put_u32(header, FRA_FWMASK, *rule.mark_mask);
  if (!rule.incoming.empty()) mnl_attr_put_strz(header, FRA_IIFNAME, rule.incoming.c_str());
  if (!rule.outgoing.empty()) mnl_attr_put_strz(header, FRA_OIFNAME, rule.outgoing.c_str());
  if (rule.tunnel) mnl_attr_put_u64(header, FRA_TUN_ID, htobe64(*rule.tunnel));
  if (rule.users) {
    const fib_rule_uid_range range{rule.users->first, rule.users->second};
    mnl_attr_put(header, FRA_UID_RANGE, sizeof range, &range);
  }
  if (rule.ip_protocol) mnl_attr_put_u8(header, FRA_IP_PROTO, *rule.ip_protocol);
  const auto put_ports = [header](std::uint16_t id, const std::optional<PortRange>& ports) {
    if (!ports) return;
    const fib_rule_port_range range{ports->first, ports->last};
    mnl_attr_put(header, id, sizeof range, &range);
  };
  put_ports(FRA_SPORT_RANGE, rule.source_ports);
  put_ports(FRA_DPORT_RANGE, rule.destination_ports);
}

void put_rule(nlmsghdr* header, const Rule& rule) {
  auto* fixed = static_cast<fib_rule_hdr*>(mnl_nlmsg_put_extra_header(header, sizeof(fib_rule_hdr)));
  fixed->family = rule.family == Family::kIpv4 ? AF_INET : AF_INET6;
  fixed->dst_len = rule.destination ? rule.destination->length : 0;
  fixed->src_len = rule.source ? rule.source->length : 0;
  fixed->tos = rule.tos;
  fixed->table = rule.table <= kSmallTableMax ? static_cast<std::uint8_t>(rule.table) : std::uint8_t{0};
  fixed->action = static_cast<std::uint8_t>(rule.action);
  if (rule.inverted) fixed->flags = FIB_RULE_INVERT;
  put_selectors(header, rule);
  if (rule.table > kSmallTableMax) mnl_attr_put_u32(header, FRA_TABLE, rule.table);
  if (rule.action == RuleAction::kGoto) mnl_attr_put_u32(header, FRA_GOTO, rule.target);
  if (rule.l3mdev) mnl_attr_put_u8(header, FRA_L3MDEV, 1);
  if (rule.realms != 0) mnl_attr_put_u32(header, FRA_FLOW, rule.realms);
  if (rule.suppress_prefix_length) mnl_attr_put_u32(header, FRA_SUPPRESS_PREFIXLEN, *rule.suppress_prefix_length);
  if (rule.suppress_group) mnl_attr_put_u32(header, FRA_SUPPRESS_IFGROUP, *rule.suppress_group);
  mnl_attr_put_u8(header, FRA_PROTOCOL, rule.protocol);
}

Result<std::optional<Prefix>> prefix_of(const Attributes& attributes, std::uint16_t id, std::uint8_t length, Family family) {
  if (length == 0 || !attributes.has(id)) return std::optional<Prefix>{};
  if (length > (family == Family::kIpv4 ? 32 : 128)) return Error{"rule with a prefix of " + std::to_string(length) + " bits"};
  HF_TRY(const IpAddress address, address_from(attributes.bytes(id), family, "rule"));
  return std::optional<Prefix>{Prefix{address, length}};
}

template <class Range>
std::optional<Range> range_of(Octets octets) {
  Range range{};
  if (octets.size() != sizeof range) return std::nullopt;
  std::memcpy(&range, octets.data(), sizeof range);
  return range;
}

std::optional<PortRange> ports_of(Octets octets) {
  const auto range = range_of<fib_rule_port_range>(octets);
  return range ? std::optional(PortRange{range->start, range->end}) : std::nullopt;
}

void read_options(const Attributes& attributes, Rule& rule) {
  const auto number = [&attributes](std::uint16_t id) {
    return attributes.has(id) ? std::optional(attributes.u32(id)) : std::nullopt;
  };
  rule.mark = number(FRA_FWMARK);
  rule.mark_mask = number(FRA_FWMASK);
  if (rule.mark_mask == kWholeMask) rule.mark_mask.reset();
  rule.suppress_prefix_length = number(FRA_SUPPRESS_PREFIXLEN);
  rule.suppress_group = number(FRA_SUPPRESS_IFGROUP);
  for (auto* suppress : {&rule.suppress_prefix_length, &rule.suppress_group}) {
    if (*suppress == kUnset) suppress->reset();
  }
  rule.incoming = attributes.string(FRA_IIFNAME);
  rule.outgoing = attributes.string(FRA_OIFNAME);
  if (const auto tunnel = range_of<std::uint64_t>(attributes.bytes(FRA_TUN_ID)); tunnel && *tunnel != 0) rule.tunnel = be64toh(*tunnel);
  if (const auto users = range_of<fib_rule_uid_range>(attributes.bytes(FRA_UID_RANGE))) rule.users = std::pair(users->start, users->end);
  if (attributes.has(FRA_IP_PROTO)) rule.ip_protocol = attributes.u8(FRA_IP_PROTO);
  rule.source_ports = ports_of(attributes.bytes(FRA_SPORT_RANGE));
  rule.destination_ports = ports_of(attributes.bytes(FRA_DPORT_RANGE));
  rule.l3mdev = attributes.u8(FRA_L3MDEV) != 0;
  rule.target = attributes.u32(FRA_GOTO);
  rule.realms = attributes.u32(FRA_FLOW);
  rule.protocol = attributes.u8(FRA_PROTOCOL);
}

}  // namespace

void encode(Batch& batch, const AddRule& change) {
  batch.add(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, [&](nlmsghdr* header) { put_rule(header, change.rule); });
}

void encode(Batch& batch, const DeleteRule& change) {
  batch.add(RTM_DELRULE, 0, [&](nlmsghdr* header) { put_rule(header, change.rule); });
}

Result<RuleMark> decode_rule(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(fib_rule_hdr), "rule"));
  const auto* fixed = static_cast<const fib_rule_hdr*>(parts.fixed);
  if (fixed->family != AF_INET && fixed->family != AF_INET6) {
    return Error{"rule of family " + std::to_string(fixed->family) + ", expected IPv4 or IPv6"};
  }
  HF_TRY(const Attributes attributes, Attributes::parse(parts.attributes, kTable, "rule"));
  RuleMark mark;
  mark.deleted = parts.header->nlmsg_type == RTM_DELRULE;
  Rule& rule = mark.rule;
  rule.family = fixed->family == AF_INET ? Family::kIpv4 : Family::kIpv6;
  rule.preference = attributes.u32(FRA_PRIORITY);
  rule.inverted = (fixed->flags & FIB_RULE_INVERT) != 0;
  rule.tos = fixed->tos;
  rule.action = static_cast<RuleAction>(fixed->action);
  HF_TRY(rule.source, prefix_of(attributes, FRA_SRC, fixed->src_len, rule.family));
  HF_TRY(rule.destination, prefix_of(attributes, FRA_DST, fixed->dst_len, rule.family));
  read_options(attributes, rule);
  if (rule.action == RuleAction::kTable && !rule.l3mdev) {
    rule.table = attributes.has(FRA_TABLE) ? attributes.u32(FRA_TABLE) : fixed->table;
  }
  return mark;
}

}  // namespace holdfast::netlink
