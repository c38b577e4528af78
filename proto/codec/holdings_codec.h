// What a plan for ipvsd says to be held beside the instances themselves: static items, and addresses, routes and rules of instances. It
// travels in pieces; a piece belongs to an instance that was told before, or to none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proto/runtime/result.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

inline constexpr std::size_t kRoutesMax = 262'144;  // of one plan
inline constexpr std::size_t kRulesMax = 262'144;

// All of a plan, a piece per holder: for a file, not for a link.
void encode_holdings(const IpvsPlan&, wire::IpvsPlanChunk&);
// Appends a piece to the plan that has come so far.
Status take_holdings(const wire::Holdings&, IpvsPlan&);

}  // namespace holdfast
