// Begin, chunks, Commit -> one checked plan, or a refusal. Decides nothing; takes effect at Commit or not at all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_map>

#include "checkerd/verdict/pools.h"
#include "proto/runtime/result.h"
#include "proto/schema/parent_checkerd.pb.h"
#include "proto/value/check_plan.h"

namespace holdfast {

inline constexpr std::uint32_t kChunksMax = 100'000;
inline constexpr std::size_t kServersMax = 1'000'000;
inline constexpr std::size_t kServicesMax = 200'000;
inline constexpr std::size_t kVerdictsMax = 2'000'000;
inline constexpr unsigned kWorkersMax = 64;

class PlanIntake {
 public:
  struct Committed {
    CheckPlan plan;
    Memory memory;  // only where the parent has told what a previous checkerd knew
  };

  // Errors with code EPROTO break the rules of the link (a chunk before Begin); others are a plan that cannot be taken.
  Status begin(const wire::PlanBegin& message);
  Status chunk(const wire::CheckPlanChunk& message);
  Result<Committed> commit(const wire::PlanCommit& message);
  Generation generation() const { return generation_; }

 private:
  Status add(const wire::CheckedService& message);
  Status unique() const;

  bool open_ = false;
  Generation generation_ = 0;
  std::uint32_t chunks_ = 0;
  std::size_t servers_ = 0;
  Committed draft_;
  std::unordered_map<ServiceId, std::size_t> place_;
  std::optional<Error> fault_;  // the first one; the rest of the plan is read and forgotten
};

}  // namespace holdfast
