// checkerd's plan items <-> messages. decode() checks every range; its errors name the field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proto/runtime/result.h"
#include "proto/schema/parent_checkerd.pb.h"
#include "proto/value/check_plan.h"

namespace holdfast {

void encode(const CheckedServer&, wire::CheckedServer&);
void encode(const CheckedService&, wire::CheckedService&);
void encode_head(const CheckedService&, wire::CheckedService&);  // without its servers
void encode(const CheckVerdict&, wire::CheckVerdict&);

Result<CheckedService> decode(const wire::CheckedService&);
Result<CheckVerdict> decode(const wire::CheckVerdict&);

}  // namespace holdfast
