// Lines to tree: keyword lines, value lines, blocks wherever their braces stand. Recovers as keepalived does and says so.
// Pure. Knows no keyword: LineShapes says which lines are split like a shell does and which need a block.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parent/config/diagnostic.h"
#include "parent/config/lexer.h"
#include "parent/config/reading.h"
#include "parent/config/tree.h"

namespace holdfast::config {

class Parser {
 public:
  Parser(Tree& tree, const LineShapes& shapes, const Limits& limits, Diagnostics& diagnostics);

  struct Taken {
    std::string_view rest;          // what follows a brace: the next line
    const Node* directive = nullptr;  // a line that steers the reading (kind below); valid until the next line
    LineKind kind = LineKind::statement;
  };
  // One line that is no definition, sequence or include.
  Taken line(const Line& line);
  // The end of everything: blocks that are still open.
  void finish();
  // The limit of nodes was reached: nothing more is taken.
  bool full() const { return full_; }

 private:
  struct Open {
    Node* node;
    std::uint32_t context;
  };
  Taken statement(const Line& line);
  Taken script(const Line& line, std::string_view keyword, Node node);
  std::string_view skip_too_deep(std::string_view text);
  Node* add(Node node, const Line& line);
  void open(Node* node, std::uint32_t context);
  void close(const Line& line);
  void expect_open_brace();
  Diagnostic at(const Line& line, std::string_view text) const;

  Tree& tree_;
  const LineShapes& shapes_;
  const Limits& limits_;
  Diagnostics& diagnostics_;
  std::vector<Open> open_;       // the root and the blocks inside which we are
  std::vector<Word> words_;      // of the line that is being read; here so that its room is used again
  Node* pending_ = nullptr;      // the line before this one: a "{" here opens its block
  std::uint32_t pending_context_ = kUnknownContext;
  bool needs_block_ = false;     // pending_ cannot be without
  std::size_t too_deep_ = 0;     // blocks beyond the limit inside which we are
  std::size_t nodes_ = 0;
  bool full_ = false;
};

}  // namespace holdfast::config
