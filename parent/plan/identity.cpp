// See identity.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/identity.h"

namespace holdfast {

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char octet : text) {
    hash ^= static_cast<unsigned char>(octet);
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::string identity_text(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    text += part;
    text += '\0';
  }
  return text;
}

std::uint64_t Identities::of(const std::string& text) {
  std::uint64_t value = hash_(text);
  for (unsigned attempt = 1;; ++attempt) {
    if (value != 0) {
      const auto [taken, is_new] = taken_.try_emplace(value, text);
      if (is_new || taken->second == text) return value;
    }
    value = hash_(text + '#' + std::to_string(attempt));
  }
}

}  // namespace holdfast
