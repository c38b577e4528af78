// The walk over the tree with the keyword tables. See bind.h.
// What is fatal, an error or only said follows keepalived's configuration test; the codes of the diagnostics are stable.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/bind.h"

#include <algorithm>

#include "parent/config/lexer.h"
#include "parent/model/dump.h"

namespace holdfast::model {

using config::about;
using config::Diagnostic;
using config::ErrorClass;
using config::Node;
using config::Severity;
using config::Word;

namespace {

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

// The first context in which a word that is unknown here is a keyword of a block.
std::string_view other_context(std::string_view name) {
  const Catalogue& all = catalogue();
  for (ContextId id = 0; id < all.contexts(); ++id) {
    if (all.find(id, name)) return all.path(id);
  }
  return {};
}

}  // namespace

Configuration bind(const config::Tree& tree, Mode mode, config::Diagnostics& diagnostics, const ProgramExists& exists, Statements statements) {
  Configuration configuration;
  Binder binder(configuration, mode, diagnostics, exists, statements);
  binder.block(tree.root, kRoot, Target(configuration));
  binder.finish();
  return configuration;
}

ScriptIdentity identity(std::span<const Word> words) {
  ScriptIdentity identity;
  if (!words.empty()) identity.user = words[0].text;
  if (words.size() > 1) {
    identity.supplementary = words[1].text.starts_with(':');
    identity.group = words[1].text.substr(identity.supplementary ? 1 : 0);
  }
  return identity;
}

void Use::problem(config::Code code, std::string message, std::string expected, std::string suggestion) {
  ignored = true;
  binder.problem(about(node, words.empty() ? word : words.front()), code, std::move(message), std::move(expected), std::move(suggestion));
}

void Use::corrected(config::Code code, std::string message, std::string expected) {
  binder.problem(about(node, words.empty() ? word : words.front()), code, std::move(message), std::move(expected));
}

void Use::problem_at(const Word& at, config::Code code, std::string message, std::string expected, std::string suggestion) {
  binder.problem(about(node, at), code, std::move(message), std::move(expected), std::move(suggestion));
}

void Use::warn(config::Code code, std::string message, std::string suggestion) {
  binder.warn(about(node, words.empty() ? word : words.front()), code, std::move(message), std::move(suggestion));
}

void Binder::report(Diagnostic place, Severity severity, ErrorClass error_class, config::Code code, std::string message,
                    std::string expected, std::string suggestion) {
  place.severity = severity;
  place.error_class = error_class;
  place.code = std::string_view(code);
  place.message = std::move(message);
  place.expected = std::move(expected);
  place.suggestion = std::move(suggestion);
  diagnostics_.add(std::move(place));
}

Value Binder::read(const Node& line, const Word& word, const Argument& argument) {
  Reading reading = model::read(argument, word, mode_);
  if (reading.fault) {
    const Severity severity = reading.value.present ? Severity::warning : Severity::error;
    Fault& fault = *reading.fault;
    report(about(line, word), severity, fault.error_class, fault.code, std::move(fault.message), std::move(fault.expected),
           std::move(fault.suggestion));
  }
  return reading.value;
}

void Binder::block(const Node& parent, ContextId context, Target target) {
  std::vector<Seen> seen;
  for (const Node& line : parent.children) statement(line, context, target, seen);
}

// Scripts of a file that does not ask for security: the place of the first one stands for all of them.
void Binder::finish() {
  if (!first_script_ || configuration_.globals.enable_script_security.value_or(false)) return;
  report(std::move(*first_script_), Severity::security, ErrorClass::security, "script-security",
         "scripts are run, but 'enable_script_security' is not in global_defs");
}

void Binder::statement(const Node& line, ContextId context, Target target, std::vector<Seen>& seen) {
  const Entry* entry = catalogue().find(context, line.keyword());
  if (!entry) {
    unknown(line, context);
    return;
  }
  const Keyword& row = *entry->row;
  if (!has_right_block(line, row)) return;
  if (target && !row.opens_block()) repeated(line, row, seen);
  Use use{.binder = *this, .row = row, .inside = entry->inside, .node = line, .word = line.words.front(), .target = target};
  use.words = line.arguments();
  if (!read_arguments(use)) return;
  if (statements_ != nullptr) apply_and_keep(use);
  else apply(use);
}

void Binder::apply_and_keep(Use& use) {
  std::vector<Statement> children;
  std::vector<Statement>* const outer = std::exchange(statements_, &children);
  apply(use);
  statements_ = outer;
  if (!use.ignored) keep(use, std::move(children));
}

// The reader has already said so when a `{` is missing.
bool Binder::has_right_block(const Node& line, const Keyword& row) {
  if (line.has_block && row.takes.block_too) return true;
  if (line.has_block && !row.opens_block()) {
    report(about(line), Severity::error, ErrorClass::unexpected_open, "unexpected-block",
           in_quotes(row.name) + " has no block: the lines in it are ignored");
  }
  return line.has_block || !row.opens_block();
}

void Binder::unknown(const Node& line, ContextId context) {
  const auto names = catalogue().names(context);
  const std::string_view near = config::nearest(line.keyword(), names);
  const std::string_view elsewhere = near.empty() ? other_context(line.keyword()) : std::string_view{};
  std::string message = "unknown keyword " + in_quotes(line.keyword());
  message += context == kRoot ? std::string(" outside all blocks") : " in " + catalogue().path(context);
  if (!elsewhere.empty()) message += elsewhere == "(root)" ? ": it stands outside all blocks" : ": it belongs in " + std::string(elsewhere);
  if (line.has_block) message += ", its block is skipped";
  report(about(line, line.words.front()), Severity::error, ErrorClass::unknown_keyword, "unknown-keyword", std::move(message), {},
         std::string(near));
}

void Binder::repeated(const Node& line, const Keyword& row, std::vector<Seen>& seen) {
  const auto it = std::find_if(seen.begin(), seen.end(), [&](const Seen& one) { return one.row == &row; });
  if (it == seen.end()) {
    seen.push_back({&row, line.at});
  } else if (!row.once) {
    report(about(line), Severity::advice, ErrorClass::none, "repeated-keyword",
           in_quotes(row.name) + " was already given in line " + std::to_string(it->at.line) + " of this block: the last one counts");
  }
}

void Binder::missing(const Use& use, std::string_view what) {
  // The reader has dropped the words of a script line whose quote has no partner, and said so.
  const auto dropped = [&](const Diagnostic& one) {
    return one.error_class == ErrorClass::unmatched_quote && one.at.line == use.node.at.line && one.at.file == use.node.at.file;
  };
  if (use.node.script && std::ranges::any_of(diagnostics_.all(), dropped)) return;
  report(about(use.node), Severity::error, use.row.gentle ? ErrorClass::general_error : ErrorClass::missing_parameter, "missing-parameter",
         in_quotes(use.row.name) + " needs " + std::string(what.empty() ? "a value" : what), std::string(what));
}

// False: the keyword cannot be used.
bool Binder::read_arguments(Use& use) {
  const Takes& takes = use.row.takes;
  std::size_t next = 0;
  for (std::uint8_t i = 0; i < takes.count; ++i) {
    const Argument& argument = takes.arguments[i];
    const bool introduced = next < use.words.size() && !argument.before.empty() && position_in(argument.before, use.words[next].text);
    if (introduced) use.introduced[i] = use.words[next++].text;
    if (next == use.words.size()) {
      if (argument.optional) break;
      missing(use, argument.label);
      return false;
    }
    if (argument.optional && takes.rest == Rest::options && catalogue().find(use.inside, use.words[next].text)) break;
    use.values[i] = read(use.node, use.words[next++], argument);
    if (!use.values[i].present) return false;
  }
  use.rest = use.words.subspan(next);
  if (use.rest.size() < takes.at_least) {
    missing(use, takes.rest == Rest::script ? "a command" : "a value");
    return false;
  }
  if (takes.rest == Rest::script) return read_script(use);
  const bool takes_more = takes.rest == Rest::words || takes.rest == Rest::options;
  if (!use.rest.empty() && !takes_more) {
    warn(about(use.node, use.rest.front()), "extra-words", "words after " + in_quotes(use.row.name) + " that mean nothing");
  }
  return true;
}

bool Binder::read_script(Use& use) {
  if (use.rest.empty()) return true;
  auto argv = config::split_command(use.rest.front().text);
  if (!argv) {
    report(about(use.node, use.rest.front()), Severity::error, ErrorClass::unmatched_quote, "unmatched-quote",
           "a quote in the command of " + in_quotes(use.row.name) + " has no partner");
    return false;
  }
  if (argv->empty()) {
    missing(use, "a command");
    return false;
  }
  use.command.argv = std::move(*argv);
  if (!first_script_ && (!exists_ || exists_(use.command.argv.front()))) first_script_ = about(use.node, use.rest.front());
  const std::size_t words = use.row.takes.anonymous ? 1 : 3;
  use.command.identity = identity(use.rest.subspan(1, std::min(use.rest.size(), words) - 1));
  if (use.rest.size() > words) {
    warn(about(use.node, use.rest[words]), "extra-words",
         "words after the command of " + in_quotes(use.row.name) + " that are not part of it",
         "the command and its arguments in one pair of quotes");
  }
  return true;
}

// What is to say about a keyword that is used rightly.
void Binder::remark(const Use& use) {
  const Keyword& row = use.row;
  const auto place = [&] { return about(use.node, use.word); };
  if (row.old.is && (quiet_ == 0 || row.old.error_class != ErrorClass::none)) {
    report(place(), Severity::deprecated, row.old.error_class, "deprecated", in_quotes(row.name) + " is an old spelling", {},
           std::string(row.old.instead));
  }
  if (row.without_effect() && quiet_ == 0) {
    report(place(), Severity::warning, ErrorClass::none, "no-effect-yet", in_quotes(row.name) + " has no effect yet");
  }
  if (row.effect == Effect::nothing && quiet_ == 0) {
    report(place(), Severity::advice, ErrorClass::none, "no-effect", in_quotes(row.name) + " has no effect");
  }
}

static Statement as_written(const Node& line) {
  Statement statement{.has_block = line.has_block, .script = line.script, .secret = line.secret};
  for (const Word& word : line.words) statement.words.emplace_back(word.text);
  for (const Node& child : line.children) statement.children.push_back(as_written(child));
  return statement;
}

void Binder::keep(const Use& use, std::vector<Statement> children) {
  const Takes& takes = use.row.takes;
  Statement statement{.children = std::move(children), .has_block = use.node.has_block, .script = use.node.script, .secret = use.node.secret};
  statement.words.reserve(use.words.size() + 1);
  statement.words.emplace_back(use.word.text);
  for (std::uint8_t i = 0; i < takes.count; ++i) {
    const Argument& argument = takes.arguments[i];
    if (!use.introduced[i].empty()) statement.words.emplace_back(use.introduced[i]);
    if (use.values[i].present) statement.words.push_back(canonical(argument, use.values[i]));
    else if (argument.kind == Kind::boolean) statement.words.emplace_back("on");
  }
  const bool takes_more = takes.rest == Rest::words || takes.rest == Rest::options || takes.rest == Rest::script;
  if (takes_more) {
    for (const Word& word : use.rest) statement.words.emplace_back(word.text);
  }
  const bool entries = takes.rest == Rest::lines || takes.rest == Rest::list || takes.block_too;
  if (entries) {
    for (const Node& line : use.node.children) statement.children.push_back(as_written(line));
  }
  statements_->push_back(std::move(statement));
}

void Binder::apply(Use& use) {
  remark(use);
  const bool silent = use.row.without_effect();
  if (silent) ++quiet_;
  if (use.row.set && use.target) {
    use.row.set(use);
  } else if (use.row.opens_block()) {
    generic(use);
  }
  if (use.row.takes.rest == Rest::options && !use.done) {
    use.rejected = !options(use.node, use.rest, use.inside, use.target, use.row.takes.lenient) || use.rejected;
  }
  if (silent) --quiet_;
}

// A block without a setter: its words are checked, nothing is kept.
void Binder::generic(const Use& use) {
  if (use.row.takes.rest == Rest::block) block(use.node, use.inside, {});
  if (use.row.takes.rest != Rest::lines) return;
  for (const Node& line : use.node.children) options(line, line.words, use.inside, {});
}

void Binder::unknown_option(const Line& line, const Word& word) {
  const ContextId context = line.contexts.front();
  std::vector<std::string_view> names;  // innermost first
  for (auto it = line.contexts.rbegin(); it != line.contexts.rend(); ++it) {
    const auto more = catalogue().names(*it);
    names.insert(names.end(), more.begin(), more.end());
  }
  const ErrorClass error_class = line.lenient ? ErrorClass::none : ErrorClass::general_error;
  report(about(line.node, word), line.lenient ? Severity::warning : Severity::error, error_class, "unknown-option",
         "unknown word " + in_quotes(word.text) + " in " + catalogue().path(context), {}, std::string(config::nearest(word.text, names)));
}

// The row for the next word: a keyword of the innermost context that knows it, or an entry of a context that has one left.
const Entry* Binder::option(Line& line) {
  const std::string_view name = line.words[line.next].text;
  const auto knows = [&](ContextId context) { return catalogue().find(context, name) != nullptr; };
  const auto innermost = std::find_if(line.contexts.rbegin(), line.contexts.rend(), knows);
  if (innermost != line.contexts.rend()) {
    line.contexts.resize(static_cast<std::size_t>(line.contexts.rend() - innermost));
    ++line.next;
    return catalogue().find(line.contexts.back(), name);
  }
  if (!line.takes_entries) return nullptr;
  for (const Entry& entry : catalogue().rows(line.contexts.front())) {
    const bool used = std::find(line.entries.begin(), line.entries.end(), entry.row) != line.entries.end();
    if (!entry.row->positional() || used || entry.row->takes.count == 0) continue;
    if (entry.row->head && line.next > 0) continue;  // such an entry stands first
    const Argument& argument = entry.row->takes.arguments[0];
    const Word& word = line.words[line.next];
    const bool introduced = !argument.before.empty() && position_in(argument.before, word.text);
    if (!introduced && !model::read(argument, word, Mode::run).value.present) continue;
    line.entries.push_back(entry.row);
    return &entry;
  }
  return nullptr;
}

// Gives the option its arguments. False: one is missing.
bool Binder::consume(Line& line, Use& use) {
  const Takes& takes = use.row.takes;
  const std::size_t first = line.next;
  for (std::uint8_t i = 0; i < takes.count; ++i) {
    const Argument& argument = takes.arguments[i];
    const bool more = line.next < line.words.size();
    if (more && !argument.before.empty() && position_in(argument.before, line.words[line.next].text)) ++line.next;
    if (line.next == line.words.size()) {
      if (argument.optional) break;
      problem(about(line.node, use.word), "missing-value", in_quotes(use.word.text) + " needs a value", std::string(argument.label));
      return false;
    }
    use.values[i] = read(line.node, line.words[line.next++], argument);
  }
  const std::size_t last = line.next;
  if (takes.rest == Rest::words) line.next = line.words.size();
  if (line.words.size() - last < takes.at_least) {
    problem(about(line.node, use.word), "missing-value", in_quotes(use.word.text) + " needs a value");
    return false;
  }
  use.words = line.words.subspan(first, line.next - first);
  return true;
}

bool Binder::options(const Node& node, std::span<const Word> words, ContextId context, Target target, bool lenient) {
  return walk({.node = node, .words = words, .contexts = {context}, .lenient = lenient}, target);
}

bool Binder::entry_options(const Node& node, ContextId context, Target target) {
  return walk({.node = node, .words = node.arguments(), .contexts = {context}, .takes_entries = false}, target);
}

bool Binder::whole_line(const Node& node, ContextId context, Target target) {
  return walk({.node = node, .words = node.words, .contexts = {context}, .whole = true}, target);
}

bool Binder::walk(Line line, Target target) {
  HF_CHECK(line.contexts.front() != kNowhere);
  bool keep = true;
  while (line.next < line.words.size()) {
    const Word& word = line.words[line.next];
    const Entry* entry = option(line);
    if (!entry) {
      unknown_option(line, word);
      ++line.next;
      continue;
    }
    Use use{.binder = *this, .row = *entry->row, .inside = entry->inside, .node = line.node, .word = word, .target = target};
    if (!consume(line, use)) return false;
    if (!use.row.positional()) remark(use);
    if (use.row.takes.rest == Rest::options) line.contexts.push_back(entry->inside);
    const bool readable = use.row.takes.count == 0 || use.values[0].present || use.words.empty();
    if (use.row.set && target && readable) use.row.set(use);
    keep = keep && !use.rejected && (readable || !line.whole);
  }
  return keep;
}

}  // namespace holdfast::model
