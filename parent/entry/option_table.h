// The command line as one table: keepalived's options and ours, what each takes, and a sentence. The root phase and the parent read
// the same words with it, --help and holdfast(8) print it. Must not know what an option does: that is its reader's.
// keepalived(8), getopt_long(3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <getopt.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace holdfast::entry {

// An option with a letter has the letter as its number.
enum OptionCode : int {
  kAllOption = 256,
  kAskOption,
  kCleanupOption,
  kConfigDirectoryOption,
  kConfigFdOption,
  kDebugOption,
  kDiagnosticsOption,
  kDumpOption,
  kFlushLogFileOption,
  kIgnoreSigintOption,
  kNoAdviceOption,
  kNoMemCheckOption,
  kPerfOption,
  kPolicyOption,
  kResumeLimitOption,
  kScriptsOption,
  kShowSecretsOption,
  kSignumOption,
  kStopAtOnceOption,
  kStrictOption,
};

enum class OptionValue : unsigned char { none, required, optional };

struct OptionRow {
  int code;
  const char* name;         // of the long form
  OptionValue value;
  std::string_view label;   // of the value: "FILE"
  std::string_view text;    // one sentence without a full stop; empty: of builds for debugging, not shown

  constexpr bool has_letter() const { return code < kAllOption; }
  constexpr char letter() const { return static_cast<char>(code); }
};

inline constexpr OptionRow kOptionRows[] = {
    {'f', "use-file", OptionValue::required, "FILE", "Read this configuration, which may be a pattern (default /etc/keepalived/keepalived.conf)"},
    {'P', "vrrp", OptionValue::none, "", "Only virtual routers"},
    {'C', "check", OptionValue::none, "", "Only virtual servers and their checks"},
    {'B', "no_bfd", OptionValue::none, "", "Without BFD"},
    {kAllOption, "all", OptionValue::none, "", "Start every process, also without configuration for it"},
    {'l', "log-console", OptionValue::none, "", "Log to the console as well"},
    {'D', "log-detail", OptionValue::none, "", "Detailed log; twice for more"},
    {'S', "log-facility", OptionValue::required, "FACILITY", "0-7, local0-local7, user, daemon ... (default daemon)"},
    {'G', "no-syslog", OptionValue::none, "", "No syslog"},
    {'g', "log-file", OptionValue::optional, "FILE", "Accepted, no effect"},
    {kFlushLogFileOption, "flush-log-file", OptionValue::none, "", "Accepted, no effect"},
    {'u', "umask", OptionValue::required, "MASK", "Accepted, no effect"},
    {'X', "release-vips", OptionValue::none, "", "Accepted: addresses are always released"},
    {'V', "dont-release-vrrp", OptionValue::none, "", "Leave addresses in place at exit"},
    {'I', "dont-release-ipvs", OptionValue::none, "", "Leave the IPVS table in place at exit"},
    {'R', "dont-respawn", OptionValue::none, "", "End when a process ends"},
    {'n', "dont-fork", OptionValue::none, "", "Stay in the foreground"},
    {'d', "dump-conf", OptionValue::none, "", "Log the configuration as it was understood"},
    {'p', "pid", OptionValue::required, "FILE", "pid file of the parent"},
    {'r', "vrrp_pid", OptionValue::required, "FILE", "pid file of the VRRP process"},
    {'c', "checkers_pid", OptionValue::required, "FILE", "pid file of the check process"},
    {'b', "bfd_pid", OptionValue::required, "FILE", "pid file of the BFD process"},
    {'T', "genhash", OptionValue::none, "", "Accepted, no effect"},
    {'a', "address-monitoring", OptionValue::none, "", "Accepted, no effect"},
    {'x', "snmp", OptionValue::none, "", "Accepted, no effect"},
    {'A', "snmp-agent-socket", OptionValue::required, "ADDRESS", "Accepted, no effect"},
    {'s', "namespace", OptionValue::required, "NAME", "Run in this network namespace"},
    {'m', "core-dump", OptionValue::none, "", "Accepted, no effect"},
    {'M', "core-dump-pattern", OptionValue::optional, "PATTERN", "Accepted, no effect"},
    {'e', "all-config", OptionValue::none, "", "Every include has to be readable"},
    {'i', "config-id", OptionValue::required, "ID", "Use lines marked @ID"},
    {'t', "config-test", OptionValue::optional, "FILE", "Check the configuration and end; messages go to FILE or stderr"},
    {kStrictOption, "strict", OptionValue::none, "", "Warnings of the configuration are errors, in a test and at a start"},
    {kNoAdviceOption, "no-advice", OptionValue::none, "", "Say nothing about what is valid but dangerous"},
    {kDiagnosticsOption, "diagnostics", OptionValue::required, "FORMAT", "text or json: how -t and --dump say what is wrong"},
    {kSignumOption, "signum", OptionValue::required, "NAME", "Print the number of STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON or TDUMP"},
    {kIgnoreSigintOption, "ignore-sigint", OptionValue::none, "", "Do not end on SIGINT"},
    {kScriptsOption, "scripts", OptionValue::required, "none|user|root", "Whether scripts run, and whether root's run as root (called keepalived: root)"},
    {kConfigDirectoryOption, "config-dir", OptionValue::required, "DIRECTORY", "Files below it may be included though only root can read them"},
    {kResumeLimitOption, "vrrp-resume-limit", OptionValue::required, "N", "How often a process may crash in a minute and be back at once, as it was (default 3)"},
    {kStopAtOnceOption, "stop-at-once", OptionValue::none, "", "At the end withdraw addresses with the last advert, not when the next router is heard"},
    {kDumpOption, "dump", OptionValue::required, "STAGE", "Print the configuration as tree, model or plan"},
    {kShowSecretsOption, "show-secrets", OptionValue::none, "", "Dumps show passwords and keys"},
    {kAskOption, "ask", OptionValue::required, "QUESTION", "Ask the running daemon: status, json, stats, data, explain INSTANCE, reload, stop"},
    {kPolicyOption, "policy", OptionValue::none, "", "Print what each process may do"},
    {kCleanupOption, "cleanup", OptionValue::none, "", "Remove what a killed daemon left in the kernel"},
    {'v', "version", OptionValue::none, "", "Version and build options"},
    {'h', "help", OptionValue::none, "", "This text"},
    // keepalived's own and those of its builds for debugging: taken with their values, without effect.
    {kConfigFdOption, "config-fd", OptionValue::required, "N", ""},
    {kPerfOption, "perf", OptionValue::optional, "WHEN", ""},
    {kDebugOption, "debug", OptionValue::optional, "WHAT", ""},
    {kNoMemCheckOption, "no-mem-check", OptionValue::none, "", ""},
    {'L', "mem-check-log", OptionValue::none, "", ""},
    {'O', "openssl-mem-check", OptionValue::none, "", ""},
};

// For getopt_long: a colon first, so that a value left out is told apart from an unknown option.
consteval std::size_t short_length() {
  std::size_t length = 2;
  for (const OptionRow& row : kOptionRows) {
    if (row.has_letter()) length += 1 + static_cast<std::size_t>(row.value);
  }
  return length;
}

consteval std::array<char, short_length()> make_short_options() {
  std::array<char, short_length()> text{};
  std::size_t at = 0;
  text[at++] = ':';
  for (const OptionRow& row : kOptionRows) {
    if (!row.has_letter()) continue;
    text[at++] = row.letter();
    for (int colons = static_cast<int>(row.value); colons > 0; --colons) text[at++] = ':';
  }
  return text;
}

consteval std::array<option, std::size(kOptionRows) + 1> make_long_options() {
  std::array<option, std::size(kOptionRows) + 1> rows{};
  std::size_t at = 0;
  for (const OptionRow& row : kOptionRows) rows[at++] = {row.name, static_cast<int>(row.value), nullptr, row.code};
  return rows;
}

consteval bool each_option_once() {
  for (std::size_t i = 0; i < std::size(kOptionRows); ++i) {
    for (std::size_t j = i + 1; j < std::size(kOptionRows); ++j) {
      if (kOptionRows[i].code == kOptionRows[j].code || std::string_view(kOptionRows[i].name) == kOptionRows[j].name) return false;
    }
  }
  return true;
}
static_assert(each_option_once(), "an option stands in the table twice");
static_assert(static_cast<int>(OptionValue::required) == required_argument && static_cast<int>(OptionValue::optional) == optional_argument);

inline constexpr auto kShortOptions = make_short_options();
inline constexpr auto kLongOptions = make_long_options();

}  // namespace holdfast::entry
