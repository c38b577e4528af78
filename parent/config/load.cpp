// The pipeline of one line: comment, condition, definition, replacement, sequence, include, tree. See load.h.
// Pure but for Files. Each stage hands a Line to the next; what follows a brace runs through all of them again.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/load.h"

#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "parent/config/lexer.h"
#include "parent/config/macro.h"
#include "parent/config/parser.h"
#include "parent/config/sequence.h"
#include "parent/config/files/source.h"

namespace holdfast::config {
namespace {

class Reader {
 public:
  Reader(Files& files, const LineShapes& shapes, const Options& options, Tree& tree, Diagnostics& diagnostics)
      : options_(options),
        tree_(tree),
        diagnostics_(diagnostics),
        source_(files, options, tree, diagnostics),
        macros_(options, tree, diagnostics),
        parser_(tree, shapes, options.limits, diagnostics),
        checks_(options.checks) {}

  void read(std::string_view pattern) {
    for (const std::uint16_t file : source_.open(pattern, options_.checks, nullptr)) read_file(file);
    parser_.finish();
  }

 private:
  void read_file(std::uint16_t file);
  void read_physical(std::string_view bytes, Position at);
  bool usable(std::string_view bytes, Position at);
  void process(Line line, std::size_t depth);
  bool keep_if(Line& line) const;
  bool define(const Line& line);
  void add_to_definition(const Line& line);
  bool repeat(const Line& line, std::size_t depth);
  bool expand(Line& line, std::size_t depth);
  bool include(const Line& line);
  void follow(const Parser::Taken& taken);
  bool too_deep(const Line& line, std::size_t depth);
  bool stopped() const { return parser_.full() || macros_.exhausted(); }
  Diagnostic about_line(const Line& line, std::string_view text) const;

  const Options& options_;
  Tree& tree_;
  Diagnostics& diagnostics_;
  Source source_;
  Macros macros_;
  Parser parser_;
  IncludeChecks checks_;
  std::string directory_;              // ${_PWD}
  std::size_t include_depth_ = 0;
  std::shared_ptr<Macro> definition_;  // of several lines, not complete yet
};

Diagnostic Reader::about_line(const Line& line, std::string_view text) const {
  const Place where = place(line, text);
  return {.at = where.at, .width = where.width, .expansion = where.expansion, .text = std::string(text)};
}

void Reader::read_file(std::uint16_t file) {
  const IncludeChecks outer_checks = checks_;
  std::string outer_directory = std::exchange(directory_, source_.absolute_directory_of(file));
  ++include_depth_;
  const std::shared_ptr<const std::string> text = tree_.sources.files[file].text;
  std::string_view left = *text;
  Position at{.line = 0, .column = 1, .file = file};
  while (!left.empty()) {
    tree_.sources.files[file].lines.push_back(static_cast<std::uint32_t>(text->size() - left.size()));
    const std::size_t end = left.find('\n');
    const std::string_view bytes = left.substr(0, end);
    left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
    ++at.line;
    if (!stopped()) read_physical(bytes, at);
  }
  definition_.reset();
  --include_depth_;
  directory_ = std::move(outer_directory);
  checks_ = outer_checks;
}

bool Reader::usable(std::string_view bytes, Position at) {
  const std::size_t limit = options_.limits.line_length;
  const std::size_t nul = bytes.find('\0');
  if (bytes.size() <= limit && nul == std::string_view::npos) return true;
  Diagnostic diagnostic{.at = at, .width = 1, .text = std::string(bytes.substr(0, 40))};
  if (bytes.size() > limit) {
    diagnostics_.error(std::move(diagnostic), ErrorClass::general_error, "line-too-long", "line too long: ignored",
                       "at most " + std::to_string(limit) + " bytes");
    return false;
  }
  diagnostic.at.column = static_cast<std::uint16_t>(nul + 1);
  diagnostic.text = bytes.substr(0, nul);
  diagnostics_.error(std::move(diagnostic), ErrorClass::general_error, "nul-byte", "line contains a NUL byte: ignored", "text");
  return false;
}

void Reader::read_physical(std::string_view bytes, Position at) {
  bytes = trim_right(bytes);
  if (!usable(bytes, at)) return;
  Uncommented uncommented = remove_comment(bytes);
  Line line{.text = uncommented.text, .base = bytes.data(), .segments = {}, .at = at};
  if (uncommented.is_made) line = macros_.keep(line, uncommented.made, std::move(uncommented.segments));
  line.text = trim(line.text);
  line.continues = bytes.ends_with('\\') || line.text.ends_with('\\');
  if (definition_) {
    add_to_definition(line);
  } else if (!line.text.empty()) {
    process(line, 0);
  }
}

// All stages for one line and for what follows its braces.
void Reader::process(Line line, std::size_t depth) {
  while (!stopped()) {
    line.text = trim_left(line.text);
    if (line.text.empty()) return;
    if (line.text.front() == '@') {
      if (!keep_if(line)) return;
      continue;
    }
    if (line.text.front() == '$' && define(line)) return;
    if (line.text.front() == '~' && repeat(line, depth)) return;
    if (!line.expanded && line.text.find('$') != std::string_view::npos) {
      if (!expand(line, depth)) return;
      continue;
    }
    if (line.text.front() == 'i' && include(line)) return;
    const Parser::Taken taken = parser_.line(line);
    if (taken.directive != nullptr) follow(taken);
    line.text = taken.rest;
  }
}

// `@ID rest` and `@^ID rest`: the rest if it is for this configuration id.
bool Reader::keep_if(Line& line) const {
  std::string_view id = line.text.substr(1);
  const bool inverted = id.starts_with('^');
  if (inverted) id.remove_prefix(1);
  std::size_t length = 0;
  while (length < id.size() && !is_blank(id[length])) ++length;
  line.text = id.substr(length);
  return (id.substr(0, length) == options_.config_id) != inverted;
}

bool Reader::define(const Line& line) {
  const std::string_view name = Macros::defined_name(line.text);
  if (name.empty()) return false;
  const std::shared_ptr<Macro> macro = macros_.define(name, line);
  if (macro == nullptr) return true;
  Line value = line;
  value.text = line.text.substr(name.size() + 2);
  if (line.continues && line.expansion == 0) {
    macro->multi_line = true;
    definition_ = macro;
    add_to_definition(value);
  } else {
    value.text = trim(value.text);
    if (!value.text.empty()) macro->body.push_back(value);
  }
  return true;
}

// One more line of the definition that is being read. The first one that does not continue is its last.
void Reader::add_to_definition(const Line& line) {
  Line part = line;
  if (part.text.ends_with('\\')) part.text.remove_suffix(1);
  part.text = trim(part.text);
  part.continues = false;
  if (!part.text.empty()) definition_->body.push_back(part);
  if (!line.continues) definition_.reset();
}

bool Reader::too_deep(const Line& line, std::size_t depth) {
  if (depth <= options_.limits.expansion_depth) return false;
  diagnostics_.error(about_line(line, line.text), ErrorClass::general_error, "macro-too-deep",
                     "macros and sequences are nested too deeply: this line is ignored", "at most " + std::to_string(options_.limits.expansion_depth) + " levels");
  return true;
}

// ~SEQ and ~LST: the rest of the line once per value.
bool Reader::repeat(const Line& line, std::size_t depth) {
  const SequenceText found = find_sequence(line.text);
  if (found.kind == SequenceText::Kind::none) return false;
  Line arguments = line;
  arguments.text = found.arguments;
  const bool list = found.kind == SequenceText::Kind::list;
  if (!list && !line.expanded) arguments = macros_.expand(arguments, directory_).line;
  const std::size_t most = options_.limits.sequence_values;
  auto sequence = !found.closed ? Result<Sequence>(Error{"sequence without ')'"})
                  : list        ? parse_list(arguments.text, most)
                                : parse_numbers(arguments.text, found.kind == SequenceText::Kind::hexadecimal, most);
  if (!sequence) {
    diagnostics_.error(about_line(line, line.text), ErrorClass::general_error, "bad-sequence", sequence.error().message + ": the line is ignored",
                       std::string(expected_form(found.kind)));
    return true;
  }
  if (too_deep(line, depth + 1)) return true;
  for (const auto& values : sequence->values) {
    std::string what;
    for (std::size_t i = 0; i < values.size(); ++i) {
      macros_.bind(sequence->names[i], values[i], line);
      what += (i > 0 ? ", $" : "$") + sequence->names[i] + '=' + values[i];
    }
    Line rest = line;
    rest.text = found.rest;
    rest.expanded = false;
    if (!macros_.spend(rest.text.size() + what.size(), line) || stopped()) break;
    rest.expansion = macros_.record(std::move(what), {}, place(line, line.text));
    process(rest, depth + 1);
  }
  return true;
}

// False if the line was followed by the lines of a macro: all of them have been processed.
bool Reader::expand(Line& line, std::size_t depth) {
  Macros::Expanded expanded = macros_.expand(line, directory_);
  line = expanded.line;
  if (expanded.tail == nullptr) return true;
  if (too_deep(line, depth + 1)) return false;
  process(line, depth + 1);
  for (std::size_t i = expanded.next; i < expanded.tail->body.size(); ++i) {
    Line body = expanded.tail->body[i];
    body.expansion = expanded.use;
    if (!macros_.spend(body.text.size(), body)) break;
    process(body, depth + 1);
  }
  return false;
}

bool Reader::include(const Line& line) {
  const auto found = find_include(line.text);
  if (!found) return false;
  Line from = line;
  from.text = found->pattern;
  if (include_depth_ >= options_.limits.include_depth) {
    diagnostics_.error(about_line(line, found->pattern), ErrorClass::general_error, "include-too-deep",
                       "files include each other too deeply: not read", "at most " + std::to_string(options_.limits.include_depth) + " levels");
    return true;
  }
  const IncludeChecks checks = checks_ | options_.checks | found->checks;
  for (const std::uint16_t file : source_.open(found->pattern, checks, &from)) read_file(file);
  return true;
}

// Lines that steer the reading itself.
void Reader::follow(const Parser::Taken& taken) {
  if (taken.kind == LineKind::include_check) {
    checks_ = apply_include_check(*taken.directive, checks_, diagnostics_);
    return;
  }
  if (taken.kind != LineKind::random_seed || taken.directive->arguments().empty()) return;
  const std::string_view text = taken.directive->arguments().front().text;
  std::uint32_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc() && end == text.data() + text.size()) macros_.seed(seed);
}

}  // namespace

Tree load(std::string_view pattern, Files& files, const LineShapes& shapes, const Options& options, Diagnostics& diagnostics) {
  Tree tree;
  Reader(files, shapes, options, tree, diagnostics).read(pattern);
  return tree;
}

}  // namespace holdfast::config
