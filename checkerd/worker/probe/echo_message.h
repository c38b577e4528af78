// ICMP and ICMPv6 echo: the request, and whether what came is its reply. RFC 792, RFC 4443 section 4.
// The kernel's ping sockets put in the identifier and the checksum and hand over no other reply; a raw socket hands over every reply of its
// peer, for IPv4 with the IP header before it. Bytes in, verdict out: knows no descriptor and no clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "checkerd/worker/probe/probe.h"

namespace holdfast {

std::string request_of(const PingProbe& probe);
// No value: this is not the reply, wait for it.
std::optional<ProbeResult> judge(const PingProbe& probe, std::span<const char> datagram);

}  // namespace holdfast
