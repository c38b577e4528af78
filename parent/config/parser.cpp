// Lines to tree. See parser.h. The node of an open block never moves: its parent takes no sibling before the block is closed.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/parser.h"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::config {
namespace {

std::string_view first_word(std::string_view text) {
  if (!text.empty() && text.front() == '"') {
    const std::size_t end = text.find('"', 1);
    return end == std::string_view::npos ? std::string_view{} : text.substr(1, end - 1);
  }
  const auto ends = [](char c) { return is_blank(c) || c == '"' || c == '{' || c == '}'; };
  return text.substr(0, static_cast<std::size_t>(std::find_if(text.begin(), text.end(), ends) - text.begin()));
}

bool is_directive(LineKind kind) { return kind == LineKind::include_check || kind == LineKind::random_seed; }

}  // namespace

Parser::Parser(Tree& tree, const LineShapes& shapes, const Limits& limits, Diagnostics& diagnostics)
    : tree_(tree), shapes_(shapes), limits_(limits), diagnostics_(diagnostics) {
  tree_.root.has_block = true;
  open_.push_back({&tree_.root, kRootContext});
}

Diagnostic Parser::at(const Line& line, std::string_view text) const {
  const Place where = place(line, text);
  return {.at = where.at, .width = where.width, .expansion = where.expansion, .text = std::string(text)};
}

Parser::Taken Parser::line(const Line& whole) {
  Line line = whole;
  line.text = trim_left(line.text);
  if (line.text.empty() || full_) return {};
  if (too_deep_ > 0) return {.rest = skip_too_deep(line.text)};
  const std::string_view brace = line.text.substr(0, 1);
  const std::string_view rest = line.text.substr(1);
  if (brace == "{") {
    if (pending_ != nullptr) {
      open(std::exchange(pending_, nullptr), pending_context_);
    } else {
      diagnostics_.error(at(line, brace), ErrorClass::unexpected_open, "unexpected-open-brace", "unexpected '{': ignored");
    }
    return {.rest = rest};
  }
  expect_open_brace();
  if (brace == "}") {
    close(line);
    return {.rest = rest};
  }
  return statement(line);
}

// The line before needed a block and this one does not open it.
void Parser::expect_open_brace() {
  Node* node = std::exchange(pending_, nullptr);
  if (node == nullptr || !needs_block_) return;
  diagnostics_.error(about(*node), ErrorClass::missing_open, "missing-open-brace",
                     "missing '{' after '" + std::string(node->keyword()) + "': taken as if it were there", "'{' on this line or alone on the next");
  open(node, pending_context_);
}

Parser::Taken Parser::statement(const Line& line) {
  const std::string_view keyword = first_word(line.text);
  const std::uint32_t context = open_.back().context;
  const LineShape shape = context == kUnknownContext ? LineShape{} : shapes_.shape(context, keyword);
  Node node;
  node.expansion = line.expansion;
  node.script = shape.kind == LineKind::script;
  node.secret = shape.secret;
  if (node.script) return script(line, keyword, std::move(node));

  const std::size_t brace = find_brace(line.text);
  Line part = line;
  part.text = line.text.substr(0, brace);
  words_.clear();
  const Split split = split_words(part, words_);
  node.words.assign(words_.begin(), words_.end());  // no more room than they take: there is one node per line
  if (split == Split::unmatched_quote) {
    Diagnostic place = at(line, trim_right(part.text));
    place.secret = node.secret;
    diagnostics_.error(std::move(place), ErrorClass::unmatched_quote, "unmatched-quote",
                       "a quote has no partner: the rest of the line is dropped", "\"...\"");
  }
  Taken taken{.rest = brace == std::string_view::npos ? std::string_view{} : line.text.substr(brace)};
  if (node.words.empty()) return taken;
  Node* added = add(std::move(node), line);
  if (added == nullptr) return taken;
  if (is_directive(shape.kind)) {
    taken.directive = added;
    taken.kind = shape.kind;
  }
  if (!taken.rest.starts_with('}')) {
    pending_ = added;
    pending_context_ = shape.context;
    needs_block_ = shape.kind == LineKind::block;
  } else if (shape.kind == LineKind::block) {
    diagnostics_.error(about(*added), ErrorClass::missing_open, "missing-open-brace",
                       "missing '{' after '" + std::string(added->keyword()) + "': taken as an empty block");
    added->has_block = true;
  }
  return taken;
}

// Braces are text in a script-like line, but "}" as its last word closes the block: MISC_CHECK { misc_path /bin/x }
Parser::Taken Parser::script(const Line& line, std::string_view keyword, Node node) {
  Taken taken;
  Line head = line;  // the keyword itself is an ordinary word
  head.text = line.text.substr(0, keyword.size() + (line.text.front() == '"' ? 2 : 0));
  (void)split_words(head, node.words);
  Line arguments = line;
  arguments.text.remove_prefix(head.text.size());
  if (split_script(arguments, tree_.sources.made, node.words) == Split::unmatched_quote) {
    diagnostics_.error(at(line, trim_right(line.text)), ErrorClass::unmatched_quote, "unmatched-quote",
                       "a quote has no partner: the rest of the line is dropped", "\"...\" or '...'");
  }
  const char* end = line.text.data() + line.text.size();
  const auto closes = [&](const Word& word) {
    return word.text == "}" && !word.quoted && word.text.data() >= line.text.data() && word.text.data() < end;
  };
  while (open_.size() > 1 && node.words.size() > 1 && closes(node.words.back())) {
    const char* brace = node.words.back().text.data();
    taken.rest = {brace, static_cast<std::size_t>(end - brace)};
    node.words.pop_back();
  }
  add(std::move(node), line);
  return taken;
}

Node* Parser::add(Node node, const Line& line) {
  node.at = node.words.front().at;
  if (nodes_ == limits_.nodes) {
    full_ = true;
    diagnostics_.error(about(node), ErrorClass::general_error, "too-many-lines", "the configuration has too many lines: nothing is read from here on",
                       "at most " + std::to_string(limits_.nodes));
    return nullptr;
  }
  ++nodes_;
  auto& siblings = open_.back().node->children;
  siblings.push_back(std::move(node));
  return &siblings.back();
}

void Parser::open(Node* node, std::uint32_t context) {
  if (open_.size() > limits_.block_depth) {
    if (too_deep_++ == 0) {
      diagnostics_.error(about(*node), ErrorClass::general_error, "blocks-too-deep", "blocks are nested too deeply: this one is skipped",
                         "at most " + std::to_string(limits_.block_depth) + " levels");
    }
    return;
  }
  node->has_block = true;
  open_.push_back({node, context});
}

void Parser::close(const Line& line) {
  const std::string_view brace = line.text.substr(0, 1);
  if (open_.size() == 1) {
    diagnostics_.error(at(line, brace), ErrorClass::unexpected_close, "unexpected-close-brace", "extra '}': no block is open here");
    return;
  }
  open_.back().node->closed_at = place(line, brace).at;
  open_.pop_back();
}

// Inside a block beyond the limit only braces count.
std::string_view Parser::skip_too_deep(std::string_view text) {
  const std::size_t brace = find_brace(text);
  if (brace == std::string_view::npos) return {};
  if (text[brace] == '{') {
    ++too_deep_;
  } else {
    --too_deep_;
  }
  return text.substr(brace + 1);
}

void Parser::finish() {
  expect_open_brace();
  const std::size_t missing = open_.size() - 1 + too_deep_;
  if (missing == 0 || full_) return;
  diagnostics_.error(about(*open_.back().node), ErrorClass::missing_close, "missing-close-brace",
                     std::to_string(missing) + (missing == 1 ? " block is" : " blocks are") + " not closed at the end of the configuration; the last one starts here",
                     std::to_string(missing) + " '}'");
  open_.resize(1);
}

}  // namespace holdfast::config
