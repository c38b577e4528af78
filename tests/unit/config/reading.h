// What the tests of parent/config share: files in memory, a handful of keyword shapes, and a tree as one short line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parent/config/diagnostic.h"
#include "parent/config/load.h"
#include "parent/config/reading.h"
#include "parent/config/tree.h"

namespace holdfast::config::testing {

// A file system in memory: directories exist because files are in them. `refused` answers with an errno.
class MemoryFiles final : public Files {
 public:
  std::map<std::string, std::string> files;
  std::map<std::string, int> refused;
  std::vector<std::string> opened;

  Result<std::string> open(const std::string& asked) override {
    const std::string path = std::filesystem::path(asked).lexically_normal();
    opened.push_back(path);
    if (const auto code = refused.find(path); code != refused.end()) return Error{path, code->second};
    if (const auto file = files.find(path); file != files.end()) return file->second;
    return Error{path, names_in(path).empty() ? ENOENT : EISDIR};
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    const std::set<std::string> names = names_in(directory);
    if (names.empty()) return Error{directory, ENOENT};
    return std::vector<std::string>(names.rbegin(), names.rend());  // not in order
  }

 private:
  std::set<std::string> names_in(const std::string& directory) const {
    const std::string start = directory == "/" ? directory : directory + '/';
    std::set<std::string> names;
    const auto add = [&](const std::string& path) {
      if (path.starts_with(start)) names.insert(path.substr(start.size(), path.find('/', start.size()) - start.size()));
    };
    for (const auto& [path, text] : files) add(path);
    for (const auto& [path, code] : refused) add(path);
    return names;
  }
};

// A few keywords in the shapes that matter.
class FewShapes final : public LineShapes {
 public:
  LineShape shape(std::uint32_t context, std::string_view keyword) const override {
    static const std::map<std::pair<std::uint32_t, std::string_view>, LineShape> kShapes{
        {{kRootContext, "vrrp_instance"}, {LineKind::block, 1}},
        {{1, "virtual_ipaddress"}, {LineKind::block, 4}},
        {{1, "notify"}, {LineKind::script, kUnknownContext}},
        {{kRootContext, "vrrp_script"}, {LineKind::block, 2}},
        {{2, "script"}, {LineKind::script, kUnknownContext}},
        {{kRootContext, "global_defs"}, {LineKind::block, 3}},
        {{3, "include_check"}, {LineKind::include_check, kUnknownContext}},
        {{3, "random_seed"}, {LineKind::random_seed, kUnknownContext}},
    };
    const auto found = kShapes.find({context, keyword});
    return found == kShapes.end() ? LineShape{} : found->second;
  }
};

// "a b {c;d {e}}": words separated by blanks (quoted ones in quotes), lines by semicolons.
inline std::string outline(const Node& node) {
  std::string text;
  for (const Word& word : node.words) {
    if (!text.empty()) text += ' ';
    text += word.quoted ? '"' + std::string(word.text) + '"' : std::string(word.text);
  }
  if (!node.has_block) return text;
  if (!node.words.empty()) text += " {";
  for (const Node& child : node.children) text += (&child == &node.children.front() ? "" : ";") + outline(child);
  return node.words.empty() ? text : text + '}';
}

// One reading of /etc/k.conf (or another pattern).
struct Reading {
  MemoryFiles files;
  FewShapes shapes;
  Options options;
  Diagnostics diagnostics;
  Tree tree;

  Reading() { options.config_id = "here"; }
  explicit Reading(std::string text) : Reading() {
    files.files["/etc/k.conf"] = std::move(text);
    read();
  }
  Reading& read(std::string_view pattern = "/etc/k.conf") {
    diagnostics = {};
    tree = load(pattern, files, shapes, options, diagnostics);
    return *this;
  }
  std::string outline() const { return testing::outline(tree.root); }
  // The codes in order, separated by blanks.
  std::string codes() const {
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics.all()) text += (text.empty() ? "" : " ") + diagnostic.code;
    return text;
  }
  const Node& node(std::size_t index) const { return tree.root.children.at(index); }
};

struct Case {
  const char* text;
  const char* outline;
  const char* codes = "";
};

}  // namespace holdfast::config::testing
