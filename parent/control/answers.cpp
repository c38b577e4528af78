// See answers.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/answers.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "parent/config/dump.h"
#include "parent/model/dump.h"
#include "parent/status/outline/outline.h"

namespace holdfast {
namespace {

constexpr int kExitUsage = 1;
constexpr int kExitMissingFile = 4;

void print(int descriptor, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t length = ::write(descriptor, text.data() + written, text.size() - written);
    if (length <= 0) return;
    written += static_cast<std::size_t>(length);
  }
}

// What is wrong, for a person or for a program.
void say(const CommandLine& line, const Loaded& loaded, int status, TestLog log) {
  const config::Sources& sources = loaded.tree.sources;
  if (line.json_diagnostics) return print(log.descriptor, config::render_json(loaded.diagnostics, sources, status) + "\n");
  std::string text;
  for (const config::Diagnostic* one : config::in_order(loaded.diagnostics)) text += config::render_terminal(*one, sources, log.colour);
  if (loaded.diagnostics.dropped() != 0) text += "and " + std::to_string(loaded.diagnostics.dropped()) + " more\n";
  print(log.descriptor, text);
}

}  // namespace

std::optional<int> answer_at_once(const CommandLine& line) {
  for (const std::string& word : line.unexpected) print(STDERR_FILENO, "Unexpected argument(s): " + word + "\n");
  switch (line.action) {
    case Action::kVersion:
      print(STDERR_FILENO, version_text(line.program));
      return 0;
    case Action::kHelp:
      print(STDERR_FILENO, usage_text(line.program));
      return 0;
    case Action::kSignum:
      print(STDOUT_FILENO, std::to_string(signal_number(line.signal_name)) + "\n");
      return 0;
    case Action::kRefuse:
      print(STDERR_FILENO, line.program + ": " + line.problem + "\n" + usage_text(line.program));
      return kExitUsage;
    case Action::kRun:
    case Action::kTest:
    case Action::kDump:
    case Action::kPolicy:
    case Action::kAsk:
    case Action::kCleanup: return std::nullopt;
  }
  return std::nullopt;
}

TestLog open_test_log(const CommandLine& line) {
  constexpr unsigned kMode = 0644;
  TestLog log;
  if (line.action == Action::kTest && !line.test_log.empty()) {
    const int file = ::open(line.test_log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, kMode);
    if (file >= 0) log.descriptor = file;
    else print(STDERR_FILENO, line.program + ": " + line.test_log + ": " + std::strerror(errno) + ": messages go to stderr\n");
  }
  const char* plain = std::getenv("NO_COLOR");
  if (::isatty(log.descriptor) == 1 && (plain == nullptr || *plain == '\0')) log.colour = config::Colour::yes;
  return log;
}

int test_configuration(const CommandLine& line, const Reading& reading, config::Files& files, const Surroundings& around, TestLog log) {
  // The process ends with its answer: nobody waits for a large configuration to be taken apart first.
  static const Loaded& loaded = *new Loaded(load_configuration(reading, Purpose::kTest, files, around));
  const bool missing = loaded.tree.sources.files.empty();
  const int status = missing ? (line.all_config ? kExitMissingFile : 0) : loaded.diagnostics.exit_code();
  say(line, loaded, status, log);
  return status;
}

int dump_stage(const CommandLine& line, const Reading& reading, config::Files& files, const Surroundings& around, TestLog log) {
  const Loaded loaded = load_configuration(reading, Purpose::kTest, files, around);
  say(line, loaded, loaded.diagnostics.exit_code(), log);
  const config::Secrets secrets = line.show_secrets ? config::Secrets::shown : config::Secrets::hidden;
  if (line.dump_stage == "tree") print(STDOUT_FILENO, config::dump(loaded.tree, secrets));
  if (line.dump_stage == "model") print(STDOUT_FILENO, model::dump(loaded.model, secrets));
  if (line.dump_stage == "plan") print(STDOUT_FILENO, outline_text(loaded.built.plan, secrets));
  return loaded.diagnostics.exit_code();
}

}  // namespace holdfast
