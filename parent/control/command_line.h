// The command line: keepalived's options and a few of our own. Pure: text in, values out; nothing is printed or opened.
// keepalived(8); long options may be abbreviated, short ones clustered. The table of them is parent/entry/option_table.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

enum class Action { kRun, kTest, kDump, kVersion, kHelp, kSignum, kPolicy, kCleanup, kAsk, kRefuse };

struct CommandLine {
  Action action = Action::kRun;
  std::string program;              // the last part of argv[0]
  std::string config_file = "/etc/keepalived/keepalived.conf";
  std::string config_id;            // -i
  std::string test_log;             // -t FILE; empty: stderr
  std::string signal_name;          // --signum
  std::string dump_stage;           // --dump: tree, model or plan
  std::string question;             // --ask, for the control socket
  std::string problem;              // kRefuse: what is wrong
  std::vector<std::string> unexpected;
  std::vector<std::string> without_effect;  // options that are accepted and do nothing here
  bool vrrp = true;                 // -C clears it
  bool check = true;                // -P clears it
  bool every_child = false;         // --all
  bool all_config = false;          // -e
  bool keep_vrrp = false;           // -V
  bool keep_ipvs = false;           // -I
  bool respawn = true;              // -R clears it
  bool stay = false;                // -n
  bool log_console = false;         // -l
  bool syslog = true;               // -G clears it
  unsigned detail = 0;              // -D, once or twice
  int facility = 3;                 // LOG_FAC of -S: 3 is daemon
  bool dump_configuration = false;  // -d
  bool strict = false;              // --strict
  bool advice = true;               // --no-advice clears it
  bool show_secrets = false;        // --show-secrets
  bool json_diagnostics = false;    // --diagnostics=json
  bool ignore_interrupt = false;    // --ignore-sigint
  unsigned resume_limit = 3;        // --vrrp-resume-limit
  bool hand_over = true;            // --stop-at-once clears it
};

CommandLine parse_command_line(const std::vector<std::string>& words);

// The options as a list of holdfast(8), in the macros of man(7).
std::string options_manual();

// The number of STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON or TDUMP; 0 for another word.
int signal_number(std::string_view name);

std::string usage_text(std::string_view program);
// keepalived's first line where the program is called so, because tools read a version from it.
std::string version_text(std::string_view program);

}  // namespace holdfast
