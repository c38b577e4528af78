// A plan without the scripts that will not run: what would have waited for them goes on as if they had not been named. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "parent/plan/plan.h"

namespace holdfast {

Plan without(Plan plan, const std::set<ScriptId>& scripts);

}  // namespace holdfast
