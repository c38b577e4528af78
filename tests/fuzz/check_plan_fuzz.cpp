// The parent's plan as checkerd takes it: Begin, chunks and Commit from arbitrary messages. What is committed has unique identities and is
// taken by the pure rooms without complaint.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "checkerd/plan_intake.h"
#include "checkerd/schedule/schedule.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  PlanIntake intake;
  Pools pools;
  Schedule schedule;
  // Messages, each behind one octet with its length.
  for (std::size_t at = 0; at < size;) {
    const std::size_t length = std::min<std::size_t>(data[at], size - at - 1);
    wire::ParentToCheckerd message;
    const bool parsed = message.ParseFromArray(data + at + 1, static_cast<int>(length));
    at += length + 1;
    if (!parsed) continue;
    if (message.has_begin() && !intake.begin(message.begin())) return 0;
    if (message.has_chunk() && !intake.chunk(message.chunk())) return 0;
    if (!message.has_commit()) continue;
    const auto committed = intake.commit(message.commit());
    if (!committed) continue;
    (void)pools.apply(committed->plan, committed->memory);
    schedule.apply(committed->plan, pools.verdicts(), Instant{Duration{1'000'000}});
    if (schedule.size() != pools.verdicts().size()) __builtin_trap();
  }
  return 0;
}
