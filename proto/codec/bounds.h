// Range checks for decoders of messages. Each names the field, so that a refusal says what was wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>

#include "proto/runtime/result.h"
#include "proto/value/identifier.h"
#include "proto/value/instant.h"

namespace holdfast::bounds {

inline constexpr Duration kLongest = std::chrono::hours(24 * 366);  // no configured time is longer than a year

inline Error out_of_range(const char* field, const std::string& value, const std::string& expected) {
  return Error{std::string(field) + " is " + value + ", expected " + expected};
}

template <class To, class From>
Result<To> within(const char* field, From value, long long least, long long most) {
  const auto wide = static_cast<long long>(value);
  if (wide < least || wide > most) {
    return out_of_range(field, std::to_string(wide), std::to_string(least) + " to " + std::to_string(most));
  }
  if constexpr (std::is_enum_v<To>) {
    return static_cast<To>(static_cast<std::underlying_type_t<To>>(wide));
  } else {
    return static_cast<To>(wide);
  }
}

inline Result<Duration> duration(const char* field, std::int64_t microseconds, std::int64_t least = 0) {
  if (microseconds < least || microseconds > kLongest.count()) {
    return out_of_range(field, std::to_string(microseconds) + " us", std::to_string(least) + " us to a year");
  }
  return Duration{microseconds};
}

inline Result<std::string> text(const char* field, const std::string& bytes, std::size_t longest, std::size_t shortest = 0) {
  if (bytes.size() < shortest || bytes.size() > longest || bytes.find('\0') != std::string::npos) {
    return out_of_range(field, std::to_string(bytes.size()) + " octets",
                        std::to_string(shortest) + " to " + std::to_string(longest) + " octets without NUL");
  }
  return bytes;
}

template <class Identifier>
Result<Identifier> identifier(const char* field, std::uint64_t value) {
  if (value == 0) return out_of_range(field, "0", "an identifier");
  return Identifier{value};
}

inline Status count(const char* field, long long have, long long most) {
  if (have > most) return out_of_range(field, std::to_string(have) + " entries", "at most " + std::to_string(most));
  return ok();
}

}  // namespace holdfast::bounds
