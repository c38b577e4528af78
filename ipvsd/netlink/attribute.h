// The kernel's contract as tables: attribute number, type, name, required or not. Reading checks sizes against the table, skips
// what the table does not know, and names what is missing. The only readers of attributes. See netlink(7).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proto/runtime/result.h"
#include "proto/value/address.h"

namespace holdfast::netlink {

enum class Type : std::uint8_t { kU8, kU16, kU16Be, kU32, kU32Be, kString, kBytes, kNested };
enum class Required : bool { kNo, kYes };

struct AttributeSpec {
  std::uint16_t id;
  Type type;
  std::string_view name;
  Required required = Required::kNo;
};

inline constexpr std::size_t kAttributeIdMax = 64;  // larger numbers are skipped: no table here has one

using Octets = std::span<const std::uint8_t>;

// One whole netlink message, taken apart: header, fixed part of `Fixed`, attributes. Its length is checked against its octets.
struct Parts {
  const nlmsghdr* header;
  const void* fixed;
  Octets attributes;
};
Result<Parts> take_apart(Octets message, std::size_t fixed_size, std::string_view object);

class Attributes {
 public:
  // `object` is the noun of errors: "service attribute 'port': 3 octets, expected 2".
  static Result<Attributes> parse(Octets payload, std::span<const AttributeSpec> table, std::string_view object);

  bool has(std::uint16_t id) const { return values_[id].data() != nullptr; }
  // Absent: zero, empty. Only for attributes of the table, whose sizes have been checked.
  std::uint8_t u8(std::uint16_t id) const;
  std::uint16_t u16(std::uint16_t id) const;
  std::uint16_t u16_be(std::uint16_t id) const;
  std::uint32_t u32(std::uint16_t id) const;
  std::uint32_t u32_be(std::uint16_t id) const;
  std::string string(std::uint16_t id) const;  // up to the first NUL
  Octets bytes(std::uint16_t id) const { return values_[id]; }

 private:
  std::array<Octets, kAttributeIdMax> values_{};
};

// The address in an attribute that is as long as the family says or longer (IPVS pads IPv4 to 16 octets).
Result<IpAddress> address_from(Octets octets, Family family, std::string_view object);

}  // namespace holdfast::netlink
