// nf_tables messages. A rule is a list of expressions that work on registers; registers 1 and 2 hold 16 octets each.
// Types of keys are those that nft(8) shows. Numbers in attributes are in network order.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/nftables/firewall_codec.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "ipvsd/netlink/nftables/words.h"

namespace holdfast::netlink {

namespace {

constexpr std::uint8_t kMldReport = 143;  // RFC 3810
constexpr std::uint8_t kRouterSolicitation = 133;
constexpr std::uint8_t kNeighbourSolicitation = 135;
constexpr std::uint8_t kNeighbourAdvertisement = 136;

void put_blocked(nlmsghdr* header, const Blocked& blocked) {
  std::array<std::uint8_t, 20> key{};
  const auto octets = blocked.address.octets();
  std::copy(octets.begin(), octets.end(), key.begin());
  std::size_t size = octets.size();
  if (blocked.link != 0) {
    std::memcpy(key.data() + size, &blocked.link, sizeof blocked.link);
    size += sizeof blocked.link;
  }
  put_value(header, NFTA_SET_ELEM_KEY, Bytes(key).first(size));
}

void put_link(nlmsghdr* header, const QuietLink& link) { put_value(header, NFTA_SET_ELEM_KEY, octets_of(link.link)); }
void put_link_and_base(nlmsghdr* header, const QuietLink& link) {
  put_link(header, link);
  put_value(header, NFTA_SET_ELEM_DATA, octets_of(link.base));
}

// Reports that a VMAC sends go out by its parent.
void make_quiet4(Table& table) {
  table.set("vmac_map", kVmacMap4, kLinkIndex, sizeof(std::uint32_t), kHost, NFT_SET_MAP);
  table.rule("out", [](Expressions rule) {
    rule.network(kIpv4Protocol, 1);
    rule.equals(IPPROTO_IGMP);
    rule.network(kIpv4.destination, kIpv4.size);
    rule.sent_by_macvlan();
    rule.meta(NFT_META_OIF, NFT_REG_2);
    rule.map(NFT_REG_2, "vmac_map", kVmacMap4);
    rule.duplicate();
    rule.verdict(NF_DROP);
  });
}

void make_quiet6(Table& table) {
  table.set("vmac_map", kVmacMap6, kLinkIndex, sizeof(std::uint32_t), kHost, NFT_SET_MAP);
  table.set("vmac_set", kVmacSet, kLinkIndex, sizeof(std::uint32_t), kHost);
  const auto icmp6 = [](Expressions& rule, std::uint8_t type) {
    rule.meta(NFT_META_L4PROTO, NFT_REG_1);
    rule.equals(IPPROTO_ICMPV6);
    rule.icmp6_type();
    rule.equals(type);
  };
  table.rule("out", [&](Expressions rule) {
    icmp6(rule, kMldReport);
    rule.network(kIpv6.destination, kIpv6.size);
    rule.sent_by_macvlan();
    rule.meta(NFT_META_OIF, NFT_REG_2);
    rule.map(NFT_REG_2, "vmac_map", kVmacMap6);
    rule.duplicate();
    rule.verdict(NF_DROP);
  });
  table.rule("out", [&](Expressions rule) {
    icmp6(rule, kRouterSolicitation);
    rule.sent_by_macvlan();
    rule.meta(NFT_META_OIF, NFT_REG_2);
    rule.in_set(NFT_REG_2, "vmac_set", kVmacSet);
    rule.verdict(NF_DROP);
  });
}

void drop_in_set(Table& table, const char* chain, std::uint32_t offset, const Layout& layout) {
  table.rule(chain, [&](Expressions rule) {
    rule.network(offset, layout.size);
    rule.in_set(NFT_REG_1, "vips");
    rule.verdict(NF_DROP);
  });
}

void make_blocked4(Table& table) {
  table.set("vips", kVips4, kIpv4Address, kIpv4.size, kNetwork);
  drop_in_set(table, "in", kIpv4.destination, kIpv4);
  drop_in_set(table, "out", kIpv4.source, kIpv4);
}

// Neighbour discovery passes; link-local addresses are looked up with their link in a chain of their own.
void make_blocked6(Table& table) {
  constexpr std::array<std::uint8_t, 16> kLinkLocalMask{0xff, 0xc0};
  constexpr std::array<std::uint8_t, 16> kLinkLocalPrefix{0xfe, 0x80};
  table.chain("in_link_local");
  table.chain("out_link_local");
  table.set("vips", kVips6, kIpv6Address, kIpv6.size, kNetwork);
  table.set("neighbor-discovery", kDiscovery, kIcmp6Type, 1, kHost, NFT_SET_CONSTANT);
  const std::array<std::uint8_t, 2> types{kNeighbourSolicitation, kNeighbourAdvertisement};
  table.elements(NFT_MSG_NEWSETELEM, "neighbor-discovery", types,
                 [](nlmsghdr* header, const std::uint8_t& type) { put_value(header, NFTA_SET_ELEM_KEY, Bytes(&type, 1)); }, kDiscovery);
  struct Way {
    const char* chain;
    const char* link_local;
    std::uint32_t offset;
  };
  constexpr std::array<Way, 2> kWays{{{"in", "in_link_local", kIpv6.destination}, {"out", "out_link_local", kIpv6.source}}};
  for (const Way& way : kWays) {
    table.rule(way.chain, [](Expressions rule) {
      rule.network(kIpv6NextHeader, 1);
      rule.equals(IPPROTO_ICMPV6);
      rule.icmp6_type();
      rule.in_set(NFT_REG_1, "neighbor-discovery");
      rule.verdict(NF_ACCEPT);
    });
    table.rule(way.chain, [&](Expressions rule) {
      rule.network(way.offset, kIpv6.size);
      rule.mask(kLinkLocalMask);
      rule.equals(NFT_REG_1, kLinkLocalPrefix);
      rule.verdict(NFT_GOTO, way.link_local);
    });
  }
  for (const Way& way : kWays) drop_in_set(table, way.chain, way.offset, kIpv6);
}

void make_link_local(Table& table) {
  table.set("vips_link_local", kLinkLocal, kIpv6OnLink, kIpv6.size + sizeof(std::uint32_t), kHost);
  const auto drop = [&table](const char* chain, std::uint32_t offset, std::uint32_t link) {
    table.rule(chain, [&](Expressions rule) {
      rule.network(offset, kIpv6.size);
      rule.meta(link, NFT_REG_2);
      rule.in_set(NFT_REG_1, "vips_link_local");
      rule.verdict(NF_DROP);
    });
  };
  drop("in_link_local", kIpv6.destination, NFT_META_IIF);
  drop("out_link_local", kIpv6.source, NFT_META_OIF);
}

// What of one family is there and is to be.
struct Half {
  bool quiet, blocked;
  bool any() const { return quiet || blocked; }
};

void make_chains(Table& table, Half there, Half wanted) {
  if (!there.any() && wanted.any()) {
    table.make();
    table.base_chain("out", NF_INET_LOCAL_OUT);
  }
  if (!there.blocked && wanted.blocked) table.base_chain("in", NF_INET_LOCAL_IN);
}

std::vector<Blocked> chosen(const std::vector<Blocked>& all, Family family, bool with_link) {
  std::vector<Blocked> some;
  std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&](const Blocked& one) {
    return one.address.family() == family && (one.link != 0) == with_link;
  });
  return some;
}

void change_elements(Table& four, Table& six, const ChangeFirewall& change) {
  four.elements(NFT_MSG_DELSETELEM, "vmac_map", change.unquiet, put_link);
  six.elements(NFT_MSG_DELSETELEM, "vmac_map", change.unquiet, put_link);
  six.elements(NFT_MSG_DELSETELEM, "vmac_set", change.unquiet, put_link);
  four.elements(NFT_MSG_NEWSETELEM, "vmac_map", change.quiet, put_link_and_base);
  six.elements(NFT_MSG_NEWSETELEM, "vmac_map", change.quiet, put_link_and_base);
  six.elements(NFT_MSG_NEWSETELEM, "vmac_set", change.quiet, put_link);
  const auto blocked = [&](std::uint16_t what, const std::vector<Blocked>& all) {
    four.elements(what, "vips", chosen(all, Family::kIpv4, false), put_blocked);
    six.elements(what, "vips", chosen(all, Family::kIpv6, false), put_blocked);
    six.elements(what, "vips_link_local", chosen(all, Family::kIpv6, true), put_blocked);
  };
  blocked(NFT_MSG_DELSETELEM, change.unblock);
  blocked(NFT_MSG_NEWSETELEM, change.block);
}

}  // namespace

void encode(Batch& batch, const ChangeFirewall& change) {
  add_bracket(batch, NFNL_MSG_BATCH_BEGIN);
  Table four(batch, change.settings, NFPROTO_IPV4);
  Table six(batch, change.settings, NFPROTO_IPV6);
  if (change.clear) {
    for (Table* table : {&four, &six}) {  // made first, so that there is one to remove
      table->make();
      table->remove();
    }
  }
  const FirewallParts& there = change.there;
  const FirewallParts& wanted = change.wanted;
  make_chains(four, {there.quiet, there.blocked4}, {wanted.quiet, wanted.blocked4});
  make_chains(six, {there.quiet, there.blocked6}, {wanted.quiet, wanted.blocked6});
  if (wanted.quiet && !there.quiet) {
    make_quiet4(four);
    make_quiet6(six);
  }
  if (wanted.blocked4 && !there.blocked4) make_blocked4(four);
  if (wanted.blocked6 && !there.blocked6) make_blocked6(six);
  if (wanted.link_local && !there.link_local) make_link_local(six);
  change_elements(four, six, change);
  add_bracket(batch, NFNL_MSG_BATCH_END);
}

}  // namespace holdfast::netlink
