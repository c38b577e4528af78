// The kernel's contract, one row per attribute, and the messages made of them.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/ipvs_codec.h"

#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <sys/socket.h>

#include <cstring>

#include "ipvsd/netlink/generic.h"

namespace holdfast::netlink {

namespace {

constexpr std::uint32_t kEveryFlag = 0xffffffff;

constexpr std::array kCommand = {
    AttributeSpec{IPVS_CMD_ATTR_SERVICE, Type::kNested, "service"},
    AttributeSpec{IPVS_CMD_ATTR_DEST, Type::kNested, "destination"},
};
constexpr std::array kService = {
    AttributeSpec{IPVS_SVC_ATTR_AF, Type::kU16, "family", Required::kYes},
    AttributeSpec{IPVS_SVC_ATTR_PROTOCOL, Type::kU16, "protocol"},
    AttributeSpec{IPVS_SVC_ATTR_ADDR, Type::kBytes, "address"},
    AttributeSpec{IPVS_SVC_ATTR_PORT, Type::kU16Be, "port"},
    AttributeSpec{IPVS_SVC_ATTR_FWMARK, Type::kU32, "fwmark"},
    AttributeSpec{IPVS_SVC_ATTR_SCHED_NAME, Type::kString, "scheduler", Required::kYes},
    AttributeSpec{IPVS_SVC_ATTR_FLAGS, Type::kBytes, "flags", Required::kYes},
    AttributeSpec{IPVS_SVC_ATTR_TIMEOUT, Type::kU32, "timeout", Required::kYes},
    AttributeSpec{IPVS_SVC_ATTR_NETMASK, Type::kU32Be, "netmask", Required::kYes},
    AttributeSpec{IPVS_SVC_ATTR_PE_NAME, Type::kString, "persistence engine"},
};
constexpr std::array kDestination = {
    AttributeSpec{IPVS_DEST_ATTR_ADDR, Type::kBytes, "address", Required::kYes},
    AttributeSpec{IPVS_DEST_ATTR_PORT, Type::kU16Be, "port", Required::kYes},
    AttributeSpec{IPVS_DEST_ATTR_FWD_METHOD, Type::kU32, "forwarding", Required::kYes},
    AttributeSpec{IPVS_DEST_ATTR_WEIGHT, Type::kU32, "weight", Required::kYes},
    AttributeSpec{IPVS_DEST_ATTR_U_THRESH, Type::kU32, "upper threshold", Required::kYes},
    AttributeSpec{IPVS_DEST_ATTR_L_THRESH, Type::kU32, "lower threshold", Required::kYes},
    AttributeSpec{IPVS_DEST_ATTR_ADDR_FAMILY, Type::kU16, "family"},
    AttributeSpec{IPVS_DEST_ATTR_TUN_TYPE, Type::kU8, "tunnel type"},
    AttributeSpec{IPVS_DEST_ATTR_TUN_PORT, Type::kU16Be, "tunnel port"},
    AttributeSpec{IPVS_DEST_ATTR_TUN_FLAGS, Type::kU16, "tunnel flags"},
};
constexpr std::array kController = {AttributeSpec{CTRL_ATTR_FAMILY_ID, Type::kU16, "family number", Required::kYes}};

std::uint16_t number_of(Family family) { return family == Family::kIpv4 ? AF_INET : AF_INET6; }

// The kernel's union nf_inet_addr: 16 octets, of which IPv4 uses the first four.
void put_address(nlmsghdr* header, std::uint16_t id, const IpAddress& address) {
  std::array<std::uint8_t, 16> padded{};
  std::memcpy(padded.data(), address.octets().data(), address.octets().size());
  mnl_attr_put(header, id, padded.size(), padded.data());
}

void put_service_key(nlmsghdr* header, const ServiceKey& key) {
  mnl_attr_put_u16(header, IPVS_SVC_ATTR_AF, number_of(key.family));
  if (key.fwmark != 0) {
    mnl_attr_put_u32(header, IPVS_SVC_ATTR_FWMARK, key.fwmark);
    return;
  }
  mnl_attr_put_u16(header, IPVS_SVC_ATTR_PROTOCOL, static_cast<std::uint16_t>(key.protocol));
  put_address(header, IPVS_SVC_ATTR_ADDR, key.address);
  mnl_attr_put_u16(header, IPVS_SVC_ATTR_PORT, htons(key.port));
}

void put_service_options(nlmsghdr* header, const ServiceKey& key, const ServiceOptions& options) {
  const ip_vs_flags flags{options.flags, kEveryFlag};
  mnl_attr_put_strz(header, IPVS_SVC_ATTR_SCHED_NAME, options.scheduler.c_str());
  mnl_attr_put(header, IPVS_SVC_ATTR_FLAGS, sizeof flags, &flags);
  mnl_attr_put_u32(header, IPVS_SVC_ATTR_TIMEOUT, options.timeout);
  // IPv4: a mask, so in network order; IPv6: a length, so a number.
  const std::uint32_t netmask = key.family == Family::kIpv4 ? htonl(options.netmask) : options.netmask;
  mnl_attr_put_u32(header, IPVS_SVC_ATTR_NETMASK, netmask);
  if (!options.persistence_engine.empty()) mnl_attr_put_strz(header, IPVS_SVC_ATTR_PE_NAME, options.persistence_engine.c_str());
}

void put_destination_key(nlmsghdr* header, const DestinationKey& key) {
  mnl_attr_put_u16(header, IPVS_DEST_ATTR_ADDR_FAMILY, number_of(key.address.family()));
  put_address(header, IPVS_DEST_ATTR_ADDR, key.address);
  mnl_attr_put_u16(header, IPVS_DEST_ATTR_PORT, htons(key.port));
}

void put_destination_options(nlmsghdr* header, const DestinationOptions& options) {
  mnl_attr_put_u32(header, IPVS_DEST_ATTR_FWD_METHOD, static_cast<std::uint32_t>(options.forwarding));
  mnl_attr_put_u32(header, IPVS_DEST_ATTR_WEIGHT, options.weight);
  mnl_attr_put_u32(header, IPVS_DEST_ATTR_U_THRESH, options.upper_threshold);
  mnl_attr_put_u32(header, IPVS_DEST_ATTR_L_THRESH, options.lower_threshold);
  mnl_attr_put_u8(header, IPVS_DEST_ATTR_TUN_TYPE, static_cast<std::uint8_t>(options.tunnel));
  mnl_attr_put_u16(header, IPVS_DEST_ATTR_TUN_PORT, htons(options.tunnel_port));
  mnl_attr_put_u16(header, IPVS_DEST_ATTR_TUN_FLAGS, options.tunnel_flags);
}

void add_service(Batch& batch, GenericFamily family, std::uint8_t command, const ServiceKey& key, const ServiceOptions* options) {
  batch.add(family, 0, [&](nlmsghdr* header) {
    put_generic(header, command, IPVS_GENL_VERSION);
    nlattr* nested = mnl_attr_nest_start(header, IPVS_CMD_ATTR_SERVICE);
    put_service_key(header, key);
    if (options != nullptr) put_service_options(header, key, *options);
    mnl_attr_nest_end(header, nested);
  });
}

void add_destination(Batch& batch, GenericFamily family, std::uint8_t command, const ServiceKey& service,
                     const DestinationKey& key, const DestinationOptions* options) {
  batch.add(family, 0, [&](nlmsghdr* header) {
    put_generic(header, command, IPVS_GENL_VERSION);
    nlattr* outer = mnl_attr_nest_start(header, IPVS_CMD_ATTR_SERVICE);
    put_service_key(header, service);
    mnl_attr_nest_end(header, outer);
    nlattr* nested = mnl_attr_nest_start(header, IPVS_CMD_ATTR_DEST);
    put_destination_key(header, key);
    if (options != nullptr) put_destination_options(header, *options);
    mnl_attr_nest_end(header, nested);
  });
}

Result<Octets> nested_in(Octets message, std::uint16_t id, const char* object) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(genlmsghdr), "IPVS"));
  HF_TRY(const Attributes outer, Attributes::parse(parts.attributes, kCommand, "IPVS message"));
  if (!outer.has(id)) return Error{std::string("IPVS message without a ") + object};
  return outer.bytes(id);
}

Result<Family> family_of(std::uint16_t number) {
  if (number == AF_INET) return Family::kIpv4;
  if (number == AF_INET6) return Family::kIpv6;
  return Error{"IPVS object of family " + std::to_string(number) + ", expected IPv4 or IPv6"};
}

}  // namespace

void encode(Batch& batch, GenericFamily family, const AddService& change) {
  add_service(batch, family, IPVS_CMD_NEW_SERVICE, change.key, &change.options);
}

void encode(Batch& batch, GenericFamily family, const EditService& change) {
  add_service(batch, family, IPVS_CMD_SET_SERVICE, change.key, &change.options);
}

void encode(Batch& batch, GenericFamily family, const DeleteService& change) {
  add_service(batch, family, IPVS_CMD_DEL_SERVICE, change.key, nullptr);
}

void encode(Batch& batch, GenericFamily family, const AddDestination& change) {
  add_destination(batch, family, IPVS_CMD_NEW_DEST, change.service, change.key, &change.options);
}

void encode(Batch& batch, GenericFamily family, const EditDestination& change) {
  add_destination(batch, family, IPVS_CMD_SET_DEST, change.service, change.key, &change.options);
}

void encode(Batch& batch, GenericFamily family, const DeleteDestination& change) {
  add_destination(batch, family, IPVS_CMD_DEL_DEST, change.service, change.key, nullptr);
}

void encode_service_dump(Batch& batch, GenericFamily family) {
  batch.add(family, NLM_F_DUMP, [](nlmsghdr* header) { put_generic(header, IPVS_CMD_GET_SERVICE, IPVS_GENL_VERSION); });
}

void encode_service_request(Batch& batch, GenericFamily family, const ServiceKey& key) {
  add_service(batch, family, IPVS_CMD_GET_SERVICE, key, nullptr);
}

void encode_destination_dump(Batch& batch, GenericFamily family, const ServiceKey& key) {
  batch.add(family, NLM_F_DUMP, [&](nlmsghdr* header) {
    put_generic(header, IPVS_CMD_GET_DEST, IPVS_GENL_VERSION);
    nlattr* nested = mnl_attr_nest_start(header, IPVS_CMD_ATTR_SERVICE);
    put_service_key(header, key);
    mnl_attr_nest_end(header, nested);
  });
}

void encode_family_lookup(Batch& batch, const char* name) {
  batch.add(GENL_ID_CTRL, 0, [name](nlmsghdr* header) {
    put_generic(header, CTRL_CMD_GETFAMILY, 1);
    mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, name);
  });
}

Result<std::pair<ServiceKey, ServiceOptions>> decode_service(Octets message) {
  HF_TRY(const Octets nested, nested_in(message, IPVS_CMD_ATTR_SERVICE, "service"));
  HF_TRY(const Attributes attributes, Attributes::parse(nested, kService, "service"));
  ServiceKey key;
  HF_TRY(key.family, family_of(attributes.u16(IPVS_SVC_ATTR_AF)));
  key.fwmark = attributes.u32(IPVS_SVC_ATTR_FWMARK);
  if (key.fwmark == 0) {
    const std::uint16_t protocol = attributes.u16(IPVS_SVC_ATTR_PROTOCOL);
    if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP && protocol != IPPROTO_SCTP) {
      return Error{"service of protocol " + std::to_string(protocol) + ", expected TCP, UDP or SCTP"};
    }
    key.protocol = static_cast<Protocol>(protocol);
    HF_TRY(key.address, address_from(attributes.bytes(IPVS_SVC_ATTR_ADDR), key.family, "service"));
    key.port = attributes.u16_be(IPVS_SVC_ATTR_PORT);
  }
  ServiceOptions options;
  options.scheduler = attributes.string(IPVS_SVC_ATTR_SCHED_NAME);
  if (attributes.bytes(IPVS_SVC_ATTR_FLAGS).size() != sizeof(ip_vs_flags)) return Error{"service attribute 'flags' has a strange size"};
  std::memcpy(&options.flags, attributes.bytes(IPVS_SVC_ATTR_FLAGS).data(), sizeof options.flags);
  options.flags &= ~static_cast<std::uint32_t>(IP_VS_SVC_F_HASHED);
  options.timeout = attributes.u32(IPVS_SVC_ATTR_TIMEOUT);
  options.netmask = key.family == Family::kIpv4 ? attributes.u32_be(IPVS_SVC_ATTR_NETMASK) : attributes.u32(IPVS_SVC_ATTR_NETMASK);
  options.persistence_engine = attributes.string(IPVS_SVC_ATTR_PE_NAME);
  return std::pair{key, options};
}

Result<std::pair<DestinationKey, DestinationOptions>> decode_destination(Octets message, Family service_family) {
  HF_TRY(const Octets nested, nested_in(message, IPVS_CMD_ATTR_DEST, "destination"));
  HF_TRY(const Attributes attributes, Attributes::parse(nested, kDestination, "destination"));
  Family family = service_family;
  if (attributes.has(IPVS_DEST_ATTR_ADDR_FAMILY)) {
    HF_TRY(family, family_of(attributes.u16(IPVS_DEST_ATTR_ADDR_FAMILY)));
  }
  DestinationKey key;
  HF_TRY(key.address, address_from(attributes.bytes(IPVS_DEST_ATTR_ADDR), family, "destination"));
  key.port = attributes.u16_be(IPVS_DEST_ATTR_PORT);
  DestinationOptions options;
  // Methods that we do not offer (local node, bypass) are kept as numbers: they compare as different, so they are edited.
  options.forwarding = static_cast<Forwarding>(attributes.u32(IPVS_DEST_ATTR_FWD_METHOD) & IP_VS_CONN_F_FWD_MASK);
  options.weight = attributes.u32(IPVS_DEST_ATTR_WEIGHT);
  options.upper_threshold = attributes.u32(IPVS_DEST_ATTR_U_THRESH);
  options.lower_threshold = attributes.u32(IPVS_DEST_ATTR_L_THRESH);
  options.tunnel = static_cast<TunnelType>(attributes.u8(IPVS_DEST_ATTR_TUN_TYPE));
  options.tunnel_port = attributes.u16_be(IPVS_DEST_ATTR_TUN_PORT);
  options.tunnel_flags = attributes.u16(IPVS_DEST_ATTR_TUN_FLAGS);
  return std::pair{key, options};
}

Result<GenericFamily> decode_family(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(genlmsghdr), "generic family"));
  HF_TRY(const Attributes attributes, Attributes::parse(parts.attributes, kController, "generic family"));
  return attributes.u16(CTRL_ATTR_FAMILY_ID);
}

}  // namespace holdfast::netlink
