// Differences are collected, never branched on.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/authentication.h"

namespace holdfast::vrrp {

bool password_equals(const std::array<std::uint8_t, 8>& expected, std::span<const std::uint8_t> received) {
  if (received.size() != expected.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t at = 0; at < expected.size(); ++at) {
    difference = static_cast<std::uint8_t>(difference | (expected[at] ^ received[at]));
  }
  return difference == 0;
}

}  // namespace holdfast::vrrp
