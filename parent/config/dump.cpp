// Tree to text. Ordinary words keep their quotes; the arguments of script-like lines are always quoted and escaped.
// Pure. Reads back with the same LineShapes.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/dump.h"

#include <algorithm>
#include <string_view>

namespace holdfast::config {
namespace {

constexpr std::size_t kIndent = 4;
constexpr std::size_t kLineLength = 1023;

// A line as it grows, and whether the search for comments takes its end for the inside of quotes. That search honours backslashes and
// the splitting of ordinary words does not, so after a word like "a\" the two disagree, and `#` is written for the former.
class OrdinaryLine {
 public:
  void add(const Word& word, bool quoted) {
    if (!text_.empty()) put(' ');
    if (quoted) put('"');
    for (const char c : word.text) {
      if ((c == '#' || c == '!') && !open_) text_ += '\\';
      put(c);
    }
    if (quoted) put('"');
  }
  const std::string& text() const { return text_; }

 private:
  void put(char c) {
    text_ += c;
    const bool skipped = after_backslash_ && (open_ || c == '"');
    after_backslash_ = !skipped && c == '\\';
    if (!skipped && c == '"') open_ = !open_;
  }
  std::string text_;
  bool open_ = false;
  bool after_backslash_ = false;
};

// A bare first word that would be taken for a directive if it stood at the start of a line.
bool directive_like(const Word& word) {
  return !word.quoted && (word.text.starts_with("include") || word.text.find_first_of("@$~") == 0);
}

// Inside "..." of a script-like line: what ends the quote, what a macro or a terminal would take for its own.
std::string script_argument(std::string_view word) {
  constexpr std::string_view kOctal = "01234567";
  std::string text = "\"";
  for (const char c : word) {
    const auto value = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (value < 0x20 || value == 0x7f || c == '$') {
      text += {'\\', kOctal[value >> 6], kOctal[value >> 3 & 7], kOctal[value & 7]};
    } else {
      text += c;
    }
  }
  return text + '"';
}

void write(const Node& node, std::size_t depth, Secrets secrets, std::string& out) {
  OrdinaryLine ordinary;
  std::string arguments;
  for (const Word& word : node.words) {
    const bool first = &word == &node.words.front();
    if (node.secret && !first && secrets == Secrets::hidden) {
      arguments += " ********";
    } else if (node.script && !first) {
      arguments += ' ' + script_argument(word.text);
    } else {
      ordinary.add(word, word.quoted || (first && directive_like(word)));
    }
  }
  std::string line = ordinary.text() + arguments;
  if (node.has_block) line += " {";
  const std::size_t indent = std::min(depth * kIndent, kLineLength - std::min(kLineLength, line.size()));
  out.append(indent, ' ').append(line).append("\n");
  if (!node.has_block) return;
  for (const Node& child : node.children) write(child, depth + 1, secrets, out);
  out.append(depth * kIndent, ' ').append("}\n");
}

}  // namespace

std::string dump(const Tree& tree, Secrets secrets) {
  std::string out;
  for (const Node& node : tree.root.children) write(node, 0, secrets, out);
  return out;
}

}  // namespace holdfast::config
