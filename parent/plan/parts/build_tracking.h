// What instances and groups can track beside scripts and interfaces: track_file, vrrp_track_process, and through the same door BFD
// sessions. Private to parent/plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "parent/plan/building.h"

namespace holdfast {

// Weighted trackers have no place in an address owner or, unless asked for, in a sync group.
enum class Weights : bool { kDropped, kKept };

struct TrackableObjects {
  const Trackables& files;
  Trackables processes;
  Trackables bfds;
};

// Puts the definitions into the plan. Files are there already: build_files().
TrackableObjects build_trackables(Building&);

std::vector<TrackedObject> tracked_objects(Building&, const model::Tracking&, const TrackableObjects&, Weights, const std::string& who);

// What a member of a group without sync_group_tracking_weight keeps: processes as they are, files and sessions without weight.
void drop_object_weights(Building&, const model::SyncGroup& said, VrrpInstance&);

}  // namespace holdfast
