// Probes and results <-> messages of the link between checkerd and a worker. Checks every range; errors name the field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checkerd/worker/probe/probe.h"
#include "proto/runtime/result.h"
#include "proto/schema/checkerd_worker.pb.h"

namespace holdfast {

Result<Probe> decode(const wire::Probe& message);
void encode(std::uint64_t id, const ProbeResult& result, wire::ProbeFinished& message);

}  // namespace holdfast
