// See without.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/difference/without.h"

#include <vector>

namespace holdfast {
namespace {

void clear(ScriptId& script, const std::set<ScriptId>& scripts) {
  if (scripts.contains(script)) script = {};
}

void clear(StateScripts& told, const std::set<ScriptId>& scripts) {
  for (ScriptId* script : {&told.master, &told.backup, &told.fault, &told.stop, &told.deleted, &told.master_rx_lower_pri, &told.any}) {
    clear(*script, scripts);
  }
}

void clear(UpDownScripts& told, const std::set<ScriptId>& scripts) {
  clear(told.up, scripts);
  clear(told.down, scripts);
}

}  // namespace

Plan without(Plan plan, const std::set<ScriptId>& scripts) {
  if (scripts.empty()) return plan;
  std::erase_if(plan.scripts, [&](const ScriptRow& row) { return scripts.contains(row.id); });
  std::set<TrackerId> trackers;
  for (const ScriptTracker& tracker : plan.vrrp.trackers) {
    if (scripts.contains(tracker.script)) trackers.insert(tracker.id);
  }
  std::erase_if(plan.vrrp.trackers, [&](const ScriptTracker& tracker) { return trackers.contains(tracker.id); });
  const auto tracked = [&](const TrackedScript& entry) { return trackers.contains(entry.tracker); };
  for (VrrpInstance& instance : plan.vrrp.instances) std::erase_if(instance.tracked_scripts, tracked);
  for (SyncGroup& group : plan.vrrp.groups) std::erase_if(group.tracked_scripts, tracked);
  for (CheckedService& service : plan.check.services) {
    for (CheckedServer& server : service.servers) {
      std::erase_if(server.checks, [&](const Check& check) {
        const auto* misc = std::get_if<MiscCheck>(&check.what);
        return misc != nullptr && scripts.contains(misc->script);
      });
    }
  }
  for (auto& [id, told] : plan.notify.instances) clear(told, scripts);
  for (auto& [id, told] : plan.notify.groups) clear(told, scripts);
  for (auto& [id, told] : plan.notify.services) clear(told, scripts);
  for (auto& [id, told] : plan.notify.servers) clear(told, scripts);
  clear(plan.settings.startup_script, scripts);
  clear(plan.settings.shutdown_script, scripts);
  for (FifoWish* pipe : {&plan.settings.notify_fifo, &plan.settings.vrrp_notify_fifo, &plan.settings.lvs_notify_fifo}) {
    clear(pipe->script, scripts);
  }
  return plan;
}

}  // namespace holdfast
