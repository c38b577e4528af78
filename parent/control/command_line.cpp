// See command_line.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/command_line.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <optional>

#include "parent/control/release.h"
#include "parent/control/verbs.h"
#include "parent/entry/option_table.h"

namespace holdfast {
namespace {

using namespace entry;

// syslog(3) facilities by keepalived's words: local0..local7 by number, the others by name.
std::optional<int> facility(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, int>, 12> kNames = {{{"kern", 0}, {"user", 1}, {"mail", 2}, {"daemon", 3},
      {"auth", 4}, {"syslog", 5}, {"lpr", 6}, {"news", 7}, {"uucp", 8}, {"cron", 9}, {"authpriv", 10}, {"ftp", 11}}};
  constexpr int kLocal0 = 16;
  if (text.starts_with("local")) text.remove_prefix(5);
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '7') return kLocal0 + (text[0] - '0');
  for (const auto& [name, number] : kNames) {
    if (text == name) return number;
  }
  return std::nullopt;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void refuse(CommandLine& line, std::string problem) {
  line.action = Action::kRefuse;
  if (line.problem.empty()) line.problem = std::move(problem);
}

void want(CommandLine& line, Action action) {
  if (line.action != Action::kRefuse) line.action = action;
}

// Options that change what the parent does. False: not one of them.
bool take_behaviour(CommandLine& line, int letter) {
  switch (letter) {
    case 'P': line.check = false; line.vrrp = true; return true;
    case 'C': line.vrrp = false; line.check = true; return true;
    case kAllOption: line.every_child = true; return true;
    case 'l': line.log_console = true; return true;
    case 'D': ++line.detail; return true;
    case 'G': line.syslog = false; return true;
    case 'V': line.keep_vrrp = true; return true;
    case 'I': line.keep_ipvs = true; return true;
    case 'R': line.respawn = false; return true;
    case 'n': line.stay = true; return true;
    case 'd': line.dump_configuration = true; return true;
    case 'e': line.all_config = true; return true;
    case kIgnoreSigintOption: line.ignore_interrupt = true; return true;
    case kStopAtOnceOption: line.hand_over = false; return true;
    case kStrictOption: line.strict = true; return true;
    case kNoAdviceOption: line.advice = false; return true;
    case kShowSecretsOption: line.show_secrets = true; return true;
    default: return false;
  }
}

void take(CommandLine& line, int letter, const std::string& value, const std::string& word) {
  if (take_behaviour(line, letter)) return;
  switch (letter) {
    case 'f': line.config_file = value; return;
    case 'i': line.config_id = value; return;
    case 't':
      want(line, Action::kTest);
      line.test_log = value;
      return;
    case 'v': return want(line, Action::kVersion);
    case 'h': return want(line, Action::kHelp);
    case kPolicyOption: return want(line, Action::kPolicy);
    case kCleanupOption: return want(line, Action::kCleanup);
    case kAskOption:
      want(line, Action::kAsk);
      line.question = value;
      if (!parse_question(value)) refuse(line, "--ask takes " + verbs_text() + ", not '" + value + "'");
      return;
    case kSignumOption:
      want(line, Action::kSignum);
      line.signal_name = value;
      if (signal_number(value) == 0) refuse(line, "unknown signal '" + value + "'");
      return;
    case kDumpOption:
      want(line, Action::kDump);
      line.dump_stage = value;
      if (value != "tree" && value != "model" && value != "plan") refuse(line, "--dump takes tree, model or plan, not '" + value + "'");
      return;
    case kDiagnosticsOption:
      line.json_diagnostics = value == "json";
      if (value != "json" && value != "text") refuse(line, "--diagnostics takes text or json, not '" + value + "'");
      return;
    case 'S':
      if (const auto known = facility(value)) line.facility = *known;
      else refuse(line, "invalid log facility '" + value + "'");
      return;
    case kResumeLimitOption:
      if (const auto count = number(value)) line.resume_limit = *count;
      else refuse(line, "--vrrp-resume-limit takes a number, not '" + value + "'");
      return;
    case 'p': case 'r': case 'c': case 'b': case 's': case kScriptsOption: case kConfigDirectoryOption: return;  // the root phase has followed them
    default: line.without_effect.push_back(word); return;
  }
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& words) {
  CommandLine line;
  std::vector<std::string> copies = words;
  if (copies.empty()) copies.emplace_back("holdfast");
  line.program = copies.front().substr(copies.front().rfind('/') + 1);
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int count = static_cast<int>(copies.size());
  optind = 0;  // glibc: start anew
  opterr = 0;
  for (;;) {
    const int before = std::max(optind, 1);
    const int letter = ::getopt_long(count, arguments.data(), kShortOptions.data(), kLongOptions.data(), nullptr);
    if (letter == -1) break;
    const std::string word = before < count ? copies[static_cast<std::size_t>(before)] : "";
    if (letter == '?') {
      refuse(line, "unknown option '" + word + "'");
    } else if (letter == ':') {
      refuse(line, "option '" + word + "' needs a value");
    } else {
      take(line, letter, optarg != nullptr ? optarg : "", word);
    }
  }
  for (int index = optind; index < count; ++index) line.unexpected.emplace_back(arguments[static_cast<std::size_t>(index)]);
  return line;
}

int signal_number(std::string_view name) {
  if (name == "STOP") return SIGTERM;
  if (name == "RELOAD") return SIGHUP;
  if (name == "DATA") return SIGUSR1;
  if (name == "STATS") return SIGUSR2;
  if (name == "STATS_CLEAR") return SIGRTMAX - 1;
  if (name == "JSON") return SIGRTMIN + 2;
  if (name == "TDUMP") return SIGRTMAX;
  return 0;
}

std::string version_text(std::string_view program) {
  std::string text;
  if (program.find("keepalived") != std::string_view::npos) {
    text += std::string("Keepalived v") + kCompatibleVersion + " (" + kReleaseDate + ")\n\n";
  }
  text += std::string("Holdfast v") + kVersion + " (" + kReleaseDate + ")\n\n";
  text += "A privilege-separated implementation of keepalived's configuration, VRRP and IPVS control.\n";
  text += std::string("Follows keepalived ") + kCompatibleVersion + "; what differs is in doc/differences.md.\n\n";
  text += "configure options: --enable-json --enable-vrrp --enable-lvs\n";
  text += "Config options:  LVS VRRP VRRP_AUTH OLD_CHKSUM_COMPAT JSON\n";
  return text;
}

}  // namespace holdfast
