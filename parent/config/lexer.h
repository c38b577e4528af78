// Words of one line: splitting as keepalived does it for ordinary and for script-like keywords. Pure, knows no keyword.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::config {

// The words inside the first argument of a script-like line: program and arguments, as they go to execve. Quotes of both kinds group,
// escapes were resolved when the line was split. nullopt: a quote has no partner.
std::optional<std::vector<std::string>> split_command(std::string_view argument);

}  // namespace holdfast::config
