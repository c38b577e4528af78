// keepalived.conf(5), track_file and vrrp_track_process. A file of weight 1 that may not have one is tracked with weight 0: every other
// weighted file or session is dropped. Weighted processes stay where others are dropped, as in keepalived.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/parts/build_tracking.h"

#include <algorithm>

namespace holdfast {
namespace {

constexpr int kFileWeight = 1;

void build_file(Building& building, const model::TrackFile& said) {
  if (!said.file->starts_with('/')) {
    building.error(said.file.at, "incomplete-block", "track_file " + said.name + ": " + *said.file + " is not an absolute path, removed",
                   "/PATH");
    return;
  }
  WatchedFile file;
  file.id = building.identities.id<TrackerId>(identity_text({"track_file", said.name}));
  file.name = said.name;
  file.path = *said.file;
  file.create = said.init_file.set;
  file.overwrite = said.overwrite.value_or(false);
  file.value = said.init_file.value_or(0);
  building.files.emplace(said.name, Trackable{file.id, said.weight.value_or(kFileWeight), said.reverse.value_or(false)});
  building.plan.files.push_back(std::move(file));
}

void build_process(Building& building, const model::TrackProcess& said, TrackableObjects& objects) {
  ProcessTracker tracker;
  tracker.id = building.identities.id<TrackerId>(identity_text({"track_process", said.name}));
  tracker.name = said.name;
  tracker.quorum_max = said.quorum_max.value_or(tracker.quorum_max);
  tracker.quorum = std::min(said.quorum.value_or(tracker.quorum), tracker.quorum_max);  // quorum_max 0: none may run
  tracker.fork_delay = said.fork_delay.value_or(Duration{0});
  tracker.terminate_delay = said.terminate_delay.value_or(Duration{0});
  CountedProcesses counted;
  counted.id = tracker.id;
  counted.name = said.name;
  counted.command = *said.command;
  counted.whole_command = said.full_command.value_or(false) || said.param_match || counted.command.size() > 1;
  counted.match = said.param_match.value_or(counted.command.size() > 1 ? ParameterMatch::kExact : ParameterMatch::kAny);
  objects.processes.emplace(said.name, Trackable{tracker.id, said.weight.value_or(0), said.reverse.value_or(false)});
  building.plan.vrrp.process_trackers.push_back(std::move(tracker));
  building.plan.ipvs.processes.push_back(std::move(counted));
}

// True: the entry is dropped.
bool without_weight(Building& building, TrackedObject& tracked, bool is_file, config::Position at, const std::string& what) {
  if (tracked.weight == 0) return false;
  const bool kept = is_file && tracked.weight == kFileWeight;
  building.warn(at, "weight-ignored", kept ? "weight of " + what + " set to 0" : "weighted " + what + " ignored");
  tracked.weight = 0;
  return !kept;
}

}  // namespace

void build_files(Building& building) {
  for (const model::TrackFile& said : building.configuration.track_files) build_file(building, said);
}

TrackableObjects build_trackables(Building& building) {
  TrackableObjects objects{.files = building.files, .processes = {}, .bfds = {}};
  for (const WatchedFile& file : building.plan.files) building.plan.vrrp.told_trackers.push_back({file.id, file.name, ToldKind::kFile});
  for (const model::TrackProcess& said : building.configuration.track_processes) build_process(building, said, objects);
  for (const BfdSession& session : building.plan.vrrp.sessions) {
    if (!session.for_vrrp) continue;
    const auto& all = building.configuration.bfd_instances;
    const auto said = std::ranges::find_if(all, [&](const model::BfdInstance& one) { return one.name == session.name; });
    objects.bfds.emplace(session.name, Trackable{session.id, said->weight.value_or(0), said->reverse.value_or(false)});
    building.plan.vrrp.told_trackers.push_back({session.id, session.name, ToldKind::kBfd});
  }
  return objects;
}

std::vector<TrackedObject> tracked_objects(Building& building, const model::Tracking& tracking, const TrackableObjects& objects,
                                           Weights weights, const std::string& who) {
  std::vector<TrackedObject> result;
  const auto add = [&](const std::vector<model::TrackEntry>& entries, const Trackables& known, const char* noun) {
    const bool is_file = &known == &objects.files;
    for (const model::TrackEntry& entry : entries) {
      const auto found = known.find(entry.name);
      if (found == known.end()) continue;  // why was said at its definition
      TrackedObject tracked{found->second.id, entry.weight.value_or(found->second.weight), entry.reverse.value_or(found->second.reverse)};
      const std::string what = std::string(noun) + " " + entry.name + " of " + who;
      const bool filtered = weights == Weights::kDropped && &known != &objects.processes;
      if (filtered && without_weight(building, tracked, is_file, entry.at, what)) continue;
      result.push_back(tracked);
    }
  };
  add(tracking.files, objects.files, "track_file");
  add(tracking.processes, objects.processes, "track_process");
  add(tracking.bfds, objects.bfds, "track_bfd");
  return result;
}

void drop_object_weights(Building& building, const model::SyncGroup& said, VrrpInstance& instance) {
  const std::vector<ToldTracker>& told = building.plan.vrrp.told_trackers;
  std::erase_if(instance.tracked_objects, [&](TrackedObject& tracked) {
    const auto found = std::find_if(told.begin(), told.end(), [&](const ToldTracker& one) { return one.id == tracked.tracker; });
    if (found == told.end()) return false;
    const std::string what = "tracked " + found->name + " of " + instance.name + " in sync group " + said.name;
    return without_weight(building, tracked, found->kind == ToldKind::kFile, said.at, what);
  });
}

}  // namespace holdfast
