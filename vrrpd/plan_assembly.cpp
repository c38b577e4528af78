// The codecs check ranges; here: order, counts, and that the whole is one this router can run.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/plan_assembly.h"

#include "proto/codec/vrrp_codec.h"
#include "vrrpd/bfd/sessions.h"
#include "vrrpd/protocol/router.h"

namespace holdfast::vrrp {

Status PlanAssembly::begin(const wire::PlanBegin& message) {
  if (message.chunks() > kChunksMax) {
    return Error{"plan of " + std::to_string(message.chunks()) + " chunks, expected at most " + std::to_string(kChunksMax)};
  }
  open_ = true;
  expected_ = message.chunks();
  seen_ = 0;
  next_ = {};
  next_.plan.generation = message.generation();
  fault_ = ok();
  return ok();
}

Status PlanAssembly::chunk(const wire::VrrpPlanChunk& message) {
  if (!open_) return Error{"plan chunk without a beginning"};
  if (++seen_ > expected_) return Error{"more plan chunks than announced"};
  if (fault_) fault_ = contents(message);
  return ok();
}

Status PlanAssembly::contents(const wire::VrrpPlanChunk& message) {
  VrrpPlan& plan = next_.plan;
  if (message.has_settings()) {
    if (message.settings().startup_delay_us() < 0) return Error{"startup_delay is negative"};
    plan.startup_delay = Duration{message.settings().startup_delay_us()};
    plan.resume_limit = message.settings().resume_limit();
  }
  for (const auto& item : message.trackers()) {
    HF_TRY(ScriptTracker tracker, holdfast::decode(item));
    plan.trackers.push_back(std::move(tracker));
  }
  for (const auto& item : message.told_trackers()) {
    HF_TRY(ToldTracker tracker, holdfast::decode(item));
    plan.told_trackers.push_back(std::move(tracker));
  }
  for (const auto& item : message.process_trackers()) {
    HF_TRY(ProcessTracker tracker, holdfast::decode(item));
    plan.process_trackers.push_back(std::move(tracker));
  }
  for (const auto& item : message.groups()) {
    HF_TRY(SyncGroup group, holdfast::decode(item));
    plan.groups.push_back(std::move(group));
  }
  for (const auto& item : message.instances()) {
    HF_TRY(VrrpInstance instance, holdfast::decode(item));
    plan.instances.push_back(std::move(instance));
  }
  for (const auto& item : message.resumed()) {
    HF_TRY(const ResumedInstance resumed, holdfast::decode(item));
    next_.resumed.push_back(resumed);
  }
  for (const auto& item : message.sessions()) {
    HF_TRY(BfdSession session, holdfast::decode(item));
    plan.sessions.push_back(std::move(session));
  }
  if (plan.sessions.size() > bfd::kSessionsMax) return Error{"more than " + std::to_string(bfd::kSessionsMax) + " BFD sessions"};
  if (plan.instances.size() > kInstancesMax) return Error{"more than " + std::to_string(kInstancesMax) + " instances"};
  return ok();
}

Status PlanAssembly::commit(const wire::PlanCommit& message) {
  if (!open_) return Error{"plan commit without a beginning"};
  if (message.generation() != next_.plan.generation) return Error{"plan commit of another generation"};
  if (seen_ != expected_) return Error{"plan commit after " + std::to_string(seen_) + " of " + std::to_string(expected_) + " chunks"};
  open_ = false;
  return ok();
}

Result<AssembledPlan> PlanAssembly::take() {
  if (!fault_) return std::move(fault_).error();
  HF_OK(Router::acceptable(next_.plan));
  return std::move(next_);
}

}  // namespace holdfast::vrrp
