// What the reader of a configuration has to know of keywords: which lines are split shell-like, which ones have a block.
// The keyword tables behind config::LineShapes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "parent/config/reading.h"

namespace holdfast::model {

class KeywordShapes final : public config::LineShapes {
 public:
  config::LineShape shape(std::uint32_t context, std::string_view keyword) const override;
};

// `context` is a path of keywords, "vrrp_instance>authentication"; "(root)" is outside all blocks.
bool is_script_keyword(std::string_view context, std::string_view keyword);

}  // namespace holdfast::model
