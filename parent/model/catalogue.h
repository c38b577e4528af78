// All keyword tables as one index: context and name to row. Built once from the tables, read only.
// A context is a number here; 0 is the place outside all blocks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parent/model/keyword.h"

namespace holdfast::model {

using ContextId = std::uint32_t;
inline constexpr ContextId kRoot = 0;
inline constexpr ContextId kNowhere = 0xffffffff;  // a keyword without anything inside

struct Entry {
  const Keyword* row = nullptr;
  ContextId inside = kNowhere;
};

class Catalogue {
 public:
  Catalogue();

  // A word that starts a line in a block, or an option on a line. Never a positional row; a head row only on request.
  const Entry* find(ContextId context, std::string_view name) const;
  const Entry* find_head(ContextId context, std::string_view name) const;
  // Any row by its name in the tables, "<address>" too.
  const Entry* find_any(ContextId context, std::string_view name) const;
  std::span<const Entry> rows(ContextId context) const { return contexts_[context].entries; }
  // kNowhere if there is none.
  ContextId context(std::string_view path) const;
  const std::string& path(ContextId context) const { return contexts_[context].path; }
  // The keyword that opens this context, or one around it, has no effect yet.
  bool idle(ContextId context) const { return contexts_[context].idle; }
  std::size_t contexts() const { return contexts_.size(); }
  // Keywords that may be used where a word was not recognised.
  std::vector<std::string_view> names(ContextId context) const;

 private:
  struct Context {
    std::string path;
    bool idle = false;
    std::vector<Entry> entries;
    std::unordered_map<std::string_view, std::size_t> by_name;
  };
  ContextId add_context(std::string_view path);
  bool opened_idle(const std::string& path) const;
  void add_tables(std::span<const Table> tables);

  std::vector<Context> contexts_;
  std::unordered_map<std::string, ContextId> by_path_;
};

const Catalogue& catalogue();

}  // namespace holdfast::model
