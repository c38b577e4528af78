// Tree -> typed configuration, driven by the keyword tables. Every problem is a diagnostic; what is wrong is left out or left at its
// default as keepalived does, and the rest is bound. A missing parameter is fatal at run time (ErrorClass::missing_parameter).
// Must not know single keywords: those are rows. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parent/config/diagnostic.h"
#include "parent/config/tree.h"
#include "parent/model/argument.h"
#include "parent/model/catalogue.h"
#include "parent/model/keyword.h"
#include "parent/model/model.h"

namespace holdfast::model {

// Whether there is such a program, for what is said about scripts. Empty: every program exists.
using ProgramExists = std::function<bool(const std::string& program)>;

// Whether Configuration::statements is filled: only a dump needs it.
enum class Statements : std::uint8_t { kept, left_out };

Configuration bind(const config::Tree& tree, Mode mode, config::Diagnostics& diagnostics, const ProgramExists& exists = {},
                   Statements statements = Statements::kept);

// The struct that the keywords of a block fill, or none when the block has no effect yet.
class Target {
 public:
  Target() = default;
  template <class T>
  explicit Target(T& object) : object_(&object), kind_(&kKind<T>) {}
  explicit operator bool() const { return object_ != nullptr; }
  template <class T>
  T& as() const {
    HF_CHECK(kind_ == &kKind<T>);
    return *static_cast<T*>(object_);
  }

 private:
  template <class T>
  static constexpr char kKind = 0;
  void* object_ = nullptr;
  const void* kind_ = nullptr;
};

class Binder;

// One use of a keyword, as its setter sees it.
class Use {
 public:
  Binder& binder;
  const Keyword& row;
  ContextId inside;                    // the context of the keyword's own block or options
  const config::Node& node;            // the line
  const config::Word& word;            // the keyword on it
  Target target;
  std::array<std::string_view, 3> introduced{};  // the word in front of an argument that may have one
  std::array<Value, 3> values{};       // one per argument of the row; not present: left out or unusable
  std::span<const config::Word> words{};  // after the keyword
  std::span<const config::Word> rest{};   // after the arguments
  ScriptCommand command{};             // Rest::script
  bool rejected = false;               // the whole entry is to be dropped
  bool ignored = false;                // the line has no part in the configuration
  bool done = false;                   // the rest was read by the setter

  const Value& value() const { return values[0]; }
  Configuration& configuration() const;
  // Binds the options on this line, or the block, into `object`.
  template <class T>
  bool options(T& object);
  template <class T>
  void block(T& object);
  // An error of keepalived's general class: the item is left out. Marks the first argument.
  void problem(config::Code code, std::string message, std::string expected = {}, std::string suggestion = {});
  // The same when the item stays, with what was corrected in `values`.
  void corrected(config::Code code, std::string message, std::string expected = {});
  // The same about one entry or word of it, marked at `at`.
  void problem_at(const config::Word& at, config::Code code, std::string message, std::string expected = {}, std::string suggestion = {});
  // Ours alone: does not touch the exit status of a configuration test.
  void warn(config::Code code, std::string message, std::string suggestion = {});
};

class Binder {
 public:
  Binder(Configuration& configuration, Mode mode, config::Diagnostics& diagnostics, const ProgramExists& exists, Statements statements)
      : configuration_(configuration),
        mode_(mode),
        diagnostics_(diagnostics),
        exists_(exists),
        statements_(statements == Statements::kept ? &configuration.statements : nullptr) {}

  // The lines of a block as keywords of `context`.
  void block(const config::Node& parent, ContextId context, Target target);
  // Words of a line as options of `context`. False: the entry that they belong to has to be dropped.
  bool options(const config::Node& line, std::span<const config::Word> words, ContextId context, Target target,
               bool lenient = false);
  // What can be said only at the end of the file.
  void finish();
  // A line of a block of lines: its first word is the entry and was read by the caller.
  bool entry_options(const config::Node& line, ContextId context, Target target);
  // A line whose first word is an option too, and which means nothing without one of its values: a route without its gateway.
  bool whole_line(const config::Node& line, ContextId context, Target target);

  // Names of blocks that keep nothing yet, for the lines that refer to them: define("track_file", "f").
  void define(std::string_view keyword, std::string_view name) { defined_.emplace(keyword, name); }
  bool defined(std::string_view keyword, std::string_view name) const {
    return defined_.contains({std::string(keyword), std::string(name)});
  }

  void report(config::Diagnostic place, config::Severity severity, config::ErrorClass error_class, config::Code code,
              std::string message, std::string expected = {}, std::string suggestion = {});
  void problem(config::Diagnostic place, config::Code code, std::string message, std::string expected = {},
               std::string suggestion = {}) {
    report(std::move(place), config::Severity::error, config::ErrorClass::general_error, code, std::move(message), std::move(expected),
           std::move(suggestion));
  }
  void warn(config::Diagnostic place, config::Code code, std::string message, std::string suggestion = {}) {
    report(std::move(place), config::Severity::warning, config::ErrorClass::none, code, std::move(message), {}, std::move(suggestion));
  }
  Value read(const config::Node& line, const config::Word& word, const Argument& argument);

  Configuration& configuration() const { return configuration_; }
  Mode mode() const { return mode_; }

 private:
  struct Seen {
    const Keyword* row;
    config::Position at;
  };
  // Words of a line that are read one after the other, innermost context last.
  struct Line {
    const config::Node& node;
    std::span<const config::Word> words;
    std::vector<ContextId> contexts{};
    bool takes_entries = true;            // positional rows may still match
    bool lenient = false;
    bool whole = false;                   // a value that cannot be read drops the entry
    std::vector<const Keyword*> entries{};  // positional rows already used
    std::size_t next = 0;
  };
  void statement(const config::Node& line, ContextId context, Target target, std::vector<Seen>& seen);
  bool has_right_block(const config::Node& line, const Keyword& row);
  void unknown(const config::Node& line, ContextId context);
  void unknown_option(const Line& line, const config::Word& word);
  const Entry* option(Line& line);
  bool walk(Line line, Target target);
  bool consume(Line& line, Use& use);
  void repeated(const config::Node& line, const Keyword& row, std::vector<Seen>& seen);
  bool read_arguments(Use& use);
  bool read_script(Use& use);
  void remark(const Use& use);
  void apply(Use& use);
  void apply_and_keep(Use& use);
  void keep(const Use& use, std::vector<Statement> children);
  void generic(const Use& use);
  void missing(const Use& use, std::string_view what);

  Configuration& configuration_;
  Mode mode_;
  config::Diagnostics& diagnostics_;
  const ProgramExists& exists_;
  std::vector<Statement>* statements_;  // where the lines of the block go that is being read; nullptr: nowhere
  std::optional<config::Diagnostic> first_script_;  // where the first command stands whose program exists
  std::set<std::pair<std::string, std::string>> defined_;
  int quiet_ = 0;  // inside a block that was already said to have no effect
};

inline Configuration& Use::configuration() const { return binder.configuration(); }

template <class T>
bool Use::options(T& object) {
  done = true;
  return binder.options(node, rest, inside, Target(object));
}

template <class T>
void Use::block(T& object) {
  done = true;
  binder.block(node, inside, Target(object));
}

// USER [[:]GROUP], the words after a script command or `user`.
ScriptIdentity identity(std::span<const config::Word> words);

}  // namespace holdfast::model
