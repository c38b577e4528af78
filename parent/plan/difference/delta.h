// The difference between two plans: what a reload adds, removes and changes. Generations do not count. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parent/plan/plan.h"

namespace holdfast {

template <class AnyId>
struct Changes {
  std::vector<AnyId> added;
  std::vector<AnyId> removed;
  std::vector<AnyId> changed;
  bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
  bool operator==(const Changes&) const = default;
};

struct Delta {
  Changes<InstanceId> instances;
  Changes<GroupId> groups;
  Changes<TrackerId> trackers;
  Changes<InstanceId> rights;
  Changes<ServiceId> services;
  Changes<DestinationId> destinations;
  Changes<ServiceId> checked;
  Changes<ScriptId> scripts;
  bool vrrp_settings = false;    // settings of the vrrp plan that belong to no instance
  bool ipvs_settings = false;
  bool check_settings = false;
  bool parent_settings = false;  // notify table, sockets and settings of the parent
  bool operator==(const Delta&) const = default;

  // Which processes have to be told.
  bool for_vrrpd() const;
  bool for_ipvsd() const;
  bool for_checkerd() const;
  bool for_scriptd() const { return !scripts.empty(); }
  bool empty() const;
  // "instances +1 -0 ~2, services ..." for the operator; "nothing" for an empty difference.
  std::string summary() const;
};

Delta delta(const Plan& from, const Plan& to);

// One line per object: "+ instance VI_2", "~ service [10.0.0.1]:tcp:80", "- group VG"; empty for no difference.
std::string describe(const Delta& difference, const Plan& from, const Plan& to);

}  // namespace holdfast
