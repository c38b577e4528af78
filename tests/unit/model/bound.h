// A configuration bound from text, with its diagnostics, for tests that read as tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "parent/config/load.h"
#include "parent/model/bind.h"
#include "parent/model/line_shapes.h"

namespace holdfast::model {

class OneFile final : public config::Files {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  Result<std::string> open(const std::string& path) override {
    if (path == "/test.conf") return text_;
    return Error{path + ": no such file", ENOENT};
  }
  Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>{"test.conf"}; }

 private:
  std::string text_;
};

struct Bound {
  explicit Bound(std::string_view text, Mode mode = Mode::run) {
    OneFile files{std::string(text)};
    const KeywordShapes shapes;
    tree = config::load("/test.conf", files, shapes, {}, diagnostics);
    configuration = bind(tree, mode, diagnostics);
  }

  std::vector<std::string> codes() const {
    std::vector<std::string> codes;
    for (const config::Diagnostic& one : diagnostics.all()) codes.push_back(one.code);
    return codes;
  }
  const config::Diagnostic* find(std::string_view code) const {
    const auto all = diagnostics.all();
    const auto it = std::find_if(all.begin(), all.end(), [&](const config::Diagnostic& one) { return one.code == code; });
    return it == all.end() ? nullptr : &*it;
  }
  // Every diagnostic as text, for messages of failed tests.
  std::string said() const {
    std::string text;
    for (const config::Diagnostic& one : diagnostics.all()) text += config::render_plain(one, tree.sources) + "\n";
    return text;
  }

  config::Diagnostics diagnostics;
  config::Tree tree;
  Configuration configuration;
};

using Codes = std::vector<std::string>;

}  // namespace holdfast::model
