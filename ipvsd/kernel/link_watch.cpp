// Links, addresses, and who took them away.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/link_watch.h"

#include <algorithm>

namespace holdfast {

namespace {

constexpr std::size_t kGoneLinksMax = 256;  // last known facts of links that have gone

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace

AddressKey LinkWatch::key_of(const Link& link, const AddressState& address) const {
  return {link.state.name, address.prefix, address.peer};
}

LinkWatch::Link* LinkWatch::find(const std::string& name) {
  const auto index = by_name_.find(name);
  if (index == by_name_.end()) return nullptr;
  const auto link = links_.find(index->second);
  return link == links_.end() || !link->second.present ? nullptr : &link->second;
}

LinkWatch::News LinkWatch::reset(const NetworkState& network) {
  News news;
  const AddressTable before = std::move(table_);
  std::set<std::uint32_t> there;
  table_.clear();
  deleting_.clear();
  for (auto& [index, link] : links_) link.addresses.clear();
  for (const LinkState& link : network.links) {
    there.insert(link.index);
    seen(link, news);
  }
  for (const AddressState& address : network.addresses) seen(address, news);
  for (auto& [index, link] : links_) {
    if (link.present && !there.contains(index)) gone(index, news);
    news.changed.insert(index);
  }
  for (const auto& [key, options] : before) {
    if (table_.contains(key)) continue;
    const LinkState* link = by_name(key.interface);
    news.lost.push_back({key, false, link != nullptr && link->up});
  }
  return news;
}

void LinkWatch::hear(const KernelEvent& event, News& news) {
  std::visit(Overloaded{
                 [&](const LinkSeen& e) { seen(e.link, news); },
                 [&](const LinkGone& e) { gone(e.index, news); },
                 [&](const AddressSeen& e) { seen(e.address, news); },
                 [&](const AddressGone& e) { gone(e.address, e.by_us, news); },
                 [&](const ForwardingSeen& e) {
                   if (const auto link = links_.find(e.index); link != links_.end()) link->second.state.forwarding6 = e.on;
                 },
                 [](const NotificationsLost&) {},  // the owner reads everything anew and calls reset()
             },
             event);
}

void LinkWatch::renamed(Link& link, const std::string& name) {
  by_name_.erase(link.state.name);
  std::map<AddressKey, Held> moved;
  for (auto& [key, held] : link.addresses) {
    table_.erase(key);
    AddressKey fresh = key;
    fresh.interface = name;
    moved.emplace(std::move(fresh), std::move(held));
  }
  link.addresses = std::move(moved);
  link.state.name = name;
  for (const auto& [key, held] : link.addresses) table_[key] = held.state.options;
}

void LinkWatch::seen(const LinkState& state, News& news) {
  Link& link = links_[state.index];
  const bool was_up = link.present && link.state.index != 0 && link.state.up;
  if (link.state.index != 0 && link.state.name != state.name) renamed(link, state.name);
  const LinkState before = link.state;
  link.present = true;
  link.state = state;
  // Not every notification tells the settings: what is not told has not changed.
  if (!link.state.promote_secondaries) link.state.promote_secondaries = before.promote_secondaries;
  if (!link.state.forwarding6) link.state.forwarding6 = before.forwarding6;
  if (!link.state.arp_ignore) link.state.arp_ignore = before.arp_ignore;
  if (!link.state.arp_filter) link.state.arp_filter = before.arp_filter;
  if (!link.state.rp_filter) link.state.rp_filter = before.rp_filter;
  by_name_[state.name] = state.index;
  news.changed.insert(state.index);
  if (state.up && !was_up) news.came_up.insert(state.index);
}

void LinkWatch::gone(std::uint32_t index, News& news) {
  const auto found = links_.find(index);
  if (found == links_.end() || !found->second.present) return;
  Link& link = found->second;
  link.present = false;
  link.state.up = false;
  for (const auto& [key, held] : link.addresses) {
    table_.erase(key);
    deleting_.erase(key);
    news.lost.push_back({key, false, false});
  }
  link.addresses.clear();
  if (const auto name = by_name_.find(link.state.name); name != by_name_.end() && name->second == index) by_name_.erase(name);
  news.changed.insert(index);
  const auto gone_links = static_cast<std::size_t>(
      std::count_if(links_.begin(), links_.end(), [](const auto& entry) { return !entry.second.present; }));
  if (gone_links <= kGoneLinksMax) return;
  const auto oldest = std::find_if(links_.begin(), links_.end(), [index](const auto& entry) {
    return !entry.second.present && entry.first != index;
  });
  if (oldest != links_.end()) links_.erase(oldest);
}

void LinkWatch::seen(const AddressState& address, News& news) {
  const auto found = links_.find(address.index);
  if (found == links_.end() || !found->second.present) return;
  Link& link = found->second;
  const AddressKey key = key_of(link, address);
  // While the notification of our deletion is under way, an older notification of its existence may still come.
  if (deleting_.contains(key) && !table_.contains(key)) return;
  Held& held = link.addresses[key];
  if (held.order == 0) held.order = ++order_;
  const bool ours = held.state.ours;  // kernels before 5.18 do not give our mark back
  held.state = address;
  held.state.ours = address.ours || ours;
  if (held.state.options.label == link.state.name) held.state.options.label.clear();
  table_[key] = held.state.options;
  (held.state.ours ? news.own : news.changed).insert(address.index);
}

void LinkWatch::gone(const AddressState& address, bool by_us, News& news) {
  const auto found = links_.find(address.index);
  if (found == links_.end()) return;
  Link& link = found->second;
  const AddressKey key = key_of(link, address);
  if (const auto own = deleting_.find(key); own != deleting_.end()) {
    if (--own->second == 0) deleting_.erase(own);
    news.own.insert(address.index);
    return;
  }
  if (link.addresses.erase(key) == 0) return;
  table_.erase(key);
  news.changed.insert(address.index);
  news.lost.push_back({key, by_us, link.present && link.state.up});
}

void LinkWatch::applied(const AddAddress& change) {
  Link* link = find(change.address.key.interface);
  if (link == nullptr) return;
  Held& held = link->addresses[change.address.key];
  if (held.order == 0) held.order = ++order_;
  held.state = {link->state.index, change.address.key.prefix, change.address.key.peer, change.address.options, false, false, true};
  table_[change.address.key] = change.address.options;
}

void LinkWatch::applied(const DeleteAddress& change, bool notified) {
  Link* link = find(change.key.interface);
  if (link == nullptr) return;
  if (notified) ++deleting_[change.key];
  link->addresses.erase(change.key);
  table_.erase(change.key);
}

void LinkWatch::applied(const SetPromoteSecondaries& change) {
  if (Link* link = find(change.interface)) link->state.promote_secondaries = change.on;
}

const LinkState* LinkWatch::by_name(const std::string& name) const {
  const Link* link = const_cast<LinkWatch*>(this)->find(name);
  return link == nullptr ? nullptr : &link->state;
}

const LinkState* LinkWatch::by_index(std::uint32_t index) const {
  const auto found = links_.find(index);
  return found == links_.end() || !found->second.present ? nullptr : &found->second.state;
}

bool LinkWatch::has(const AddressKey& key) const { return table_.contains(key); }

bool LinkWatch::is_ours(const AddressKey& key) const {
  const Link* link = const_cast<LinkWatch*>(this)->find(key.interface);
  if (link == nullptr) return false;
  const auto held = link->addresses.find(key);
  return held != link->addresses.end() && held->second.state.ours;
}

std::set<std::string> LinkWatch::promoted() const {
  std::set<std::string> names;
  for (const auto& [index, link] : links_) {
    if (link.present && link.state.promote_secondaries.value_or(false)) names.insert(link.state.name);
  }
  return names;
}

std::vector<std::uint32_t> LinkWatch::links() const {
  std::vector<std::uint32_t> indexes;
  for (const auto& [index, link] : links_) {
    if (link.present) indexes.push_back(index);
  }
  return indexes;
}

LinkFacts LinkWatch::facts(std::uint32_t index, Addresses which) const {
  LinkFacts facts;
  facts.index = index;
  facts.present = false;
  const auto found = links_.find(index);
  if (found == links_.end()) return facts;
  const Link& link = found->second;
  facts.name = link.state.name;
  facts.present = link.present;
  facts.up = link.present && link.state.up;
  facts.arp = link.state.arp;
  facts.mtu = link.state.mtu;
  facts.hardware = link.state.hardware;
  std::vector<const Held*> ordered;
  for (const auto& [key, held] : link.addresses) ordered.push_back(&held);
  std::sort(ordered.begin(), ordered.end(), [](const Held* a, const Held* b) { return a->order < b->order; });
  for (const Held* held : ordered) {
    const AddressState& address = held->state;
    const bool told = which == Addresses::kAll || !address.ours;
    if (told && facts.addresses.size() < kFactAddressesMax) facts.addresses.push_back(address.prefix);
    const bool usable = address.prefix.address.is_v4() ? !address.secondary : address.prefix.address.is_link_local() && !address.tentative;
    if (usable && !address.ours && facts.sources.size() < kFactAddressesMax) facts.sources.push_back(address.prefix.address);
  }
  return facts;
}

}  // namespace holdfast
