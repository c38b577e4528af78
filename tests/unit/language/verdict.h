// What a configuration test says of a text: the exit status, the diagnostics that decide it, and the plan.
// The machine of these tests has the interfaces lo, eth0 and eth1, the file that it is given and one key; nothing else is asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include "parent/config/load.h"
#include "parent/model/bind.h"
#include "parent/model/line_shapes.h"
#include "parent/plan/build.h"

namespace holdfast::language {

class OneFile final : public config::Files {
 public:
  explicit OneFile(std::string_view text) : text_(text) {}
  Result<std::string> open(const std::string& path) override {
    if (path == "/test.conf") return text_;
    return Error{path + ": no such file", ENOENT};
  }
  Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>{"test.conf"}; }

 private:
  std::string text_;
};

inline Surroundings machine() {
  Surroundings around;
  around.host_name = "router";
  around.interface = [](const std::string& name) -> std::optional<KnownInterface> {
    if (name == "lo") return KnownInterface{.loopback = true, .multicast = false};
    if (name == "eth0" || name == "eth1") return KnownInterface{};
    return std::nullopt;
  };
  around.secret = [](const std::string& path) -> Result<std::string> {
    if (path == "/etc/keepalived/key") return std::string("0123456789abcdef0123456789abcdef\n");
    return Error{path + ": no such file", ENOENT};
  };
  return around;
}

struct Verdict {
  explicit Verdict(std::string_view text, std::string_view config_id = "here", model::Mode mode = model::Mode::test) {
    OneFile files(text);
    config::Options options;
    options.config_id = config_id;
    tree = config::load("/test.conf", files, model::KeywordShapes{}, options, diagnostics);
    configuration = model::bind(tree, mode, diagnostics);
    built = build(configuration, machine(), diagnostics);
  }

  int status() const { return diagnostics.exit_code(); }
  std::string said() const {
    std::string text;
    for (const config::Diagnostic& one : diagnostics.all()) text += "  " + config::render_plain(one, tree.sources) + "\n";
    return text;
  }

  config::Diagnostics diagnostics;
  config::Tree tree;
  model::Configuration configuration;
  Built built;
};

}  // namespace holdfast::language
