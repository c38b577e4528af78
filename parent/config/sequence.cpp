// ~SEQ(VAR,[[START,]STEP,]END) counts, ~LST(VAR,a,b) and ~LST({V1,V2},{a1,a2},...) list. See sequence.h.
// Pure: text in, values out.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/sequence.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "parent/config/lexer.h"

namespace holdfast::config {
namespace {

bool is_name(std::string_view text) { return !text.empty() && name_length(text) == text.size(); }

// Like strtoll with base 0: 10, 0x1f, 017, with a sign.
std::optional<std::int64_t> integer(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || value > INT64_MAX) return std::nullopt;
  const auto magnitude = static_cast<std::int64_t>(value);
  return negative ? -magnitude : magnitude;
}

// The length of "${...}" at the start of `text`, 0 if there is none.
std::size_t macro_use(std::string_view text) {
  const std::size_t end = text.starts_with("${") ? text.find('}') : std::string_view::npos;
  return end == std::string_view::npos ? 0 : end + 1;
}

bool has_braces(std::string_view text) {  // other than those of macros
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const std::size_t skip = macro_use(text.substr(at)); skip > 0) {
      at += skip - 1;
    } else if (text[at] == '{' || text[at] == '}') {
      return true;
    }
  }
  return false;
}

// Cuts at the commas outside braces. nullopt: braces do not pair.
std::optional<std::vector<std::string_view>> items_of(std::string_view text) {
  std::vector<std::string_view> items;
  std::size_t start = 0;
  bool braced = false;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ',';
    const std::size_t skip = c == '$' ? macro_use(text.substr(at)) : 0;
    if (skip > 0) {
      at += skip - 1;
    } else if (c == '{' || c == '}') {
      if (braced == (c == '{')) return std::nullopt;
      braced = !braced;
    } else if (c == ',' && (!braced || at == text.size())) {
      items.push_back(trim(text.substr(start, at - start)));
      start = at + 1;
    }
  }
  if (braced) return std::nullopt;
  return items;
}

// "a" or "{a,b}".
std::optional<std::vector<std::string>> members_of(std::string_view item) {
  std::vector<std::string> members;
  if (item.empty() || item.front() != '{') {
    if (has_braces(item)) return std::nullopt;
    members.emplace_back(item);
    return members;
  }
  if (item.back() != '}') return std::nullopt;
  item = item.substr(1, item.size() - 2);
  if (has_braces(item)) return std::nullopt;
  const auto items = items_of(item);
  if (!items) return std::nullopt;
  for (const std::string_view member : *items) members.emplace_back(member);
  return members;
}

std::string format(std::int64_t value, bool hexadecimal) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, hexadecimal ? 16 : 10).ptr;
  return {digits, end};
}

}  // namespace

SequenceText find_sequence(std::string_view text) {
  SequenceText found;
  std::string_view left = text;
  if (left.starts_with("~SEQx")) {
    found.kind = SequenceText::Kind::hexadecimal;
    left.remove_prefix(5);
  } else if (left.starts_with("~SEQ")) {
    found.kind = SequenceText::Kind::numbers;
    left.remove_prefix(4);
  } else if (left.starts_with("~LST")) {
    found.kind = SequenceText::Kind::list;
    left.remove_prefix(4);
  } else {
    return found;
  }
  left = trim_left(left);
  if (left.empty() || left.front() != '(') return {};
  left.remove_prefix(1);
  const std::size_t end = left.find(')');
  found.closed = end != std::string_view::npos;
  found.arguments = left.substr(0, end);
  if (found.closed) found.rest = left.substr(end + 1);
  return found;
}

Result<Sequence> parse_numbers(std::string_view arguments, bool hexadecimal, std::size_t max_values) {
  const auto items = items_of(arguments);
  if (!items || items->size() < 2 || items->size() > 4) return Error{"sequence has the wrong number of parts"};
  if (!is_name(items->front())) return Error{"sequence variable is not a name"};
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 1; i < items->size(); ++i) {
    const auto value = integer((*items)[i]);
    if (!value) return Error{"sequence part '" + std::string((*items)[i]) + "' is not a number"};
    numbers.push_back(*value);
  }
  const std::int64_t last = numbers.back();
  const std::int64_t first = numbers.size() > 1 ? numbers.front() : last < 0 ? -1 : 1;
  const std::int64_t step = numbers.size() > 2 ? numbers[1] : first <= last ? 1 : -1;
  if (step == 0 || (step > 0 ? first > last : first < last)) return Error{"sequence step leads away from the end"};
  if (hexadecimal && (first < 0 || last < 0)) return Error{"hexadecimal sequence with a negative number"};
  const std::uint64_t low = static_cast<std::uint64_t>(step > 0 ? first : last);
  const std::uint64_t high = static_cast<std::uint64_t>(step > 0 ? last : first);
  const std::uint64_t stride = step > 0 ? static_cast<std::uint64_t>(step) : std::uint64_t{0} - static_cast<std::uint64_t>(step);
  const std::uint64_t rounds = (high - low) / stride;  // and one more
  if (rounds >= max_values) return Error{"sequence has more than " + std::to_string(max_values) + " values"};
  Sequence sequence;
  sequence.names.emplace_back(items->front());
  std::int64_t value = first;
  for (std::uint64_t round = 0;; ++round) {
    sequence.values.push_back({format(value, hexadecimal)});
    if (round == rounds) return sequence;
    value += step;
  }
}

Result<Sequence> parse_list(std::string_view arguments, std::size_t max_values) {
  const auto items = items_of(arguments);
  if (!items) return Error{"braces of the list do not pair"};
  if (items->size() < 2) return Error{"list without values"};
  if (items->size() - 1 > max_values) return Error{"list has more than " + std::to_string(max_values) + " values"};
  const auto names = members_of(items->front());
  if (!names || !std::all_of(names->begin(), names->end(), [](const std::string& name) { return is_name(name); })) {
    return Error{"list variable is not a name"};
  }
  Sequence sequence{.names = *names, .values = {}};
  for (std::size_t i = 1; i < items->size(); ++i) {
    auto members = members_of((*items)[i]);
    if (!members) return Error{"braces of the list do not pair"};
    if (members->size() > names->size()) return Error{"list has more values than variables in '" + std::string((*items)[i]) + "'"};
    for (const std::string& member : *members) {
      if (std::any_of(member.begin(), member.end(), is_blank)) return Error{"list value '" + member + "' contains a blank"};
    }
    members->resize(names->size());
    sequence.values.push_back(*std::move(members));
  }
  return sequence;
}

std::string_view expected_form(SequenceText::Kind kind) {
  switch (kind) {
    case SequenceText::Kind::none: return {};
    case SequenceText::Kind::numbers: return "~SEQ(VAR,[[START,]STEP,]END), the step towards the end";
    case SequenceText::Kind::hexadecimal: return "~SEQx(VAR,[[START,]STEP,]END) without negative numbers";
    case SequenceText::Kind::list: return "~LST(VAR,VALUE,...) or ~LST({VAR,VAR},{VALUE,VALUE},...)";
  }
  return {};
}

}  // namespace holdfast::config
