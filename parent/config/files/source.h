// From the argument of an include (or of -f) to opened files: patterns, checks, limits, and what is said about what is missing.
// Pure but for Files. Reads no line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parent/config/diagnostic.h"
#include "parent/config/lexer.h"
#include "parent/config/reading.h"
#include "parent/config/tree.h"

namespace holdfast::config {

// An include directive at the start of a line: its checks beyond those in force, and its argument (may be empty).
struct Include {
  IncludeChecks checks;
  std::string_view pattern;
};
std::optional<Include> find_include(std::string_view text);
IncludeChecks operator|(const IncludeChecks& one, const IncludeChecks& other);

// `include_check [[+|-]NAME]...`: the checks in force after it. Errors are reported at the words.
IncludeChecks apply_include_check(const Node& node, IncludeChecks now, Diagnostics& diagnostics);

class Source {
 public:
  Source(Files& files, const Options& options, Tree& tree, Diagnostics& diagnostics);

  // Opens what matches, in order; the indices of the new Sources::files. `from` is the include line's argument; nullptr for -f.
  std::vector<std::uint16_t> open(std::string_view pattern, const IncludeChecks& checks, const Line* from);
  // The directory of a file as it was named, and as ${_PWD}.
  std::string directory_of(std::uint16_t file) const;
  std::string absolute_directory_of(std::uint16_t file) const;

 private:
  struct Request;
  // Names as the operator gave them outside, absolute paths inside.
  class Rooted final : public Files {
   public:
    Rooted(Files& files, const std::string& directory) : files_(files), directory_(directory) {}
    Result<std::string> open(const std::string& path) override { return files_.open(absolute(path)); }
    Result<std::vector<std::string>> list(const std::string& directory) override { return files_.list(absolute(directory)); }
    std::string absolute(const std::string& path) const;

   private:
    Files& files_;
    const std::string& directory_;
  };

  bool open_path(const std::string& path, const Request& request);
  Result<std::shared_ptr<const std::string>> text_of(const std::string& path, const Request& request);
  void report_missing(const Request& request, std::size_t alternatives, const std::vector<std::string>& missing);
  void report(const Request& request, bool checked, Code code, std::string message);
  bool within_limits(std::size_t bytes, const Request& request);

  Rooted files_;
  const Options& options_;
  Tree& tree_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string, std::shared_ptr<const std::string>> texts_;
  std::size_t total_bytes_ = 0;
  bool full_ = false;
};

}  // namespace holdfast::config
