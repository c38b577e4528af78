// bfd_instance -> BFD sessions of the plan. Private to parent/plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parent/plan/building.h"

namespace holdfast {

void build_sessions(Building&);

}  // namespace holdfast
