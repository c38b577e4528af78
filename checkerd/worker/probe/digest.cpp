// A thin layer over EVP_Digest*. See digest.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/digest.h"

#include <array>

namespace holdfast {

Digest::Digest() : context_(EVP_MD_CTX_new()) {
  usable_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_md5(), nullptr) == 1;
}

void Digest::update(std::span<const char> bytes) {
  if (usable_) usable_ = EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
}

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
  unsigned size = 0;
  if (!usable_ || EVP_DigestFinal_ex(context_.get(), octets.data(), &size) != 1) return {};
  usable_ = false;
  return {reinterpret_cast<const char*>(octets.data()), size};
}

std::string to_hex(std::string_view octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const char octet : octets) {
    text += kDigits[static_cast<unsigned char>(octet) >> 4];
    text += kDigits[static_cast<unsigned char>(octet) & 15];
  }
  return text;
}

}  // namespace holdfast
