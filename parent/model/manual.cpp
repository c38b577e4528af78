// Keyword tables to Markdown. See manual.h; the manual page is in manual_page.cpp.
// Contexts with the same keywords share a section.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/manual.h"

#include <algorithm>
#include <vector>

#include "parent/model/argument.h"
#include "parent/model/catalogue.h"

namespace holdfast::model {
namespace {

constexpr const char* kIntroduction =
    "# Keywords of the configuration\n\n"
    "Made from the keyword tables by `model_test` with `HOLDFAST_BLESS=1`; edit the tables, not this file.\n"
    "The grammar (comments, includes, macros, conditions, quoting) is that of keepalived.conf(5).\n\n"
    "A keyword marked *not yet* is read and checked, has no effect, and each use of it is one warning, `no-effect-yet`.\n"
    "BOOL is one of `true`, `on`, `yes`, `false`, `off`, `no`.\n";

// A cell of a table: | would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string argument_text(const Argument& argument) {
  std::string text(argument.label);
  const bool ranged = argument.kind == Kind::integer || argument.kind == Kind::decimal || argument.kind == Kind::range;
  if (ranged) text += " (" + expected(argument) + ")";
  if (argument.kind == Kind::pattern) text = expected(argument);
  if (!argument.before.empty()) text = "[" + std::string(argument.before) + "] " + text;
  return argument.optional ? "[" + text + "]" : text;
}

bool same_rows(ContextId a, ContextId b) {
  const auto rows = [](const Entry& left, const Entry& right) { return left.row == right.row; };
  return catalogue().idle(a) == catalogue().idle(b) &&
         std::ranges::equal(catalogue().rows(a), catalogue().rows(b), rows);
}

std::string section(ContextId context, const std::vector<ContextId>& shared) {
  std::string title;
  for (const ContextId id : shared) title += (title.empty() ? "`" : ", `") + catalogue().path(id) + "`";
  const bool idle = catalogue().idle(context);
  std::string text = "\n## " + title + "\n\n";
  if (idle) text += "Not yet: nothing of this has an effect.\n\n";
  text += "| keyword | takes | default | |\n|---|---|---|---|\n";
  for (const Entry& entry : catalogue().rows(context)) {
    const Keyword& row = *entry.row;
    text += "| `" + cell(row.name) + "` | " + cell(syntax(row)) + " | " + cell(row.fallback) + " | " + cell(remarks(row, idle)) + " |\n";
  }
  return text;
}

}  // namespace

std::string syntax(const Keyword& row) {
  std::string text;
  const auto add = [&](std::string_view more) { text += (text.empty() || more.empty() ? "" : " ") + std::string(more); };
  for (std::uint8_t i = 0; i < row.takes.count; ++i) add(argument_text(row.takes.arguments[i]));
  switch (row.takes.rest) {
    case Rest::nothing: break;
    case Rest::words: add(row.takes.at_least > 0 ? "WORDS" : "[WORDS]"); break;
    case Rest::options: add(row.takes.at_least > 0 ? "OPTIONS" : "[OPTIONS]"); break;
    case Rest::block:
    case Rest::lines:
    case Rest::list: add("{ ... }"); break;
    case Rest::script:
      if (row.takes.anonymous) return text + "COMMAND";
      add(row.takes.at_least > 0 ? "COMMAND [USER [[:]GROUP]]" : "[COMMAND [USER [[:]GROUP]]]");
      break;
  }
  return text;
}

// In an idle context that is said once.
std::string remarks(const Keyword& row, bool idle) {
  std::string text(row.text);
  if (row.without_effect() && !idle) text += " *Not yet.*";
  const std::string instead = row.old.instead.empty() ? "" : ": write `" + std::string(row.old.instead) + "`";
  if (row.old.is && !row.text.starts_with("Old ")) text += " Old" + instead + ".";
  if (row.once) text += " The first one counts.";
  if (row.ours) text += " *Holdfast's own: keepalived does not have it.*";
  if (!row.since.empty()) text += " Since keepalived " + std::string(row.since) + ".";
  return text;
}

std::vector<std::vector<ContextId>> sections() {
  std::vector<std::vector<ContextId>> sections;
  std::vector<bool> done(catalogue().contexts(), false);
  for (ContextId context = 0; context < catalogue().contexts(); ++context) {
    if (done[context] || catalogue().rows(context).empty()) continue;
    std::vector<ContextId>& shared = sections.emplace_back();
    for (ContextId other = context; other < catalogue().contexts(); ++other) {
      if (done[other] || !same_rows(context, other)) continue;
      done[other] = true;
      shared.push_back(other);
    }
  }
  return sections;
}

std::string manual() {
  std::string text = kIntroduction;
  for (const auto& shared : sections()) text += section(shared.front(), shared);
  return text;
}

}  // namespace holdfast::model
