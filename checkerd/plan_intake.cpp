// Assembly of a plan. See plan_intake.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/plan_intake.h"

#include <cerrno>
#include <string>
#include <unordered_set>
#include <utility>

#include "proto/codec/bounds.h"
#include "proto/codec/check_codec.h"

namespace holdfast {

Status PlanIntake::begin(const wire::PlanBegin& message) {
  if (open_) return Error{"plan " + std::to_string(message.generation()) + " begins inside another one", EPROTO};
  if (message.generation() == 0) return Error{"plan without a generation", EPROTO};
  *this = {};
  open_ = true;
  generation_ = message.generation();
  chunks_ = message.chunks();
  draft_.plan.generation = generation_;
  if (chunks_ > kChunksMax) fault_ = Error{"plan of " + std::to_string(chunks_) + " chunks, at most " + std::to_string(kChunksMax)};
  return ok();
}

Status PlanIntake::chunk(const wire::CheckPlanChunk& message) {
  if (!open_ || chunks_ == 0) return Error{"plan chunk that was not announced", EPROTO};
  --chunks_;
  if (fault_) return ok();
  const auto take = [&]() -> Status {
    if (message.has_settings()) {
      draft_.plan.seed = message.settings().seed();
      HF_TRY(draft_.plan.workers, bounds::within<unsigned>("workers", message.settings().workers(), 0, kWorkersMax));
    }
    for (const auto& service : message.services()) HF_OK(add(service));
    for (const auto& item : message.verdicts()) {
      HF_TRY(const CheckVerdict verdict, decode(item));
      draft_.memory.verdicts.insert_or_assign(verdict.id, verdict);
    }
    for (const std::uint64_t service : message.quorum_up_services()) draft_.memory.quorum_up.insert(ServiceId{service});
    if (draft_.memory.verdicts.size() > kVerdictsMax) return Error{"more than " + std::to_string(kVerdictsMax) + " remembered verdicts"};
    return ok();
  };
  if (auto taken = take(); !taken) fault_ = taken.error();
  return ok();
}

// A service with many servers comes in several chunks.
Status PlanIntake::add(const wire::CheckedService& message) {
  HF_TRY(CheckedService service, decode(message));
  servers_ += service.servers.size();
  if (servers_ > kServersMax) return Error{"more than " + std::to_string(kServersMax) + " servers"};
  const auto [at, fresh] = place_.emplace(service.id, draft_.plan.services.size());
  if (fresh) {
    if (draft_.plan.services.size() >= kServicesMax) return Error{"more than " + std::to_string(kServicesMax) + " services"};
    draft_.plan.services.push_back(std::move(service));
    return ok();
  }
  CheckedService& whole = draft_.plan.services[at->second];
  for (CheckedServer& server : service.servers) whole.servers.push_back(std::move(server));
  if (service.sorry) whole.sorry = std::move(service.sorry);
  return ok();
}

// Identities name one thing. A sorry server may be one of the real servers of its own service.
Status PlanIntake::unique() const {
  std::unordered_set<DestinationId> servers;
  std::unordered_set<CheckId> checks;
  for (const CheckedService& service : draft_.plan.services) {
    for (const CheckedServer& server : service.servers) {
      if (!servers.insert(server.id).second) return Error{"server " + server.name + " of " + service.name + " is there twice"};
      for (const Check& check : server.checks) {
        if (!checks.insert(check.id).second) return Error{"a check of server " + server.name + " of " + service.name + " is there twice"};
      }
    }
  }
  return ok();
}

Result<PlanIntake::Committed> PlanIntake::commit(const wire::PlanCommit& message) {
  if (!open_ || message.generation() != generation_) return Error{"commit of a plan that did not begin", EPROTO};
  open_ = false;
  if (!fault_ && chunks_ != 0) fault_ = Error{std::to_string(chunks_) + " announced chunks are missing"};
  if (!fault_) {
    if (auto checked = unique(); !checked) fault_ = checked.error();
  }
  if (fault_) return Error{fault_->message};
  return std::exchange(draft_, {});
}

}  // namespace holdfast
