// Routes and rules of ipvsd's plan <-> messages. decode() checks every range that proto/value/route_plan.h promises.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proto/runtime/result.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/value/route_plan.h"

namespace holdfast {

void encode(const Route&, wire::Route&);
void encode(const Rule&, wire::Rule&);

Result<Route> decode(const wire::Route&);
Result<Rule> decode(const wire::Rule&);

}  // namespace holdfast
