// Reading and writing of case files. See cases.h.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/language/cases.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace holdfast::language {
namespace {

constexpr std::string_view kMark = "@@";
constexpr std::string_view kArrow = " => ";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
  return text;
}

std::string trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

bool is_plan_line(std::string_view stripped) { return stripped.starts_with("+ ") || stripped.starts_with("- "); }

// The state of reading one file: where the next case belongs.
struct Reader {
  CaseFile& file;
  std::string context{}, keyword{}, around{};
  bool in_around = false;

  void line(std::size_t number, const std::string& text) {
    if (in_around && (text.empty() || text.starts_with("  "))) {
      if (text.empty()) in_around = false;
      else around += text.substr(2) + "\n";
      return;
    }
    in_around = false;
    if (text.empty() || text.front() == '#') return;
    const std::string stripped = trim(text);
    const auto rest = [&](std::string_view head) { return trim(std::string_view(stripped).substr(head.size())); };
    if (stripped.starts_with("context ")) {
      context = rest("context ");
    } else if (stripped == "around") {
      around.clear();
      in_around = true;
    } else if (stripped.starts_with("keyword ")) {
      keyword = rest("keyword ");
    } else if (stripped.starts_with("good ")) {
      add(number, true, rest("good "));
    } else if (stripped.starts_with("bad ")) {
      add(number, false, rest("bad "));
    } else if (is_plan_line(stripped) && !file.cases.empty()) {
      file.cases.back().plan.push_back(stripped);
    } else if (stripped.starts_with("never ")) {
      file.exempt.push_back({context, keyword, rest("never ")});
    } else if (stripped.starts_with("only-bad ")) {
      file.exempt.push_back({context, keyword, rest("only-bad "), true});
    } else {
      file.mistakes.push_back(file.path + ":" + std::to_string(number) + ": " + text);
    }
  }

  void add(std::size_t number, bool good, const std::string& text) {
    const std::size_t arrow = text.find(kArrow);
    UseCase use;
    use.file = std::filesystem::path(file.path).filename();
    use.line = number;
    use.context = context;
    use.keyword = keyword;
    use.good = good;
    use.text = trim(text.substr(0, arrow));
    use.expected = arrow == std::string::npos ? "" : trim(text.substr(arrow + kArrow.size()));
    use.around = around.empty() ? std::string(kMark) + "\n" : around;
    file.cases.push_back(std::move(use));
  }
};

}  // namespace

std::string UseCase::lines() const { return replaced(text, " ;; ", "\n"); }
std::string UseCase::configuration() const { return replaced(around, kMark, lines()); }
std::string UseCase::configuration_without() const { return replaced(around, kMark, ""); }

std::vector<CaseFile> read_case_files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(HOLDFAST_SOURCE_ROOT) + "/tests/conformance/config")) {
    if (entry.path().extension() == ".cases") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<CaseFile> files;
  for (const std::string& path : paths) {
    CaseFile& file = files.emplace_back();
    file.path = path;
    std::ifstream stream(path);
    Reader reader{file};
    for (std::string line; std::getline(stream, line);) {
      file.lines.push_back(line);
      reader.line(file.lines.size(), line);
    }
  }
  return files;
}

void write(const CaseFile& file) {
  std::vector<std::string> lines = file.lines;
  for (const UseCase& use : file.cases) {
    std::string& line = lines[use.line - 1];
    line = std::string(use.good ? "  good " : "  bad  ") + use.text + std::string(kArrow) + use.expected;
    for (const std::string& fact : use.plan) line += "\n    " + fact;
  }
  std::ofstream stream(file.path);
  bool in_around = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    in_around = file.lines[i] == "around" || (in_around && !file.lines[i].empty());
    if (in_around || !is_plan_line(trim(file.lines[i]))) stream << lines[i] << "\n";
  }
}

}  // namespace holdfast::language
