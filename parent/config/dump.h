// The tree as text that reads back as the same tree: no comments, macros, sequences or includes any more.
// A text that a macro made into "$_PWD" or its like is the exception: nothing can be written that reads as that.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parent/config/tree.h"

namespace holdfast::config {

// Passwords and keys are written as ******** unless they are asked for; only with them does the text mean the same.
enum class Secrets : bool { hidden, shown };

std::string dump(const Tree& tree, Secrets secrets);

}  // namespace holdfast::config
