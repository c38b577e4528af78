// Steps of the table that marks packets to members of virtual server groups -> nf_tables messages: one batch, which the kernel takes as a
// whole or not at all. Table, chain, maps and rules are those of keepalived. See nft(8). Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ipvsd/netlink/batch.h"
#include "ipvsd/reconcile/marking.h"

namespace holdfast::netlink {

// With begin and end.
void encode(Batch&, const ChangeMarking&);

}  // namespace holdfast::netlink
