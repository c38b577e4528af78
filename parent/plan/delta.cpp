// See delta.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/delta.h"

#include <unordered_map>

namespace holdfast {
namespace {

template <class Item, class AnyId = decltype(Item::id)>
Changes<AnyId> changes(const std::vector<Item>& from, const std::vector<Item>& to) {
  std::unordered_map<AnyId, const Item*> before;
  for (const Item& item : from) before.emplace(item.id, &item);
  Changes<AnyId> result;
  for (const Item& item : to) {
    const auto found = before.find(item.id);
    if (found == before.end()) {
      result.added.push_back(item.id);
      continue;
    }
    if (!(*found->second == item)) result.changed.push_back(item.id);
    before.erase(found);
  }
  for (const Item& item : from) {
    if (before.contains(item.id)) result.removed.push_back(item.id);
  }
  return result;
}

bool differs_beside_items(VrrpPlan from, VrrpPlan to) {
  for (VrrpPlan* plan : {&from, &to}) {
    plan->generation = 0;
    plan->instances.clear();
    plan->groups.clear();
    plan->trackers.clear();  // told and process trackers are few: they count as settings
  }
  return !(from == to);
}

bool differs_beside_items(IpvsPlan from, IpvsPlan to) {
  for (IpvsPlan* plan : {&from, &to}) {
    plan->generation = 0;
    plan->instances.clear();
    plan->services.clear();
    plan->destinations.clear();
  }
  return !(from == to);
}

bool differs_beside_items(CheckPlan from, CheckPlan to) {
  for (CheckPlan* plan : {&from, &to}) {
    plan->generation = 0;
    plan->services.clear();
  }
  return !(from == to);
}

template <class AnyId>
void describe(std::string& text, const char* noun, const Changes<AnyId>& changes) {
  if (changes.empty()) return;
  if (!text.empty()) text += ", ";
  text += noun;
  text += " +" + std::to_string(changes.added.size()) + " -" + std::to_string(changes.removed.size()) + " ~" +
          std::to_string(changes.changed.size());
}

void describe(std::string& text, const char* noun, bool changed) {
  if (!changed) return;
  if (!text.empty()) text += ", ";
  text += noun;
}

}  // namespace

bool Delta::for_vrrpd() const { return !instances.empty() || !groups.empty() || !trackers.empty() || vrrp_settings; }

// checkerd's wishes name the generation that ipvsd runs: the two are always told together.
bool Delta::for_ipvsd() const {
  return !rights.empty() || !services.empty() || !destinations.empty() || ipvs_settings || !checked.empty() || check_settings;
}

bool Delta::for_checkerd() const { return for_ipvsd(); }

bool Delta::empty() const { return !for_vrrpd() && !for_ipvsd() && !for_scriptd() && !parent_settings; }

std::string Delta::summary() const {
  std::string text;
  describe(text, "instances", instances);
  describe(text, "groups", groups);
  describe(text, "trackers", trackers);
  describe(text, "addresses of instances", rights);
  describe(text, "services", services);
  describe(text, "destinations", destinations);
  describe(text, "checked services", checked);
  describe(text, "scripts", scripts);
  describe(text, "settings", vrrp_settings || ipvs_settings || check_settings || parent_settings);
  return text.empty() ? "nothing" : text;
}

Delta delta(const Plan& from, const Plan& to) {
  Delta result;
  result.instances = changes(from.vrrp.instances, to.vrrp.instances);
  result.groups = changes(from.vrrp.groups, to.vrrp.groups);
  result.trackers = changes(from.vrrp.trackers, to.vrrp.trackers);
  result.rights = changes(from.ipvs.instances, to.ipvs.instances);
  result.services = changes(from.ipvs.services, to.ipvs.services);
  result.destinations = changes(from.ipvs.destinations, to.ipvs.destinations);
  result.checked = changes(from.check.services, to.check.services);
  result.scripts = changes(from.scripts, to.scripts);
  result.vrrp_settings = differs_beside_items(from.vrrp, to.vrrp);
  result.ipvs_settings = differs_beside_items(from.ipvs, to.ipvs);
  result.check_settings = differs_beside_items(from.check, to.check);
  result.parent_settings = !(from.notify == to.notify) || !(from.sockets == to.sockets) || !(from.settings == to.settings) ||
                           !(from.shown == to.shown) || !(from.files == to.files);
  return result;
}

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
