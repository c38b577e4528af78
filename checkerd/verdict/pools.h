// All services: the plan, which check belongs to which server, and what every result leads to.
// Pure. The one entry of this folder for the driver.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "checkerd/verdict/pool.h"

namespace holdfast {

// What the parent remembers of a checkerd that ended unexpectedly.
struct Memory {
  KnownVerdicts verdicts;
  std::unordered_set<ServiceId> quorum_up;
  bool empty() const { return verdicts.empty() && quorum_up.empty(); }
};

class Pools {
 public:
  struct Place {
    ServiceId service;
    DestinationId server;
  };

  // Takes a plan by difference: what it still names keeps its state. `memory` only counts for services that are new here.
  Actions apply(const CheckPlan& plan, const Memory& memory, const Numbers& told = {});
  Actions hear(const Server::Opinion& opinion);
  Actions stop() const;

  const Pool* find(ServiceId service) const;
  const Place* place(CheckId check) const;
  const Server* server_of(CheckId check) const;
  std::optional<CheckVerdict> verdict(CheckId check) const;
  std::vector<CheckVerdict> verdicts() const;
  // Services in the order of the plan.
  const std::vector<ServiceId>& order() const { return order_; }

 private:
  std::unordered_map<ServiceId, Pool> pools_;
  std::vector<ServiceId> order_;
  std::unordered_map<CheckId, Place> places_;
};

}  // namespace holdfast
