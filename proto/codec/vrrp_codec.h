// VRRP plan items <-> messages. decode() checks every range that the value headers promise; its errors name the field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proto/runtime/result.h"
#include "proto/schema/parent_vrrpd.pb.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast {

void encode(const ToldTracker&, wire::ToldTracker&);
void encode(const ProcessTracker&, wire::ProcessTracker&);
void encode(const VrrpInstance&, wire::VrrpInstance&);
void encode(const SyncGroup&, wire::SyncGroup&);
void encode(const ScriptTracker&, wire::ScriptTracker&);
void encode(const BfdSession&, wire::BfdSession&);
void encode(const ResumedInstance&, wire::ResumedInstance&);

Result<ToldTracker> decode(const wire::ToldTracker&);
Result<ProcessTracker> decode(const wire::ProcessTracker&);
Result<VrrpInstance> decode(const wire::VrrpInstance&);
Result<SyncGroup> decode(const wire::SyncGroup&);
Result<ScriptTracker> decode(const wire::ScriptTracker&);
Result<BfdSession> decode(const wire::BfdSession&);
Result<ResumedInstance> decode(const wire::ResumedInstance&);

}  // namespace holdfast
