// Reading of single words. See argument.h.
// Spellings follow keepalived.conf(5), its TIMER, BOOL and INTEGER.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/argument.h"

#include <charconv>
#include <limits>
#include <span>
#include <vector>

namespace holdfast::model {
namespace {

using config::ErrorClass;
constexpr std::size_t kMaxInterfaceName = 15;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

Fault bad_number(const Argument& argument, std::string_view text) {
  return {ErrorClass::invalid_number, "invalid-number", quoted(text) + " is not a number", expected(argument), {}};
}

Fault out_of_range(const Argument& argument, std::string_view text) {
  return {ErrorClass::invalid_number, "number-out-of-range", quoted(text) + " is out of range", expected(argument), {}};
}

// The number stays usable when the keyword is tolerant and this is not a test.
void trailing(const Argument& argument, Mode mode, std::string_view text, std::string_view digits, Reading& reading) {
  reading.fault = Fault{ErrorClass::invalid_number, "trailing-characters", quoted(text) + " has characters after the number",
                        expected(argument), std::string(digits)};
  reading.value.present = !argument.strict && mode == Mode::run;
}

Reading read_integer(const Argument& argument, std::string_view text, Mode mode) {
  Reading reading;
  const bool negative = text.starts_with('-');
  const std::string_view digits = negative || text.starts_with('+') ? text.substr(1) : text;
  std::string_view rest;
  const auto magnitude = leading_number(digits, argument.any_base, rest);
  if (!magnitude) {
    const bool starts_as_number = !digits.empty() && digits.front() >= '0' && digits.front() <= '9';
    reading.fault = starts_as_number ? out_of_range(argument, text) : bad_number(argument, text);
    return reading;
  }
  const auto limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  reading.value.number = static_cast<std::int64_t>(std::min(*magnitude, limit)) * (negative ? -1 : 1);
  if (*magnitude > limit || reading.value.number < argument.min || reading.value.number > argument.max) {
    reading.fault = out_of_range(argument, text);
    return reading;
  }
  reading.value.present = true;
  if (!rest.empty()) trailing(argument, mode, text, text.substr(0, text.size() - rest.size()), reading);
  return reading;
}

Reading read_huge(const Argument& argument, std::string_view text) {
  Reading reading;
  std::string_view rest;
  const auto number = leading_number(text, true, rest);
  if (!number || !rest.empty()) return reading.fault = bad_number(argument, text), reading;
  reading.value.huge = *number;
  reading.value.present = true;
  return reading;
}

// Digits after the point beyond `argument.digits` round the value: a warning at run time, an error in a test.
Reading read_decimal(const Argument& argument, std::string_view text, Mode mode) {
  Reading reading;
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  if (whole.starts_with('+')) whole.remove_prefix(1);
  const std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view{};
  const auto is_digits = [](std::string_view part) { return part.find_first_not_of("0123456789") == std::string_view::npos; };
  if (!is_digits(whole) || !is_digits(fraction) || (whole.empty() && fraction.empty())) {
    return reading.fault = bad_number(argument, text), reading;
  }
  std::uint64_t seconds = 0;
  if (!whole.empty()) std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
  if (whole.size() > 10) return reading.fault = out_of_range(argument, text), reading;
  std::int64_t unit = kSecond;
  std::int64_t micros = static_cast<std::int64_t>(seconds) * kSecond;
  for (std::size_t i = 0; i < fraction.size() && i < argument.digits; ++i) micros += (fraction[i] - '0') * (unit /= 10);
  const bool too_fine = fraction.size() > argument.digits;
  if (too_fine && fraction[argument.digits] >= '5') micros += unit;
  reading.value.number = micros;
  if (micros < argument.min || micros > argument.max) return reading.fault = out_of_range(argument, text), reading;
  reading.value.present = !too_fine || mode == Mode::run;
  if (too_fine) {
    reading.fault = Fault{ErrorClass::invalid_number, "too-many-decimals", quoted(text) + " has too many decimals",
                          "at most " + std::to_string(argument.digits), {}};
  }
  return reading;
}

Reading read_boolean(const Argument& argument, std::string_view text) {
  Reading reading;
  const auto index = position_in("true|on|yes|false|off|no", text);
  if (!index) {
    reading.fault = Fault{ErrorClass::general_error, "not-a-boolean", quoted(text) + " is not a truth value", expected(argument), {}};
    return reading;
  }
  reading.value.flag = *index < 3;
  reading.value.present = true;
  return reading;
}

Reading read_choice(const Argument& argument, std::string_view text) {
  Reading reading;
  if (const auto index = position_in(argument.words, text, argument.any_case)) {
    reading.value.number = *index;
    reading.value.present = true;
    return reading;
  }
  const auto words = split(argument.words, '|');
  reading.fault = Fault{ErrorClass::general_error, "unknown-word", quoted(text) + " is not one of the words known here",
                        expected(argument), std::string(config::nearest(text, words))};
  return reading;
}

Reading read_address(const Argument& argument, std::string_view text) {
  Reading reading;
  const auto address = IpAddress::parse(text);
  if (!address) {
    reading.fault = Fault{ErrorClass::general_error, "not-an-address", quoted(text) + " is not an address", expected(argument), {}};
    return reading;
  }
  reading.value.prefix = {*address, static_cast<std::uint8_t>(address->is_v4() ? 32 : 128)};
  reading.value.present = true;
  return reading;
}

// A bad length: the full length is used, and that is an error.
Reading read_prefix(const Argument& argument, std::string_view text) {
  const std::size_t slash = text.find('/');
  Reading reading = read_address(argument, text.substr(0, slash));
  if (!reading.value.present || slash == std::string_view::npos) return reading;
  const std::string_view length_text = text.substr(slash + 1);
  std::string_view rest;
  const auto length = leading_number(length_text, false, rest);
  if (!length || !rest.empty() || *length > reading.value.prefix.length) {
    reading.fault = Fault{ErrorClass::general_error, "bad-prefix-length", quoted(length_text) + " is not a prefix length",
                          "0 to " + std::to_string(reading.value.prefix.length), {}};
    return reading;
  }
  reading.value.prefix.length = static_cast<std::uint8_t>(*length);
  reading.value.has_length = true;
  return reading;
}

Reading read_range(const Argument& argument, std::string_view text) {
  Reading reading;
  std::string_view rest;
  const auto first = leading_number(text, false, rest);
  std::optional<std::uint64_t> last;
  if (first && rest.starts_with('-')) last = leading_number(rest.substr(1), false, rest);
  const auto max = static_cast<std::uint64_t>(argument.max);
  if (!first || !last || !rest.empty() || *first > *last || *last > max || static_cast<std::int64_t>(*first) < argument.min) {
    const bool single = first && !last && rest.empty();
    reading.fault = Fault{ErrorClass::general_error, "invalid-range", quoted(text) + " is not a range", expected(argument),
                          single ? std::string(text) + "-" + std::string(text) : std::string()};
    return reading;
  }
  reading.value.number = static_cast<std::int64_t>(*first);
  reading.value.last = static_cast<std::int64_t>(*last);
  reading.value.present = true;
  return reading;
}

Reading read_hardware(const Argument& argument, std::string_view text) {
  Reading reading;
  const auto octets = split(text, ':');
  bool good = octets.size() == 5 || octets.size() == 6;
  for (const std::string_view octet : octets) {
    good = good && !octet.empty() && octet.size() <= 2 && octet.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  }
  reading.value.present = good;
  if (!good) reading.fault = Fault{ErrorClass::general_error, "not-a-mac", quoted(text) + " is not a MAC address", expected(argument), {}};
  return reading;
}

Reading read_interface(std::string_view text) {
  Reading reading;
  reading.value.present = !text.empty() && text.size() <= kMaxInterfaceName && text.find_first_of("/ \t") == std::string_view::npos;
  if (!reading.value.present) {
    reading.fault = Fault{ErrorClass::general_error, "bad-interface-name", quoted(text) + " cannot be the name of an interface",
                          "1 to 15 characters without '/'", {}};
  }
  return reading;
}

Reading read_kind(const Argument& argument, std::string_view text, Mode mode) {
  Reading present;
  present.value.present = true;
  switch (argument.kind) {
    case Kind::boolean: return read_boolean(argument, text);
    case Kind::integer: return read_integer(argument, text, mode);
    case Kind::huge: return read_huge(argument, text);
    case Kind::decimal: return read_decimal(argument, text, mode);
    case Kind::word: return present;
    case Kind::address: return read_address(argument, text);
    case Kind::prefix: return read_prefix(argument, text);
    case Kind::route: return position_in("default|any|all|default6", text) ? present : read_prefix(argument, text);
    case Kind::interface: return read_interface(text);
    case Kind::range: return read_range(argument, text);
    case Kind::choice: return read_choice(argument, text);
    case Kind::pattern: return position_in(argument.words, text, argument.any_case) ? present : read_integer(argument, text, mode);
    case Kind::hardware: return read_hardware(argument, text);
  }
  return present;
}

std::string in_words(std::string_view choices) {
  const auto words = split(choices, '|');
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string seconds_text(std::int64_t micros) {
  std::string text = std::to_string(micros / kSecond);
  if (micros % kSecond == 0) return text;
  std::string fraction = std::to_string(kSecond + micros % kSecond).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + "." + fraction;
}

}  // namespace

std::optional<std::int64_t> position_in(std::string_view choices, std::string_view word, bool any_case) {
  for (std::int64_t index = 0;; ++index) {
    const std::size_t end = choices.find('|');
    const std::string_view choice = choices.substr(0, end);
    if (choice == word || (any_case && same_letters(choice, word))) return index;
    if (end == std::string_view::npos) return std::nullopt;
    choices.remove_prefix(end + 1);
  }
}

std::string nearest_part(std::string_view choices, std::string_view text) {
  const auto words = split(choices, '|');
  for (const std::string_view part : split(text, '|')) {
    if (!position_in(choices, part)) return std::string(config::nearest(part, words));
  }
  return {};
}

std::optional<std::uint64_t> leading_number(std::string_view text, bool any_base, std::string_view& rest) {
  int base = 10;
  std::string_view digits = text;
  if (any_base && text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    digits.remove_prefix(2);
  } else if (any_base && text.size() > 1 && text[0] == '0') {
    base = 8;
    digits.remove_prefix(1);
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc{}) return std::nullopt;
  rest = digits.substr(static_cast<std::size_t>(end - digits.data()));
  return number;
}

std::string expected(const Argument& argument) {
  const std::string span = std::to_string(argument.min) + " to " + std::to_string(argument.max);
  switch (argument.kind) {
    case Kind::boolean: return "on, off, true, false, yes or no";
    case Kind::integer: return span;
    case Kind::huge: return "0 to 18446744073709551615";
    case Kind::decimal: return seconds_text(argument.min) + " to " + seconds_text(argument.max);
    case Kind::word: return std::string(argument.label);
    case Kind::address: return "an IPv4 or IPv6 address";
    case Kind::prefix: return "an IPv4 or IPv6 address, perhaps with /LENGTH";
    case Kind::route: return "an address with /LENGTH, or default";
    case Kind::interface: return "the name of an interface";
    case Kind::range: return "FIRST-LAST within " + span;
    case Kind::choice: return in_words(argument.words);
    case Kind::pattern: return in_words(argument.words) + ", or " + span;
    case Kind::hardware: return "five or six octets with colons";
  }
  return {};
}

Reading read(const Argument& argument, const config::Word& word, Mode mode) {
  Reading reading = read_kind(argument, word.text, mode);
  if (reading.fault && reading.fault->suggestion.empty()) {
    const std::string_view meant = argument.kind == Kind::pattern ? argument.words : argument.before;
    if (!meant.empty()) reading.fault->suggestion = nearest_part(meant, word.text);
  }
  reading.value.at = word.at;
  reading.value.text = word.text;
  return reading;
}

}  // namespace holdfast::model
