// ipvsd's plan items <-> messages. decode() checks every range; its errors name the field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "proto/runtime/result.h"
#include "proto/schema/checkerd_ipvsd.pb.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

inline constexpr std::size_t kAddressesPerInstanceMax = 65536;

void encode(const VirtualAddress&, wire::VirtualAddress&);
// Without routes and rules, and with at most so many of its addresses: the others follow in pieces, see holdings_codec.h.
void encode(const InstanceRights&, wire::InstanceRights&, std::size_t addresses_max = kAddressesPerInstanceMax);
void encode(const Service&, wire::Service&);
void encode(const Destination&, wire::Destination&);
void encode(const IpvsPlan&, wire::IpvsSettings&);  // what the plan says beside its lists
void encode(const CountedProcesses&, wire::CountedProcesses&);
void encode(const MarkedTarget&, wire::MarkedTarget&);
void encode(const DestinationWish&, wire::DestinationWish&);

Result<VirtualAddress> decode(const wire::VirtualAddress&);
Result<InstanceRights> decode(const wire::InstanceRights&);
Result<Service> decode(const wire::Service&);
Result<Destination> decode(const wire::Destination&);
Status decode(const wire::IpvsSettings&, IpvsPlan&);
Result<CountedProcesses> decode(const wire::CountedProcesses&);
Result<MarkedTarget> decode(const wire::MarkedTarget&);
Result<DestinationWish> decode(const wire::DestinationWish&);

}  // namespace holdfast
