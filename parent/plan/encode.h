// Plans as messages: Begin, chunks of about 32 KiB, Commit. A service with many servers is spread over chunks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "parent/plan/plan.h"
#include "proto/runtime/result.h"
#include "proto/schema/parent_checkerd.pb.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/schema/parent_vrrpd.pb.h"

namespace holdfast {

inline constexpr std::size_t kChunkTarget = 32 * 1024;  // a chunk is closed when one more item would pass this
inline constexpr std::size_t kItemMax = 60 * 1024;      // one item that cannot be split: an instance with its first addresses
inline constexpr std::size_t kAddressesWithInstance = 256;  // what an instance holds beyond these follows in pieces

// A fresh vrrpd continues with `resumed`; empty otherwise. Errors name the item that is too large for one message.
Result<std::vector<wire::ParentToVrrpd>> encode_plan(const VrrpPlan&, const std::vector<ResumedInstance>& resumed = {});
Result<std::vector<wire::ParentToIpvsd>> encode_plan(const IpvsPlan&);
Result<std::vector<wire::ParentToCheckerd>> encode_plan(const CheckPlan&, const std::vector<CheckVerdict>& verdicts = {},
                                                        const std::vector<ServiceId>& quorum_up = {});

// Whether every item of the plan arrives as it is: the children check the same ranges, and what they refuse must not be sent.
Status carries(const Plan&);

}  // namespace holdfast
