// Links that are made here, as ip-link(8) would find them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>

#include "tests/fake/kernel.h"

namespace holdfast::fake {

void Kernel::change_link(const LinkState& changed) {
  *link(changed.name) = changed;
  tell(LinkSeen{changed});
}

std::optional<std::int32_t> Kernel::read_setting(const SettingKey& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? std::nullopt : std::optional(found->second);
}

std::optional<bool> Kernel::carrier(std::uint32_t index) {
  for (const LinkState& state : links_) {
    if (state.index == index && carriers.contains(state.name)) return carriers[state.name];
  }
  return std::nullopt;
}

std::vector<int> Kernel::apply_links(std::span<const LinkChange> changes) {
  ++calls;
  std::vector<int> codes;
  for (const LinkChange& change : changes) {
    const auto refused = refused_.find(to_string(change));
    codes.push_back(refused != refused_.end() && refused->second != 0 ? refused->second : apply_link(change));
    if (codes.back() == 0) applied_links.push_back(change);
  }
  return codes;
}

int Kernel::apply_link(const LinkChange& change) {
  if (const auto* create = std::get_if<CreateLink>(&change)) {
    if (link(create->link.name) != nullptr) return EEXIST;
    add_link(create->link.name, false);
    LinkState state = *link(create->link.name);
    state.kind = create->link.kind == LinkKind::kMacvlan ? "macvlan" : "ipvlan";
    state.mode = 1;
    state.base = create->base;
    state.group = create->group;
    state.master = create->master.value_or(0);
    state.in_vrf = create->master.has_value();
    if (create->link.kind == LinkKind::kMacvlan) state.hardware = create->link.hardware;
    change_link(state);
    return 0;
  }
  if (const auto* remove = std::get_if<DeleteLinks>(&change)) {
    for (const std::string& name : remove->names) {
      if (link(name) == nullptr) return ENODEV;
      remove_link(name);
    }
    return 0;
  }
  if (const auto* setting = std::get_if<SetSetting>(&change)) {
    LinkState* state = link(setting->key.interface);
    if (state == nullptr) {
      settings[setting->key] = setting->value;
      return 0;
    }
    const auto value = static_cast<std::uint32_t>(setting->value);
    (setting->key.setting == Setting::kArpIgnore   ? state->arp_ignore
     : setting->key.setting == Setting::kArpFilter ? state->arp_filter
                                                   : state->rp_filter) = value;
    tell(LinkSeen{*state});
    return 0;
  }
  if (const auto* ipv6_setting = std::get_if<SetIpv6>(&change)) {
    ipv6[ipv6_setting->name] = ipv6_setting->on;
    return link(ipv6_setting->name) == nullptr ? ENOENT : 0;
  }
  if (const auto* address = std::get_if<AddLinkAddress>(&change)) {
    if (link(address->name) == nullptr) return ENODEV;
    add_address(address->name, address->prefix.to_string().c_str());
    return 0;
  }
  if (const auto* raise = std::get_if<RaiseLink>(&change)) {
    LinkState* state = link(raise->name);
    if (state == nullptr) return ENODEV;
    state->up = state->enabled = true;
    tell(LinkSeen{*state});
    return 0;
  }
  if (const auto* master = std::get_if<SetMaster>(&change)) {
    LinkState* state = link(master->name);
    if (state == nullptr) return ENODEV;
    state->master = master->master;
    state->in_vrf = master->master != 0;
    tell(LinkSeen{*state});
    return 0;
  }
  return link(std::get<TuneLink>(change).name) == nullptr ? ENODEV : 0;
}

}  // namespace holdfast::fake
