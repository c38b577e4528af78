// Diagnostics as text: one line, a piece of terminal output with the source line, or all of them as a JSON object.
// Pure. Control characters of the configuration never reach the output, lines with a secret are not shown.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "parent/config/diagnostic.h"

namespace holdfast::config {
namespace {

constexpr std::size_t kMaxChain = 16;  // steps shown of a chain of includes or macros

std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return clean;
}

std::string where(Position at, const Sources& sources) {
  std::string text(sources.file_name(at));
  if (at.line == 0) return text;
  text += ':' + std::to_string(at.line);
  if (at.column != 0) text += ':' + std::to_string(at.column);
  return text;
}

// Where the file of `at` was included, step by step.
std::vector<Position> include_chain(Position at, const Sources& sources) {
  std::vector<Position> chain;
  while (at.file < sources.files.size() && chain.size() < kMaxChain) {
    at = sources.files[at.file].included_at;
    if (at.line == 0) break;
    chain.push_back(at);
  }
  return chain;
}

std::vector<Expansion> expansion_chain(std::uint32_t expansion, const Sources& sources) {
  std::vector<Expansion> chain;
  while (expansion != 0 && expansion < sources.expansions.size() && chain.size() < kMaxChain) {
    chain.push_back(sources.expansions[expansion]);
    expansion = chain.back().parent;
  }
  return chain;
}

std::string hints(const Diagnostic& diagnostic) {
  std::string text;
  if (!diagnostic.expected.empty()) text += "expected " + printable(diagnostic.expected);
  if (!diagnostic.suggestion.empty()) text += (text.empty() ? "did you mean '" : "; did you mean '") + printable(diagnostic.suggestion) + "'?";
  return text;
}

// How the text came to its place: macros and sequences, innermost first, then includes.
std::vector<std::string> steps(const Diagnostic& diagnostic, const Sources& sources) {
  std::vector<std::string> steps;
  for (const Expansion& expansion : expansion_chain(diagnostic.expansion, sources)) {
    steps.push_back("in expansion of " + printable(expansion.what) + " at " + printable(where(expansion.used_at, sources)));
    if (expansion.defined_at.line != 0) steps.back() += ", defined at " + printable(where(expansion.defined_at, sources));
  }
  for (const Position at : include_chain(diagnostic.at, sources)) steps.push_back("included from " + printable(where(at, sources)));
  return steps;
}

struct Paint {
  Colour colour;
  std::string operator()(const char* code, std::string_view text) const {
    return colour == Colour::yes ? "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m" : std::string(text);
  }
};

const char* colour_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "1;31";
    case Severity::warning: return "1;33";
    case Severity::deprecated: return "1;35";
    case Severity::security: return "1;31";
    case Severity::advice: return "1;36";
  }
  return "0";
}

// The source line and the marker under it. Tabs stay tabs in both, so that the marker stands where the word does.
std::string excerpt(const Diagnostic& diagnostic, const Sources& sources, const Paint& paint) {
  const std::string_view source = sources.line(diagnostic.at);
  if (source.empty() || diagnostic.at.column == 0 || diagnostic.secret) return {};
  std::string line = printable(source);
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\t') line[i] = '\t';
  }
  const std::string number = std::to_string(diagnostic.at.line);
  const std::size_t start = std::min<std::size_t>(diagnostic.at.column - 1u, line.size());
  const std::size_t room = std::max<std::size_t>(line.size() - start, 1);
  std::string marker;
  for (std::size_t i = 0; i < start; ++i) marker += line[i] == '\t' ? '\t' : ' ';
  std::string arrow = "^";
  arrow.append(std::min<std::size_t>(std::max<std::size_t>(diagnostic.width, 1), room) - 1, '~');
  const std::string margin(number.size() + 1, ' ');
  return ' ' + number + " | " + line + '\n' + margin + " | " + marker + paint(colour_of(diagnostic.severity), arrow) + '\n';
}

constexpr int kSchemaVersion = 1;

nlohmann::json place_json(Position at, const Sources& sources) {
  return {{"file", sources.file_name(at)}, {"line", at.line}, {"column", at.column}};
}

nlohmann::json diagnostic_json(const Diagnostic& diagnostic, const Sources& sources) {
  nlohmann::json object = place_json(diagnostic.at, sources);
  object["severity"] = name(diagnostic.severity);
  object["code"] = diagnostic.code;
  object["class"] = name(diagnostic.error_class);
  object["message"] = diagnostic.message;
  object["width"] = std::max<std::uint16_t>(diagnostic.width, 1);
  if (!diagnostic.expected.empty()) object["expected"] = diagnostic.expected;
  if (!diagnostic.suggestion.empty()) object["suggestion"] = diagnostic.suggestion;
  if (!diagnostic.secret) {
    object["text"] = diagnostic.text;
    object["source"] = sources.line(diagnostic.at);
  }
  for (const Position at : include_chain(diagnostic.at, sources)) object["included_from"].push_back(place_json(at, sources));
  for (const Expansion& expansion : expansion_chain(diagnostic.expansion, sources)) {
    nlohmann::json step{{"what", expansion.what}, {"used_at", place_json(expansion.used_at, sources)}};
    if (expansion.defined_at.line != 0) step["defined_at"] = place_json(expansion.defined_at, sources);
    object["expanded_from"].push_back(std::move(step));
  }
  return object;
}

}  // namespace

std::string render_plain(const Diagnostic& diagnostic, const Sources& sources) {
  std::string text = where(diagnostic.at, sources);
  if (!text.empty()) text += ": ";
  text = printable(text);
  text.append(name(diagnostic.severity)).append(": ").append(printable(diagnostic.message));
  const std::string extra = hints(diagnostic);
  if (!extra.empty()) text += " (" + extra + ")";
  text += " [" + diagnostic.code + "]";
  for (const std::string& step : steps(diagnostic, sources)) text += ", " + step;
  return text;
}

std::string render_terminal(const Diagnostic& diagnostic, const Sources& sources, Colour colour) {
  const Paint paint{colour};
  const std::string place = printable(where(diagnostic.at, sources));
  std::string text = place.empty() ? std::string() : paint("1", place + ':') + ' ';
  text += paint(colour_of(diagnostic.severity), std::string(name(diagnostic.severity)) + ':') + ' ' + printable(diagnostic.message);
  text += " [" + diagnostic.code + "]\n";
  text += excerpt(diagnostic, sources, paint);
  const std::string extra = hints(diagnostic);
  if (!extra.empty()) text += "   = " + extra + '\n';
  for (const std::string& step : steps(diagnostic, sources)) text += "   " + step + '\n';
  return text;
}

std::string render_json(const Diagnostics& diagnostics, const Sources& sources, int exit_status) {
  nlohmann::json report{{"schema", "holdfast-diagnostics"}, {"version", kSchemaVersion}, {"exit_status", exit_status}};
  report["dropped"] = diagnostics.dropped();
  for (const Severity severity : {Severity::error, Severity::warning, Severity::deprecated, Severity::security, Severity::advice}) {
    report["counts"][name(severity)] = diagnostics.count(severity);
  }
  report["diagnostics"] = nlohmann::json::array();
  for (const Diagnostic* one : in_order(diagnostics)) report["diagnostics"].push_back(diagnostic_json(*one, sources));
  return report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace holdfast::config
