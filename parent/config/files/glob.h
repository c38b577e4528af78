// Patterns of file names: * ? [...] as glob(3), {a,b} as csh; ~ has no meaning. The files are those of a Files.
// Pure but for Files::list.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "parent/config/reading.h"

namespace holdfast::config {

bool has_wildcard(std::string_view pattern);
bool has_braces(std::string_view pattern);
// The alternatives of all {a,b}, in order, nested ones too; at most `limit` (further ones are left out).
std::vector<std::string> expand_braces(std::string_view pattern, std::size_t limit);
// One component of a path. A leading dot has to be written.
bool glob_match(std::string_view pattern, std::string_view name);
// The paths that match a pattern without braces, sorted, at most `limit` + 1. A pattern without wildcards is its only result, looked
// up or not.
std::vector<std::string> glob(std::string_view pattern, Files& files, std::size_t limit);

}  // namespace holdfast::config
