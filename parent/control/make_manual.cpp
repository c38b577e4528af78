// Makes the manual pages when Holdfast is built: `make_manual 5` prints holdfast.conf(5), `make_manual 8` fills the list of options into
// the text of holdfast(8) that it reads, `make_manual ctl` the list of verbs into that of holdfastctl(8); `make_manual bash` prints the
// completion of holdfastctl. Never installed.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <string_view>

#include "parent/control/command_line.h"
#include "parent/control/verbs.h"
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
  } else if (page == "bash") {
    text = holdfast::verbs_completion();
  } else if (page == "8" || page == "ctl") {
    const std::string_view mark = page == "8" ? "@OPTIONS@\n" : "@VERBS@\n";
    text = standard_input();
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return std::fprintf(stderr, "make_manual: the text has no %s", mark.data()), 1;
    text.replace(at, mark.size(), page == "8" ? holdfast::options_manual() : holdfast::verbs_manual());
  } else {
    return std::fputs("usage: make_manual 5 | make_manual 8 < TEXT | make_manual ctl < TEXT | make_manual bash\n", stderr), 1;
  }
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0;
}
