// Trackers of the group apply to each member as if they were its own.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/protocol/tracking.h"

#include <algorithm>

#include "vrrpd/protocol/interval.h"

namespace holdfast::vrrp {
namespace {

constexpr int kPriorityMin = 1;
constexpr int kPriorityMax = 254;

// keepalived without sync_group_tracking_weight: a weighted interface of a member counts as unweighted, a weighted script not at all.
bool weights_count(const VrrpInstance& config, const SyncGroup* group) {
  return config.priority != kOwnerPriority && (group == nullptr || group->tracking_weight);
}

template <class Visit>
void each_interface(const VrrpInstance& config, const SyncGroup* group, Visit visit) {
  for (const TrackedInterface& tracked : config.tracked_interfaces) visit(tracked);
  if (group != nullptr) {
    for (const TrackedInterface& tracked : group->tracked_interfaces) visit(tracked);
  }
}

template <class Visit>
void each_script(const VrrpInstance& config, const SyncGroup* group, Visit visit) {
  for (const TrackedScript& tracked : config.tracked_scripts) visit(tracked);
  if (group != nullptr) {
    for (const TrackedScript& tracked : group->tracked_scripts) visit(tracked);
  }
}

template <class Visit>
void each_object(const VrrpInstance& config, const SyncGroup* group, const World& world, Visit visit) {
  const auto all = [&](const std::vector<TrackedObject>& list) {
    for (const TrackedObject& tracked : list) {
      const auto found = world.objects.find(tracked.tracker);
      if (found != world.objects.end()) visit(tracked, found->second);
    }
  };
  all(config.tracked_objects);
  if (group != nullptr) all(group->tracked_objects);
}

// What a file's number adds; from kFileFault on it takes the instance down.
constexpr std::int64_t kFileFault = -254;
constexpr std::int64_t kFileNumberMax = 100'000;  // beyond it the product is beyond every priority
int file_effect(const TrackedObject& tracked, const World::Object& file) {
  const std::int64_t number = std::clamp(file.number, -kFileNumberMax, kFileNumberMax);
  const std::int64_t effect = number * tracked.weight * (tracked.reverse ? -1 : 1);
  return static_cast<int>(std::clamp<std::int64_t>(effect, kFileFault, kPriorityMax - 1));
}

bool fails(const TrackedObject& tracked, const World::Object& object) {
  if (object.health == Health::kUnknown) return false;
  if (!object.is_file) return tracked.weight == 0 && object.health == (tracked.reverse ? Health::kUp : Health::kDown);
  if (tracked.weight == 0) return (object.number != 0) != tracked.reverse;
  return file_effect(tracked, object) <= kFileFault;
}

std::string describe_object(const World::Object& object) {
  if (object.is_file) return "track_file " + object.name + " holds " + std::to_string(object.number);
  return object.name + (object.health == Health::kUp ? " is up" : " is down");
}

bool acts_as_unweighted(const TrackedInterface& tracked, const VrrpInstance& config, const SyncGroup* group) {
  return tracked.weight == 0 || (group != nullptr && !group->tracking_weight && config.priority != kOwnerPriority);
}

// Added while up if positive, subtracted while down if negative; reverse turns the sign.
int contribution(int weight, bool reverse, bool up) {
  const int effect = (weight > 0) == up ? weight : 0;
  return reverse ? -effect : effect;
}

}  // namespace

ScriptHealth initial_health(const ScriptTracker& tracker) { return {tracker.init_fail, 0}; }

ScriptHealth after_result(const ScriptTracker& tracker, ScriptHealth before, bool success) {
  const unsigned top = tracker.rise + tracker.fall - 1;
  if (!before.known) return {true, success ? top : 0};
  if (success) {
    // A success while up restores everything; while down it counts towards `rise`.
    const bool rises = before.result >= tracker.rise || before.result + 1 >= tracker.rise;
    return {true, rises ? top : before.result + 1};
  }
  return {true, before.result > tracker.rise ? before.result - 1 : 0};
}

Health health(const ScriptTracker& tracker, const ScriptHealth& state) {
  if (!state.known) return Health::kUnknown;
  return state.result >= tracker.rise ? Health::kUp : Health::kDown;
}

ScriptHealth carried_over(const ScriptTracker& before, const ScriptTracker& after, ScriptHealth state) {
  if (!state.known) return initial_health(after);
  if (before.rise == after.rise && before.fall == after.fall) return state;
  return {true, health(before, state) == Health::kUp ? after.rise + after.fall - 1 : 0};
}

ProcessHealth after_count(const ProcessTracker& tracker, ProcessHealth before, std::uint32_t count, Instant now) {
  const Health wanted = count >= tracker.quorum && count <= tracker.quorum_max ? Health::kUp : Health::kDown;
  if (before.health == Health::kUnknown || before.health == wanted) return {before.health == wanted ? before.health : wanted, kNever};
  const Duration delay = wanted == Health::kUp ? tracker.fork_delay : tracker.terminate_delay;
  if (delay == Duration::zero()) return {wanted, kNever};
  return {before.health, before.due != kNever ? before.due : now + delay};
}

ProcessHealth after_delay(ProcessHealth before, Instant now) {
  if (before.due > now) return before;
  return {before.health == Health::kUp ? Health::kDown : Health::kUp, kNever};
}

const LinkFacts* World::link(const std::string& name) const {
  const auto found = links.find(name);
  return found == links.end() ? nullptr : &found->second;
}

bool World::link_up(const std::string& name) const {
  const LinkFacts* facts = link(name);
  return facts != nullptr && facts->up;
}

Health World::script(TrackerId id) const {
  const auto found = scripts.find(id);
  return found == scripts.end() ? Health::kUnknown : found->second.health;
}

std::string describe(const Fault& fault) {
  switch (fault.kind) {
    case Fault::Kind::kInterfaceMissing: return "interface " + fault.subject + " does not exist";
    case Fault::Kind::kInterfaceDown: return "interface " + fault.subject;  // "eth0 is down", or "is up" when tracked in reverse
    case Fault::Kind::kNoSource: return "no source address on " + fault.subject;
    case Fault::Kind::kNoPeers: return "no unicast peer";
    case Fault::Kind::kScript: return "script " + fault.subject;
    case Fault::Kind::kObject: return fault.subject;
    case Fault::Kind::kNoSocket: return "no advert socket for " + fault.subject;
    case Fault::Kind::kIpvsdGone: return "ipvsd is gone";
    case Fault::Kind::kGroupMember: return "sync group member " + fault.subject + " has a fault";
    case Fault::Kind::kMaintenance: return "maintenance";
  }
  return "unknown";
}

static bool has_address(const LinkFacts& link, const IpAddress& address) {
  return std::any_of(link.addresses.begin(), link.addresses.end(), [&](const Prefix& p) { return p.address == address; });
}

std::optional<IpAddress> source_of(const VrrpInstance& config, const World& world) {
  if (config.source) return config.source;
  // The address of a VMAC's adverts is that of the interface below; IPv6 needs one that is on the VMAC itself.
  const bool below = !config.base_interface.empty() && config.family == Family::kIpv4;
  const LinkFacts* facts = world.link(below ? config.base_interface : config.interface);
  if (facts == nullptr) return std::nullopt;
  for (const IpAddress& address : facts->sources) {
    if (address.family() == config.family) return address;
  }
  return std::nullopt;
}

std::vector<Fault> faults_of(const VrrpInstance& config, const SyncGroup* group, const World& world) {
  std::vector<Fault> faults;
  const auto add = [&faults](Fault fault) {
    if (std::find(faults.begin(), faults.end(), fault) == faults.end()) faults.push_back(std::move(fault));
  };
  if (config.maintenance) add({Fault::Kind::kMaintenance, {}});
  const LinkFacts* own = world.link(config.interface);
  for (const std::string* name : {&config.base_interface, &config.interface}) {
    const LinkFacts* facts = world.link(*name);
    if (name->empty()) continue;
    if (facts == nullptr) {
      add({Fault::Kind::kInterfaceMissing, *name});
    } else if (config.track_primary && !facts->up) {
      add({Fault::Kind::kInterfaceDown, *name + " is down"});
    }
  }
  if (own != nullptr || config.interface.empty()) {
    const auto source = source_of(config, world);
    const bool there = own == nullptr || !config.track_source || !source || has_address(*own, *source) ||
                       (world.link(config.base_interface) != nullptr && has_address(*world.link(config.base_interface), *source));
    if (!source || !there) add({Fault::Kind::kNoSource, config.interface.empty() ? config.name : config.interface});
  }
  if (config.unicast && config.peers.empty()) add({Fault::Kind::kNoPeers, {}});
  for (const std::string& name : config.fault_interfaces) {
    if (name == config.interface && !config.track_primary) continue;
    if (!world.link_up(name)) add({Fault::Kind::kInterfaceDown, name + " is down"});
  }
  each_interface(config, group, [&](const TrackedInterface& tracked) {
    if (!acts_as_unweighted(tracked, config, group) || world.link_up(tracked.interface) != tracked.reverse) return;
    add({Fault::Kind::kInterfaceDown, tracked.interface + (tracked.reverse ? " is up" : " is down")});
  });
  each_script(config, group, [&](const TrackedScript& tracked) {
    if (tracked.weight != 0) return;
    const Health health = world.script(tracked.tracker);
    if (health == (tracked.reverse ? Health::kUp : Health::kDown)) {
      const auto named = world.scripts.find(tracked.tracker);
      add({Fault::Kind::kScript, named->second.name + (tracked.reverse ? " succeeds" : " fails")});
    }
  });
  each_object(config, group, world, [&](const TrackedObject& tracked, const World::Object& object) {
    if (fails(tracked, object)) add({Fault::Kind::kObject, describe_object(object)});
  });
  return faults;
}

bool awaits_objects(const VrrpInstance& config, const SyncGroup* group, const World& world) {
  bool awaits = false;
  each_object(config, group, world, [&](const TrackedObject&, const World::Object& object) {
    awaits = awaits || object.health == Health::kUnknown;
  });
  return awaits;
}

bool awaits_scripts(const VrrpInstance& config, const SyncGroup* group, const World& world) {
  bool awaits = false;
  each_script(config, group, [&](const TrackedScript& tracked) {
    awaits = awaits || (tracked.weight == 0 && world.script(tracked.tracker) == Health::kUnknown);
  });
  return awaits;
}

std::uint8_t effective_priority(const VrrpInstance& config, const SyncGroup* group, const World& world) {
  if (config.priority == kOwnerPriority) return kOwnerPriority;
  int total = config.priority;
  if (weights_count(config, group)) {
    each_interface(config, group, [&](const TrackedInterface& tracked) {
      if (tracked.weight != 0) total += contribution(tracked.weight, tracked.reverse, world.link_up(tracked.interface));
    });
    each_script(config, group, [&](const TrackedScript& tracked) {
      const Health health = world.script(tracked.tracker);
      if (tracked.weight != 0 && health != Health::kUnknown) total += contribution(tracked.weight, tracked.reverse, health == Health::kUp);
    });
  }
  each_object(config, group, world, [&](const TrackedObject& tracked, const World::Object& object) {
    if (tracked.weight == 0 || object.health == Health::kUnknown) return;
    total += object.is_file ? file_effect(tracked, object) : contribution(tracked.weight, tracked.reverse, object.health == Health::kUp);
  });
  return static_cast<std::uint8_t>(std::clamp(total, kPriorityMin, kPriorityMax));
}

}  // namespace holdfast::vrrp
