// garp_extra_if: which active instances announce their addresses on other interfaces again now. Pure: takes now, gives who is due.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>
#include <vector>

#include "proto/value/identifier.h"
#include "proto/value/instant.h"

namespace holdfast::announce {

class ExtraRounds {
 public:
  // The instance became active; one that is known goes on as it was. `every` 0: it makes no rounds.
  void begin(InstanceId id, Duration delay, Duration every, Instant now);
  void end(InstanceId id) { rounds_.erase(id); }
  void clear() { rounds_.clear(); }
  std::vector<InstanceId> due(Instant now);
  Instant deadline() const;

 private:
  struct Round {
    Duration every{0};
    Instant next{};
  };
  std::unordered_map<InstanceId, Round> rounds_;
};

}  // namespace holdfast::announce
