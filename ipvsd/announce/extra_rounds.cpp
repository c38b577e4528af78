// One deadline per active instance.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/announce/extra_rounds.h"

#include <algorithm>

namespace holdfast::announce {

void ExtraRounds::begin(InstanceId id, Duration delay, Duration every, Instant now) {
  if (every <= Duration{0}) return end(id);
  const auto [round, fresh] = rounds_.try_emplace(id);
  if (fresh) round->second.next = now + delay;
  if (!fresh && round->second.every != every) round->second.next = now + every;
  round->second.every = every;
}

std::vector<InstanceId> ExtraRounds::due(Instant now) {
  std::vector<InstanceId> ids;
  for (auto& [id, round] : rounds_) {
    if (round.next > now) continue;
    ids.push_back(id);
    round.next = now + round.every;
  }
  return ids;
}

Instant ExtraRounds::deadline() const {
  Instant first = kNever;
  for (const auto& [id, round] : rounds_) first = std::min(first, round.next);
  return first;
}

}  // namespace holdfast::announce
