// Makes the manual pages when Holdfast is built: `make_manual 5` prints holdfast.conf(5), `make_manual 8` fills the list of options into
// the text of holdfast(8) that it reads. Never installed.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <string_view>

#include "parent/control/command_line.h"
#include "parent/model/manual.h"

namespace {

std::string standard_input() {
  std::string text;
  char buffer[4096];
  while (const std::size_t length = std::fread(buffer, 1, sizeof buffer, stdin)) text.append(buffer, length);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view page = argc == 2 ? argv[1] : "";
  std::string text;
  if (page == "5") {
    text = holdfast::model::manual_page();
  } else if (page == "8") {
    constexpr std::string_view kMark = "@OPTIONS@\n";
    text = standard_input();
    const std::size_t at = text.find(kMark);
    if (at == std::string::npos) return std::fputs("make_manual: the text has no @OPTIONS@\n", stderr), 1;
    text.replace(at, kMark.size(), holdfast::options_manual());
  } else {
    return std::fputs("usage: make_manual 5 | make_manual 8 < TEXT\n", stderr), 1;
  }
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0;
}
