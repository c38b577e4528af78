// Simple text authentication of version 2 (RFC 2338 section 5.3.6.2): eight octets, compared in constant time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace holdfast::vrrp {

// False for a field that is not 8 octets. The time taken does not depend on where the first difference is.
bool password_equals(const std::array<std::uint8_t, 8>& expected, std::span<const std::uint8_t> received);

}  // namespace holdfast::vrrp
