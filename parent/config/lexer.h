// One line: where its bytes stand, its comment, its braces, its words. keepalived's two ways of splitting: ordinary and script-like.
// Pure, knows no keyword: the caller says which way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parent/config/tree.h"

namespace holdfast::config {

// A stretch of made text and where it stands in the physical line. It reaches to the next segment.
struct Segment {
  std::uint16_t offset = 0;     // in the made text
  std::uint16_t column = 0;     // in the physical line
  std::uint16_t width = 0;      // 0: as it stands there, byte for byte; else all of it replaces so many bytes
  std::uint32_t expansion = 0;  // what replaced them
};

// What is left to read of a line. Text is either part of a physical line or made text that `segments` maps back to one.
struct Line {
  std::string_view text;
  const char* base = nullptr;         // first byte of the physical line or of the made text
  std::span<const Segment> segments;  // empty for a physical line
  Position at;                        // file and line (column unused)
  std::uint32_t expansion = 0;        // of the line as a whole
  bool expanded = false;              // macros are done
  bool continues = false;             // a backslash ends the physical line
};

// The place of text[first, first + length) of the line. `text` must lie inside the line's text or its physical line.
struct Place {
  Position at;
  std::uint16_t width = 0;
  std::uint32_t expansion = 0;
};
Place place(const Line& line, std::string_view text);
// The segment that holds `offset` of made text; nullptr for physical lines.
const Segment* segment_at(std::span<const Segment> segments, std::size_t offset);

bool is_blank(char c);  // blank, tab, FF, VT, CR, LF
std::string_view trim_left(std::string_view text);
std::string_view trim_right(std::string_view text);
std::string_view trim(std::string_view text);
bool starts_name(char c);   // letter or _
bool inside_name(char c);   // letter, digit or _
std::size_t name_length(std::string_view text);  // of the macro name that `text` starts with

// A physical line without its comment. `#` and `!` start one outside "..."; after a backslash they are ordinary characters.
struct Uncommented {
  std::string_view text;          // points into the line unless `made` is used
  std::string made;               // the text when backslashes had to go
  std::vector<Segment> segments;  // of `made`
  bool is_made = false;
  bool open_quote = false;        // an odd number of "
};
Uncommented remove_comment(std::string_view physical_line);

// Offset of the first { or } outside "...", npos if there is none.
std::size_t find_brace(std::string_view text);

enum class Split : std::uint8_t { complete, unmatched_quote };

// Words of an ordinary line. "..." is a word of its own, without escapes. An unmatched quote drops the rest.
Split split_words(const Line& line, std::vector<Word>& words);
// Words of a script-like line. Both kinds of quotes group and join; backslash escapes resolve everywhere.
Split split_script(const Line& line, TextStore& store, std::vector<Word>& words);

// The words inside the first argument of a script-like line: program and arguments, as they go to execve. The same quoting and
// escapes once more (the outer layer was resolved when the line was split). nullopt: a quote has no partner.
std::optional<std::vector<std::string>> split_command(std::string_view argument);

}  // namespace holdfast::config
