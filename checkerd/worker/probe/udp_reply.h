// What UDP_CHECK sends, and whether an answer is the one that is wanted: its length, and the octets that it begins with under their mask.
// Bytes in, verdict out: knows no descriptor and no clock. keepalived.conf(5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "checkerd/worker/probe/probe.h"

namespace holdfast {

std::string payload_of(const UdpProbe& probe);
ProbeResult judge(const UdpProbe& probe, std::span<const char> datagram);
// Nothing came in time, and nobody said that the port is closed.
ProbeResult judge_silence(const UdpProbe& probe);

}  // namespace holdfast
