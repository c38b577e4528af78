// Stable identifiers: a 64-bit FNV-1a hash of what a thing is, so that a reload recognises what already runs.
// Two different things never share an identifier within one plan: a later one that collides is hashed again with a suffix.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proto/value/identifier.h"

namespace holdfast {

// http://www.isthe.com/chongo/tech/comp/fnv/ (FNV-1a, 64 bits).
std::uint64_t fnv1a(std::string_view text);

// Joins the parts of an identity with NUL, which no part contains, so that "a" "bc" and "ab" "c" differ.
std::string identity_text(std::initializer_list<std::string_view> parts);

class Identities {
 public:
  using Hash = std::function<std::uint64_t(std::string_view)>;
  explicit Identities(Hash hash = fnv1a) : hash_(std::move(hash)) {}

  // The same text always gives the same value; never 0.
  std::uint64_t of(const std::string& text);
  template <class AnyId>
  AnyId id(const std::string& text) {
    return AnyId{of(text)};
  }

 private:
  Hash hash_;
  std::unordered_map<std::uint64_t, std::string> taken_;  // by value: what has it
};

}  // namespace holdfast
