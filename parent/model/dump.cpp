// Statements to text, by way of a tree. See dump.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/dump.h"

#include <algorithm>
#include <utility>

namespace holdfast::model {
namespace {

// Words that would fall apart, or open a block, without quotes.
bool needs_quotes(std::string_view word) { return word.empty() || word.find_first_of(" \t\f\v\r\n{}") != std::string_view::npos; }

config::Node node_of(const Statement& statement) {
  config::Node node;
  node.has_block = statement.has_block;
  node.script = statement.script;
  node.secret = statement.secret;
  for (const std::string& word : statement.words) {
    config::Word& last = node.words.emplace_back();
    last.text = word;
    last.quoted = needs_quotes(word);
  }
  for (const Statement& child : statement.children) node.children.push_back(node_of(child));
  return node;
}

// The shortest writing: "0.1", not "0.100000".
std::string decimal(std::int64_t micros) {
  std::string text = std::to_string(micros / kSecond);
  if (micros % kSecond == 0) return text;
  std::string fraction = std::to_string(kSecond + micros % kSecond).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + "." + fraction;
}

std::string prefix_text(const Value& value) {
  const std::string address = value.prefix.address.to_string();
  return value.has_length ? address + "/" + std::to_string(value.prefix.length) : address;
}

std::string choice_text(const Argument& argument, const Value& value) {
  std::string_view words = argument.words;
  for (std::int64_t i = 0; i < value.number; ++i) words.remove_prefix(std::min(words.find('|') + 1, words.size()));
  return std::string(words.substr(0, words.find('|')));
}

}  // namespace

std::string canonical(const Argument& argument, const Value& value) {
  switch (argument.kind) {
    case Kind::boolean: return value.flag ? "on" : "off";
    case Kind::integer: return std::to_string(value.number);
    case Kind::huge: return std::to_string(value.huge);
    case Kind::decimal: return decimal(value.number);
    case Kind::address: return value.prefix.address.to_string();
    case Kind::prefix: return prefix_text(value);
    case Kind::route: return position_in("default|any|all|default6", value.text) ? std::string(value.text) : prefix_text(value);
    case Kind::range: return std::to_string(value.number) + "-" + std::to_string(value.last);
    case Kind::choice: return choice_text(argument, value);
    case Kind::pattern:
      return position_in(argument.words, value.text, argument.any_case) ? std::string(value.text) : std::to_string(value.number);
    case Kind::word:
    case Kind::interface:
    case Kind::hardware: return std::string(value.text);
  }
  return std::string(value.text);
}

std::string dump(const Configuration& configuration, config::Secrets secrets) {
  config::Tree tree;
  tree.root.has_block = true;
  for (const Statement& statement : configuration.statements) tree.root.children.push_back(node_of(statement));
  return config::dump(tree, secrets);
}

}  // namespace holdfast::model
