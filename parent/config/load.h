// The whole way from a path (or pattern) to a tree: files, includes, macros, sequences, words, blocks. Pure but for Files.
// Never fails: what cannot be read is a diagnostic, and the tree holds everything that could.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "parent/config/diagnostic.h"
#include "parent/config/reading.h"
#include "parent/config/tree.h"

namespace holdfast::config {

// `pattern` is the argument of -f: a path or a glob of several.
Tree load(std::string_view pattern, Files& files, const LineShapes& shapes, const Options& options, Diagnostics& diagnostics);

}  // namespace holdfast::config
