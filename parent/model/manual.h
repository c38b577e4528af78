// The reference of all keywords as Markdown, from the keyword tables: doc/config.md. Never written by hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parent/model/keyword.h"

namespace holdfast::model {

std::string manual();

// "NAME { ... }", "SECONDS", "[BOOL]": what follows a keyword.
std::string syntax(const Keyword& row);

}  // namespace holdfast::model
