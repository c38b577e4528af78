// Macros: definitions and their replacement inside a line. Every byte of the result maps back to a column of the physical line.
// Pure. A replaced value is read again from its start, so that a macro in it may be ended by what follows the use.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/macro.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace holdfast::config {
namespace {

constexpr std::size_t kWorkOfReplacement = 16;  // bytes charged for a replacement by nothing

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = trim_left(text)).empty()) {
    const auto end = std::find_if(text.begin(), text.end(), is_blank);
    words.push_back(text.substr(0, static_cast<std::size_t>(end - text.begin())));
    text.remove_prefix(words.back().size());
  }
  return words;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint64_t next_random(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

// The line while uses are being replaced.
struct Macros::Buffer {
  std::string text;
  std::vector<Segment> segments;
  const Line& line;
  std::vector<std::size_t> open{};  // for each value that is being read: bytes that follow it
  bool changed = false;

  explicit Buffer(const Line& of) : text(of.text), line(of) {
    const auto skipped = static_cast<std::size_t>(of.text.data() - of.base);
    if (of.segments.empty()) {
      segments.push_back({.offset = 0, .column = static_cast<std::uint16_t>(skipped + 1)});
      return;
    }
    for (const Segment& segment : of.segments) {
      Segment moved = segment;
      if (segment.offset < skipped) {
        segments.clear();
        if (segment.width == 0) moved.column = static_cast<std::uint16_t>(segment.column + skipped - segment.offset);
        moved.offset = 0;
      } else {
        if (segment.offset == skipped) segments.clear();
        moved.offset = static_cast<std::uint16_t>(segment.offset - skipped);
      }
      segments.push_back(moved);
    }
  }
};

// `$NAME`, `${NAME}` or `${NAME PARAMETERS}`; length 0 if there is none.
struct Macros::Use {
  std::size_t at = 0;
  std::size_t length = 0;
  std::string name{};        // copies: the text changes under the replacement
  std::string parameters{};
};

Macros::Macros(const Options& options, Tree& tree, Diagnostics& diagnostics)
    : options_(options), tree_(tree), diagnostics_(diagnostics), random_(options.builtins.random_seed) {}

std::string_view Macros::defined_name(std::string_view text) {
  if (text.empty() || text.front() != '$') return {};
  const std::size_t length = name_length(text.substr(1));
  return length > 0 && length + 1 < text.size() && text[length + 1] == '=' ? text.substr(1, length) : std::string_view{};
}

std::shared_ptr<Macro> Macros::define(std::string_view name, const Line& line) {
  auto found = macros_.find(name);
  if (found == macros_.end()) {
    if (macros_.size() >= options_.limits.macros) {
      const Place where = place(line, line.text);
      Diagnostic diagnostic{.at = where.at, .width = where.width, .expansion = where.expansion, .text = std::string(name)};
      diagnostics_.error(std::move(diagnostic), ErrorClass::general_error, "too-many-macros", "too many macros: this one is not defined",
                         "at most " + std::to_string(options_.limits.macros));
      return nullptr;
    }
    found = macros_.emplace(name, nullptr).first;
  }
  found->second = std::make_shared<Macro>();  // a body that is being replayed stays as it is
  found->second->defined_at = place(line, line.text).at;
  return found->second;
}

void Macros::bind(std::string_view name, std::string_view value, const Line& line) {
  if (const auto macro = define(name, line)) macro->body.push_back(keep(line, value, {}));
}

std::shared_ptr<const Macro> Macros::find(const Use& use) const {
  if (!use.parameters.empty()) return nullptr;
  const auto found = macros_.find(use.name);
  return found == macros_.end() ? nullptr : found->second;
}

bool Macros::spend(std::size_t bytes, const Line& line) {
  if (exhausted()) return false;
  spent_ += bytes;
  if (!exhausted()) return true;
  const Place where = place(line, line.text);
  Diagnostic diagnostic{.at = where.at, .width = where.width, .expansion = where.expansion, .text = std::string(line.text)};
  diagnostics_.error(std::move(diagnostic), ErrorClass::general_error, "expansion-too-large",
                     "macros and sequences make too much text: no more is expanded from here on",
                     "at most " + std::to_string(options_.limits.expanded_bytes) + " bytes");
  return false;
}

std::uint32_t Macros::record(std::string what, Position defined_at, const Place& used) {
  auto& expansions = tree_.sources.expansions;
  expansions.push_back({.what = std::move(what), .defined_at = defined_at, .used_at = used.at, .parent = used.expansion});
  return static_cast<std::uint32_t>(expansions.size() - 1);
}

Line Macros::keep(const Line& like, std::string_view text, std::vector<Segment> segments) {
  Line line = like;
  line.text = tree_.sources.made.keep(text);
  line.base = line.text.data();
  line.segments = {};
  if (!segments.empty()) line.segments = segments_.emplace_back(std::move(segments));
  return line;
}

Macros::Use Macros::use_at(std::string_view text, std::size_t at) {
  const bool braced = at + 1 < text.size() && text[at + 1] == '{';
  const std::size_t start = at + (braced ? 2 : 1);
  if (start >= text.size()) return {};
  const std::size_t length = name_length(text.substr(start));
  if (length == 0) return {};
  std::size_t end = start + length;
  Use use{.at = at, .name = std::string(text.substr(start, length))};
  if (!braced) {
    if (end < text.size() && !is_blank(text[end]) && text[end] != ',' && text[end] != ')') return {};
    use.length = end - at;
    return use;
  }
  while (end < text.size() && (inside_name(text[end]) || text[end] == ' ' || text[end] == '\t')) ++end;
  if (end == text.size() || text[end] != '}') return {};
  use.parameters = trim(text.substr(start + length, end - start - length));
  use.length = end + 1 - at;
  return use;
}

Place Macros::place_of(const Buffer& buffer, const Use& use) {
  Line line = buffer.line;
  line.text = buffer.text;
  line.base = buffer.text.data();
  line.segments = buffer.segments;
  return place(line, line.text.substr(use.at, use.length));
}

Diagnostic Macros::about_use(const Buffer& buffer, const Use& use) const {
  const Place where = place_of(buffer, use);
  return {.at = where.at, .width = where.width, .expansion = where.expansion, .text = buffer.text.substr(use.at, use.length)};
}

// Puts `value` in place of the use. What it replaces keeps its place, and so does what follows.
bool Macros::replace(Buffer& buffer, const Use& use, std::string_view value, Position defined_at) {
  if (!spend(buffer.text.size() + value.size() + kWorkOfReplacement, buffer.line)) return false;
  if (buffer.text.size() - use.length + value.size() > options_.limits.line_length) {
    diagnostics_.error(about_use(buffer, use), ErrorClass::general_error, "line-too-long",
                       "the line gets too long with the value of $" + use.name + ": not replaced",
                       "at most " + std::to_string(options_.limits.line_length) + " bytes");
    return false;
  }
  const Place where = place_of(buffer, use);
  const std::size_t end = use.at + use.length;
  const Segment after = *segment_at(buffer.segments, end);
  const auto narrow = [](std::size_t offset) { return static_cast<std::uint16_t>(offset); };
  std::vector<Segment> segments;
  for (const Segment& segment : buffer.segments) {
    if (segment.offset < use.at) segments.push_back(segment);
  }
  if (!value.empty()) {
    segments.push_back({.offset = narrow(use.at), .column = where.at.column, .width = where.width, .expansion = 0});
    segments.back().expansion = record('$' + use.name, defined_at, where);
  }
  Segment next = after;
  next.offset = narrow(use.at + value.size());
  if (after.width == 0) next.column = narrow(after.column + end - after.offset);
  segments.push_back(next);
  for (Segment segment : buffer.segments) {
    if (segment.offset <= end) continue;
    segment.offset = narrow(segment.offset - use.length + value.size());
    segments.push_back(segment);
  }
  buffer.segments = std::move(segments);
  buffer.text.replace(use.at, use.length, value);
  buffer.changed = true;
  return true;
}

// True if the place of the use has to be read again.
bool Macros::replace_macro(Buffer& buffer, const Use& use, const std::shared_ptr<const Macro>& macro, Expanded& result) {
  const std::size_t following = buffer.text.size() - use.at - use.length;
  if (buffer.open.size() >= options_.limits.expansion_depth) {
    diagnostics_.error(about_use(buffer, use), ErrorClass::general_error, "macro-too-deep",
                       "$" + use.name + " contains itself, or macros are nested too deeply: not replaced",
                       "at most " + std::to_string(options_.limits.expansion_depth) + " levels");
    return false;
  }
  if (!macro->multi_line) {
    const std::string_view value = macro->body.empty() ? std::string_view{} : macro->body.front().text;
    if (!replace(buffer, use, value, macro->defined_at)) return false;
    buffer.open.push_back(following);
    return true;
  }
  if (result.tail != nullptr || !trim(std::string_view(buffer.text).substr(use.at + use.length)).empty()) {
    Diagnostic diagnostic = about_use(buffer, use);
    diagnostic.severity = Severity::advice;
    diagnostic.error_class = ErrorClass::none;
    diagnostic.code = std::string_view(Code("macro-not-replaced"));
    diagnostic.message = "$" + use.name + " has several lines and is replaced only at the end of a line";
    diagnostics_.add(std::move(diagnostic));
    return false;
  }
  const Place where = place_of(buffer, use);
  const bool joined = !trim(std::string_view(buffer.text).substr(0, use.at)).empty() && !macro->body.empty();
  const std::string_view first = joined ? macro->body.front().text : std::string_view{};
  if (!replace(buffer, use, first, macro->defined_at)) return false;
  result.tail = macro;
  result.next = joined ? 1 : 0;
  result.use = record('$' + use.name, macro->defined_at, where);
  buffer.open.push_back(following);
  return true;
}

std::optional<std::string> Macros::random(const Buffer& buffer, const Use& use) {
  const auto words = words_of(use.parameters);
  std::uint32_t range[2] = {0, 32767};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto value = i < 2 ? number(words[i]) : std::nullopt;
    if (!value) {
      diagnostics_.error(about_use(buffer, use), ErrorClass::general_error, "bad-random", "bad range for ${_RANDOM}: not replaced",
                         "${_RANDOM [MIN [MAX]]} with numbers from 0 to 4294967295");
      return std::nullopt;
    }
    range[i] = *value;
  }
  if (range[0] > range[1]) {
    diagnostics_.error(about_use(buffer, use), ErrorClass::general_error, "bad-random",
                       "the minimum of ${_RANDOM} is above its maximum: the minimum is used");
    return std::to_string(range[0]);
  }
  return std::to_string(range[0] + next_random(random_) % (std::uint64_t{range[1]} - range[0] + 1));
}

std::optional<std::string> Macros::built_in(const Buffer& buffer, const Use& use, std::string_view directory) {
  if (use.name == "_PWD") return std::string(directory);
  if (use.name == "_INSTANCE") return options_.config_id;
  if (use.name == "_HASH") return "#";
  if (use.name == "_BANG") return "!";
  if (use.name == "_RANDOM") return random(buffer, use);
  if (use.name == "_ENV") {
    const auto& environment = options_.builtins.environment;
    return environment ? environment(use.parameters).value_or("") : std::string();
  }
  return std::nullopt;
}

void Macros::advise_on_unknown(const Buffer& buffer, const Use& use) {
  constexpr std::size_t kMaxCompared = 1000;
  constexpr std::size_t kLeastLetters = 3;  // shorter names resemble each other by chance
  if (use.name.size() < kLeastLetters) return;
  if (macros_.empty() || macros_.size() > kMaxCompared || advised_.size() > kMaxCompared || !advised_.insert(use.name).second) return;
  std::vector<std::string_view> names;
  for (const auto& [name, macro] : macros_) names.push_back(name);
  std::sort(names.begin(), names.end());
  const std::string_view meant = nearest(use.name, names);
  if (meant.empty()) return;
  Diagnostic diagnostic = about_use(buffer, use);
  diagnostic.severity = Severity::advice;
  diagnostic.error_class = ErrorClass::none;
  diagnostic.code = std::string_view(Code("macro-undefined"));
  diagnostic.message = "$" + use.name + " is not defined and stays as it is";
  diagnostic.suggestion = "$" + std::string(meant);
  diagnostics_.add(std::move(diagnostic));
}

// Built-in names and those that stay. Returns where to go on.
std::size_t Macros::replace_other(Buffer& buffer, const Use& use, std::string_view directory) {
  const auto value = built_in(buffer, use, directory);
  if (value && replace(buffer, use, *value, {})) return use.at + value->size();
  if (!value && use.name.front() != '_') advise_on_unknown(buffer, use);
  return use.at + use.length;
}

Macros::Expanded Macros::expand(const Line& line, std::string_view directory) {
  Expanded result{.line = line};
  result.line.expanded = true;
  Buffer buffer(line);
  std::size_t at = 0;
  while (!exhausted() && (at = buffer.text.find('$', at)) != std::string::npos) {
    while (!buffer.open.empty() && buffer.text.size() - at <= buffer.open.back()) buffer.open.pop_back();
    const Use use = use_at(buffer.text, at);
    if (use.length == 0) {
      ++at;
    } else if (const auto macro = find(use); macro != nullptr) {
      if (!replace_macro(buffer, use, macro, result)) at += use.length;
    } else {
      at = replace_other(buffer, use, directory);
    }
  }
  if (!buffer.changed) return result;
  result.line = keep(line, buffer.text, std::move(buffer.segments));
  result.line.expanded = true;
  return result;
}

}  // namespace holdfast::config
