// What the targets of the configuration share: one file in memory, and limits that keep a run short.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "parent/config/reading.h"

namespace holdfast::fuzz {

inline constexpr const char* kPath = "/fuzz.conf";

class OneFile final : public config::Files {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  OneFile(const std::uint8_t* data, std::size_t size) : text_(reinterpret_cast<const char*>(data), size) {}
  Result<std::string> open(const std::string& path) override {
    if (path == kPath) return text_;
    return Error{path, ENOENT};
  }
  Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>{"fuzz.conf"}; }

 private:
  std::string text_;
};

inline config::Options short_options() {
  config::Options options;
  options.limits.sequence_values = 100;
  options.limits.expanded_bytes = 1u << 18;
  options.limits.nodes = 2'000;
  return options;
}

}  // namespace holdfast::fuzz
