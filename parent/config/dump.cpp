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

std::string ordinary(const Word& word) {
  if (word.quoted) return '"' + std::string(word.text) + '"';
  std::string text;
  for (const char c : word.text) {
    if (c == '#' || c == '!') text += '\\';
    text += c;
  }
  return text;
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

void write(const Node& node, std::size_t depth, std::string& out) {
  std::string line;
  for (const Word& word : node.words) {
    if (!line.empty()) line += ' ';
    line += node.script && !(&word == &node.words.front() && !word.quoted) ? script_argument(word.text) : ordinary(word);
  }
  if (node.has_block) line += " {";
  const std::size_t indent = std::min(depth * kIndent, kLineLength - std::min(kLineLength, line.size()));
  out.append(indent, ' ').append(line).append("\n");
  if (!node.has_block) return;
  for (const Node& child : node.children) write(child, depth + 1, out);
  out.append(depth * kIndent, ' ').append("}\n");
}

}  // namespace

std::string dump(const Tree& tree) {
  std::string out;
  for (const Node& node : tree.root.children) write(node, 0, out);
  return out;
}

}  // namespace holdfast::config
