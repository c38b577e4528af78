// MD5 of a body that arrives in pieces, by OpenSSL. MD5 because keepalived.conf(5) says so: it tells pages apart, it protects nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace holdfast {

class Digest {
 public:
  Digest();
  bool usable() const { return usable_; }
  void update(std::span<const char> bytes);
  std::string finish();  // 16 octets; empty where the library refuses MD5

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
  bool usable_ = false;
};

std::string to_hex(std::string_view octets);

}  // namespace holdfast
