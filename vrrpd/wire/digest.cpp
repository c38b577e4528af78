// Contexts live on the stack: nothing is allocated, nothing is left behind.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/digest.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>

namespace holdfast::vrrp {

std::array<std::uint8_t, 16> hmac_md5(Octets key, std::initializer_list<Octets> parts) {
  hmac_md5_ctx context;
  hmac_md5_set_key(&context, key.size(), key.data());
  for (const Octets part : parts) hmac_md5_update(&context, part.size(), part.data());
  std::array<std::uint8_t, 16> digest;
  hmac_md5_digest(&context, digest.size(), digest.data());
  return digest;
}

std::array<std::uint8_t, 32> hmac_sha256(Octets key, std::initializer_list<Octets> parts) {
  hmac_sha256_ctx context;
  hmac_sha256_set_key(&context, key.size(), key.data());
  for (const Octets part : parts) hmac_sha256_update(&context, part.size(), part.data());
  std::array<std::uint8_t, 32> digest;
  hmac_sha256_digest(&context, digest.size(), digest.data());
  return digest;
}

bool equal_in_constant_time(Octets one, Octets other) {
  return one.size() == other.size() && memeql_sec(one.data(), other.data(), one.size()) != 0;
}

}  // namespace holdfast::vrrp
