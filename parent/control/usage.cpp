// The table of options as text: --help, and the list in holdfast(8). See command_line.h.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/command_line.h"

#include <algorithm>

#include "parent/entry/option_table.h"

namespace holdfast {
namespace {

constexpr std::size_t kTextColumn = 31;

std::string with_value(const entry::OptionRow& row) {
  std::string text = std::string("--") + row.name;
  if (row.value == entry::OptionValue::required) text += "=" + std::string(row.label);
  if (row.value == entry::OptionValue::optional) text += "[=" + std::string(row.label) + "]";
  return text;
}

// A hyphen that is one, and no line that starts with a macro.
std::string troff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '-' || c == '\\') out += '\\';
    out += c == '\\' ? 'e' : c;
  }
  return out;
}

}  // namespace

std::string usage_text(std::string_view program) {
  std::string text = "Usage: " + std::string(program) + " [OPTION...]\n";
  for (const entry::OptionRow& row : entry::kOptionRows) {
    if (row.text.empty()) continue;
    std::string left = row.has_letter() ? std::string("  -") + row.letter() + ", " : std::string("      ");
    left += with_value(row);
    left.resize(std::max(left.size() + 1, kTextColumn), ' ');
    text.append(left).append(row.text).append("\n");
  }
  return text;
}

std::string options_manual() {
  std::string text;
  for (const entry::OptionRow& row : entry::kOptionRows) {
    if (row.text.empty()) continue;
    text += ".TP\n.B ";
    if (row.has_letter()) text += std::string("\\-") + row.letter() + ", ";
    text += troff(with_value(row)) + "\n" + troff(row.text) + ".\n";
  }
  return text;
}

}  // namespace holdfast
