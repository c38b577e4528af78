// Steps of the firewall -> nf_tables messages: one batch, which the kernel takes as a whole or not at all. Tables, chains, sets and
// rules are those of keepalived. See nft(8), linux/netfilter/nf_tables.h. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ipvsd/netlink/batch.h"
#include "ipvsd/reconcile/firewall.h"

namespace holdfast::netlink {

// With begin and end. Nothing to do gives an empty batch.
void encode(Batch&, const ChangeFirewall&);

}  // namespace holdfast::netlink
