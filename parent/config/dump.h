// The tree as text that reads back as the same tree: no comments, macros, sequences or includes any more.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parent/config/tree.h"

namespace holdfast::config {

std::string dump(const Tree& tree);

}  // namespace holdfast::config
