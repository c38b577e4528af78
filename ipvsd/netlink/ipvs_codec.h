// IPVS services and destinations <-> generic netlink messages of the family "IPVS". See linux/ip_vs.h, linux/genetlink.h.
// Pure: bytes in, values out. Statistics are skipped, in both their widths.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "ipvsd/netlink/attribute.h"
#include "ipvsd/netlink/batch.h"
#include "ipvsd/reconcile/change.h"
#include "proto/runtime/result.h"

namespace holdfast::netlink {

using GenericFamily = std::uint16_t;  // the number that the kernel gave to "IPVS"

void encode(Batch&, GenericFamily, const AddService&);
void encode(Batch&, GenericFamily, const EditService&);
void encode(Batch&, GenericFamily, const DeleteService&);
void encode(Batch&, GenericFamily, const AddDestination&);
void encode(Batch&, GenericFamily, const EditDestination&);
void encode(Batch&, GenericFamily, const DeleteDestination&);
void encode(Batch&, GenericFamily, const SetTimeouts&);
void encode(Batch&, GenericFamily, const StartSync&);
void encode(Batch&, GenericFamily, const StopSync&);
void encode(Batch&, GenericFamily, const FlushServices&);
void encode_timeouts_request(Batch&, GenericFamily);
void encode_sync_dump(Batch&, GenericFamily);
void encode_service_dump(Batch&, GenericFamily);
void encode_service_request(Batch&, GenericFamily, const ServiceKey&);  // one service
void encode_destination_dump(Batch&, GenericFamily, const ServiceKey&);
// Asks generic netlink's controller for the family; the kernel loads the module ip_vs for it if it has to.
void encode_family_lookup(Batch&, const char* name);

// `message`: one whole netlink message as a dump gives it.
Result<std::pair<ServiceKey, ServiceOptions>> decode_service(Octets message);
// Destinations of kernels before 3.18 do not tell their family: then it is the service's.
Result<std::pair<DestinationKey, DestinationOptions>> decode_destination(Octets message, Family service_family);
Result<IpvsTimeouts> decode_timeouts(Octets message);
Result<RunningSync> decode_sync(Octets message);
Result<GenericFamily> decode_family(Octets message);

}  // namespace holdfast::netlink
