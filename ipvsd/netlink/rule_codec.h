// Policy rules <-> rtnetlink messages: RTM_NEWRULE, RTM_DELRULE. See ip-rule(8), linux/fib_rules.h. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "ipvsd/netlink/attribute.h"
#include "ipvsd/netlink/batch.h"
#include "ipvsd/reconcile/change.h"
#include "proto/runtime/result.h"

namespace holdfast::netlink {

void encode(Batch&, const AddRule&);
void encode(Batch&, const DeleteRule&);
// `message`: one whole netlink message of type RTM_NEWRULE or RTM_DELRULE.
Result<RuleMark> decode_rule(Octets message);

}  // namespace holdfast::netlink
