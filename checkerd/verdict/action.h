// What a change of verdict leads to, in the order in which it must happen: wishes for ipvsd, facts for the parent, lines for the log.
// Pure values: the driver sends, says and logs them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "proto/value/check_plan.h"
#include "proto/value/identifier.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

struct WishChanged {
  DestinationWish wish;
  bool operator==(const WishChanged&) const = default;
};
// A real server became usable or unusable. `initial`: it starts like this (rs_init_notifies). `confirmed`: it started as down (alpha), and the
// first result says so too.
struct ServerTurned {
  ServiceId service;
  DestinationId server;
  bool up = false;
  bool initial = false;
  bool confirmed = false;
  bool operator==(const ServerTurned&) const = default;
};
struct QuorumTurned {
  ServiceId service;
  bool up = false;
  bool initial = false;
  std::int64_t threshold = 0;  // quorum plus or minus hysteresis
  std::int64_t weight = 0;     // of the servers that are alive
  bool operator==(const QuorumTurned&) const = default;
};
// The sorry server takes over from the pool (serving) or gives back to it.
struct SorryTurned {
  ServiceId service;
  bool serving = false;
  bool operator==(const SorryTurned&) const = default;
};
struct WeightChanged {
  ServiceId service;
  DestinationId server;
  std::uint32_t from = 0, to = 0;
  bool alive = false;
  bool operator==(const WeightChanged&) const = default;
};
// A reload gave this check a state that did not come from a run of it (it replaces one that had failed).
struct CheckAssumed {
  CheckVerdict verdict;
  bool operator==(const CheckAssumed&) const = default;
};
// The whole ends; said once for every real server.
struct ServerShutDown {
  ServiceId service;
  DestinationId server;
  bool operator==(const ServerShutDown&) const = default;
};

using Action = std::variant<WishChanged, ServerTurned, QuorumTurned, SorryTurned, WeightChanged, CheckAssumed, ServerShutDown>;
using Actions = std::vector<Action>;

}  // namespace holdfast
