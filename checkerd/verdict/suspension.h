// ha_suspend: which services' checks are not run because no address of the service is on this machine, by what the parent tells of it.
// Pure. keepalived.conf(5). Does not know what an address is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "checkerd/verdict/server.h"
#include "proto/value/check_plan.h"

namespace holdfast {

class Suspension {
 public:
  // Points into `plan`. What was not told is not here.
  void apply(const CheckPlan& plan, const Numbers& told);
  // The services whose checks begin or end to be run with this.
  std::vector<const CheckedService*> told(TrackerId presence, bool here);
  bool depends_on(TrackerId presence) const { return services_.contains(presence); }
  bool suspends(CheckId check) const { return suspended_.contains(check); }

 private:
  void mark(const CheckedService& service, bool here);

  std::unordered_map<TrackerId, std::vector<const CheckedService*>> services_;
  std::unordered_map<TrackerId, bool> here_;
  std::unordered_set<CheckId> suspended_;
};

}  // namespace holdfast
