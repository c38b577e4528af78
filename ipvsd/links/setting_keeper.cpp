// net.ipv4.conf.*: what a VMAC's base must not answer, and the reverse path check that would drop what a VMAC hears.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/links/setting_keeper.h"

#include <algorithm>
#include <cerrno>
#include <set>

namespace holdfast {

void SettingKeeper::remember(const std::vector<KeptSetting>& kept) {
  for (const KeptSetting& one : kept) {
    if (!kept_.try_emplace(one.key, one.value).second) continue;
    const LinkState* link = watch_.by_name(one.key.interface);
    settled_[one.key] = link == nullptr ? 0 : link->index;
  }
}

std::optional<std::int32_t> SettingKeeper::actual(const SettingKey& key) const {
  const LinkState* link = watch_.by_name(key.interface);
  if (link == nullptr) {
    const bool global = key.interface.empty() || key.interface == "all" || key.interface == "default";
    return global ? kernel_.read_setting(key) : std::nullopt;
  }
  switch (key.setting) {
    case Setting::kArpIgnore: return link->arp_ignore;
    case Setting::kArpFilter: return link->arp_filter;
    case Setting::kRpFilter: return link->rp_filter;
    case Setting::kIgmpLinkLocalReports: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::int32_t> SettingKeeper::original(const SettingKey& key) const {
  const auto kept = kept_.find(key);
  return kept != kept_.end() ? std::optional(kept->second) : actual(key);
}

// The kernel takes the larger of conf.all and the interface's own. With conf.all at 0 the others keep what they had in effect.
void SettingKeeper::want_no_reverse_path_check(Wanted& wanted, const std::vector<VirtualLink>& links) const {
  const SettingKey all{"all", Setting::kRpFilter};
  const auto everywhere = original(all);
  if (!everywhere || *everywhere == 0) return;
  wanted[all] = 0;
  const auto raise = [&](const std::string& interface) {
    const SettingKey key{interface, Setting::kRpFilter};
    if (const auto own = original(key); own && *own < *everywhere) wanted[key] = *everywhere;
  };
  std::set<std::string> ours;
  for (const VirtualLink& link : links) ours.insert(link.name);
  raise("default");
  for (const std::uint32_t index : watch_.links()) {
    const std::string& name = watch_.by_index(index)->name;
    if (!ours.contains(name)) raise(name);
  }
}

SettingKeeper::Wanted SettingKeeper::wanted(const std::vector<VirtualLink>& links, bool quiet_igmp) const {
  Wanted wanted;
  bool hears_ipv4 = false;
  for (const VirtualLink& link : links) {
    if (link.kind != LinkKind::kMacvlan || link.family != Family::kIpv4) continue;
    hears_ipv4 = true;
    wanted[{link.base, Setting::kArpIgnore}] = 1;
    wanted[{link.base, Setting::kArpFilter}] = 1;
  }
  if (hears_ipv4) want_no_reverse_path_check(wanted, links);
  if (quiet_igmp) wanted[{"", Setting::kIgmpLinkLocalReports}] = 0;
  return wanted;
}

bool SettingKeeper::reconcile(const std::vector<VirtualLink>& links, bool quiet_igmp, std::vector<RefusedLink>& refused) {
  if (links.empty() && !quiet_igmp && kept_.empty()) return false;
  const Wanted now = wanted(links, quiet_igmp);
  std::vector<LinkChange> changes;
  for (const auto& [key, value] : now) {
    const LinkState* link = watch_.by_name(key.interface);
    const std::uint32_t index = link == nullptr ? 0 : link->index;
    const auto before = actual(key);
    const auto settled = settled_.find(key);
    if (!before || (settled != settled_.end() && settled->second == index)) continue;
    settled_[key] = index;
    if (*before == value) continue;
    kept_.try_emplace(key, *before);
    changes.push_back(SetSetting{key, value});
  }
  if (!changes.empty()) tell();
  bool restored = false;
  for (auto entry = kept_.begin(); entry != kept_.end();) {
    if (now.contains(entry->first)) {
      ++entry;
      continue;
    }
    if (actual(entry->first)) changes.push_back(SetSetting{entry->first, entry->second});
    settled_.erase(entry->first);
    entry = kept_.erase(entry);
    restored = true;
  }
  std::erase_if(settled_, [&](const auto& entry) { return !now.contains(entry.first); });
  const bool changed = apply(changes, refused);
  if (restored) tell();
  return changed;
}

bool SettingKeeper::apply(const std::vector<LinkChange>& changes, std::vector<RefusedLink>& refused) {
  if (changes.empty()) return false;
  const std::vector<int> codes = kernel_.apply_links(changes);
  for (std::size_t at = 0; at < changes.size(); ++at) {
    if (codes[at] != 0 && codes[at] != ENODEV) refused.push_back({to_string(changes[at]), codes[at]});
  }
  return true;
}

void SettingKeeper::tell() const {
  std::vector<KeptSetting> kept;
  for (const auto& [key, value] : kept_) kept.push_back({key, value});
  on_kept_(kept);
}

}  // namespace holdfast
