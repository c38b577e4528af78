// The root phase and the parent read one command line: each option, in both its forms, is the same to both, and so is what follows it.
// SPDX-License-Identifier: Apache-2.0
#include "parent/entry/option_table.h"

#include <gtest/gtest.h>

#include "parent/control/command_line.h"
#include "parent/entry/options.h"

namespace holdfast {
namespace {

using entry::OptionRow;
using entry::OptionValue;

// A value that each option takes.
std::string value_of(const OptionRow& row) {
  switch (row.code) {
    case 'S': return "daemon";
    case entry::kAskOption: return "status";
    case entry::kDiagnosticsOption: return "json";
    case entry::kDumpOption: return "tree";
    case entry::kResumeLimitOption: return "7";
    case entry::kScriptsOption: return "none";
    case entry::kSignumOption: return "STOP";
    default: return "-P";  // would be another option if the value were not taken
  }
}

std::vector<std::vector<std::string>> forms_of(const OptionRow& row) {
  const std::string name = std::string("--") + row.name;
  const std::string letter = std::string("-") + row.letter();
  std::vector<std::vector<std::string>> forms;
  if (row.value != OptionValue::required) forms.push_back({name});
  if (row.value != OptionValue::none) forms.push_back({name + "=" + value_of(row)});
  if (row.value == OptionValue::required) forms.push_back({name, value_of(row)});
  if (!row.has_letter()) return forms;
  if (row.value != OptionValue::required) forms.push_back({letter});
  if (row.value != OptionValue::none) forms.push_back({letter + value_of(row)});
  if (row.value == OptionValue::required) forms.push_back({letter, value_of(row)});
  return forms;
}

TEST(OptionTable, BothReadersAgree) {
  for (const OptionRow& row : entry::kOptionRows) {
    for (std::vector<std::string> words : forms_of(row)) {
      words.insert(words.begin(), "holdfast");
      words.insert(words.end(), {"-C", "-f", "/behind.conf", "--dont-fork"});
      const CommandLine parent = parse_command_line(words);
      EXPECT_NE(parent.action, Action::kRefuse) << words[1] << ": " << parent.problem;
      EXPECT_TRUE(parent.stay && parent.check && !parent.vrrp) << words[1];
      EXPECT_EQ(parent.config_file, "/behind.conf") << words[1];
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      const auto root = entry::read_options(static_cast<int>(words.size()), argv.data());
      ASSERT_TRUE(root.has_value()) << words[1];
      EXPECT_TRUE(root->foreground && root->checkers && !root->vrrp) << words[1];
      EXPECT_EQ(root->configuration, "/behind.conf") << words[1];
      const bool answered = parent.action == Action::kVersion || parent.action == Action::kHelp || parent.action == Action::kSignum ||
                            parent.action == Action::kAsk || row.code == 'T';
      EXPECT_EQ(root->informative, answered) << words[1];
      const bool reads = parent.action == Action::kTest || parent.action == Action::kDump || parent.action == Action::kCleanup;
      EXPECT_EQ(root->test, reads) << words[1];
    }
  }
}

TEST(OptionTable, HelpAndManualShowEveryOptionOfOurs) {
  const std::string usage = usage_text("holdfast");
  const std::string manual = options_manual();
  for (const OptionRow& row : entry::kOptionRows) {
    if (row.text.empty()) continue;
    EXPECT_NE(usage.find(std::string("--") + row.name), std::string::npos) << row.name;
    EXPECT_NE(usage.find(row.text), std::string::npos) << row.name;
    std::string escaped = std::string("\\-\\-") + row.name;
    for (std::size_t at = 4; (at = escaped.find('-', at)) != std::string::npos; at += 2) escaped.insert(at, "\\");
    EXPECT_NE(manual.find(escaped), std::string::npos) << row.name;
  }
}

// keepalived(8): letters with and without a value.
TEST(OptionTable, LettersAreKeepaliveds) {
  const std::string_view shorts(entry::kShortOptions.data());
  for (const char* piece : {":f:", "S:", "g::", "u:", "p:", "r:", "c:", "b:", "A:", "s:", "M::", "i:", "t::"}) {
    EXPECT_NE(shorts.find(piece), std::string_view::npos) << piece;
  }
  for (const char* piece : {"L:", "O:", "n:", "D:", "d:", "x:", "e:"}) EXPECT_EQ(shorts.find(piece), std::string_view::npos) << piece;
}

}  // namespace
}  // namespace holdfast
