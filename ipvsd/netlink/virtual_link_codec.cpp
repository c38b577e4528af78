// ifinfomsg with the attributes of macvlan and ipvlan.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/virtual_link_codec.h"

#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace holdfast::netlink {

namespace {

constexpr std::array kLinkState = {
    AttributeSpec{ETHTOOL_A_LINKSTATE_LINK, Type::kU8, "link"},
};

ifinfomsg* put_link(nlmsghdr* header) { return static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg))); }

void put_named(nlmsghdr* header, const std::string& name) {
  put_link(header);
  mnl_attr_put_strz(header, IFLA_IFNAME, name.c_str());
}

// { IFLA_AF_SPEC { AF_INET { IFLA_INET_CONF { id: value ... } } } }
template <std::size_t Size>
void put_ipv4_settings(nlmsghdr* header, const std::array<std::pair<std::uint16_t, std::uint32_t>, Size>& settings) {
  nlattr* inet = mnl_attr_nest_start(header, AF_INET);
  nlattr* conf = mnl_attr_nest_start(header, IFLA_INET_CONF);
  for (const auto& [id, value] : settings) mnl_attr_put_u32(header, id, value);
  mnl_attr_nest_end(header, conf);
  mnl_attr_nest_end(header, inet);
}

std::uint16_t ipvlan_flags(IpvlanMode mode) {
  switch (mode) {
    case IpvlanMode::kBridge: return 0;
    case IpvlanMode::kPrivate: return IPVLAN_F_PRIVATE;
    case IpvlanMode::kVepa: return IPVLAN_F_VEPA;
  }
  return 0;
}

}  // namespace

void encode(Batch& batch, const CreateLink& change) {
  const VirtualLink& link = change.link;
  batch.add(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, [&](nlmsghdr* header) {
    put_named(header, link.name);
    mnl_attr_put_u32(header, IFLA_LINK, change.base);
    mnl_attr_put_u32(header, IFLA_GROUP, change.group);
    if (change.master) mnl_attr_put_u32(header, IFLA_MASTER, *change.master);
    const bool macvlan = link.kind == LinkKind::kMacvlan;
    if (macvlan) mnl_attr_put(header, IFLA_ADDRESS, link.hardware.size(), link.hardware.data());
    nlattr* kind = mnl_attr_nest_start(header, IFLA_LINKINFO);
    mnl_attr_put_strz(header, IFLA_INFO_KIND, macvlan ? "macvlan" : "ipvlan");
    nlattr* data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
    if (macvlan) {
      mnl_attr_put_u32(header, IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE);
    } else {
      mnl_attr_put_u16(header, IFLA_IPVLAN_MODE, IPVLAN_MODE_L2);
      mnl_attr_put_u16(header, IFLA_IPVLAN_FLAGS, ipvlan_flags(link.mode));
    }
    mnl_attr_nest_end(header, data);
    mnl_attr_nest_end(header, kind);
  });
}

void encode(Batch& batch, const TuneLink& change) {
  batch.add(RTM_SETLINK, 0, [&](nlmsghdr* header) {
    put_named(header, change.name);
    nlattr* families = mnl_attr_nest_start(header, IFLA_AF_SPEC);
    if (change.ipv4_settings) {
      put_ipv4_settings<4>(header, {{{IPV4_DEVCONF_ARP_IGNORE, 1}, {IPV4_DEVCONF_ACCEPT_LOCAL, 1}, {IPV4_DEVCONF_RP_FILTER, 0},
                                     {IPV4_DEVCONF_PROMOTE_SECONDARIES, 1}}});
    }
    if (change.no_generated_address) {
      nlattr* inet6 = mnl_attr_nest_start(header, AF_INET6);
      mnl_attr_put_u8(header, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
      mnl_attr_nest_end(header, inet6);
    }
    mnl_attr_nest_end(header, families);
  });
}

void encode(Batch& batch, const AddLinkAddress& change, std::uint32_t index) {
  batch.add(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, [&](nlmsghdr* header) {
    const IpAddress& address = change.prefix.address;
    auto* fixed = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifaddrmsg)));
    fixed->ifa_family = address.is_v4() ? AF_INET : AF_INET6;
    fixed->ifa_prefixlen = change.prefix.length;
    fixed->ifa_flags = address.is_v4() ? 0 : IFA_F_NODAD;
    fixed->ifa_index = index;
    mnl_attr_put(header, IFA_LOCAL, address.octets().size(), address.octets().data());
    mnl_attr_put(header, IFA_ADDRESS, address.octets().size(), address.octets().data());
    if (address.is_v4()) return;
    const ifa_cacheinfo source_of_adverts_only{0, 0xffffffff, 0, 0};  // deprecated: nothing else chooses it
    mnl_attr_put(header, IFA_CACHEINFO, sizeof source_of_adverts_only, &source_of_adverts_only);
  });
}

void encode(Batch& batch, const RaiseLink& change) {
  batch.add(RTM_SETLINK, 0, [&](nlmsghdr* header) {
    ifinfomsg* fixed = put_link(header);
    fixed->ifi_flags = fixed->ifi_change = IFF_UP;
    mnl_attr_put_strz(header, IFLA_IFNAME, change.name.c_str());
  });
}

void encode(Batch& batch, const SetMaster& change) {
  batch.add(RTM_SETLINK, 0, [&](nlmsghdr* header) {
    put_named(header, change.name);
    mnl_attr_put_u32(header, IFLA_MASTER, change.master);
  });
}

void encode(Batch& batch, const DeleteLinks& change) {
  if (change.names.size() == 1) {
    batch.add(RTM_DELLINK, 0, [&](nlmsghdr* header) { put_named(header, change.names.front()); });
    return;
  }
  for (const std::string& name : change.names) {
    batch.add(RTM_SETLINK, 0, [&](nlmsghdr* header) {
      put_named(header, name);
      mnl_attr_put_u32(header, IFLA_GROUP, change.group);
    });
  }
  batch.add(RTM_DELLINK, 0, [&](nlmsghdr* header) {
    put_link(header);
    mnl_attr_put_u32(header, IFLA_GROUP, change.group);
  });
}

void encode(Batch& batch, const SetSetting& change, std::uint32_t index) {
  const auto put = [&](std::uint16_t id) {
    batch.add(RTM_SETLINK, 0, [&](nlmsghdr* header) {
      put_link(header)->ifi_index = static_cast<int>(index);
      nlattr* families = mnl_attr_nest_start(header, IFLA_AF_SPEC);
      put_ipv4_settings<1>(header, {{{id, static_cast<std::uint32_t>(change.value)}}});
      mnl_attr_nest_end(header, families);
    });
  };
  switch (change.key.setting) {
    case Setting::kArpIgnore: return put(IPV4_DEVCONF_ARP_IGNORE);
    case Setting::kArpFilter: return put(IPV4_DEVCONF_ARPFILTER);
    case Setting::kRpFilter: return put(IPV4_DEVCONF_RP_FILTER);
    case Setting::kIgmpLinkLocalReports: return;
  }
}

void encode_carrier_request(Batch& batch, GenericFamily ethtool, std::uint32_t index) {
  batch.add(ethtool, 0, [index](nlmsghdr* header) {
    auto* fixed = static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(header, sizeof(genlmsghdr)));
    fixed->cmd = ETHTOOL_MSG_LINKSTATE_GET;
    fixed->version = ETHTOOL_GENL_VERSION;
    nlattr* subject = mnl_attr_nest_start(header, ETHTOOL_A_LINKSTATE_HEADER);
    mnl_attr_put_u32(header, ETHTOOL_A_HEADER_DEV_INDEX, index);
    mnl_attr_nest_end(header, subject);
  });
}

Result<std::optional<bool>> decode_carrier(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(genlmsghdr), "link state"));
  HF_TRY(const Attributes attributes, Attributes::parse(parts.attributes, kLinkState, "link state"));
  if (!attributes.has(ETHTOOL_A_LINKSTATE_LINK)) return std::optional<bool>{};
  return std::optional{attributes.u8(ETHTOOL_A_LINKSTATE_LINK) != 0};
}

}  // namespace holdfast::netlink
