// What is wrong with a configuration, as values: where, what was written, what was expected, what the operator may have meant.
// Collects and renders; decides only the exit code of a configuration test (keepalived's classes). Prints nothing, knows no keyword.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "parent/config/codes.h"
#include "parent/config/tree.h"

namespace holdfast::config {

enum class Severity : std::uint8_t { error, warning, deprecated, security, advice };

// keepalived's error classes in its order. `none` does not touch the exit code: advice, and what keepalived says by plain logging.
enum class ErrorClass : std::uint8_t {
  none = 0,
  file_not_found = 1,
  bad_interface = 2,
  fatal = 3,
  multiple_files = 4,
  unknown_keyword = 5,
  unexpected_open = 6,
  missing_open = 7,
  unexpected_close = 8,
  missing_close = 9,
  unmatched_quote = 10,
  missing_parameter = 11,
  invalid_number = 12,
  general_error = 13,
  warning = 14,
  deprecated = 15,
  security = 16,
  include_check = 17,  // an include failed under an enabled check: "not configured"
};

struct Diagnostic {
  Severity severity = Severity::error;
  ErrorClass error_class = ErrorClass::general_error;
  std::string code{};     // stable: "unknown-keyword", "number-out-of-range"
  std::string message{};  // one sentence without a full stop: what is wrong
  Position at{};
  std::uint16_t width = 0;      // bytes to mark from `at`; 0 marks one
  std::uint32_t expansion = 0;  // of the node, for the chain of macros
  std::string text{};           // the offending words
  std::string expected{};       // "1 to 255", "an IPv4 or IPv6 address"; may be empty
  std::string suggestion{};     // the nearest keyword or the words to write instead; may be empty
  bool secret = false;          // the line holds a password: neither it nor `text` is shown
};

// Starts a diagnostic about a whole line or about one of its words: place, marker and text are filled in.
Diagnostic about(const Node& node);
Diagnostic about(const Node& node, const Word& word);

class Diagnostics {
 public:
  static constexpr std::size_t kMaxKept = 1000;  // further ones are counted, and still decide the exit code

  // What was said of this place already is not said again: of a file that is read twice, of lines that a template repeats.
  void add(Diagnostic diagnostic);
  // about(...) with the rest filled in; the usual way to report. The severity follows from the class (none: advice).
  void error(Diagnostic place, ErrorClass error_class, Code code, std::string message, std::string expected = {},
             std::string suggestion = {});
  // The file of index `again` is another opening of the one of index `first`.
  void same_file(std::uint16_t again, std::uint16_t first) { first_opening_[again] = first; }
  // Warnings are errors from here on: --strict.
  void make_strict() { strict_ = true; }
  // What is valid but dangerous is not said: --no-advice.
  void leave_advice_out() { advice_ = false; }

  std::span<const Diagnostic> all() const { return kept_; }
  std::size_t count(Severity severity) const { return counts_[static_cast<std::size_t>(severity)]; }
  std::size_t dropped() const { return dropped_; }
  bool empty() const { return kept_.empty(); }
  bool seen(ErrorClass error_class) const { return (classes_ >> static_cast<unsigned>(error_class) & 1u) != 0; }
  // Exit status of a configuration test: 0 fine, 2 missing parameter, 4 classes 1 to 3, 5 classes 4 to 15, 6 security or include check.
  int exit_code() const;

 private:
  using Place = std::tuple<std::uint16_t, std::uint32_t, std::uint16_t, std::string>;  // file, line, column, code
  bool repeats(const Diagnostic& diagnostic);

  std::vector<Diagnostic> kept_;
  std::multimap<Place, std::size_t> places_;           // of what is kept
  std::map<std::uint16_t, std::uint16_t> first_opening_;
  bool strict_ = false;
  bool advice_ = true;
  std::array<std::size_t, 5> counts_{};
  std::size_t dropped_ = 0;
  std::uint32_t classes_ = 0;
};

std::string_view name(Severity severity);
std::string_view name(ErrorClass error_class);

// In the order of the files and lines, as an operator reads them.
std::vector<const Diagnostic*> in_order(const Diagnostics& diagnostics);

enum class Colour : bool { no, yes };

// "FILE:LINE:COLUMN: error: MESSAGE (expected ...; did you mean ...?) [code], included from FILE:LINE:COLUMN"
std::string render_plain(const Diagnostic& diagnostic, const Sources& sources);
// The plain form, the source line, a marker under the offending words, and the chain of includes and macros.
std::string render_terminal(const Diagnostic& diagnostic, const Sources& sources, Colour colour);
// The whole run as one JSON object in one line; doc/diagnostics.md describes it.
std::string render_json(const Diagnostics& diagnostics, const Sources& sources, int exit_status);

// The candidate that `word` most likely meant, or empty: at most one letter or a third of its letters differ (transpositions count
// once). Of several that differ alike it is the one that shares most letters.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace holdfast::config
