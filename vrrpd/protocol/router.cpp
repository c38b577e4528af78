// Events, timers and sync groups. Faults and priorities: router_evaluate.cpp. Reload: router_apply.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/protocol/router.h"

#include <algorithm>

#include "vrrpd/protocol/chores.h"

namespace holdfast::vrrp {

// ===== events =====

Actions Router::handle(const RouterEvent& event, Instant now) {
  now_ = now;
  actions_.clear();
  const bool goes_on = std::holds_alternative<InstanceHeard>(event) || std::holds_alternative<TimersDue>(event) ||
                       std::holds_alternative<StopAll>(event);
  if (!stopped_ && (!leaving_ || goes_on)) {
    fire(active_);
    std::visit([this](const auto& e) { on(e); }, event);
    tell_groups();
    if (leaving_ && !anybody_leaves()) stopped_ = true;
  }
  return std::exchange(actions_, {});
}

void Router::on(const LinkTold& event) {
  const LinkFacts& facts = event.facts;
  untold_.erase(facts.name);
  Slots affected = users_of(facts.name);
  std::string& name = link_names_[facts.index];
  if (!name.empty() && name != facts.name) {  // renamed: the old name is gone
    const Slots users = users_of(name);
    affected.insert(affected.end(), users.begin(), users.end());
    world_.links.erase(name);
  }
  name = facts.name;
  if (facts.present) {
    world_.links[facts.name] = facts;
  } else {
    world_.links.erase(facts.name);
  }
  evaluate(affected);
}

void Router::on(const AllLinksTold&) {
  links_told_ = true;
  for (const std::string& name : untold_) world_.links.erase(name);
  untold_.clear();
  evaluate_all();
}

void Router::on(const SocketOpened& event) {
  if (sockets_.insert(event.key).second) evaluate(users_of(event.key));
}

void Router::on(const SocketClosed& event) {
  if (sockets_.erase(event.key) != 0) evaluate(users_of(event.key));
}

void Router::on(const InstanceHeard& event) {
  const auto found = by_id_.find(event.instance);
  if (found == by_id_.end()) return;
  const Slot& slot = slots_[found->second];
  feed(found->second, AdvertHeard{slot.source.value_or(IpAddress{}), event.source, event.priority, event.interval, event.waited});
}

void Router::on(const ScriptEnded& event) {
  const auto found = tracker_by_script_.find(event.script);
  if (found == tracker_by_script_.end()) return;
  for (const std::uint32_t number : found->second) {
    Tracker& tracker = trackers_[number];
    if (tracker.run == 0 || tracker.run != event.run) continue;
    ScriptNote note = ScriptNote::kFailed;
    switch (event.outcome.kind) {
      case ScriptOutcome::Kind::kExited: note = event.outcome.status == 0 ? ScriptNote::kSucceeded : ScriptNote::kFailed; break;
      case ScriptOutcome::Kind::kSignalled: note = ScriptNote::kFailed; break;
      case ScriptOutcome::Kind::kTimedOut: note = ScriptNote::kTimedOut; break;
      case ScriptOutcome::Kind::kNotRun: note = ScriptNote::kNotRun; break;
    }
    script_result(tracker, note, event.outcome);
    return;
  }
}

void Router::on(const TrackerTold& event) {
  if (numbers_.size() >= kNumbersMax && !numbers_.contains(event.tracker)) return;
  numbers_[event.tracker] = event.value;
  const auto found = world_.objects.find(event.tracker);
  if (found == world_.objects.end()) return;  // of a plan that is on its way
  const auto processes = std::find_if(processes_.begin(), processes_.end(), [&](const Processes& p) { return p.config.id == event.tracker; });
  World::Object& object = found->second;
  object.number = event.value;
  if (processes != processes_.end()) {
    const auto count = static_cast<std::uint32_t>(std::clamp<std::int64_t>(event.value, 0, kProcessesMax));
    return processes_changed(*processes, after_count(processes->config, processes->health, count, now_));
  }
  object.health = object.is_file || event.value != 0 ? Health::kUp : Health::kDown;
  evaluate(users_of_object_[event.tracker]);
}

void Router::processes_changed(Processes& processes, ProcessHealth health) {
  const bool changed = health.health != processes.health.health;
  processes.health = health;
  chores_.arm(kChoreProcess + static_cast<std::uint32_t>(&processes - processes_.data()), health.due);
  if (!changed) return;
  world_.objects[processes.config.id].health = health.health;
  actions_.push_back(ObjectNoted{processes.config.name, health.health == Health::kUp});
  evaluate(users_of_object_[processes.config.id]);
}

void Router::on(const AddressDeleted& event) {
  const auto found = by_id_.find(event.instance);
  if (found != by_id_.end()) feed(found->second, AddressLost{});
}

void Router::on(const IpvsdAttached&) {
  ipvsd_gone_since_ = kNever;
  chores_.arm(kChoreIpvsd, kNever);
  for (const auto& [name, facts] : world_.links) untold_.insert(name);
  evaluate_all();
}

void Router::on(const IpvsdGone&) {
  if (ipvsd_gone_since_ == kNever) ipvsd_gone_since_ = now_;
  arm_ipvsd_chore();
}

void Router::on(const StopAll& event) {
  chores_.clear();
  leaving_ = true;
  for (std::uint32_t number = 0; number < slots_.size(); ++number) feed(number, Shutdown{event.release, event.hand_over});
}

bool Router::anybody_leaves() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.state.leaves_by != kNever; });
}

// ===== timers =====

void Router::on(const TimersDue& event) {
  run_chores();
  if (event.listening) fire(listening_);
}

Instant Router::deadline() const { return std::min({active_.first(), listening_.first(), chores_.first()}); }

std::vector<SocketKey> Router::overdue_listeners(Instant now) const {
  std::set<SocketKey> keys;
  for (const auto& [deadline, number] : listening_.order()) {
    if (deadline > now) break;
    if (slots_[number].has_socket) keys.insert(slots_[number].socket);
  }
  return {keys.begin(), keys.end()};
}

// Each number is fired once; its next deadline lies after now.
void Router::fire(DeadlineSet& set) {
  while (set.first() <= now_) {
    const std::uint32_t number = set.first_number();
    feed(number, TimerFired{});
    HF_CHECK(set.first() > now_ || set.first_number() != number);
  }
}

void Router::run_chores() {
  while (chores_.first() <= now_) {
    const std::uint32_t number = chores_.first_number();
    chores_.arm(number, kNever);
    if (number < trackers_.size()) {
      run_script(number);
      continue;
    }
    if (number >= kChoreProcess && number < kChoreProcess + processes_.size()) {
      Processes& processes = processes_[number - kChoreProcess];
      processes_changed(processes, after_delay(processes.health, now_));
      continue;
    }
    if (number == kChoreIpvsd) arm_ipvsd_chore();
    if (number == kChoreResume) {
      for (Slot& slot : slots_) slot.resume = false;
    }
    evaluate_all();
  }
}

void Router::run_script(std::uint32_t number) {
  Tracker& tracker = trackers_[number];
  if (tracker.run != 0 && tracker.give_up <= now_) script_result(tracker, ScriptNote::kNoOutcome, {});
  if (tracker.next <= now_) {
    if (tracker.run != 0) {
      actions_.push_back(ScriptNoted{tracker.config.id, ScriptNote::kSkipped, {}});
    } else {
      tracker.run = ++last_run_;
      const Duration limit = tracker.config.timeout > Duration::zero() ? tracker.config.timeout : tracker.config.interval;
      tracker.give_up = now_ + limit + kScriptGrace;
      actions_.push_back(RunScript{tracker.config.script, tracker.run});
    }
    tracker.next = std::max(tracker.next + tracker.config.interval, now_ + tracker.config.interval / 2);
  }
  chores_.arm(number, std::min(tracker.next, tracker.give_up));
}

void Router::script_result(Tracker& tracker, ScriptNote note, const ScriptOutcome& outcome) {
  tracker.run = 0;
  tracker.give_up = kNever;
  const Health before = health(tracker.config, tracker.health);
  if (outcome.kind == ScriptOutcome::Kind::kExited && note != ScriptNote::kNoOutcome && outcome.status != tracker.last_status) {
    tracker.last_status = outcome.status;
    actions_.push_back(ScriptNoted{tracker.config.id, ScriptNote::kReturns, outcome});
  }
  // A script that could not be started says nothing about what it tests: what was known stays.
  if (note != ScriptNote::kNotRun || !tracker.health.known) {
    tracker.health = after_result(tracker.config, tracker.health, note == ScriptNote::kSucceeded);
  }
  const Health after = health(tracker.config, tracker.health);
  if (after == before && note != ScriptNote::kTimedOut && note != ScriptNote::kNoOutcome) return;
  actions_.push_back(ScriptNoted{tracker.config.id, note, outcome});
  if (after == before) return;
  world_.scripts[tracker.config.id].health = after;
  evaluate(tracker.users);
}

// ===== instances and groups =====

void Router::feed(std::uint32_t number, const InstanceEvent& event) {
  Slot& slot = slots_[number];
  const VrrpState before = slot.state.state;
  Step result = step(slot.config, std::move(slot.state), event, now_);
  slot.state = std::move(result.next);
  arm(number);
  bool heard_lower = false;
  for (Action& action : result.actions) {
    heard_lower = heard_lower || std::holds_alternative<LowerPriorityHeard>(action);
    actions_.push_back(std::move(action));
  }
  if (slot.group == kNone) return;
  if (slot.state.state != before) touched_groups_.insert(slot.group);
  group_consequences(number, before, event, heard_lower);
}

void Router::group_consequences(std::uint32_t number, VrrpState before, const InstanceEvent& event, bool heard_lower) {
  const Slot& slot = slots_[number];
  const Slots& members = groups_[slot.group].members;
  const bool yielded = before == VrrpState::kMaster && slot.state.state == VrrpState::kBackup;
  if (yielded) {
    const bool briefly = std::holds_alternative<AddressLost>(event) ||
                         (std::holds_alternative<GroupYields>(event) && std::get<GroupYields>(event).briefly);
    for (const std::uint32_t member : members) {
      if (member != number && (slots_[member].state.state == VrrpState::kMaster || slots_[member].state.wants_lead)) {
        feed(member, GroupYields{briefly});
      }
    }
  }
  if (heard_lower) {
    for (const std::uint32_t member : members) {
      if (member != number) feed(member, GroupAnnounces{});
    }
  }
  if (slot.state.state != VrrpState::kBackup || !slot.state.wants_lead) return;
  const bool all = std::all_of(members.begin(), members.end(), [this](std::uint32_t member) {
    const InstanceState& state = slots_[member].state;
    return state.state == VrrpState::kMaster || (state.state == VrrpState::kBackup && state.wants_lead);
  });
  if (!all) return;
  for (const std::uint32_t member : members) {
    if (slots_[member].state.state == VrrpState::kBackup) feed(member, GroupLeads{});
  }
}

void Router::arm(std::uint32_t number) {
  const InstanceState& state = slots_[number].state;
  const bool active = state.state == VrrpState::kMaster;
  active_.arm(number, active ? state.deadline() : kNever);
  listening_.arm(number, state.state == VrrpState::kBackup ? state.timer : state.leaves_by);
}

VrrpState Router::state_of(const Group& group) const {
  bool all_master = true;
  bool any_init = group.members.empty();
  for (const std::uint32_t member : group.members) {
    const VrrpState state = slots_[member].state.state;
    if (state == VrrpState::kFault) return VrrpState::kFault;
    any_init = any_init || state == VrrpState::kInit;
    all_master = all_master && state == VrrpState::kMaster;
  }
  if (any_init) return VrrpState::kInit;
  return all_master ? VrrpState::kMaster : VrrpState::kBackup;
}

void Router::tell_groups() {
  for (const std::uint32_t number : std::exchange(touched_groups_, {})) {
    Group& group = groups_[number];
    const VrrpState state = state_of(group);
    if (state == group.told) continue;
    group.told = state;
    if (state != VrrpState::kInit) actions_.push_back(GroupStateChanged{group.config.id, state});
  }
}

// ===== views =====

std::optional<Router::View> Router::view(InstanceId id) const {
  const Slot* slot = nullptr;
  if (const auto found = by_id_.find(id); found != by_id_.end()) {
    slot = &slots_[found->second];
  } else {
    const auto gone = std::find_if(retired_.begin(), retired_.end(), [&](const Slot& s) { return s.config.id == id; });
    if (gone == retired_.end()) return std::nullopt;
    slot = &*gone;
  }
  const LinkFacts* facts = world_.link(slot->config.interface);
  return View{slot->config, slot->state, slot->faults, slot->source, slot->socket, facts != nullptr ? facts->mtu : kDefaultMtu};
}

std::optional<InstanceId> Router::listener(const SocketKey& socket, std::uint8_t vrid, const IpAddress& destination) const {
  const auto [first, last] = listeners_.equal_range(listener_key(socket, vrid));
  std::optional<InstanceId> any;
  for (auto found = first; found != last; ++found) {
    const Slot& slot = slots_[found->second];
    if (slot.socket != socket || slot.config.vrid != vrid) continue;
    if (slot.source == destination) return slot.config.id;
    if (!any) any = slot.config.id;
  }
  return any;
}

SocketKey Router::socket_of(const VrrpInstance& config, std::uint32_t index) {
  SocketKey key{index, config.family, config.unicast, {}, config.authentication == Authentication::kHeader};
  if (config.unicast) {
    if (config.source) key.address = *config.source;
  } else if (config.group_address != kVrrpGroup4 && config.group_address != kVrrpGroup6) {
    key.address = config.group_address;
  }
  return key;
}

std::vector<InstanceId> Router::instances() const {
  std::vector<InstanceId> ids;
  ids.reserve(slots_.size());
  for (const Slot& slot : slots_) ids.push_back(slot.config.id);
  return ids;
}

std::vector<ClaimAddresses> Router::claims() const {
  std::vector<ClaimAddresses> claims;
  for (const Slot& slot : slots_) {
    if (slot.state.state == VrrpState::kMaster) claims.push_back({slot.config.id, slot.state.claim});
  }
  return claims;
}

bool Router::settled() const {
  return planned_ && std::none_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.resume; });
}

const SyncGroup* Router::group(GroupId id) const {
  for (const Group& group : groups_) {
    if (group.config.id == id) return &group.config;
  }
  return nullptr;
}

const ScriptTracker* Router::tracker(TrackerId id) const {
  const auto found = tracker_by_id_.find(id);
  return found == tracker_by_id_.end() ? nullptr : &trackers_[found->second].config;
}

std::vector<std::pair<TrackerId, Health>> Router::trackers() const {
  std::vector<std::pair<TrackerId, Health>> all;
  for (const Tracker& tracker : trackers_) all.emplace_back(tracker.config.id, health(tracker.config, tracker.health));
  return all;
}

bool Router::uses(const SocketKey& key) const {
  return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.socket == key; });
}

}  // namespace holdfast::vrrp
