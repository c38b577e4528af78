// Bounds are libmnl's mnl_attr_ok(); sizes are the table's.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/attribute.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>

#include <algorithm>
#include <cstring>

namespace holdfast::netlink {

namespace {

// Nothing: any size.
std::optional<std::size_t> size_of(Type type) {
  switch (type) {
    case Type::kU8: return 1;
    case Type::kU16:
    case Type::kU16Be: return 2;
    case Type::kU32:
    case Type::kU32Be: return 4;
    case Type::kString:
    case Type::kBytes:
    case Type::kNested: return std::nullopt;
  }
  return std::nullopt;
}

template <class Number>
Number number_at(Octets octets) {
  Number number{};
  if (octets.size() >= sizeof number) std::memcpy(&number, octets.data(), sizeof number);
  return number;
}

std::string subject(std::string_view object, std::string_view name) {
  return std::string(object) + " attribute '" + std::string(name) + "'";
}

}  // namespace

// mnl_nlmsg_ok() takes lengths of 2 GiB and more for negative ones, so they are compared here.
Result<Parts> take_apart(Octets message, std::size_t fixed_size, std::string_view object) {
  const auto* header = reinterpret_cast<const nlmsghdr*>(message.data());
  const std::size_t start = MNL_NLMSG_HDRLEN + MNL_ALIGN(fixed_size);
  if (message.size() < start || header->nlmsg_len < start || header->nlmsg_len > message.size()) {
    return Error{std::string(object) + " message of " + std::to_string(message.size()) + " octets is truncated"};
  }
  return Parts{header, message.data() + MNL_NLMSG_HDRLEN, message.subspan(start, header->nlmsg_len - start)};
}

Result<Attributes> Attributes::parse(Octets payload, std::span<const AttributeSpec> table, std::string_view object) {
  Attributes parsed;
  const auto* at = reinterpret_cast<const nlattr*>(payload.data());
  int left = static_cast<int>(payload.size());
  while (mnl_attr_ok(at, left)) {
    const std::uint16_t id = mnl_attr_get_type(at);
    const Octets value(static_cast<const std::uint8_t*>(mnl_attr_get_payload(at)), mnl_attr_get_payload_len(at));
    const auto spec = std::find_if(table.begin(), table.end(), [id](const AttributeSpec& row) { return row.id == id; });
    if (spec != table.end() && id < kAttributeIdMax) {
      if (const auto size = size_of(spec->type); size && value.size() != *size) {
        return Error{subject(object, spec->name) + ": " + std::to_string(value.size()) + " octets, expected " +
                     std::to_string(*size)};
      }
      parsed.values_[id] = value;
    }
    left -= static_cast<int>(MNL_ALIGN(mnl_attr_get_len(at)));
    at = mnl_attr_next(at);
  }
  if (left > 0) return Error{std::string(object) + ": " + std::to_string(left) + " octets after its last attribute"};
  for (const AttributeSpec& row : table) {
    if (row.required == Required::kYes && !parsed.has(row.id)) return Error{subject(object, row.name) + " is missing"};
  }
  return parsed;
}

std::uint8_t Attributes::u8(std::uint16_t id) const { return number_at<std::uint8_t>(values_[id]); }
std::uint16_t Attributes::u16(std::uint16_t id) const { return number_at<std::uint16_t>(values_[id]); }
std::uint16_t Attributes::u16_be(std::uint16_t id) const { return ntohs(u16(id)); }
std::uint32_t Attributes::u32(std::uint16_t id) const { return number_at<std::uint32_t>(values_[id]); }
std::uint32_t Attributes::u32_be(std::uint16_t id) const { return ntohl(u32(id)); }

std::string Attributes::string(std::uint16_t id) const {
  const Octets value = values_[id];
  return {value.begin(), std::find(value.begin(), value.end(), std::uint8_t{0})};
}

Result<IpAddress> address_from(Octets octets, Family family, std::string_view object) {
  const std::size_t size = family == Family::kIpv4 ? 4 : 16;
  if (octets.size() < size) {
    return Error{std::string(object) + ": address of " + std::to_string(octets.size()) + " octets, expected " +
                 std::to_string(size)};
  }
  return IpAddress::from_octets(octets.first(size));
}

}  // namespace holdfast::netlink
