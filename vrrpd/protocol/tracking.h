// What an instance depends on: links, scripts, files, processes, sessions, its sync group. Faults and the effective priority are functions of these inputs,
// computed afresh each time, never counted. Semantics: keepalived.conf(5), track_interface, track_script, vrrp_sync_group.
// Pure: who runs scripts and who hears of links is not known here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "proto/value/link_facts.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast::vrrp {

enum class Health : std::uint8_t { kUnknown, kUp, kDown };

// One vrrp_script: `rise` successes bring it up, `fall` failures take it down; the very first result decides alone unless init_fail.
struct ScriptHealth {
  bool known = false;
  unsigned result = 0;  // 0 .. rise + fall - 1; up from `rise` on
  bool operator==(const ScriptHealth&) const = default;
};
ScriptHealth initial_health(const ScriptTracker& tracker);
ScriptHealth after_result(const ScriptTracker& tracker, ScriptHealth before, bool success);
Health health(const ScriptTracker& tracker, const ScriptHealth& state);
// A reload changed rise or fall: up stays up, down stays down.
ScriptHealth carried_over(const ScriptTracker& before, const ScriptTracker& after, ScriptHealth state);

// A vrrp_track_process: how many there are decides at first, later a change has to last for its delay.
struct ProcessHealth {
  Health health = Health::kUnknown;
  Instant due = kNever;                // when the other state counts
  bool operator==(const ProcessHealth&) const = default;
};
ProcessHealth after_count(const ProcessTracker& tracker, ProcessHealth before, std::uint32_t count, Instant now);
// The delay is over.
ProcessHealth after_delay(ProcessHealth before, Instant now);

// The inputs. Links by name; those that are gone are not in it.
struct World {
  std::unordered_map<std::string, LinkFacts> links;
  struct Script {
    std::string name;
    Health health = Health::kUnknown;
  };
  std::unordered_map<TrackerId, Script> scripts;
  // Files, processes, sessions, static items. Of a file the number counts, of the rest the health.
  struct Object {
    std::string name;
    bool is_file = false;
    Health health = Health::kUnknown;  // of a file: known or not
    std::int64_t number = 0;
  };
  std::unordered_map<TrackerId, Object> objects;

  const LinkFacts* link(const std::string& name) const;
  bool link_up(const std::string& name) const;
  Health script(TrackerId id) const;
};

struct Fault {
  enum class Kind : std::uint8_t {
    kInterfaceMissing,
    kInterfaceDown,
    kNoSource,
    kNoPeers,
    kScript,
    kObject,
    kNoSocket,
    kIpvsdGone,
    kGroupMember,
    kMaintenance,
  };
  Kind kind;
  std::string subject;
  bool operator==(const Fault&) const = default;
};
std::string describe(const Fault& fault);

// The address that adverts are sent from: the configured one, else the interface's first usable one of the family.
std::optional<IpAddress> source_of(const VrrpInstance& config, const World& world);

// Everything but sockets, ipvsd and other members of the group. `group` may be null.
std::vector<Fault> faults_of(const VrrpInstance& config, const SyncGroup* group, const World& world);

// An unweighted script that has not run yet: the instance cannot begin.
bool awaits_scripts(const VrrpInstance& config, const SyncGroup* group, const World& world);
// A file or processes that nobody has told of yet.
bool awaits_objects(const VrrpInstance& config, const SyncGroup* group, const World& world);

// Base and weights, 1..254; 255 (the address owner) never changes.
std::uint8_t effective_priority(const VrrpInstance& config, const SyncGroup* group, const World& world);

}  // namespace holdfast::vrrp
