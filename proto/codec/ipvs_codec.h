// ipvsd's plan items <-> messages. decode() checks every range; its errors name the field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proto/runtime/result.h"
#include "proto/schema/checkerd_ipvsd.pb.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

void encode(const VirtualAddress&, wire::VirtualAddress&);
void encode(const InstanceRights&, wire::InstanceRights&);
void encode(const Service&, wire::Service&);
void encode(const Destination&, wire::Destination&);
void encode(const IpvsPlan&, wire::IpvsSettings&);  // what the plan says beside its lists
void encode(const CountedProcesses&, wire::CountedProcesses&);
void encode(const DestinationWish&, wire::DestinationWish&);

Result<VirtualAddress> decode(const wire::VirtualAddress&);
Result<InstanceRights> decode(const wire::InstanceRights&);
Result<Service> decode(const wire::Service&);
Result<Destination> decode(const wire::Destination&);
Status decode(const wire::IpvsSettings&, IpvsPlan&);
Result<CountedProcesses> decode(const wire::CountedProcesses&);
Result<DestinationWish> decode(const wire::DestinationWish&);

}  // namespace holdfast
