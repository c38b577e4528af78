// Any octets as a plan of the parent, taken whole and run for a while: no value that a codec lets through may upset the router.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "vrrpd/plan_assembly.h"
#include "vrrpd/protocol/router.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  using namespace holdfast::vrrp;
  wire::VrrpPlanChunk chunk;
  if (!chunk.ParseFromArray(data, static_cast<int>(size))) return 0;
  wire::PlanBegin begin;
  begin.set_generation(1);
  begin.set_chunks(1);
  wire::PlanCommit commit;
  commit.set_generation(1);
  PlanAssembly assembly;
  if (!assembly.begin(begin) || !assembly.chunk(chunk) || !assembly.commit(commit)) return 0;
  auto plan = assembly.take();
  if (!plan) return 0;
  Router router;
  Instant now{Duration{1'000'000}};
  router.handle(AllLinksTold{}, now);
  router.apply(plan->plan, plan->resumed, now);
  for (int count = 0; count < 100 && router.deadline() != kNever; ++count) {
    now = std::max(now, router.deadline());
    router.handle(TimersDue{}, now);
  }
  router.apply(plan->plan, {}, now);
  router.handle(StopAll{}, now);
  return 0;
}
