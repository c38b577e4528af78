// ifaddrmsg and its attributes.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/address_codec.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace holdfast::netlink {

namespace {

static_assert(kAddressNoDad == IFA_F_NODAD && kAddressHome == IFA_F_HOMEADDRESS);
static_assert(kAddressManageTemporary == IFA_F_MANAGETEMPADDR && kAddressNoPrefixRoute == IFA_F_NOPREFIXROUTE);
static_assert(kAddressMulticastAutojoin == IFA_F_MCAUTOJOIN);

constexpr std::uint32_t kForever = 0xffffffff;
constexpr std::uint32_t kConfigurableFlags =
    kAddressNoDad | kAddressHome | kAddressManageTemporary | kAddressNoPrefixRoute | kAddressMulticastAutojoin;

constexpr std::array kTable = {
    AttributeSpec{IFA_ADDRESS, Type::kBytes, "address"},
    AttributeSpec{IFA_LOCAL, Type::kBytes, "local"},
    AttributeSpec{IFA_LABEL, Type::kString, "label"},
    AttributeSpec{IFA_BROADCAST, Type::kBytes, "broadcast"},
    AttributeSpec{IFA_CACHEINFO, Type::kBytes, "lifetimes"},
    AttributeSpec{IFA_FLAGS, Type::kU32, "flags"},
    AttributeSpec{IFA_PROTO, Type::kU8, "protocol"},
};

void put_address(nlmsghdr* header, std::uint16_t id, const IpAddress& address) {
  mnl_attr_put(header, id, address.octets().size(), address.octets().data());
}

void put_key(nlmsghdr* header, const AddressKey& key, std::uint8_t scope, std::uint32_t flags, std::uint32_t index) {
  auto* fixed = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifaddrmsg)));
  fixed->ifa_family = key.prefix.address.is_v4() ? AF_INET : AF_INET6;
  fixed->ifa_prefixlen = key.prefix.length;
  fixed->ifa_flags = static_cast<std::uint8_t>(flags);
  fixed->ifa_scope = scope;
  fixed->ifa_index = index;
  put_address(header, IFA_LOCAL, key.prefix.address);
  put_address(header, IFA_ADDRESS, key.peer.value_or(key.prefix.address));
}

Result<AddressMessage> with_addresses(AddressMessage message, const Attributes& attributes, Family family) {
  const bool has_local = attributes.has(IFA_LOCAL);
  if (!has_local && !attributes.has(IFA_ADDRESS)) return Error{"address attribute 'address' is missing"};
  HF_TRY(message.prefix.address, address_from(attributes.bytes(has_local ? IFA_LOCAL : IFA_ADDRESS), family, "address"));
  if (has_local && attributes.has(IFA_ADDRESS)) {
    HF_TRY(const IpAddress other, address_from(attributes.bytes(IFA_ADDRESS), family, "address"));
    if (other != message.prefix.address) message.peer = other;
  }
  if (attributes.has(IFA_BROADCAST)) {
    HF_TRY(message.options.broadcast, address_from(attributes.bytes(IFA_BROADCAST), family, "address"));
  }
  return message;
}

}  // namespace

void encode(Batch& batch, const AddAddress& change, std::uint32_t index) {
  const AddressOptions& options = change.address.options;
  batch.add(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, [&](nlmsghdr* header) {
    put_key(header, change.address.key, options.scope, options.flags, index);
    if (options.broadcast) put_address(header, IFA_BROADCAST, *options.broadcast);
    if (!options.label.empty()) mnl_attr_put_strz(header, IFA_LABEL, options.label.c_str());
    if (options.flags > 0xff) mnl_attr_put_u32(header, IFA_FLAGS, options.flags);
    if (options.preferred) {
      const ifa_cacheinfo lifetimes{*options.preferred, kForever, 0, 0};
      mnl_attr_put(header, IFA_CACHEINFO, sizeof lifetimes, &lifetimes);
    }
    mnl_attr_put_u8(header, IFA_PROTO, kAddressProtocol);
  });
}

void encode(Batch& batch, const DeleteAddress& change, std::uint32_t index) {
  batch.add(RTM_DELADDR, 0, [&](nlmsghdr* header) { put_key(header, change.key, 0, 0, index); });
}

void encode_address_dump(Batch& batch) {
  batch.add(RTM_GETADDR, NLM_F_DUMP, [](nlmsghdr* header) {
    auto* fixed = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifaddrmsg)));
    fixed->ifa_family = AF_UNSPEC;
  });
}

Result<AddressMessage> decode_address(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(ifaddrmsg), "address"));
  const auto* fixed = static_cast<const ifaddrmsg*>(parts.fixed);
  if (fixed->ifa_family != AF_INET && fixed->ifa_family != AF_INET6) {
    return Error{"address of family " + std::to_string(fixed->ifa_family) + ", expected IPv4 or IPv6"};
  }
  const Family family = fixed->ifa_family == AF_INET ? Family::kIpv4 : Family::kIpv6;
  if (fixed->ifa_prefixlen > (family == Family::kIpv4 ? 32 : 128)) {
    return Error{"address with a prefix of " + std::to_string(fixed->ifa_prefixlen) + " bits"};
  }
  HF_TRY(const Attributes attributes, Attributes::parse(parts.attributes, kTable, "address"));
  AddressMessage decoded;
  decoded.deleted = parts.header->nlmsg_type == RTM_DELADDR;
  decoded.index = fixed->ifa_index;
  decoded.prefix.length = fixed->ifa_prefixlen;
  const std::uint32_t flags = attributes.has(IFA_FLAGS) ? attributes.u32(IFA_FLAGS) : fixed->ifa_flags;
  decoded.options.flags = flags & kConfigurableFlags;
  decoded.secondary = family == Family::kIpv4 && (flags & IFA_F_SECONDARY) != 0;
  decoded.tentative = family == Family::kIpv6 && (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0;
  if (family == Family::kIpv4) {
    decoded.options.scope = fixed->ifa_scope;
    decoded.options.label = attributes.string(IFA_LABEL);
  }
  if (attributes.bytes(IFA_CACHEINFO).size() >= sizeof(std::uint32_t)) {
    const std::uint32_t preferred = [&] {
      std::uint32_t value = 0;
      std::copy_n(attributes.bytes(IFA_CACHEINFO).begin(), sizeof value, reinterpret_cast<std::uint8_t*>(&value));
      return value;
    }();
    if (preferred != kForever) decoded.options.preferred = preferred;
  }
  decoded.protocol = attributes.u8(IFA_PROTO);
  return with_addresses(std::move(decoded), attributes, family);
}

}  // namespace holdfast::netlink
