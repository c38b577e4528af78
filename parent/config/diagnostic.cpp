// Diagnostics as values: how they start, how they are counted, what exit code they give, and what a mistyped word may have meant.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace holdfast::config {
namespace {

constexpr std::size_t kMaxText = 160;

Severity severity_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::none: return Severity::advice;
    case ErrorClass::multiple_files:
    case ErrorClass::warning: return Severity::warning;
    case ErrorClass::deprecated: return Severity::deprecated;
    case ErrorClass::security: return Severity::security;
    default: return Severity::error;
  }
}

// Letters to change, add, drop or swap with their neighbour (optimal string alignment); more than `most` counts as most + 1.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > most) return most + 1;
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

// Letters that both have, wherever they stand.
std::size_t common_letters(std::string_view a, std::string_view b) {
  std::array<int, 256> left{};
  for (const char c : a) ++left[static_cast<unsigned char>(c)];
  std::size_t common = 0;
  for (const char c : b) {
    if (left[static_cast<unsigned char>(c)]-- > 0) ++common;
  }
  return common;
}

}  // namespace

Diagnostic about(const Node& node) {
  Diagnostic diagnostic{.at = node.at, .expansion = node.expansion, .secret = node.secret};
  for (const Word& word : node.words) {
    if (!diagnostic.text.empty()) diagnostic.text += ' ';
    diagnostic.text += word.text;
    if (diagnostic.text.size() > kMaxText) break;
  }
  if (!node.words.empty()) {
    const Word& last = node.words.back();
    const std::size_t end = std::size_t{last.at.column} + last.width;
    if (last.at.line == node.at.line && end > node.at.column) diagnostic.width = static_cast<std::uint16_t>(end - node.at.column);
  }
  return diagnostic;
}

Diagnostic about(const Node& node, const Word& word) {
  return {.at = word.at, .width = word.width, .expansion = word.expansion != 0 ? word.expansion : node.expansion, .text = std::string(word.text), .secret = node.secret && &word != &node.words.front()};
}

// Two words of one macro stand at one place and are two problems; the same word of two rounds of a template is one.
bool Diagnostics::repeats(const Diagnostic& diagnostic) {
  if (diagnostic.at.line == 0) return false;
  const auto opening = first_opening_.find(diagnostic.at.file);
  const std::uint16_t file = opening == first_opening_.end() ? diagnostic.at.file : opening->second;
  Place place{file, diagnostic.at.line, diagnostic.at.column, diagnostic.code};
  const auto [first, last] = places_.equal_range(place);
  for (auto it = first; it != last; ++it) {
    const Diagnostic& one = kept_[it->second];
    if (one.expansion != diagnostic.expansion || one.at.file != diagnostic.at.file || one.text == diagnostic.text) return true;
  }
  if (kept_.size() < kMaxKept) places_.emplace(std::move(place), kept_.size());
  return false;
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (!advice_ && diagnostic.severity == Severity::advice) return;
  const bool strictly = strict_ && (diagnostic.severity == Severity::warning || diagnostic.severity == Severity::deprecated);
  if (strictly) {
    diagnostic.severity = Severity::error;
    if (diagnostic.error_class == ErrorClass::none) diagnostic.error_class = ErrorClass::warning;
  }
  if (repeats(diagnostic)) return;
  ++counts_[static_cast<std::size_t>(diagnostic.severity)];
  classes_ |= 1u << static_cast<unsigned>(diagnostic.error_class);
  if (kept_.size() == kMaxKept) {
    ++dropped_;
    return;
  }
  kept_.push_back(std::move(diagnostic));
}

void Diagnostics::error(Diagnostic place, ErrorClass error_class, Code code, std::string message, std::string expected,
                        std::string suggestion) {
  place.severity = severity_of(error_class);
  place.error_class = error_class;
  place.code = std::string_view(code);
  place.message = std::move(message);
  place.expected = std::move(expected);
  place.suggestion = std::move(suggestion);
  add(std::move(place));
}

int Diagnostics::exit_code() const {
  constexpr auto bit = [](ErrorClass error_class) { return 1u << static_cast<unsigned>(error_class); };
  if (seen(ErrorClass::include_check)) return 6;
  if (seen(ErrorClass::missing_parameter)) return 2;
  if (seen(ErrorClass::security)) return 6;
  if (classes_ >= bit(ErrorClass::multiple_files)) return 5;
  return classes_ >= bit(ErrorClass::file_not_found) ? 4 : 0;
}

std::vector<const Diagnostic*> in_order(const Diagnostics& diagnostics) {
  std::vector<const Diagnostic*> sorted;
  for (const Diagnostic& diagnostic : diagnostics.all()) sorted.push_back(&diagnostic);
  std::ranges::stable_sort(sorted, {}, [](const Diagnostic* one) { return std::tuple(one->at.file, one->at.line, one->at.column); });
  return sorted;
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::deprecated: return "deprecated";
    case Severity::security: return "security";
    case Severity::advice: return "advice";
  }
  return {};
}

std::string_view name(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::none: return "none";
    case ErrorClass::file_not_found: return "file-not-found";
    case ErrorClass::bad_interface: return "bad-interface";
    case ErrorClass::fatal: return "fatal";
    case ErrorClass::multiple_files: return "multiple-files";
    case ErrorClass::unknown_keyword: return "unknown-keyword";
    case ErrorClass::unexpected_open: return "unexpected-open";
    case ErrorClass::missing_open: return "missing-open";
    case ErrorClass::unexpected_close: return "unexpected-close";
    case ErrorClass::missing_close: return "missing-close";
    case ErrorClass::unmatched_quote: return "unmatched-quote";
    case ErrorClass::missing_parameter: return "missing-parameter";
    case ErrorClass::invalid_number: return "invalid-number";
    case ErrorClass::general_error: return "general-error";
    case ErrorClass::warning: return "warning";
    case ErrorClass::deprecated: return "deprecated";
    case ErrorClass::security: return "security";
    case ErrorClass::include_check: return "include-check";
  }
  return {};
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr std::size_t kMaxWord = 64;  // longer words are no misspelt keywords
  if (word.empty() || word.size() > kMaxWord) return {};
  std::size_t best = std::max<std::size_t>(1, word.size() / 3);
  std::size_t best_common = 0;  // nothing in common is nothing meant
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const std::size_t difference = word.size() > candidate.size() ? word.size() - candidate.size() : candidate.size() - word.size();
    if (difference > best) continue;
    const std::size_t letters = distance(word, candidate, best);
    if (letters > best) continue;
    const std::size_t common = common_letters(word, candidate);
    if (letters == best && common <= best_common) continue;
    best = letters;
    best_common = common;
    found = candidate;
  }
  return found;
}

}  // namespace holdfast::config
