// `$NAME=value` and its uses. Definitions of one and of many lines, built-in names, replacement with the place of every byte kept.
// Pure: values of the environment come from Builtins; what cannot be replaced is left as it is and reported.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "parent/config/diagnostic.h"
#include "parent/config/lexer.h"
#include "parent/config/reading.h"
#include "parent/config/tree.h"

namespace holdfast::config {

struct Macro {
  std::vector<Line> body;   // one line, or those of a multi-line definition (blank ones left out)
  bool multi_line = false;  // may only end a line
  Position defined_at;
};

class Macros {
 public:
  Macros(const Options& options, Tree& tree, Diagnostics& diagnostics);

  // The name if `text` starts with a definition ("$NAME="), else empty.
  static std::string_view defined_name(std::string_view text);
  // Starts or replaces a definition, to be filled by the caller; nullptr if there are too many.
  std::shared_ptr<Macro> define(std::string_view name, const Line& line);
  // A one-line value with text of its own: the variable of a ~SEQ or ~LST.
  void bind(std::string_view name, std::string_view value, const Line& line);
  void seed(std::uint64_t seed) { random_ = seed; }

  // The line with every use replaced. A multi-line macro may end it: `line` is then what stands before (with the first line of the
  // macro if that is not blank) and `tail` the macro, whose body from `next` on follows as lines of its own.
  struct Expanded {
    Line line;
    std::shared_ptr<const Macro> tail{};
    std::size_t next = 0;
    std::uint32_t use = 0;  // the expansion of the lines of `tail`
  };
  Expanded expand(const Line& line, std::string_view directory);
  // True once the limit of expansion was hit; it stays true.
  bool exhausted() const { return spent_ > options_.limits.expanded_bytes; }
  // Counts work against that limit and reports when it is reached. False: stop.
  bool spend(std::size_t bytes, const Line& line);

  std::uint32_t record(std::string what, Position defined_at, const Place& used);
  // Made text that lives as long as the tree, with segments that live as long as the reading.
  Line keep(const Line& like, std::string_view text, std::vector<Segment> segments);

 private:
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };
  template <class T>
  using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;
  struct Buffer;
  struct Use;

  static Use use_at(std::string_view text, std::size_t at);
  static Place place_of(const Buffer& buffer, const Use& use);
  std::shared_ptr<const Macro> find(const Use& use) const;
  bool replace_macro(Buffer& buffer, const Use& use, const std::shared_ptr<const Macro>& macro, Expanded& result);
  std::size_t replace_other(Buffer& buffer, const Use& use, std::string_view directory);
  std::optional<std::string> built_in(const Buffer& buffer, const Use& use, std::string_view directory);
  std::optional<std::string> random(const Buffer& buffer, const Use& use);
  bool replace(Buffer& buffer, const Use& use, std::string_view value, Position defined_at);
  void advise_on_unknown(const Buffer& buffer, const Use& use);
  Diagnostic about_use(const Buffer& buffer, const Use& use) const;

  const Options& options_;
  Tree& tree_;
  Diagnostics& diagnostics_;
  ByName<std::shared_ptr<Macro>> macros_;
  std::unordered_set<std::string> advised_;
  std::deque<std::vector<Segment>> segments_;
  std::size_t spent_ = 0;
  std::uint64_t random_ = 0;
};

}  // namespace holdfast::config
