// Links that are made, set up and deleted -> rtnetlink messages, and the carrier of a link -> ethtool's generic netlink. See
// rtnetlink(7), ip-link(8), linux/if_link.h, linux/ethtool_netlink.h. Pure: links are named or numbered, whichever the message wants.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "ipvsd/netlink/attribute.h"
#include "ipvsd/netlink/batch.h"
#include "ipvsd/netlink/ipvs_codec.h"
#include "ipvsd/reconcile/link_change.h"

namespace holdfast::netlink {

void encode(Batch&, const CreateLink&);
void encode(Batch&, const TuneLink&);
void encode(Batch&, const AddLinkAddress&, std::uint32_t index);
void encode(Batch&, const RaiseLink&);
void encode(Batch&, const SetMaster&);
// As many messages as links and one more: all are put into one group, which is then deleted.
void encode(Batch&, const DeleteLinks&);
// Of an interface; nothing is added for a setting that is no interface's.
void encode(Batch&, const SetSetting&, std::uint32_t index);

void encode_carrier_request(Batch&, GenericFamily ethtool, std::uint32_t index);
Result<std::optional<bool>> decode_carrier(Octets message);

}  // namespace holdfast::netlink
