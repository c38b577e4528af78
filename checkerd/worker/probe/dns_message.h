// A DNS question, and whether what came is its answer. RFC 1035 section 4.1; the records of the answer are not looked at, as in keepalived.
// Bytes in, verdict out: knows no descriptor and no clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "checkerd/worker/probe/probe.h"

namespace holdfast {

std::string question_of(const DnsProbe& probe);
// No value: this is not the answer (too short, another identifier, a question): wait for the right one.
std::optional<ProbeResult> judge(const DnsProbe& probe, std::span<const char> datagram);

}  // namespace holdfast
