// Keyed digests of adverts: HMAC-MD5 for the authentication header (RFC 2403), HMAC-SHA256 for the trailer of auth_hmac. RFC 2104.
// Pure: octets in, digest out; nettle(3) does the work. What is covered is decided in header and signature.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace holdfast::vrrp {

using Octets = std::span<const std::uint8_t>;

// Of the parts, one after the other.
std::array<std::uint8_t, 16> hmac_md5(Octets key, std::initializer_list<Octets> parts);
std::array<std::uint8_t, 32> hmac_sha256(Octets key, std::initializer_list<Octets> parts);

// The time taken does not depend on where the first difference is. False for different lengths.
bool equal_in_constant_time(Octets one, Octets other);

}  // namespace holdfast::vrrp
