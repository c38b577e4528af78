// What nf_tables messages are made of: tables, chains, sets and maps, rules, elements. A rule is a list of expressions that work on registers;
// registers 1 and 2 hold 16 octets each, register 9 is the second quarter of register 1. Types of keys are those that nft(8) shows.
// Numbers in attributes are in network order. Knows nothing of what the tables are for. See linux/netfilter/nf_tables.h. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "ipvsd/netlink/batch.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast::netlink {

// Of nft's own numbering of types.
enum KeyType : std::uint32_t { kIpv4Address = 7, kIpv6Address = 8, kPort = 13, kMark = 19, kLinkIndex = 20, kIcmp6Type = 29, 
  kIpv4AndPort = kIpv4Address << 6 | kPort, kIpv6AndPort = kIpv6Address << 6 | kPort, kIpv6OnLink = kIpv6Address << 6 | kLinkIndex };
enum ByteOrder : std::uint8_t { kHost = 1, kNetwork = 2 };
enum Set : std::uint32_t { kVmacMap4 = 1, kVmacMap6, kVmacSet, kVips4, kVips6, kDiscovery, kLinkLocal };  // numbers within one batch

inline constexpr std::size_t kElementsPerMessage = 1000;
inline constexpr std::size_t kElementRoom = 80;
inline constexpr std::size_t kRuleRoom = 4096;
inline constexpr std::string_view kMacvlan = "macvlan";

// Where addresses and protocols are in the headers.
struct Layout {
  std::uint32_t source, destination, size;
};
inline constexpr Layout kIpv4{12, 16, 4};
inline constexpr Layout kIpv6{8, 24, 16};
inline constexpr std::uint32_t kIpv4Protocol = 9;
inline constexpr std::uint32_t kIpv6NextHeader = 6;

inline constexpr std::uint32_t kSetConcat = 0x80;  // NFT_SET_CONCAT

using Bytes = std::span<const std::uint8_t>;

inline void put_u32(nlmsghdr* header, std::uint16_t id, std::uint32_t number) { mnl_attr_put_u32(header, id, htonl(number)); }

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

inline void add_bracket(Batch& batch, std::uint16_t type) {
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
  // Behind the address that registers from 1 on hold.
  void destination_port(std::uint32_t target) {
    expression("payload", [&] {
      put_u32(header_, NFTA_PAYLOAD_DREG, target);
      put_u32(header_, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
      put_u32(header_, NFTA_PAYLOAD_OFFSET, 2);
      put_u32(header_, NFTA_PAYLOAD_LEN, 2);
    });
  }
  void mark_packet() {
    expression("meta", [&] {
      put_u32(header_, NFTA_META_KEY, NFT_META_MARK);
      put_u32(header_, NFTA_META_SREG, NFT_REG_1);
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
  // Address and port -> mark; both may be ranges.
  void map_of_marks(const char* name, std::uint32_t id, const Layout& layout) {
    message(NFT_MSG_NEWSET, NLM_F_CREATE, [&](nlmsghdr* header) {
      mnl_attr_put_strz(header, NFTA_SET_NAME, name);
      put_u32(header, NFTA_SET_FLAGS, NFT_SET_INTERVAL | NFT_SET_MAP | kSetConcat);
      put_u32(header, NFTA_SET_KEY_TYPE, layout.size == kIpv4.size ? kIpv4AndPort : kIpv6AndPort);
      put_u32(header, NFTA_SET_KEY_LEN, layout.size + sizeof(std::uint32_t));
      put_u32(header, NFTA_SET_DATA_TYPE, kMark);
      put_u32(header, NFTA_SET_DATA_LEN, sizeof(std::uint32_t));
      put_u32(header, NFTA_SET_ID, id);
      nlattr* description = mnl_attr_nest_start(header, NFTA_SET_DESC);
      nlattr* fields = mnl_attr_nest_start(header, NFTA_SET_DESC_CONCAT);
      for (const std::uint32_t size : {layout.size, std::uint32_t{2}}) {
        nlattr* field = mnl_attr_nest_start(header, NFTA_LIST_ELEM);
        put_u32(header, NFTA_SET_FIELD_LEN, size);
        mnl_attr_nest_end(header, field);
      }
      mnl_attr_nest_end(header, fields);
      mnl_attr_nest_end(header, description);
      const std::array<std::uint8_t, 12> orders{0, 4, kHost, 0, 0, 0, 1, 4, kHost, 0, 0, 0};
      mnl_attr_put(header, NFTA_SET_USERDATA, orders.size(), orders.data());
      if (!settings_.counters) return;
      nlattr* counter = mnl_attr_nest_start(header, NFTA_SET_EXPR);
      mnl_attr_put_strz(header, NFTA_EXPR_NAME, "counter");
      mnl_attr_nest_end(header, mnl_attr_nest_start(header, NFTA_EXPR_DATA));
      mnl_attr_nest_end(header, counter);
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
  void elements(std::uint16_t what, const char* name, const Items& items, Put put, std::uint32_t id = 0, std::size_t most = kElementsPerMessage) {
    for (std::size_t first = 0; first < items.size(); first += most) {
      const std::size_t end = std::min(items.size(), first + most);
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

inline void put_value(nlmsghdr* header, std::uint16_t id, Bytes value) {
  nlattr* nest = mnl_attr_nest_start(header, id);
  mnl_attr_put(header, NFTA_DATA_VALUE, value.size(), value.data());
  mnl_attr_nest_end(header, nest);
}

inline Bytes octets_of(const std::uint32_t& number) { return {reinterpret_cast<const std::uint8_t*>(&number), sizeof number}; }

}  // namespace holdfast::netlink
