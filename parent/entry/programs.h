// Where the programs of the roles are, and whether they may be trusted: root's or the caller's own, writable by nobody else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast::entry {

// The directory of this very program, with links resolved.
Result<std::string> own_directory();

// Candidates in order: its room in a build tree, the own directory, the installed place. Pure.
std::vector<std::string> candidate_paths(const std::string& own_directory, std::string_view program);

// An O_PATH descriptor to execute. Code ENOENT if it is not installed, EPERM if it is not trusted.
Result<Fd> open_program(const std::string& own_directory, std::string_view program);

}  // namespace holdfast::entry
