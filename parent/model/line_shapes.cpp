// Shapes of lines from the keyword tables. See line_shapes.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/line_shapes.h"

#include "parent/model/catalogue.h"

namespace holdfast::model {

static_assert(kRoot == config::kRootContext && kNowhere == config::kUnknownContext);

config::LineShape KeywordShapes::shape(std::uint32_t context, std::string_view keyword) const {
  const Entry* entry = catalogue().find(context, keyword);
  if (!entry) return {};
  const Keyword& row = *entry->row;
  if (row.takes.shell) return {config::LineKind::script, config::kUnknownContext};
  if (row.secret) return {config::LineKind::statement, config::kUnknownContext, true};
  if (row.opens_block()) return {config::LineKind::block, entry->inside};
  if (row.name == "include_check") return {config::LineKind::include_check, config::kUnknownContext};
  if (row.name == "random_seed") return {config::LineKind::random_seed, config::kUnknownContext};
  return {};
}

bool is_script_keyword(std::string_view context, std::string_view keyword) {
  const Entry* entry = catalogue().find(catalogue().context(context), keyword);
  return entry && entry->row->takes.shell;
}

}  // namespace holdfast::model
