// keepalived's command lines, as its callers write them, and ours.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/command_line.h"

#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

namespace holdfast {
namespace {

CommandLine parsed(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return parse_command_line(words);
}

struct Row {
  const char* text;
  Action action;
  bool vrrp;
  bool check;
  bool stay;
  bool console;
  unsigned detail;
  const char* file;
};

constexpr const char* kDefault = "/etc/keepalived/keepalived.conf";

TEST(CommandLine, AsCallersWriteThem) {
  const Row rows[] = {
      {"keepalived", Action::kRun, true, true, false, false, 0, kDefault},
      {"keepalived -nld -p /run/keepalived.pid", Action::kRun, true, true, true, true, 0, kDefault},
      {"keepalived -nlPd", Action::kRun, true, false, true, true, 0, kDefault},
      {"keepalived -P -f /x/keepalived.conf -p /x/a -r /x/b -D", Action::kRun, true, false, false, false, 1, "/x/keepalived.conf"},
      {"/usr/sbin/keepalived -l -t -f /tmp/new", Action::kTest, true, true, false, true, 0, "/tmp/new"},
      {"keepalived -f /e/k.conf --dont-fork --vrrp --log-detail --log-console", Action::kRun, true, false, true, true, 1, "/e/k.conf"},
      {"keepalived --use-file /run/k --pid /run/p --dont-fork --snmp", Action::kRun, true, true, true, false, 0, "/run/k"},
      {"keepalived --log-facility=1 -f cfg -C", Action::kRun, false, true, false, false, 0, "cfg"},
      {"keepalived -DD --all", Action::kRun, true, true, false, false, 2, kDefault},
      {"keepalived --vers", Action::kVersion, true, true, false, false, 0, kDefault},
      {"keepalived --signum=JSON", Action::kSignum, true, true, false, false, 0, kDefault},
      {"holdfast --dump=plan -f x", Action::kDump, true, true, false, false, 0, "x"},
      {"holdfast --cleanup", Action::kCleanup, true, true, false, false, 0, kDefault},
      {"holdfast --policy", Action::kPolicy, true, true, false, false, 0, kDefault},
  };
  for (const Row& row : rows) {
    const CommandLine line = parsed(row.text);
    EXPECT_EQ(line.action, row.action) << row.text;
    EXPECT_EQ(line.vrrp, row.vrrp) << row.text;
    EXPECT_EQ(line.check, row.check) << row.text;
    EXPECT_EQ(line.stay, row.stay) << row.text;
    EXPECT_EQ(line.log_console, row.console) << row.text;
    EXPECT_EQ(line.detail, row.detail) << row.text;
    EXPECT_EQ(line.config_file, row.file) << row.text;
  }
}

TEST(CommandLine, WhatCannotBeFollowedIsRefused) {
  for (const char* text : {"keepalived --no-such-option", "keepalived -Z", "keepalived -f", "keepalived --signum=NOTHING",
                           "keepalived -S local9", "holdfast --dump=words", "holdfast --vrrp-resume-limit=many"}) {
    const CommandLine line = parsed(text);
    EXPECT_EQ(line.action, Action::kRefuse) << text;
    EXPECT_FALSE(line.problem.empty()) << text;
  }
}

TEST(CommandLine, Values) {
  EXPECT_EQ(parsed("keepalived -S local3").facility, 19);
  EXPECT_EQ(parsed("keepalived -S 7").facility, 23);
  EXPECT_EQ(parsed("keepalived -S user").facility, 1);
  EXPECT_EQ(parsed("keepalived -t/tmp/log").test_log, "/tmp/log");
  EXPECT_EQ(parsed("keepalived --config-test=/tmp/log").test_log, "/tmp/log");
  EXPECT_EQ(parsed("keepalived -i blue").config_id, "blue");
  EXPECT_EQ(parsed("holdfast --vrrp-resume-limit 9").resume_limit, 9u);
  EXPECT_TRUE(parsed("keepalived -V").keep_vrrp);
  EXPECT_TRUE(parsed("keepalived -I").keep_ipvs);
  EXPECT_FALSE(parsed("keepalived -R").respawn);
  EXPECT_FALSE(parsed("keepalived -G").syslog);
  EXPECT_EQ(parsed("keepalived -n leftover words").unexpected, (std::vector<std::string>{"leftover", "words"}));
  EXPECT_EQ(parsed("keepalived -x").without_effect, (std::vector<std::string>{"-x"}));
}

TEST(CommandLine, Signals) {
  const std::pair<const char*, int> signals[] = {{"STOP", SIGTERM}, {"RELOAD", SIGHUP}, {"DATA", SIGUSR1}, {"STATS", SIGUSR2},
                                                 {"STATS_CLEAR", SIGRTMAX - 1}, {"JSON", SIGRTMIN + 2}, {"TDUMP", SIGRTMAX}, {"", 0}};
  for (const auto& [name, number] : signals) EXPECT_EQ(signal_number(name), number) << name;
}

TEST(CommandLine, VersionLinesThatToolsRead) {
  const std::string compatible = version_text("keepalived");
  EXPECT_EQ(compatible.rfind("Keepalived v2.", 0), 0u) << compatible;
  EXPECT_NE(compatible.find("--enable-json"), std::string::npos);
  EXPECT_NE(compatible.find("Holdfast v"), std::string::npos);
  EXPECT_EQ(version_text("holdfast").rfind("Holdfast v", 0), 0u);
}

TEST(CommandLine, EveryOptionIsInTheUsage) {
  const std::string usage = usage_text("holdfast");
  for (const char* option : {"--use-file", "--config-test", "--signum", "--vrrp-resume-limit", "--cleanup", "--dump", "--policy"}) {
    EXPECT_NE(usage.find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace holdfast
