// The tree of a keepalived.conf: lines as nodes, blocks as children, every word with its place in the text.
// Knows no keyword: an entry of `virtual_ipaddress { ... }` and a line `priority 100` are nodes of the same kind, whose words are the
// words of the line. Words are views into text that the Tree owns (Sources); they live as long as the Tree, also when it is moved.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::config {

// Where text stands. Line and column count from 1, columns are bytes; line 0 means the file as a whole.
struct Position {
  std::uint32_t line = 0;
  std::uint16_t column = 0;
  std::uint16_t file = 0;  // index into Sources::files
  bool operator==(const Position&) const = default;
};

// One opening of one file. A file that is included twice is here twice (its text once).
struct SourceFile {
  std::string name;                         // absolute if the path given at the start was
  std::shared_ptr<const std::string> text;  // as read
  Position included_at;                     // of the include line; line 0 for a file named on the command line
  std::vector<std::uint32_t> lines;         // offset of the start of every line
};

// Text that stands in no file: made by expansion and unescaping. What was kept stays where it is.
class TextStore {
 public:
  std::string_view keep(std::string_view text);

 private:
  static constexpr std::size_t kChunk = 64 * 1024;
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::size_t left_ = 0;
};

// What produced text that does not stand in a file as such: `$NAME` replaced, or one round of a ~SEQ or ~LST.
struct Expansion {
  std::string what;             // "$NAME", "$i=5"
  Position defined_at;          // of the definition (macro), line 0 if built in
  Position used_at;             // of the line that uses it
  std::uint32_t parent = 0;     // the expansion in which that line stands; index into Sources::expansions, 0 for none
};

// All text of one configuration and how it came together. The first expansion is a placeholder meaning "none".
struct Sources {
  std::vector<SourceFile> files;
  std::vector<Expansion> expansions = std::vector<Expansion>(1);
  TextStore made;

  std::string_view file_name(Position at) const;
  // The physical line, without its end. Empty if there is none.
  std::string_view line(Position at) const;
};

struct Word {
  std::string_view text;        // what the word means: quotes removed, macros replaced, for script-like lines escapes resolved
  Position at;                  // where it starts: for text of a macro inside a line, where the `$` stands
  std::uint32_t expansion = 0;  // of the macro this word came from, or of its line
  std::uint16_t width = 0;      // bytes it takes in the source line, quotes included
  bool quoted = false;
  bool is(std::string_view other) const { return text == other; }
};

// One line: keyword and arguments, or a value line. `{ ... }` gives it children.
struct Node {
  std::vector<Word> words;      // never empty except in the root
  std::vector<Node> children;
  Position at;                  // of the first word
  Position closed_at;           // of the `}`, line 0 if there is none
  std::uint32_t expansion = 0;  // index into Sources::expansions, 0: stands in the file as it is
  bool has_block = false;       // a `{` followed, on this line or alone on the next
  bool secret = false;          // its arguments are a password or a key
  bool script = false;          // split shell-like; see split_command() in lexer.h for the words inside the first argument

  std::string_view keyword() const { return words.empty() ? std::string_view{} : words.front().text; }
  std::span<const Word> arguments() const { return words.empty() ? std::span<const Word>{} : std::span<const Word>(words).subspan(1); }
};

struct Tree {
  Sources sources;
  Node root;  // no words; its children are the lines outside all blocks
};

}  // namespace holdfast::config
