// nf_tables messages. A rule is a list of expressions that work on registers; registers 1 and 2 hold 16 octets each.
// Types of keys are those that nft(8) shows. Numbers in attributes are in network order.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/nftables_codec.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

namespace holdfast::netlink {

namespace {

// Of nft's own numbering of types.
enum KeyType : std::uint32_t { kIpv4Address = 7, kIpv6Address = 8, kLinkIndex = 20, kIcmp6Type = 29, kIpv6OnLink = kIpv6Address << 6 | kLinkIndex };
enum ByteOrder : std::uint8_t { kHost = 1, kNetwork = 2 };
enum Set : std::uint32_t { kVmacMap4 = 1, kVmacMap6, kVmacSet, kVips4, kVips6, kDiscovery, kLinkLocal };  // numbers within one batch

constexpr std::size_t kElementsPerMessage = 1000;
constexpr std::size_t kElementRoom = 64;
constexpr std::size_t kRuleRoom = 4096;
constexpr std::uint8_t kMldReport = 143;  // RFC 3810
constexpr std::uint8_t kRouterSolicitation = 133;
constexpr std::uint8_t kNeighbourSolicitation = 135;
constexpr std::uint8_t kNeighbourAdvertisement = 136;
constexpr std::string_view kMacvlan = "macvlan";

// Where addresses and protocols are in the headers.
struct Layout {
  std::uint32_t source, destination, size;
};
constexpr Layout kIpv4{12, 16, 4};
constexpr Layout kIpv6{8, 24, 16};
constexpr std::uint32_t kIpv4Protocol = 9;
constexpr std::uint32_t kIpv6NextHeader = 6;

using Bytes = std::span<const std::uint8_t>;

void put_u32(nlmsghdr* header, std::uint16_t id, std::uint32_t number) { mnl_attr_put_u32(header, id, htonl(number)); }

// One message of the subsystem about the table of one family.
template <class Fill>
void add(Batch& batch, std::uint16_t message, std::uint16_t flags, std::uint8_t family, Fill fill, std::size_t room = kMessageMax) {
  batch.add(static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message), flags, [&](nlmsghdr* header) {
    auto* fixed = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
    fixed->nfgen_family = family;
    fixed->version = NFNETLINK_V0;
    fill(header);
  }, room);
}

void add_bracket(Batch& batch, std::uint16_t type) {
  batch.add(type, 0, [](nlmsghdr* header) {
    auto* fixed = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
    fixed->res_id = htons(NFNL_SUBSYS_NFTABLES);
  });
}

// The expressions of one rule, in order.
class Expressions {
 public:
  Expressions(nlmsghdr* header, bool counters) : header_(header), counters_(counters) {}

  void payload(std::uint32_t base, std::uint32_t offset, std::uint32_t size) {
    expression("payload", [&] {
      put_u32(header_, NFTA_PAYLOAD_DREG, NFT_REG_1);
      put_u32(header_, NFTA_PAYLOAD_BASE, base);
      put_u32(header_, NFTA_PAYLOAD_OFFSET, offset);
      put_u32(header_, NFTA_PAYLOAD_LEN, size);
    });
  }
  void network(std::uint32_t offset, std::uint32_t size) { payload(NFT_PAYLOAD_NETWORK_HEADER, offset, size); }
  void meta(std::uint32_t key, std::uint32_t target) {
    expression("meta", [&] {
      put_u32(header_, NFTA_META_KEY, key);
      put_u32(header_, NFTA_META_DREG, target);
    });
  }
  void equals(std::uint32_t source, Bytes value) {
    expression("cmp", [&] {
      put_u32(header_, NFTA_CMP_SREG, source);
      put_u32(header_, NFTA_CMP_OP, NFT_CMP_EQ);
      data(NFTA_CMP_DATA, value);
    });
  }
  void equals(std::uint8_t value) { equals(NFT_REG_1, Bytes(&value, 1)); }
  void mask(Bytes bits) {
    const std::array<std::uint8_t, 16> zero{};
    expression("bitwise", [&] {
      put_u32(header_, NFTA_BITWISE_SREG, NFT_REG_1);
      put_u32(header_, NFTA_BITWISE_DREG, NFT_REG_1);
      put_u32(header_, NFTA_BITWISE_LEN, static_cast<std::uint32_t>(bits.size()));
      data(NFTA_BITWISE_MASK, bits);
      data(NFTA_BITWISE_XOR, Bytes(zero).first(bits.size()));
    });
  }
  // `id`: of a set that this batch makes; 0: one that exists.
  void in_set(std::uint32_t source, const char* name, std::uint32_t id = 0) {
    expression("lookup", [&] {
      put_u32(header_, NFTA_LOOKUP_SREG, source);
      mnl_attr_put_strz(header_, NFTA_LOOKUP_SET, name);
      if (id != 0) put_u32(header_, NFTA_LOOKUP_SET_ID, id);
    });
  }
  void map(std::uint32_t registers, const char* name, std::uint32_t id) {
    expression("lookup", [&] {
      put_u32(header_, NFTA_LOOKUP_SREG, registers);
      put_u32(header_, NFTA_LOOKUP_DREG, registers);
      mnl_attr_put_strz(header_, NFTA_LOOKUP_SET, name);
      put_u32(header_, NFTA_LOOKUP_SET_ID, id);
    });
  }
  void duplicate() {
    expression("dup", [&] {
      put_u32(header_, NFTA_DUP_SREG_ADDR, NFT_REG_1);
      put_u32(header_, NFTA_DUP_SREG_DEV, NFT_REG_2);
    });
  }
  void verdict(std::int32_t code, const char* chain = nullptr) {
    if (counters_) expression("counter", [] {});
    expression("immediate", [&] {
      put_u32(header_, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
      nlattr* value = mnl_attr_nest_start(header_, NFTA_IMMEDIATE_DATA);
      nlattr* nest = mnl_attr_nest_start(header_, NFTA_DATA_VERDICT);
      put_u32(header_, NFTA_VERDICT_CODE, static_cast<std::uint32_t>(code));
      if (chain != nullptr) mnl_attr_put_strz(header_, NFTA_VERDICT_CHAIN, chain);
      mnl_attr_nest_end(header_, nest);
      mnl_attr_nest_end(header_, value);
    });
  }
  void icmp6_type() { payload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1); }
  void sent_by_macvlan() {
    std::array<std::uint8_t, 16> kind{};
    std::copy(kMacvlan.begin(), kMacvlan.end(), kind.begin());
    meta(NFT_META_OIFKIND, NFT_REG_2);
    equals(NFT_REG_2, kind);
  }

 private:
  template <class Fill>
  void expression(const char* name, Fill fill) {
    nlattr* element = mnl_attr_nest_start(header_, NFTA_LIST_ELEM);
    mnl_attr_put_strz(header_, NFTA_EXPR_NAME, name);
    nlattr* nest = mnl_attr_nest_start(header_, NFTA_EXPR_DATA);
    fill();
    mnl_attr_nest_end(header_, nest);
    mnl_attr_nest_end(header_, element);
  }
  void data(std::uint16_t id, Bytes value) {
    nlattr* nest = mnl_attr_nest_start(header_, id);
    mnl_attr_put(header_, NFTA_DATA_VALUE, value.size(), value.data());
    mnl_attr_nest_end(header_, nest);
  }
  nlmsghdr* header_;
  bool counters_;
};

// Writes into the table of one family.
class Table {
 public:
  Table(Batch& batch, const Firewall& settings, std::uint8_t family) : batch_(batch), settings_(settings), family_(family) {}

  void make() { message(NFT_MSG_NEWTABLE, NLM_F_CREATE, [](nlmsghdr*) {}); }
  void remove() { message(NFT_MSG_DELTABLE, 0, [](nlmsghdr*) {}); }
  void base_chain(const char* name, std::uint32_t hook) {
    message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, [&](nlmsghdr* header) {
      mnl_attr_put_strz(header, NFTA_CHAIN_NAME, name);
      nlattr* nest = mnl_attr_nest_start(header, NFTA_CHAIN_HOOK);
      put_u32(header, NFTA_HOOK_HOOKNUM, hook);
      put_u32(header, NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(settings_.priority));
      mnl_attr_nest_end(header, nest);
      put_u32(header, NFTA_CHAIN_POLICY, NF_ACCEPT);
      mnl_attr_put_strz(header, NFTA_CHAIN_TYPE, "filter");
    });
  }
  void chain(const char* name) {
    message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, [&](nlmsghdr* header) { mnl_attr_put_strz(header, NFTA_CHAIN_NAME, name); });
  }
  void set(const char* name, Set id, KeyType type, std::uint32_t size, ByteOrder order, std::uint32_t flags = 0) {
    message(NFT_MSG_NEWSET, NLM_F_CREATE, [&](nlmsghdr* header) {
      mnl_attr_put_strz(header, NFTA_SET_NAME, name);
      if (flags != 0) put_u32(header, NFTA_SET_FLAGS, flags);
      put_u32(header, NFTA_SET_KEY_TYPE, type);
      put_u32(header, NFTA_SET_KEY_LEN, size);
      if ((flags & NFT_SET_MAP) != 0) {
        put_u32(header, NFTA_SET_DATA_TYPE, type);
        put_u32(header, NFTA_SET_DATA_LEN, size);
      }
      put_u32(header, NFTA_SET_ID, id);
      // Only for nft(8): type 0 (keys) or 1 (data), length, the byte order as a number of four octets.
      const std::array<std::uint8_t, 12> orders{0, 4, order, 0, 0, 0, 1, 4, order, 0, 0, 0};
      mnl_attr_put(header, NFTA_SET_USERDATA, (flags & NFT_SET_MAP) != 0 ? 12 : 6, orders.data());
    });
  }
  template <class Write>
  void rule(const char* chain, Write write) {
    message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, [&](nlmsghdr* header) {
      mnl_attr_put_strz(header, NFTA_RULE_CHAIN, chain);
      nlattr* nest = mnl_attr_nest_start(header, NFTA_RULE_EXPRESSIONS);
      write(Expressions(header, settings_.counters));
      mnl_attr_nest_end(header, nest);
    }, kRuleRoom);
  }
  // `put(item)` gives key, and data of a map.
  template <class Items, class Put>
  void elements(std::uint16_t what, const char* name, const Items& items, Put put, std::uint32_t id = 0) {
    for (std::size_t first = 0; first < items.size(); first += kElementsPerMessage) {
      const std::size_t end = std::min(items.size(), first + kElementsPerMessage);
      message(what, what == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0, [&](nlmsghdr* header) {
        mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_SET, name);
        if (id != 0) put_u32(header, NFTA_SET_ELEM_LIST_SET_ID, id);
        nlattr* list = mnl_attr_nest_start(header, NFTA_SET_ELEM_LIST_ELEMENTS);
        for (std::size_t at = first; at < end; ++at) {
          nlattr* element = mnl_attr_nest_start(header, NFTA_LIST_ELEM);
          put(header, items[at]);
          mnl_attr_nest_end(header, element);
        }
        mnl_attr_nest_end(header, list);
      }, kMessageMax + (end - first) * kElementRoom);
    }
  }
  const Firewall& settings() const { return settings_; }

 private:
  template <class Fill>
  void message(std::uint16_t type, std::uint16_t flags, Fill fill, std::size_t room = kMessageMax) {
    add(batch_, type, flags, family_, [&](nlmsghdr* header) {
      mnl_attr_put_strz(header, NFTA_TABLE_NAME, settings_.table.c_str());  // the first attribute of every message
      fill(header);
    }, room);
  }
  static_assert(NFTA_TABLE_NAME == 1 && NFTA_CHAIN_TABLE == 1 && NFTA_SET_TABLE == 1 && NFTA_RULE_TABLE == 1 && NFTA_SET_ELEM_LIST_TABLE == 1);
  Batch& batch_;
  const Firewall& settings_;
  std::uint8_t family_;
};

void put_value(nlmsghdr* header, std::uint16_t id, Bytes value) {
  nlattr* nest = mnl_attr_nest_start(header, id);
  mnl_attr_put(header, NFTA_DATA_VALUE, value.size(), value.data());
  mnl_attr_nest_end(header, nest);
}

Bytes octets_of(const std::uint32_t& number) { return {reinterpret_cast<const std::uint8_t*>(&number), sizeof number}; }

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
