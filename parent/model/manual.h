// The reference of all keywords, from the keyword tables: doc/config.md and the manual page holdfast.conf(5). Never written by hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parent/model/catalogue.h"
#include "parent/model/keyword.h"

namespace holdfast::model {

std::string manual();

// holdfast.conf(5) in the macros of man(7).
std::string manual_page();

// Contexts by what they have in common: those with the same keywords are one section.
std::vector<std::vector<ContextId>> sections();

// What is said of a keyword: its text, its state, its age. `idle`: the context has said already that nothing in it has an effect.
std::string remarks(const Keyword& row, bool idle);

// "NAME { ... }", "SECONDS", "[BOOL]": what follows a keyword.
std::string syntax(const Keyword& row);

}  // namespace holdfast::model
