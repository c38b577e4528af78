// Includes: patterns to opened files, and what is said about what is missing. See source.h.
// Pure but for Files.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/files/source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "parent/config/files/glob.h"

namespace holdfast::config {
namespace {

constexpr IncludeChecks kAllChecks{.readable = true, .match = true, .wildcard_match = true, .brace_match = true};

struct IncludeVariant {
  char letter;
  IncludeChecks checks;
};
constexpr std::array<IncludeVariant, 5> kVariants{{
    {'r', {.readable = true}},
    {'m', {.readable = true, .match = true}},
    {'w', {.readable = true, .match = true, .wildcard_match = true}},
    {'b', {.readable = true, .brace_match = true}},
    {'a', kAllChecks},
}};

bool* check_named(std::string_view name, IncludeChecks& checks) {
  if (name == "readable") return &checks.readable;
  if (name == "match") return &checks.match;
  if (name == "wildcard_match") return &checks.wildcard_match;
  if (name == "brace_match") return &checks.brace_match;
  return nullptr;
}

std::string directory_part(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

std::string escape_pattern(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("*?[]{},\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string_view why(int code) {
  switch (code) {
    case EISDIR: return "is a directory";
    case EINVAL: return "is not a regular file";
    case ENOEXEC: return "is executable";
    case EACCES: return "cannot be read: permission denied";
    case EFBIG: return "is too large";
    default: return "cannot be read";
  }
}

}  // namespace

IncludeChecks operator|(const IncludeChecks& one, const IncludeChecks& other) {
  return {.readable = one.readable || other.readable,
          .match = one.match || other.match,
          .wildcard_match = one.wildcard_match || other.wildcard_match,
          .brace_match = one.brace_match || other.brace_match};
}

std::optional<Include> find_include(std::string_view text) {
  constexpr std::string_view kInclude = "include";
  if (!text.starts_with(kInclude)) return std::nullopt;
  text.remove_prefix(kInclude.size());
  Include include;
  if (!text.empty() && !is_blank(text.front())) {
    const char letter = text.front();
    const IncludeVariant* found = nullptr;
    for (const IncludeVariant& variant : kVariants) {
      if (variant.letter == letter) found = &variant;
    }
    if (found == nullptr) return std::nullopt;
    include.checks = found->checks;
    text.remove_prefix(1);
  }
  if (!text.empty() && !is_blank(text.front())) return std::nullopt;
  include.pattern = trim(text);
  if (include.pattern.empty()) return std::nullopt;
  return include;
}

IncludeChecks apply_include_check(const Node& node, IncludeChecks now, Diagnostics& diagnostics) {
  if (node.arguments().empty()) return kAllChecks;
  bool replaced = false;
  for (const Word& word : node.arguments()) {
    const bool add = word.text.starts_with('+');
    const bool remove = word.text.starts_with('-');
    const std::string_view name = word.text.substr(add || remove ? 1 : 0);
    if (!add && !remove && !std::exchange(replaced, true)) now = {};
    now.readable = true;
    bool* check = check_named(name, now);
    if (check == nullptr) {
      constexpr std::array<std::string_view, 4> kNames{"readable", "match", "wildcard_match", "brace_match"};
      diagnostics.error(about(node, word), ErrorClass::general_error, "unknown-include-check", "unknown include check '" + std::string(word.text) + "': ignored",
                        "readable, match, wildcard_match or brace_match, after + or - to add or remove", std::string(nearest(name, kNames)));
      continue;
    }
    *check = !remove;
  }
  return now;
}

struct Source::Request {
  std::string_view pattern;
  IncludeChecks checks;
  const Line* from = nullptr;
};

Source::Source(Files& files, const Options& options, Tree& tree, Diagnostics& diagnostics)
    : files_(files, options.builtins.working_directory), options_(options), tree_(tree), diagnostics_(diagnostics) {}

std::string Source::Rooted::absolute(const std::string& path) const {
  if (directory_.empty() || path.starts_with('/')) return path;
  return path == "." ? directory_ : directory_ + (directory_.ends_with('/') ? "" : "/") + path;
}

std::string Source::directory_of(std::uint16_t file) const { return directory_part(tree_.sources.files[file].name); }

std::string Source::absolute_directory_of(std::uint16_t file) const {
  const std::string directory = directory_of(file);
  return files_.absolute(directory.empty() ? "." : directory);
}

std::vector<std::uint16_t> Source::open(std::string_view pattern, const IncludeChecks& checks, const Line* from) {
  const Request request{.pattern = pattern, .checks = checks, .from = from};
  const std::string directory = from == nullptr ? std::string() : directory_of(from->at.file);
  std::string whole(pattern);
  if (!directory.empty() && !pattern.starts_with('/')) whole = escape_pattern(directory) + (directory == "/" ? "" : "/") + whole;

  auto& opened = tree_.sources.files;
  const std::size_t first = opened.size();
  std::vector<std::string> missing;
  const std::vector<std::string> alternatives = expand_braces(whole, options_.limits.glob_matches);
  std::size_t matches = 0;
  for (const std::string& alternative : alternatives) {
    bool matched = false;
    for (const std::string& path : glob(alternative, files_, options_.limits.glob_matches)) {
      if (++matches > options_.limits.glob_matches) {
        report(request, true, "too-many-matches", "the pattern matches more than " + std::to_string(options_.limits.glob_matches) + " files: the rest is not read");
        break;
      }
      matched = open_path(path, request) || matched;
    }
    if (!matched) missing.push_back(alternative);
    if (matches > options_.limits.glob_matches) break;
  }
  if (!missing.empty()) report_missing(request, alternatives.size(), missing);
  if (from == nullptr && opened.size() - first > 1) {
    diagnostics_.error({.at = {}, .text = std::string(pattern)}, ErrorClass::multiple_files, "multiple-files",
                       "several configuration files match '" + std::string(pattern) + "': all are read, starting with " + opened[first].name);
  }
  std::vector<std::uint16_t> indices;
  for (std::size_t index = first; index < opened.size(); ++index) indices.push_back(static_cast<std::uint16_t>(index));
  return indices;
}

// False if there is no such file. What exists and cannot be used is reported here.
bool Source::open_path(const std::string& path, const Request& request) {
  auto text = text_of(path, request);
  if (!text) {
    const int code = text.error().code;
    if (code == ENOENT || code == ENOTDIR) return false;
    report(request, request.checks.readable, "file-unreadable", "'" + path + "' " + std::string(why(code)) + ": skipped");
    return true;
  }
  if (!within_limits((*text)->size(), request)) return true;
  SourceFile file{.name = path, .text = *std::move(text), .included_at = {}, .lines = {}};
  if (request.from != nullptr) file.included_at = place(*request.from, request.pattern).at;
  const auto known = std::ranges::find(tree_.sources.files, path, &SourceFile::name);
  const auto index = static_cast<std::uint16_t>(tree_.sources.files.size());
  if (known != tree_.sources.files.end()) diagnostics_.same_file(index, static_cast<std::uint16_t>(known - tree_.sources.files.begin()));
  tree_.sources.files.push_back(std::move(file));
  return true;
}

Result<std::shared_ptr<const std::string>> Source::text_of(const std::string& path, const Request& request) {
  if (const auto known = texts_.find(path); known != texts_.end()) return known->second;
  HF_TRY(std::string bytes, files_.open(path));
  if (bytes.size() > options_.limits.file_bytes) return Error{path + ": too large", EFBIG};
  auto text = std::make_shared<const std::string>(std::move(bytes));
  texts_.emplace(path, text);
  return text;
}

bool Source::within_limits(std::size_t bytes, const Request& request) {
  if (full_) return false;
  total_bytes_ += bytes;
  const Limits& limits = options_.limits;
  if (tree_.sources.files.size() >= limits.files) {
    report(request, true, "too-many-files", "more than " + std::to_string(limits.files) + " files: no further file is read");
    full_ = true;
  } else if (total_bytes_ > limits.total_bytes) {
    report(request, true, "too-many-bytes", "all files together have more than " + std::to_string(limits.total_bytes) + " bytes: no further file is read");
    full_ = true;
  }
  return !full_;
}

void Source::report_missing(const Request& request, std::size_t alternatives, const std::vector<std::string>& missing) {
  const std::string pattern(request.pattern);
  if (has_braces(request.pattern)) {
    const bool all = missing.size() == alternatives;
    report(request, request.checks.brace_match, all ? Code("file-missing") : Code("files-missing"),
           (all ? "no file matches '" : "some files are missing for '") + pattern + "': " + missing.front() + (missing.size() > 1 ? ", ..." : ""));
  } else if (!has_wildcard(request.pattern)) {
    report(request, request.checks.match, "file-missing", "no such file: '" + pattern + "'");
  } else if (request.checks.wildcard_match || request.from == nullptr) {  // an empty conf.d/*.conf is no reason to speak
    report(request, request.checks.wildcard_match, "file-missing", "no file matches '" + pattern + "'");
  }
}

void Source::report(const Request& request, bool checked, Code code, std::string message) {
  Diagnostic diagnostic{.severity = checked ? Severity::error : Severity::warning, .error_class = ErrorClass::none};
  if (checked) diagnostic.error_class = request.from == nullptr ? ErrorClass::file_not_found : ErrorClass::include_check;
  diagnostic.code = std::string_view(code);
  diagnostic.message = std::move(message);
  diagnostic.text = request.pattern;
  if (request.from != nullptr) {
    const Place where = place(*request.from, request.pattern);
    diagnostic.at = where.at;
    diagnostic.width = where.width;
    diagnostic.expansion = where.expansion;
  }
  diagnostics_.add(std::move(diagnostic));
}

}  // namespace holdfast::config
