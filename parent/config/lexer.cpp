// One line: comment, braces, words. See lexer.h for the rules; keepalived.conf(5) for the user's view.
// Pure: bytes in, words out.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/lexer.h"

#include <algorithm>
#include <array>

namespace holdfast::config {
namespace {

enum : std::uint8_t { kBlank = 1, kNameStart = 2, kDigit = 4, kComment = 8, kQuote = 16, kBackslash = 32, kBrace = 64 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (const char c : {' ', '\t', '\f', '\v', '\r', '\n'}) classes[static_cast<unsigned char>(c)] = kBlank;
  for (char c = 'a'; c <= 'z'; ++c) classes[static_cast<unsigned char>(c)] = kNameStart;
  for (char c = 'A'; c <= 'Z'; ++c) classes[static_cast<unsigned char>(c)] = kNameStart;
  classes['_'] = kNameStart;
  for (char c = '0'; c <= '9'; ++c) classes[static_cast<unsigned char>(c)] = kDigit;
  classes['#'] = classes['!'] = kComment;
  classes['"'] = kQuote;
  classes['\\'] = kBackslash;
  classes['{'] = classes['}'] = kBrace;
  return classes;
}
constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

bool is(char c, std::uint8_t classes) { return (kClasses[static_cast<unsigned char>(c)] & classes) != 0; }

std::uint16_t narrow(std::size_t value) { return static_cast<std::uint16_t>(std::min<std::size_t>(value, 0xffff)); }

int octal(char c) { return c >= '0' && c <= '7' ? c - '0' : -1; }
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Resolves the escape whose backslash stands at text[at] into `out`; returns the offset after it.
std::size_t resolve_escape(std::string_view text, std::size_t at, std::string& out) {
  if (++at == text.size()) {
    out += '\\';
    return at;
  }
  constexpr std::string_view kLetters = "abEfnrtv";
  constexpr std::string_view kMeanings = "\a\b\033\f\n\r\t\v";
  const char c = text[at];
  if (const std::size_t letter = kLetters.find(c); letter != std::string_view::npos) {
    out += kMeanings[letter];
    return at + 1;
  }
  if (octal(c) >= 0) {
    int value = 0;
    std::size_t digits = 0;
    for (; digits < 3 && at < text.size() && octal(text[at]) >= 0; ++digits) value = value * 8 + octal(text[at++]);
    out += static_cast<char>(value);
    return at;
  }
  if (c == 'x' && at + 1 < text.size() && hex(text[at + 1]) >= 0) {
    int value = 0;
    ++at;
    for (std::size_t digits = 0; digits < 2 && at < text.size() && hex(text[at]) >= 0; ++digits) value = value * 16 + hex(text[at++]);
    out += static_cast<char>(value);
    return at;
  }
  if (c == 'c' && at + 1 < text.size()) {
    out += static_cast<char>(text[at + 1] & 0x1f);
    return at + 2;
  }
  out += c;
  return at + 1;
}

// One shell-like word that starts at text[at]. Returns the offset after it, npos if a quote has no partner.
struct ScriptWord {
  std::string text;
  bool quoted = false;
  bool plain = true;  // no quote, no escape: the text stands in the line as it is
};
std::size_t read_script_word(std::string_view text, std::size_t at, ScriptWord& word) {
  char quote = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\\') {
      word.plain = false;
      at = resolve_escape(text, at, word.text);
      continue;
    }
    if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote != 0 ? '\0' : c;
      word.quoted = true;
      word.plain = false;
    } else if (quote == 0 && is(c, kBlank)) {
      break;
    } else {
      word.text += c;
    }
    ++at;
  }
  return quote == 0 ? at : std::string_view::npos;
}

Word make_word(const Line& line, std::string_view source, std::string_view text, bool quoted) {
  const Place where = place(line, source);
  return {.text = text, .at = where.at, .expansion = where.expansion, .width = where.width, .quoted = quoted};
}

}  // namespace

bool is_blank(char c) { return is(c, kBlank); }
bool starts_name(char c) { return is(c, kNameStart); }
bool inside_name(char c) { return is(c, kNameStart | kDigit); }

std::size_t name_length(std::string_view text) {
  if (text.empty() || !starts_name(text.front())) return 0;
  std::size_t length = 1;
  while (length < text.size() && inside_name(text[length])) ++length;
  return length;
}

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}
std::string_view trim_right(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}
std::string_view trim(std::string_view text) { return trim_right(trim_left(text)); }

const Segment* segment_at(std::span<const Segment> segments, std::size_t offset) {
  const Segment* found = nullptr;
  for (const Segment& segment : segments) {
    if (segment.offset > offset) break;
    found = &segment;
  }
  return found;
}

Place place(const Line& line, std::string_view text) {
  const auto offset = static_cast<std::size_t>(text.data() - line.base);
  Place where{line.at, narrow(text.size()), line.expansion};
  const Segment* first = segment_at(line.segments, offset);
  if (first == nullptr) {
    where.at.column = narrow(offset + 1);
    return where;
  }
  const auto column = [](const Segment& segment, std::size_t of) {
    return segment.width != 0 ? segment.column : narrow(segment.column + of - segment.offset);
  };
  const std::size_t last_offset = text.empty() ? offset : offset + text.size() - 1;
  const Segment* last = segment_at(line.segments, last_offset);
  where.at.column = column(*first, offset);
  const std::size_t end = column(*last, last_offset) + std::size_t{last->width != 0 ? last->width : 1u};
  where.width = narrow(end > where.at.column ? end - where.at.column : 1);
  if (first->expansion != 0) where.expansion = first->expansion;
  return where;
}

Uncommented remove_comment(std::string_view physical_line) {
  Uncommented result;
  result.text = physical_line;
  std::size_t copied = 0;  // everything before is in `made`
  const auto copy_until = [&](std::size_t end) {
    if (end > copied) result.segments.push_back({.offset = narrow(result.made.size()), .column = narrow(copied + 1)});
    result.made.append(physical_line.substr(copied, end - copied));
  };
  std::size_t at = 0;
  for (; at < physical_line.size(); ++at) {
    const char c = physical_line[at];
    if (!is(c, kComment | kQuote | kBackslash)) continue;
    if (c == '"') {
      result.open_quote = !result.open_quote;
    } else if (c == '\\') {
      const char next = at + 1 < physical_line.size() ? physical_line[at + 1] : '\0';
      if (!result.open_quote && is(next, kComment)) {
        copy_until(at);
        copied = at + 1;
        result.is_made = true;
        ++at;
      } else if (next == '"' || (result.open_quote && next != '\0')) {
        ++at;
      }
    } else if (!result.open_quote) {
      break;
    }
  }
  if (result.is_made) {
    copy_until(at);
    result.text = {};
  } else {
    result.text = physical_line.substr(0, at);
  }
  return result;
}

std::size_t find_brace(std::string_view text) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is(text[at], kQuote | kBrace)) continue;
    if (text[at] == '"') {
      quoted = !quoted;
    } else if (!quoted) {
      return at;
    }
  }
  return std::string_view::npos;
}

Split split_words(const Line& line, std::vector<Word>& words) {
  const std::string_view text = line.text;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is(text[at], kBlank)) ++at;
    if (at == text.size()) return Split::complete;
    const std::size_t start = at;
    if (text[at] == '"') {
      const std::size_t end = text.find('"', at + 1);
      if (end == std::string_view::npos) return Split::unmatched_quote;
      words.push_back(make_word(line, text.substr(start, end + 1 - start), text.substr(start + 1, end - start - 1), true));
      at = end + 1;
      continue;
    }
    while (at < text.size() && !is(text[at], kBlank | kQuote)) ++at;
    const std::string_view word = text.substr(start, at - start);
    words.push_back(make_word(line, word, word, false));
  }
}

Split split_script(const Line& line, TextStore& store, std::vector<Word>& words) {
  const std::string_view text = line.text;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is(text[at], kBlank)) ++at;
    if (at == text.size()) return Split::complete;
    ScriptWord word;
    const std::size_t end = read_script_word(text, at, word);
    if (end == std::string_view::npos) return Split::unmatched_quote;
    const std::string_view source = text.substr(at, end - at);
    words.push_back(make_word(line, source, word.plain ? source : store.keep(word.text), word.quoted));
    at = end;
  }
}

std::optional<std::vector<std::string>> split_command(std::string_view argument) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (true) {
    while (at < argument.size() && is_blank(argument[at])) ++at;
    if (at == argument.size()) return words;
    ScriptWord word;
    at = read_script_word(argument, at, word);
    if (at == std::string_view::npos) return std::nullopt;
    words.push_back(std::move(word.text));
  }
}

}  // namespace holdfast::config
