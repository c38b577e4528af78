// Routes -> rtnetlink messages (RTM_NEWROUTE, RTM_DELROUTE), and what a deletion by somebody else tells. See rtnetlink(7),
// linux/rtnetlink.h, linux/lwtunnel.h. Pure: interfaces are numbers that the caller looks up.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ipvsd/netlink/attribute.h"
#include "ipvsd/netlink/batch.h"
#include "ipvsd/reconcile/change.h"
#include "proto/runtime/result.h"

namespace holdfast::netlink {

// The number of an interface of the route; every name of it is known.
using IndexOf = std::function<std::uint32_t(const std::string& interface)>;

// `table`: where the route goes, which a VRF decides.
void encode(Batch&, const AddRoute&, std::uint32_t table, const IndexOf&);
void encode(Batch&, const DeleteRoute&, std::uint32_t table, const IndexOf&);

// `message`: one whole netlink message of type RTM_NEWROUTE or RTM_DELROUTE.
Result<RouteMark> decode_route(Octets message);

}  // namespace holdfast::netlink
