// Begin, chunks, Commit -> one plan, or the reason why not. Nothing takes effect before Commit; a message out of order is the sender's end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "proto/runtime/result.h"
#include "proto/schema/parent_vrrpd.pb.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast::vrrp {

inline constexpr std::uint32_t kChunksMax = 16384;
inline constexpr std::size_t kInstancesMax = 65536;

struct AssembledPlan {
  VrrpPlan plan;
  std::vector<ResumedInstance> resumed;
};

class PlanAssembly {
 public:
  // Errors of these three are violations of the order of messages: the link is broken.
  Status begin(const wire::PlanBegin& message);
  Status chunk(const wire::VrrpPlanChunk& message);
  Status commit(const wire::PlanCommit& message);
  // After commit(): the plan, or what is wrong with its contents.
  Result<AssembledPlan> take();
  Generation generation() const { return next_.plan.generation; }

 private:
  Status contents(const wire::VrrpPlanChunk& message);

  bool open_ = false;
  std::uint32_t expected_ = 0;
  std::uint32_t seen_ = 0;
  AssembledPlan next_;
  Status fault_;
};

}  // namespace holdfast::vrrp
