// holdfast-parent: the command line, what has to be opened first, the sandbox, then the driver. Started by parent/entry, which keeps
// the operator's argv, so that every process of the daemon shows it.
// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "parent/control/answers.h"
#include "parent/control/command_line.h"
#include "parent/control/socket.h"
#include "parent/driver/owned.h"
#include "parent/driver/run.h"
#include "policy/role.h"

namespace {

int act(const holdfast::CommandLine& line, const holdfast::Reading& reading, holdfast::Driver::Handed handed, holdfast::TestLog test_log,
        holdfast::LogOutput& output) {
  switch (line.action) {
    case holdfast::Action::kTest:
    case holdfast::Action::kDump: return test_with_launcher(line, reading, std::move(handed), test_log);
    case holdfast::Action::kCleanup: return clean_up(reading, std::move(handed));
    default: return run_daemon(line, reading, std::move(handed), output);
  }
}

// Where the operator wants the dumps besides /tmp, which the role has.
std::vector<std::string> dump_directories() {
  const char* directory = std::getenv("TMPDIR");
  if (directory == nullptr || directory[0] != '/') return {};
  return {directory};
}

}  // namespace

int main(int argc, char** argv) {
  using namespace holdfast;
  const CommandLine line = parse_command_line({argv, argv + argc});
  if (const auto status = answer_at_once(line)) return *status;
  if (line.action == Action::kPolicy) return std::fputs(policy::explain().c_str(), stdout) < 0;
  ::prctl(PR_SET_NAME, line.program.find("keepalived") != std::string::npos ? "keepalived" : "holdfast");
  ::umask(077);
  const Reading reading = reading_of(line);
  if (line.action == Action::kAsk) return ask(control_path(reading.path, reading.config_id, reading.net), line.question);
  const TestLog test_log = open_test_log(line);
  Driver::Handed handed = take_handed();
  handed.groups = find_control_groups();
  const bool only_reads = line.action == Action::kTest || line.action == Action::kDump;
  if (!handed.launcher && only_reads) return test_alone(line, reading, test_log);
  if (!handed.launcher) {
    std::fprintf(stderr, "%s: is started by the holdfast program, not by hand\n", line.program.c_str());
    return 1;
  }
  LogOutput output({line.syslog && !only_reads, line.log_console, line.facility, line.detail, {}});
  const std::vector<std::string> writable = dump_directories();
  if (auto entered = policy::enter(policy::kParent, {.writable_directories = writable}); !entered) {
    std::fprintf(stderr, "sandbox: %s\n", entered.error().message.c_str());
    return 1;
  }
  return act(line, reading, std::move(handed), test_log, output);
}
