// One table for each address family, with one map and one rule for each protocol: the destination's address and port give the mark.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/nftables/marking_codec.h"

#include <cstring>

#include "ipvsd/netlink/nftables/words.h"

namespace holdfast::netlink {

namespace {

constexpr std::size_t kMarksPerMessage = 500;  // a list of elements is an attribute: at most 64 KiB
constexpr std::uint32_t kSecondQuarter = NFT_REG32_01;
constexpr std::uint16_t kEveryPort = 65535;

const char* map_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp: return "tcp_map";
    case Protocol::kUdp: return "udp_map";
    case Protocol::kSctp: return "sctp_map";
  }
  return "";
}

const Layout& layout_of(Family family) { return family == Family::kIpv4 ? kIpv4 : kIpv6; }

void put_key(nlmsghdr* header, std::uint16_t id, const IpAddress& address, std::uint16_t port) {
  std::array<std::uint8_t, 20> key{};
  const auto octets = address.octets();
  std::copy(octets.begin(), octets.end(), key.begin());
  const std::uint16_t on_wire = htons(port);
  std::memcpy(key.data() + octets.size(), &on_wire, sizeof on_wire);
  put_value(header, id, Bytes(key).first(octets.size() + sizeof(std::uint32_t)));
}

void put_marked(nlmsghdr* header, const MarkedTarget& target) {
  put_key(header, NFTA_SET_ELEM_KEY, target.first, target.port);
  put_key(header, NFTA_SET_ELEM_KEY_END, target.last, target.port == 0 ? kEveryPort : target.port);
  put_value(header, NFTA_SET_ELEM_DATA, octets_of(target.mark));
}

void make_part(Table& table, const MarkingPart& part, std::uint32_t id) {
  const Layout& layout = layout_of(part.family);
  table.map_of_marks(map_name(part.protocol), id, layout);
  table.rule("in", [&](Expressions rule) {
    rule.meta(NFT_META_L4PROTO, NFT_REG_1);
    rule.equals(static_cast<std::uint8_t>(part.protocol));
    rule.network(layout.destination, layout.size);
    rule.destination_port(layout.size == kIpv4.size ? kSecondQuarter : std::uint32_t{NFT_REG_2});
    rule.map(NFT_REG_1, map_name(part.protocol), id);
    rule.mark_packet();
    rule.verdict(NFT_RETURN);
  });
}

void change_elements(Table& table, std::uint16_t message, const std::vector<MarkedTarget>& all, const MarkingPart& part) {
  std::vector<MarkedTarget> some;
  std::ranges::copy_if(all, std::back_inserter(some), [&](const MarkedTarget& one) { return part_of(one) == part; });
  table.elements(message, map_name(part.protocol), some, put_marked, 0, kMarksPerMessage);
}

}  // namespace

void encode(Batch& batch, const ChangeMarking& change) {
  add_bracket(batch, NFNL_MSG_BATCH_BEGIN);
  Table four(batch, change.settings, NFPROTO_IPV4);
  Table six(batch, change.settings, NFPROTO_IPV6);
  if (change.clear) {
    for (Table* table : {&four, &six}) {  // made first, so that there is one to remove
      table->make();
      table->remove();
    }
  }
  const std::set<MarkingPart> wanted = parts_after(change);
  const auto any_of = [](const std::set<MarkingPart>& parts, Family family) {
    return std::ranges::any_of(parts, [family](const MarkingPart& part) { return part.family == family; });
  };
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    if (any_of(change.there, family) || !any_of(wanted, family)) continue;
    Table& table = family == Family::kIpv4 ? four : six;
    table.make();
    table.base_chain("in", NF_INET_LOCAL_IN);
  }
  std::uint32_t id = 0;
  for (const MarkingPart& part : wanted) {
    Table& table = part.family == Family::kIpv4 ? four : six;
    if (!change.there.contains(part)) make_part(table, part, ++id);
    change_elements(table, NFT_MSG_DELSETELEM, change.remove, part);
    change_elements(table, NFT_MSG_NEWSETELEM, change.add, part);
  }
  add_bracket(batch, NFNL_MSG_BATCH_END);
}

}  // namespace holdfast::netlink
