// One line of static_routes, virtual_routes, static_rules or virtual_rules, and the blocks of an instance. Rows are in route.cpp and
// rule.cpp. Names follow ip-route(8) and ip-rule(8). Whether interfaces, tables and other names exist is not known here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "parent/model/bind.h"

namespace holdfast::model {

// Setters of virtual_routes and virtual_rules.
void virtual_routes(Use&);
void virtual_rules(Use&);

// The family of a line: named, or that of its first address. False, with an error: this address is of another one.
bool fits(Use&, Located<Family>& family, Family other);

}  // namespace holdfast::model
