// The tables of options and of verbs as text: help, the lists in holdfast(8) and holdfastctl(8), completion. See command_line.h, verbs.h.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/command_line.h"
#include "parent/control/verbs.h"

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

std::string verbs_usage() {
  std::string text = "Usage: holdfastctl [--socket=PATH] VERB...\n";
  for (const VerbRow& row : verbs()) {
    std::string left = "  " + std::string(row.word) + std::string(row.arguments);
    left.resize(std::max(left.size() + 1, kTextColumn + 1), ' ');
    text.append(left).append(row.text).append("\n");
  }
  return text + "Status: 0 done, 1 refused or not permitted, 2 wrong usage, 7 no daemon.\n";
}

std::string verbs_manual() {
  constexpr std::string_view kGroups[] = {"holdfast\\-view", "holdfast\\-operate", "holdfast\\-admin"};
  std::string text;
  for (const VerbRow& row : verbs()) {
    text += ".TP\n.B " + troff(std::string(row.word) + std::string(row.arguments)) + "\n" + troff(row.text) + ".\n(" +
            std::string(kGroups[static_cast<std::size_t>(row.access)]) + ")\n";
  }
  return text;
}

std::string verbs_completion() {
  std::string words;
  for (const VerbRow& row : verbs()) words += (words.empty() ? "" : " ") + std::string(row.word);
  return R"(# bash completion for holdfastctl(8); made from its table of verbs.
_holdfastctl() {
  local word=${COMP_WORDS[COMP_CWORD]} verb= at names
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ ${COMP_WORDS[at]} == --* || ${COMP_WORDS[at]} == = || ${COMP_WORDS[at - 1]} == = ]] || { verb=${COMP_WORDS[at]}; break; }
  done
  case $verb in
    '') COMPREPLY=($(compgen -W ')" + words + R"( --socket= --help' -- "$word")) ;;
    status) COMPREPLY=($(compgen -W --json -- "$word")) ;;
    maintenance)
      if ((COMP_CWORD == at + 1)); then COMPREPLY=($(compgen -W 'on off' -- "$word")); return; fi ;;&
    explain | maintenance)
      names=$(holdfastctl status 2>/dev/null | awk '$1 == "INSTANCE" { on = 1; next } NF == 0 { on = 0 } on { print $1 }')
      COMPREPLY=($(compgen -W "$names" -- "$word")) ;;
  esac
}
complete -F _holdfastctl holdfastctl
)";
}

}  // namespace holdfast
