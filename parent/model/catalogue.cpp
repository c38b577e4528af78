// The index over the keyword tables. See catalogue.h.
// Two rows of one name in one context are a bug of the tables and end the program at its start.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/catalogue.h"

#include "proto/runtime/result.h"

namespace holdfast::model {

Catalogue::Catalogue() {
  add_context("(root)");
  for (const auto tables : {global_tables(), process_tables(), vrrp_tables(), signing_tables(), track_tables(), lvs_tables(), lvs_global_tables(), checker_tables(),
                            web_tables(), bfd_tables(), address_tables(), route_tables(), rule_tables(), virtual_link_tables()}) {
    add_tables(tables);
  }
  for (ContextId id = 0; id < contexts_.size(); ++id) {
    for (Entry& entry : contexts_[id].entries) {
      const std::string name(entry.row->name);
      const auto inside = by_path_.find(id == kRoot ? name : contexts_[id].path + ">" + name);
      if (inside != by_path_.end()) entry.inside = inside->second;
    }
  }
  for (ContextId id = kRoot + 1; id < contexts_.size(); ++id) contexts_[id].idle = opened_idle(contexts_[id].path);
}

ContextId Catalogue::add_context(std::string_view path) {
  const auto [it, is_new] = by_path_.try_emplace(std::string(path), static_cast<ContextId>(contexts_.size()));
  if (is_new) contexts_.push_back({std::string(path), false, {}, {}});
  return it->second;
}

void Catalogue::add_tables(std::span<const Table> tables) {
  for (const Table& table : tables) {
    Context& context = contexts_[add_context(table.context)];
    for (const Keyword& row : table.rows) {
      const bool is_new = context.by_name.try_emplace(row.name, context.entries.size()).second;
      HF_CHECK(is_new);
      context.entries.push_back({&row, kNowhere});
    }
  }
}

const Entry* Catalogue::find_any(ContextId context, std::string_view name) const {
  if (context >= contexts_.size()) return nullptr;
  const auto& by_name = contexts_[context].by_name;
  const auto it = by_name.find(name);
  return it == by_name.end() ? nullptr : &contexts_[context].entries[it->second];
}

const Entry* Catalogue::find(ContextId context, std::string_view name) const {
  const Entry* entry = find_any(context, name);
  return entry && !entry->row->positional() && !entry->row->head ? entry : nullptr;
}

const Entry* Catalogue::find_head(ContextId context, std::string_view name) const {
  const Entry* entry = find_any(context, name);
  return entry && !entry->row->positional() && entry->row->head ? entry : nullptr;
}

ContextId Catalogue::context(std::string_view path) const {
  const auto it = by_path_.find(std::string(path));
  return it == by_path_.end() ? kNowhere : it->second;
}

bool Catalogue::opened_idle(const std::string& path) const {
  const std::size_t last = path.rfind('>');
  const ContextId outer = last == std::string::npos ? kRoot : context(path.substr(0, last));
  const Entry* opener = find_any(outer, last == std::string::npos ? path : path.substr(last + 1));
  const bool own = opener && opener->row->without_effect();
  return own || (last != std::string::npos && opened_idle(path.substr(0, last)));
}

std::vector<std::string_view> Catalogue::names(ContextId context) const {
  std::vector<std::string_view> names;
  if (context >= contexts_.size()) return names;
  for (const Entry& entry : contexts_[context].entries) {
    if (!entry.row->positional() && !entry.row->head) names.push_back(entry.row->name);
  }
  return names;
}

const Catalogue& catalogue() {
  static const Catalogue instance;
  return instance;
}

}  // namespace holdfast::model
