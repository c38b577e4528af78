// A configuration from anywhere: reading must end within its limits, every word must point into its file, a limit must be reported as
// an error, and the dump of a tree that was read without errors of the reading itself must read back as the same text.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "parent/config/dump.h"
#include "parent/config/load.h"
#include "proto/runtime/result.h"

namespace {

using namespace holdfast;
using namespace holdfast::config;

constexpr std::size_t kRendered = 16;

// The input is /k; /d/a and /d/b are its second and third part, separated by a line of "%%%".
class Parts final : public Files {
 public:
  explicit Parts(std::string only) { parts_[0] = std::move(only); }
  static Parts cut(std::string_view input) {
    Parts files{std::string()};
    constexpr std::string_view kCut = "\n%%%\n";
    for (std::string& part : files.parts_) {
      const std::size_t end = input.find(kCut);
      part = input.substr(0, end);
      input = end == std::string_view::npos ? std::string_view{} : input.substr(end + kCut.size());
    }
    return files;
  }
  Result<std::string> open(const std::string& path) override {
    if (path == "/k") return parts_[0];
    if (path == "/d/a") return parts_[1];
    if (path == "/d/b") return parts_[2];
    return Error{path, path == "/d" ? EISDIR : ENOENT};
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    if (directory == "/") return std::vector<std::string>{"k", "d"};
    if (directory == "/d") return std::vector<std::string>{"b", "a"};
    return Error{directory, ENOENT};
  }

 private:
  std::string parts_[3];
};

// Lines that start with `s` are split like a shell does, with `b` need a block, with `i` set the checks.
class LetterShapes final : public LineShapes {
 public:
  LineShape shape(std::uint32_t context, std::string_view keyword) const override {
    const char letter = keyword.empty() ? '\0' : keyword.front();
    LineShape shape{.kind = LineKind::statement, .context = letter == 'u' ? kUnknownContext : context + 1};
    if (letter == 's') shape.kind = LineKind::script;
    if (letter == 'b') shape.kind = LineKind::block;
    if (letter == 'c') shape.kind = LineKind::include_check;
    if (letter == 'r') shape.kind = LineKind::random_seed;
    return shape;
  }
};

void check_places(const Node& node, const Sources& sources) {
  for (const Word& word : node.words) {
    HF_CHECK(word.at.file < sources.files.size() && word.at.line >= 1);
    HF_CHECK(word.at.line <= sources.files[word.at.file].lines.size());
    HF_CHECK(word.width >= 1 && word.at.column >= 1);
    HF_CHECK(word.at.column - 1u + word.width <= sources.line(word.at).size());
    HF_CHECK(word.expansion < sources.expansions.size());
  }
  HF_CHECK(node.has_block || node.children.empty());
  for (const Node& child : node.children) {
    HF_CHECK(!child.words.empty());
    check_places(child, sources);
  }
}

bool lines_fit(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end > 1023) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

// "$_PWD" that the splitting of macros has made stays as it is, but nothing can be written that reads as that.
bool names_made_macro(std::string_view text) { return text.find("$_") != text.npos || text.find("${_") != text.npos; }

Options small_limits() {
  Options options;
  options.config_id = "h";
  options.limits.include_depth = 4;
  options.limits.files = 32;
  options.limits.block_depth = 8;
  options.limits.nodes = 1000;
  options.limits.expansion_depth = 8;
  options.limits.expanded_bytes = 50'000;
  options.limits.sequence_values = 100;
  options.limits.macros = 64;
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const LetterShapes shapes;
  const Options options = small_limits();
  Parts files = Parts::cut(input);
  Diagnostics diagnostics;
  const Tree tree = load("/k", files, shapes, options, diagnostics);
  check_places(tree.root, tree.sources);
  for (const Diagnostic& diagnostic : diagnostics.all().first(std::min(diagnostics.all().size(), kRendered))) {
    HF_CHECK(!render_plain(diagnostic, tree.sources).empty() && !render_terminal(diagnostic, tree.sources, Colour::no).empty());
  }
  HF_CHECK(render_json(diagnostics, tree.sources, 0).find('\n') == std::string::npos);
  const std::string text = dump(tree, Secrets::shown);
  if (diagnostics.seen(ErrorClass::general_error) || !lines_fit(text) || names_made_macro(text)) return 0;
  Parts again(text);
  Diagnostics none;
  const Tree second = load("/k", again, shapes, options, none);
  HF_CHECK(dump(second, Secrets::shown) == text);
  HF_CHECK(none.exit_code() == 0);
  return 0;
}
