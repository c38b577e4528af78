// Tables and their rules, as ip-address(8) and ipvsadm(8) would find them.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fake/kernel.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace holdfast::fake {

namespace {

constexpr std::uint32_t kMtu = 1500;

bool same_subnet(const Prefix& a, const Prefix& b) {
  if (a.length != b.length || !a.address.is_v4() || !b.address.is_v4()) return false;
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  for (int at = 0; at < 4; ++at) {
    left = left << 8 | a.address.octets()[static_cast<std::size_t>(at)];
    right = right << 8 | b.address.octets()[static_cast<std::size_t>(at)];
  }
  const std::uint32_t mask = a.length == 0 ? 0 : ~std::uint32_t{0} << (32 - a.length);
  return (left & mask) == (right & mask);
}

}  // namespace

Kernel::Kernel() : readable_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

LinkState* Kernel::link(const std::string& name) {
  const auto found = std::find_if(links_.begin(), links_.end(), [&](const LinkState& l) { return l.name == name; });
  return found == links_.end() ? nullptr : &*found;
}

void Kernel::tell(KernelEvent event) {
  events_.push_back(std::move(event));
  const std::uint64_t one = 1;
  (void)!::write(readable_.get(), &one, sizeof one);
}

std::uint32_t Kernel::add_link(const std::string& name, bool up) {
  const auto last = static_cast<std::uint8_t>(++last_index_);
  links_.push_back({last_index_, name, up, true, kMtu, {2, 0, 0, 0, 0, last}, false, false});
  tell(LinkSeen{links_.back()});
  return last_index_;
}

void Kernel::set_link(const std::string& name, bool up) {
  LinkState* state = link(name);
  state->up = up;
  tell(LinkSeen{*state});
}

void Kernel::remove_link(const std::string& name) {
  const std::uint32_t index = link(name)->index;
  std::erase_if(held_, [&](const Held& held) { return held.key.interface == name; });
  std::erase_if(links_, [&](const LinkState& l) { return l.name == name; });
  tell(LinkGone{index});
}

void Kernel::add_address(const std::string& interface, const char* prefix) {
  const AddressKey key{interface, *parse_prefix(prefix), std::nullopt};
  const AddressState state{link(interface)->index, key.prefix, std::nullopt, {}, secondary(key), false, false};
  held_.push_back({key, state});
  tell(AddressSeen{state});
}

void Kernel::delete_address(const AddressKey& key) {
  const auto found = std::find_if(held_.begin(), held_.end(), [&](const Held& held) { return held.key == key; });
  const AddressState state = found->state;
  held_.erase(found);
  tell(AddressGone{state, false});
}

void Kernel::lose_notifications() {
  events_.clear();
  tell(NotificationsLost{});
}

std::vector<AddressKey> Kernel::addresses() const {
  std::vector<AddressKey> keys;
  for (const Held& held : held_) keys.push_back(held.key);
  return keys;
}

Result<NetworkState> Kernel::read_network() {
  NetworkState network{links_, {}};
  for (const Held& held : held_) network.addresses.push_back(held.state);
  return network;
}

Status Kernel::open_ipvs() {
  if (!has_ipvs) return Error{"IPVS is not available: the kernel has no module ip_vs", ENOENT};
  return ok();
}

Result<std::vector<std::pair<ServiceKey, ServiceOptions>>> Kernel::read_services() {
  std::vector<std::pair<ServiceKey, ServiceOptions>> found;
  for (const auto& [key, service] : services) found.emplace_back(key, service.options);
  return found;
}

Result<std::optional<ServiceOptions>> Kernel::read_service(const ServiceKey& key) {
  const auto found = services.find(key);
  if (found == services.end()) return std::optional<ServiceOptions>{};
  return std::optional{found->second.options};
}

Result<std::map<DestinationKey, DestinationOptions>> Kernel::read_destinations(const ServiceKey& key) {
  const auto found = services.find(key);
  if (found == services.end()) return Error{"no such service", ESRCH};
  return found->second.destinations;
}

std::vector<int> Kernel::apply(std::span<const Change> changes) {
  ++calls;
  std::vector<int> codes;
  for (const Change& change : changes) {
    const auto refused = refused_.find(to_string(change));
    codes.push_back(refused != refused_.end() ? refused->second : apply_one(change));
    if (codes.back() == 0) applied.push_back(change);
  }
  return codes;
}

int Kernel::apply_one(const Change& change) {
  if (const auto* address = std::get_if<AddAddress>(&change)) return add(*address);
  if (const auto* address = std::get_if<DeleteAddress>(&change)) return remove(*address);
  if (const auto* setting = std::get_if<SetPromoteSecondaries>(&change)) {
    LinkState* state = link(setting->interface);
    if (state == nullptr) return ENODEV;
    state->promote_secondaries = setting->on;
    promoted[setting->interface] = setting->on;
    return 0;
  }
  if (std::holds_alternative<AddRoute>(change) || std::holds_alternative<DeleteRoute>(change) || std::holds_alternative<AddRule>(change) ||
      std::holds_alternative<DeleteRule>(change)) {
    return change_path(change);
  }
  if (const auto* c = std::get_if<ChangeFirewall>(&change)) return change_firewall(*c);
  if (const auto* c = std::get_if<ChangeMarking>(&change)) return change_marking(*c);
  if (std::holds_alternative<SetTimeouts>(change) || std::holds_alternative<StartSync>(change) || std::holds_alternative<StopSync>(change) ||
      std::holds_alternative<FlushServices>(change)) {
    return change_settings(change);
  }
  return change_table(change);
}

// All or nothing, and no element twice.
int Kernel::change_firewall(const ChangeFirewall& change) {
  std::set<Blocked> after = change.clear ? std::set<Blocked>{} : blocked;
  std::set<QuietLink> quiet_after = change.clear ? std::set<QuietLink>{} : quiet;
  if (!change.clear && !(change.there == firewall)) return ENOENT;
  for (const Blocked& one : change.unblock) {
    if (after.erase(one) == 0) return ENOENT;
  }
  for (const Blocked& one : change.block) {
    const bool part = one.address.is_v4() ? change.wanted.blocked4 : change.wanted.blocked6 && (one.link == 0 || change.wanted.link_local);
    if (!part) return ENOENT;
    after.insert(one);
  }
  for (const QuietLink& one : change.unquiet) quiet_after.erase(one);
  quiet_after.insert(change.quiet.begin(), change.quiet.end());
  if (!quiet_after.empty() && !change.wanted.quiet) return ENOENT;
  blocked = std::move(after);
  quiet = std::move(quiet_after);
  firewall = change.wanted;
  return 0;
}

int Kernel::change_marking(const ChangeMarking& change) {
  std::set<MarkedTarget> after = change.clear ? std::set<MarkedTarget>{} : marked;
  if (!change.clear && change.there != marking) return ENOENT;
  for (const MarkedTarget& one : change.remove) {
    if (after.erase(one) == 0) return ENOENT;
  }
  for (const MarkedTarget& one : change.add) {
    if (!after.insert(one).second) return EEXIST;
  }
  marked = std::move(after);
  marking = parts_after(change);
  return 0;
}

template <class Item>
static int add_once(std::vector<Item>& items, const Item& item) {
  if (std::find(items.begin(), items.end(), item) != items.end()) return EEXIST;
  items.push_back(item);
  return 0;
}

int Kernel::change_path(const Change& change) {
  if (const auto* c = std::get_if<AddRoute>(&change)) {
    if (!c->route.way.interface.empty() && link(c->route.way.interface) == nullptr) return ENODEV;
    return add_once(routes, c->route);
  }
  if (const auto* c = std::get_if<DeleteRoute>(&change)) return std::erase(routes, c->route) != 0 ? 0 : ESRCH;
  if (const auto* c = std::get_if<AddRule>(&change)) return add_once(rules, c->rule);
  return std::erase(rules, std::get<DeleteRule>(change).rule) != 0 ? 0 : ENOENT;
}

std::uint32_t Kernel::vrf_table(const std::string& vrf) const {
  const auto found = vrfs.find(vrf);
  return found == vrfs.end() ? 0 : found->second;
}

void Kernel::delete_route(const Route& route) {
  std::erase(routes, route);
  constexpr std::uint32_t kDefaultMetric6 = 1024;
  RouteMark mark;
  mark.deleted = true;
  mark.type = route.type;
  mark.tos = route.tos;
  mark.protocol = route.protocol;
  mark.table = route.vrf.empty() ? route.table : vrf_table(route.vrf);
  mark.metric = route.metric.value_or(route.family == Family::kIpv6 ? kDefaultMetric6 : 0);
  mark.destination = route.destination;
  mark.source = route.source.value_or(Prefix{IpAddress{}, 0});
  if (const LinkState* state = link(route.way.interface)) mark.link = state->index;
  tell(RouteGone{mark});
}

void Kernel::delete_rule(const Rule& rule) {
  std::erase(rules, rule);
  RuleMark mark{true, rule};
  mark.rule.no_track = false;
  tell(RuleGone{mark});
}

int Kernel::change_settings(const Change& change) {
  if (const auto* set = std::get_if<SetTimeouts>(&change)) {
    if (set->timeouts.tcp != 0) timeouts.tcp = set->timeouts.tcp;
    if (set->timeouts.tcp_fin != 0) timeouts.tcp_fin = set->timeouts.tcp_fin;
    if (set->timeouts.udp != 0) timeouts.udp = set->timeouts.udp;
    return 0;
  }
  if (std::holds_alternative<FlushServices>(change)) {
    services.clear();
    return 0;
  }
  const auto* start = std::get_if<StartSync>(&change);
  const SyncRole role = start != nullptr ? start->wanted.role : std::get<StopSync>(change).role;
  const auto running = std::find_if(sync.begin(), sync.end(), [&](const RunningSync& one) { return one.role == role; });
  if (start != nullptr) {
    if (running != sync.end()) return EEXIST;
    sync.push_back(start->wanted);
    return 0;
  }
  if (running == sync.end()) return ESRCH;
  sync.erase(running);
  return 0;
}

bool Kernel::secondary(const AddressKey& key) const {
  return std::any_of(held_.begin(), held_.end(), [&](const Held& held) {
    return held.key.interface == key.interface && !held.state.secondary && same_subnet(held.key.prefix, key.prefix);
  });
}

int Kernel::add(const AddAddress& change) {
  const AddressKey& key = change.address.key;
  const LinkState* state = link(key.interface);
  if (state == nullptr) return ENODEV;
  if (std::any_of(held_.begin(), held_.end(), [&](const Held& held) { return held.key == key; })) return EEXIST;
  held_.push_back({key, {state->index, key.prefix, key.peer, change.address.options, secondary(key), false, true}});
  tell(AddressSeen{held_.back().state});
  return 0;
}

int Kernel::remove(const DeleteAddress& change) {
  const auto found = std::find_if(held_.begin(), held_.end(), [&](const Held& held) { return held.key == change.key; });
  if (found == held_.end()) return EADDRNOTAVAIL;
  const Held gone = *found;
  held_.erase(found);
  tell(AddressGone{gone.state, gone.key.prefix.address.is_v4()});
  if (gone.state.secondary || link(gone.key.interface)->promote_secondaries.value_or(false)) return 0;
  std::vector<Held> orphans;
  for (const Held& held : held_) {
    if (held.key.interface == gone.key.interface && same_subnet(held.key.prefix, gone.key.prefix)) orphans.push_back(held);
  }
  for (const Held& orphan : orphans) {
    std::erase_if(held_, [&](const Held& held) { return held.key == orphan.key; });
    tell(AddressGone{orphan.state, true});
  }
  return 0;
}

int Kernel::change_table(const Change& change) {
  if (const auto* c = std::get_if<AddService>(&change)) {
    if (services.contains(c->key)) return EEXIST;
  } else if (const auto* e = std::get_if<EditService>(&change)) {
    if (!services.contains(e->key)) return ESRCH;
  } else if (const auto* d = std::get_if<DeleteService>(&change)) {
    if (!services.contains(d->key)) return ESRCH;
  } else {
    const auto* added = std::get_if<AddDestination>(&change);
    const auto* edited = std::get_if<EditDestination>(&change);
    const auto* removed = std::get_if<DeleteDestination>(&change);
    const ServiceKey& service = added ? added->service : edited ? edited->service : removed->service;
    const DestinationKey& key = added ? added->key : edited ? edited->key : removed->key;
    const auto found = services.find(service);
    if (found == services.end()) return ESRCH;
    const bool there = found->second.destinations.contains(key);
    if (added && there) return EEXIST;
    if (!added && !there) return ENOENT;
  }
  holdfast::apply(services, change);
  return 0;
}

std::vector<KernelEvent> Kernel::events() {
  std::uint64_t count = 0;
  (void)!::read(readable_.get(), &count, sizeof count);
  std::vector<KernelEvent> told(events_.begin(), events_.end());
  events_.clear();
  return told;
}

}  // namespace holdfast::fake
