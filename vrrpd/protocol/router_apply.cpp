// Taking a plan: by difference, recognised by stable ids. What did not change keeps its state, its timers and its claims.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "vrrpd/protocol/chores.h"
#include "vrrpd/protocol/router.h"

namespace holdfast::vrrp {

Status Router::acceptable(const VrrpPlan& plan) {
  std::set<InstanceId> seen;
  std::set<GroupId> groups;
  for (const SyncGroup& group : plan.groups) groups.insert(group.id);
  for (const VrrpInstance& instance : plan.instances) {
    if (!seen.insert(instance.id).second) return Error{"instance " + instance.name + ": the same router as another instance"};
    if (instance.authentication == Authentication::kHeader && instance.family != Family::kIpv4) {
      return Error{"instance " + instance.name + ": auth_type AH on IPv6, expected PASS or none"};
    }
    if (instance.version == 3 && instance.authentication != Authentication::kNone) {
      return Error{"instance " + instance.name + ": authentication with VRRP version 3, expected none"};
    }
    for (const IpAddress& address : instance.addresses) {
      if (address.family() != instance.family) return Error{"instance " + instance.name + ": address " + address.to_string() + " is of the other family"};
    }
    if (instance.sync_group && !groups.contains(instance.sync_group)) {
      return Error{"instance " + instance.name + ": its sync group is not in the plan"};
    }
  }
  for (const SyncGroup& group : plan.groups) {
    for (const InstanceId member : group.members) {
      if (!seen.contains(member)) return Error{"sync group " + group.name + ": a member is not in the plan"};
    }
  }
  return ok();
}

Actions Router::apply(VrrpPlan plan, const std::vector<ResumedInstance>& resumed, Instant now) {
  if (leaving_) return {};  // who has said goodbye does not begin anew
  now_ = now;
  actions_.clear();
  fire(active_);
  const bool first = !std::exchange(planned_, true);
  retire_missing(plan);
  adopt_trackers(std::move(plan.trackers));
  adopt_objects(plan);
  const Slots changed = adopt_instances(std::move(plan.instances), resumed);
  rebuild_indexes(std::move(plan.groups));
  grace_until_ = now_ + kSocketGrace;
  chores_.arm(kChoreGrace, grace_until_);
  if (first) hold_until_ = now_ + plan.startup_delay;
  if (hold_until_ > now_) chores_.arm(kChoreHold, hold_until_);
  Duration patience = kResumeMin;
  for (const Slot& slot : slots_) {
    if (slot.resume) patience = std::max(patience, slot.config.advert_int);
  }
  resume_until_ = now_ + patience;
  if (!settled()) chores_.arm(kChoreResume, resume_until_);
  for (const std::uint32_t number : changed) feed(number, Reconfigured{});
  arm_ipvsd_chore();
  evaluate_all();
  tell_groups();
  return std::exchange(actions_, {});
}

// Instances that are gone give up; their views stay until the next plan, so that their last adverts can be sent.
void Router::retire_missing(const VrrpPlan& plan) {
  retired_.clear();
  std::set<InstanceId> wanted;
  for (const VrrpInstance& instance : plan.instances) wanted.insert(instance.id);
  for (std::uint32_t number = 0; number < slots_.size(); ++number) {
    if (wanted.contains(slots_[number].config.id)) continue;
    feed(number, Shutdown{});
    retired_.push_back(slots_[number]);
  }
}

void Router::adopt_trackers(std::vector<ScriptTracker> trackers) {
  std::vector<Tracker> next;
  for (ScriptTracker& config : trackers) {
    const auto known = tracker_by_id_.find(config.id);
    Tracker tracker;
    tracker.next = now_;
    tracker.health = initial_health(config);
    if (known != tracker_by_id_.end()) {
      const Tracker& before = trackers_[known->second];
      tracker.health = carried_over(before.config, config, before.health);
      tracker.next = std::min(before.next, now_ + config.interval);
      if (before.config.script == config.script) {
        tracker.run = before.run;
        tracker.last_status = before.last_status;
        tracker.give_up = before.give_up;
      }
    }
    tracker.config = std::move(config);
    next.push_back(std::move(tracker));
  }
  trackers_ = std::move(next);
  tracker_by_id_.clear();
  tracker_by_script_.clear();
  world_.scripts.clear();
  for (std::uint32_t number = 0; number < trackers_.size(); ++number) {
    const Tracker& tracker = trackers_[number];
    tracker_by_id_[tracker.config.id] = number;
    tracker_by_script_[tracker.config.script].push_back(number);
    world_.scripts[tracker.config.id] = {tracker.config.name, health(tracker.config, tracker.health)};
  }
}

// A number that was told stays: it is of the object, not of the plan. What is new is unknown until it is told; a session is down until then.
void Router::adopt_objects(const VrrpPlan& plan) {
  const auto numbers = std::exchange(numbers_, {});
  world_.objects.clear();
  const auto number_of = [&](TrackerId id) -> std::optional<std::int64_t> {
    const auto told = numbers.find(id);
    if (told == numbers.end()) return std::nullopt;
    numbers_.insert(*told);
    return told->second;
  };
  for (const ToldTracker& tracker : plan.told_trackers) {
    const auto number = number_of(tracker.id);
    World::Object object{tracker.name, tracker.kind == ToldKind::kFile, Health::kUnknown, 0};
    if (tracker.kind == ToldKind::kBfd) object = {"BFD session " + tracker.name, false, Health::kDown, 0};
    if (tracker.kind == ToldKind::kStatic) object = {"track_group " + tracker.name, false, Health::kUp, 1};
    if (number) object.health = object.is_file || *number != 0 ? Health::kUp : Health::kDown;
    object.number = number.value_or(object.number);
    world_.objects.emplace(tracker.id, std::move(object));
  }
  std::vector<Processes> next;
  for (const ProcessTracker& tracker : plan.process_trackers) {
    Processes processes{tracker, {}};
    const auto old = std::find_if(processes_.begin(), processes_.end(), [&](const Processes& p) { return p.config.id == tracker.id; });
    if (old != processes_.end()) processes.health = old->health;
    const auto number = number_of(tracker.id);
    if (number) {
      const auto count = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*number, 0, kProcessesMax));
      processes.health = after_count(tracker, processes.health, count, now_);
    }
    world_.objects[tracker.id] = {"track_process " + tracker.name, false, processes.health.health, number.value_or(0)};
    next.push_back(std::move(processes));
  }
  processes_ = std::move(next);
}

// Returns the slots whose configuration changed.
Router::Slots Router::adopt_instances(std::vector<VrrpInstance> instances, const std::vector<ResumedInstance>& resumed) {
  std::vector<Slot> next;
  Slots changed;
  std::unordered_map<InstanceId, const ResumedInstance*> hints;
  for (const ResumedInstance& hint : resumed) hints[hint.id] = &hint;
  for (VrrpInstance& config : instances) {
    Slot slot;
    const auto known = by_id_.find(config.id);
    if (known != by_id_.end()) {
      slot = std::move(slots_[known->second]);
      if (slot.config != config) changed.push_back(static_cast<std::uint32_t>(next.size()));
      if (slot.config.priority != config.priority) slot.state.conceded = false;
    }
    if (const auto hint = hints.find(config.id); hint != hints.end() && known == by_id_.end()) {
      slot.state.claim = hint->second->claim;
      slot.resume = hint->second->state == VrrpState::kMaster;
    }
    slot.config = std::move(config);
    next.push_back(std::move(slot));
  }
  slots_ = std::move(next);
  return changed;
}

void Router::rebuild_indexes(std::vector<SyncGroup> groups) {
  std::unordered_map<GroupId, VrrpState> told;
  for (const Group& group : groups_) told[group.config.id] = group.told;
  groups_.clear();
  touched_groups_.clear();
  by_id_.clear();
  by_interface_.clear();
  listeners_.clear();
  active_.clear();
  listening_.clear();
  chores_.clear();
  std::unordered_map<GroupId, std::uint32_t> places;
  for (SyncGroup& config : groups) {
    places[config.id] = static_cast<std::uint32_t>(groups_.size());
    const VrrpState state = told.contains(config.id) ? told[config.id] : VrrpState::kInit;
    touched_groups_.insert(static_cast<std::uint32_t>(groups_.size()));
    groups_.push_back({std::move(config), {}, state});
  }
  for (std::uint32_t number = 0; number < slots_.size(); ++number) {
    Slot& slot = slots_[number];
    by_id_[slot.config.id] = number;
    slot.group = slot.config.sync_group ? places.at(slot.config.sync_group) : kNone;
    slot.has_socket = false;  // looked up again
    if (slot.group != kNone) groups_[slot.group].members.push_back(number);
    arm(number);
  }
  index_inputs();
}

// Who has to be looked at when a link or a script changes.
void Router::index_inputs() {
  users_of_object_.clear();
  for (std::uint32_t number = 0; number < slots_.size(); ++number) {
    const Slot& slot = slots_[number];
    std::set<std::string> interfaces(slot.config.fault_interfaces.begin(), slot.config.fault_interfaces.end());
    interfaces.insert(slot.config.interface);
    if (!slot.config.base_interface.empty()) interfaces.insert(slot.config.base_interface);
    for (const TrackedInterface& tracked : slot.config.tracked_interfaces) interfaces.insert(tracked.interface);
    std::set<TrackerId> trackers;
    for (const TrackedScript& tracked : slot.config.tracked_scripts) trackers.insert(tracked.tracker);
    if (const SyncGroup* group = group_of(slot)) {
      for (const TrackedInterface& tracked : group->tracked_interfaces) interfaces.insert(tracked.interface);
      for (const TrackedScript& tracked : group->tracked_scripts) trackers.insert(tracked.tracker);
    }
    for (const std::string& name : interfaces) by_interface_.emplace(name, number);
    std::set<TrackerId> objects;
    for (const TrackedObject& tracked : slot.config.tracked_objects) objects.insert(tracked.tracker);
    if (const SyncGroup* group = group_of(slot)) {
      for (const TrackedObject& tracked : group->tracked_objects) objects.insert(tracked.tracker);
    }
    for (const TrackerId id : objects) users_of_object_[id].push_back(number);
    for (const TrackerId id : trackers) {
      const auto known = tracker_by_id_.find(id);
      if (known != tracker_by_id_.end()) trackers_[known->second].users.push_back(number);
    }
  }
  for (std::uint32_t number = 0; number < trackers_.size(); ++number) {
    const Tracker& tracker = trackers_[number];
    if (!tracker.users.empty()) chores_.arm(number, std::min(tracker.next, tracker.give_up));
  }
  for (std::uint32_t number = 0; number < processes_.size(); ++number) chores_.arm(kChoreProcess + number, processes_[number].health.due);
}

}  // namespace holdfast::vrrp
