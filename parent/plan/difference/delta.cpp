// See delta.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/difference/delta.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace holdfast {
namespace {

// `key` tells the items apart; what is reported is their identifiers.
template <class Item, class Key, class AnyId = decltype(Item::id)>
Changes<AnyId> changes(const std::vector<Item>& from, const std::vector<Item>& to, Key Item::* key) {
  std::map<Key, const Item*> before;
  for (const Item& item : from) before.emplace(item.*key, &item);
  Changes<AnyId> result;
  for (const Item& item : to) {
    const auto found = before.find(item.*key);
    if (found == before.end()) {
      result.added.push_back(item.id);
      continue;
    }
    if (!(*found->second == item)) result.changed.push_back(item.id);
    before.erase(found);
  }
  for (const Item& item : from) {
    if (before.contains(item.*key)) result.removed.push_back(item.id);
  }
  return result;
}

template <class Item>
auto changes(const std::vector<Item>& from, const std::vector<Item>& to) {
  return changes(from, to, &Item::id);
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
  result.services = changes(from.ipvs.services, to.ipvs.services, &Service::key);
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

template <class Item, class AnyId>
void list(std::string& text, const char* noun, const Changes<AnyId>& changes, const std::vector<Item>& before, const std::vector<Item>& after) {
  const auto lines = [&](char sign, const std::vector<AnyId>& ids, const std::vector<Item>& items) {
    const std::unordered_set<AnyId> wanted(ids.begin(), ids.end());
    for (const Item& item : items) {
      if (wanted.contains(item.id)) text += std::string(1, sign) + " " + noun + " " + item.name + "\n";
    }
  };
  lines('-', changes.removed, before);
  lines('+', changes.added, after);
  lines('~', changes.changed, after);
}

std::vector<CheckedServer> servers_of(const Plan& plan) {
  std::vector<CheckedServer> all;
  for (const CheckedService& service : plan.check.services) all.insert(all.end(), service.servers.begin(), service.servers.end());
  return all;
}

// Changes of the kernel's part of an object that its protocol part does not show.
template <class AnyId>
Changes<AnyId> joined(Changes<AnyId> one, const Changes<AnyId>& other) {
  const auto add = [&](std::vector<AnyId>& to, const std::vector<AnyId>& from) {
    for (const AnyId id : from) {
      const bool there = std::ranges::find(one.added, id) != one.added.end() || std::ranges::find(one.removed, id) != one.removed.end() ||
                         std::ranges::find(one.changed, id) != one.changed.end();
      if (!there) to.push_back(id);
    }
  };
  add(one.added, other.added);
  add(one.removed, other.removed);
  add(one.changed, other.changed);
  return one;
}

}  // namespace

std::string describe(const Delta& difference, const Plan& from, const Plan& to) {
  std::string text;
  list(text, "instance", joined(difference.instances, difference.rights), from.vrrp.instances, to.vrrp.instances);
  list(text, "group", difference.groups, from.vrrp.groups, to.vrrp.groups);
  list(text, "script", difference.trackers, from.vrrp.trackers, to.vrrp.trackers);
  list(text, "virtual server", joined(difference.checked, difference.services), from.check.services, to.check.services);
  list(text, "real server", difference.destinations, servers_of(from), servers_of(to));
  const std::pair<bool, const char*> settings[] = {{difference.vrrp_settings, "VRRP"}, {difference.ipvs_settings, "IPVS"},
                                                   {difference.check_settings, "checks"}, {difference.parent_settings, "notifications and the daemon itself"}};
  for (const auto& [changed, what] : settings) {
    if (changed) text += std::string("~ settings of ") + what + "\n";
  }
  return text;
}

}  // namespace holdfast
