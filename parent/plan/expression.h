// Whether PCRE2 takes a regular expression: the operator hears of one that does not compile when the file is read. pcre2api(3).
// Pure. The expression is used elsewhere: in the workers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "proto/value/check_plan.h"

namespace holdfast {

// What is wrong with it, in the library's words and with the place; nothing if it compiles.
std::optional<std::string> fault_of(const Expression& expression);

}  // namespace holdfast
