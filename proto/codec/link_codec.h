// What the plan says about links <-> messages. decode() checks every range; its errors name the field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proto/runtime/result.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/value/link_plan.h"

namespace holdfast {

void encode(const VirtualLink&, wire::VirtualLink&);
void encode(const LinkDelay&, wire::LinkDelay&);
void encode(const LinkPoll&, wire::LinkPoll&);
void encode(const KeptSetting&, wire::KeptSetting&);

Result<VirtualLink> decode(const wire::VirtualLink&);
Result<LinkDelay> decode(const wire::LinkDelay&);
Result<LinkPoll> decode(const wire::LinkPoll&);
Result<KeptSetting> decode(const wire::KeptSetting&);

}  // namespace holdfast
