// See facts.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/outline/facts.h"

#include <string_view>

namespace holdfast::outlining {

std::string words(bool value) { return value ? "on" : "off"; }

// Whatever stands in the file, a terminal gets characters that can be seen.
std::string words(const std::string& value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7f) {
      text += c;
      continue;
    }
    text += "\\x";
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text.empty() ? "none" : text;
}

std::string words(Duration value) {
  constexpr std::int64_t kSecond = 1'000'000;
  std::string text = std::to_string(value.count() / kSecond);
  if (value.count() % kSecond == 0) return text;
  std::string fraction = std::to_string(kSecond + value.count() % kSecond).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + "." + fraction;
}

std::string words(const IpAddress& value) { return value.to_string(); }
std::string words(const Prefix& value) { return value.to_string(); }
std::string words(const HardwareAddress& value) { return to_string(value); }

}  // namespace holdfast::outlining
