// holdfastctl: one verb, one answer. What it may do is decided by the daemon it asks, never here. holdfastctl(8).
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "parent/control/ctl/drawing.h"
#include "parent/control/ctl/finding.h"
#include "parent/control/socket.h"
#include "parent/control/verbs.h"

namespace {

constexpr char kRunDirectory[] = "/run/holdfast";
constexpr int kUsage = 2;

int status_for_people(const std::string& path) {
  const auto answer = holdfast::ask_text(path, "status --json");
  if (!answer) {
    std::fprintf(stderr, "%s\n", answer.error().message.c_str());
    return answer.error().code;
  }
  const bool terminal = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  const auto text = holdfast::ctl::draw_status(*answer, terminal);
  if (!text) return std::fprintf(stderr, "%s\n", text.error().message.c_str()), 1;
  return std::fputs(text->c_str(), stdout) < 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  std::string question;
  for (const std::string& word : std::vector<std::string>(argv + 1, argv + argc)) {
    if (word == "-h" || word == "--help") return std::fputs(holdfast::verbs_usage().c_str(), stdout) < 0;
    if (question.empty() && word.starts_with("--socket=")) path = word.substr(sizeof "--socket=" - 1);
    else question += (question.empty() ? "" : " ") + word;
  }
  if (!holdfast::parse_question(question)) return std::fputs(holdfast::verbs_usage().c_str(), stderr), kUsage;
  if (path.empty()) {
    const auto found = holdfast::ctl::only_socket(kRunDirectory);
    if (!found) return std::fprintf(stderr, "holdfastctl: %s\n", found.error().message.c_str()), holdfast::kNobody;
    path = *found;
  }
  return question == "status" ? status_for_people(path) : holdfast::ask(path, question);
}
