// Rights, claims, orphans.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/wanted/claim_ledger.h"

#include <algorithm>

namespace holdfast {

template <class Map, class Key>
static void note(Map& map, const Key& key, std::size_t position) {
  auto& positions = map[key];
  if (positions.empty() || positions.back() != position) positions.push_back(position);
}

void ClaimLedger::add(const InstanceRights& rights) {
  const std::size_t position = instances_.size();
  Instance instance{rights, {}, {}};
  for (const VirtualAddress& planned : rights.addresses) {
    instance.addresses.push_back(address_of(planned));
    instance.tracked.push_back(!planned.no_track);
    note(by_address_, instance.addresses.back().key, position);
  }
  for (const Route& route : rights.routes) note(by_route_, route, position);
  for (const Rule& rule : rights.rules) note(by_rule_, rule, position);
  by_id_[rights.id] = position;
  instances_.push_back(std::move(instance));
}

void ClaimLedger::set_plan(const IpvsPlan& plan) {
  const std::map<AddressKey, Positions> before = std::move(by_address_);
  instances_.clear();
  by_id_.clear();
  by_address_.clear();
  by_route_.clear();
  by_rule_.clear();
  if (plan.statics != StaticHoldings{}) {
    InstanceRights statics;
    statics.id = kStatics;
    statics.name = "static items";
    statics.addresses = plan.statics.addresses;
    statics.routes = plan.statics.routes;
    statics.rules = plan.statics.rules;
    add(statics);
  }
  for (const InstanceRights& rights : plan.instances) add(rights);
  for (const auto& [key, positions] : before) {
    if (!by_address_.contains(key)) orphans_.push_back(key);
  }
  std::erase_if(orphans_, [this](const AddressKey& key) { return by_address_.contains(key); });
  absence_ = plan.vrrpd_absence;
  forget_unknown();
}

// Early claims have had their plan now; instances that left are released.
void ClaimLedger::forget_unknown() {
  std::erase_if(claims_, [this](const auto& entry) { return !by_id_.contains(entry.first); });
}

ClaimVerdict ClaimLedger::say(InstanceId id, Generation generation, bool active) {
  if (id == kStatics) return active ? ClaimVerdict::kUnknown : ClaimVerdict::kStale;
  const auto known = claims_.find(id);
  if (known != claims_.end() && known->second.confirmed && generation < known->second.generation) return ClaimVerdict::kStale;
  const bool named = by_id_.contains(id);
  if (!named && known == claims_.end() && (!active || claims_.size() >= by_id_.size() + kUnknownClaimsMax)) {
    return active ? ClaimVerdict::kUnknown : ClaimVerdict::kStale;
  }
  claims_[id] = {generation, active, true};
  if (named) return ClaimVerdict::kAccepted;
  return active ? ClaimVerdict::kUnknown : ClaimVerdict::kStale;
}

ClaimVerdict ClaimLedger::claim(InstanceId id, Generation generation) { return say(id, generation, true); }
ClaimVerdict ClaimLedger::release(InstanceId id, Generation generation) { return say(id, generation, false); }

void ClaimLedger::complete() {
  std::erase_if(claims_, [](const auto& entry) { return !entry.second.confirmed; });
  complete_ = true;
  deadline_ = kNever;
}

void ClaimLedger::release_all() {
  claims_.clear();
  complete_ = true;
  deadline_ = kNever;
}

void ClaimLedger::linked(Instant now) {
  for (auto& [id, claim] : claims_) claim.confirmed = false;
  complete_ = false;
  linked_ = true;
  deadline_ = now + absence_;
}

void ClaimLedger::link_lost(Instant now) {
  linked_ = false;
  deadline_ = now + absence_;
}

bool ClaimLedger::expire(Instant now) {
  if (now < deadline_) return false;
  if (linked_) {
    complete();
  } else {
    release_all();
  }
  return true;
}

const ClaimLedger::Instance* ClaimLedger::find(InstanceId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &instances_[found->second];
}

bool ClaimLedger::active(InstanceId id) const {
  if (id == kStatics) return by_id_.contains(id);
  const auto found = claims_.find(id);
  return found != claims_.end() && found->second.active && by_id_.contains(id);
}

Generation ClaimLedger::generation(InstanceId id) const {
  const auto found = claims_.find(id);
  return found == claims_.end() ? 0 : found->second.generation;
}

std::vector<Address> ClaimLedger::wanted() const {
  std::vector<Address> addresses;
  std::set<AddressKey> seen;
  for (const Instance& instance : instances_) {
    if (!active(instance.rights.id)) continue;
    for (const Address& address : instance.addresses) {
      if (seen.insert(address.key).second) addresses.push_back(address);
    }
  }
  return addresses;
}

std::vector<AddressKey> ClaimLedger::removable() const {
  std::vector<AddressKey> keys = orphans_;
  for (const Instance& instance : instances_) {
    if (!settled(instance)) continue;
    for (const Address& address : instance.addresses) {
      if (!wants(address.key)) keys.push_back(address.key);
    }
  }
  return keys;
}

bool ClaimLedger::settled(const Instance& instance) const {
  const auto said = claims_.find(instance.rights.id);
  const bool released = said != claims_.end() && said->second.confirmed && !said->second.active;
  return complete_ || released;
}

bool ClaimLedger::any_active(const Positions& positions) const {
  return std::any_of(positions.begin(), positions.end(), [this](std::size_t position) { return active(instances_[position].rights.id); });
}

bool ClaimLedger::wants(const AddressKey& key) const { return wants_in(by_address_, key); }

std::vector<AddressKey> ClaimLedger::wanted_as(const std::string& interface, const IpAddress& address) const {
  std::vector<AddressKey> keys;
  for (auto at = by_address_.lower_bound({interface, {address, 0}, std::nullopt}); at != by_address_.end(); ++at) {
    if (at->first.interface != interface || at->first.prefix.address != address) break;
    if (wants(at->first)) keys.push_back(at->first);
  }
  return keys;
}

std::vector<ClaimLedger::Holder> ClaimLedger::holders(const AddressKey& key) const {
  std::vector<Holder> holders;
  const auto found = by_address_.find(key);
  if (found == by_address_.end()) return holders;
  for (std::size_t position : found->second) {
    const Instance& instance = instances_[position];
    if (!active(instance.rights.id)) continue;
    bool tracked = false;
    for (std::size_t at = 0; at < instance.addresses.size(); ++at) {
      tracked = tracked || (instance.addresses[at].key == key && instance.tracked[at]);
    }
    holders.push_back({instance.rights.id, tracked});
  }
  return holders;
}

std::set<std::string> ClaimLedger::promoted() const {
  std::set<std::string> interfaces;
  for (const Instance& instance : instances_) {
    if (!instance.rights.promote_secondaries) continue;
    if (!instance.rights.interface.empty()) interfaces.insert(instance.rights.interface);
    for (const Address& address : instance.addresses) interfaces.insert(address.key.interface);
  }
  return interfaces;
}

}  // namespace holdfast
