// Services, destinations, weights.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/wanted/wish_ledger.h"

#include <algorithm>

namespace holdfast {

namespace {

// Only masquerading can change the port: otherwise it is the service's, and none for a firewall mark.
DestinationKey key_for(const ServiceKey& service, const IpAddress& address, std::uint16_t port, Forwarding forwarding) {
  if (forwarding == Forwarding::kMasquerade) return {address, port};
  return {address, service.fwmark != 0 ? std::uint16_t{0} : service.port};
}

}  // namespace

bool WishLedger::same_targets(std::size_t pool, const WishLedger& other, std::size_t other_pool) const {
  const std::vector<std::size_t>& ours = pools_[pool].targets;
  const std::vector<std::size_t>& theirs = other.pools_[other_pool].targets;
  return std::ranges::equal(ours, theirs, [&](std::size_t a, std::size_t b) { return targets_[a].same(other.targets_[b]); });
}

WishLedger::Touched WishLedger::set_plan(const IpvsPlan& plan) {
  WishLedger before;
  before.pools_ = std::move(pools_);
  before.targets_ = std::move(targets_);
  before.by_key_ = std::move(by_key_);
  index(plan);
  Touched touched;
  for (const auto& [key, planned] : by_key_) {
    const auto old = before.by_key_.find(key);
    if (old != before.by_key_.end() && old->second.options == planned.options && same_targets(planned.pool, before, old->second.pool)) continue;
    touched.insert(touched.end(), key);
  }
  for (const auto& [key, planned] : before.by_key_) {
    if (!by_key_.contains(key)) touched.insert(key);
  }
  // Early wishes have had their plan now; the others belong to destinations that have left.
  std::erase_if(wishes_, [this](const auto& entry) { return !by_id_.contains(entry.first); });
  return touched;
}

void WishLedger::index(const IpvsPlan& plan) {
  plan_ = plan.generation;
  pools_.clear();
  targets_.clear();
  by_key_.clear();
  by_id_.clear();
  std::unordered_map<ServiceId, std::size_t> by_service;
  for (const Service& service : plan.services) {
    const ServiceKey key = canonical(service.key);
    const auto [pool, fresh] = by_service.emplace(service.id, pools_.size());
    if (fresh) pools_.emplace_back();
    pools_[pool->second].keys.push_back(key);
    by_key_[key] = {pool->second, options_of(service)};
  }
  for (const Destination& planned : plan.destinations) {
    const auto owner = by_service.find(planned.service);
    if (owner == by_service.end()) continue;  // the intake has refused such a plan already
    pools_[owner->second].targets.push_back(targets_.size());
    by_id_[planned.id] = targets_.size();
    const DestinationOptions options{planned.forwarding, 0, planned.upper_threshold, planned.lower_threshold,
                                     planned.tunnel, planned.tunnel_port, planned.tunnel_flags};
    targets_.push_back({owner->second, planned.address, planned.port, options, planned.id});
  }
}

void WishLedger::touch(DestinationId id, Touched& touched) const {
  const auto target = by_id_.find(id);
  if (target == by_id_.end()) return;
  const std::vector<ServiceKey>& keys = pools_[targets_[target->second].pool].keys;
  touched.insert(keys.begin(), keys.end());
}

WishVerdict WishLedger::wish(Generation plan, const DestinationWish& wish, Touched& touched) {
  const bool named = by_id_.contains(wish.id);
  if (!named) {
    if (plan < plan_) return WishVerdict::kStale;
    if (plan == plan_) return WishVerdict::kUnknown;
    if (!wishes_.contains(wish.id) && wishes_.size() >= by_id_.size() + kEarlyWishesMax) return WishVerdict::kUnknown;
  }
  Wish& kept = wishes_[wish.id];
  const Wish next{std::min(wish.weight, kWeightMax), wish.present, epoch_};
  const bool changed = kept.present != next.present || kept.weight != next.weight;
  kept = next;
  if (!named) return WishVerdict::kEarly;
  // Before Complete the kernel may hold what this ledger has never seen wished: look at every wish.
  if (changed || !complete_) touch(wish.id, touched);
  return WishVerdict::kAccepted;
}

WishLedger::Touched WishLedger::complete() {
  const std::size_t gone = std::erase_if(wishes_, [this](const auto& entry) { return entry.second.epoch != epoch_; });
  const bool news = !complete_ || gone != 0;
  complete_ = true;
  return news ? keys() : Touched{};
}

WishLedger::Touched WishLedger::release_all() {
  wishes_.clear();
  complete_ = true;
  return keys();
}

void WishLedger::linked() {
  ++epoch_;
  complete_ = false;
}

std::optional<VirtualService> WishLedger::wanted(const ServiceKey& key) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  const auto& [pool, service_options] = found->second;
  VirtualService service{service_options, {}};
  for (std::size_t position : pools_[pool].targets) {
    const Target& target = targets_[position];
    // A group may have addresses of both families; a server of the other one is reached through a tunnel only.
    if (target.address.family() != key.family && target.options.forwarding != Forwarding::kTunnel) continue;
    const auto wish = wishes_.find(target.id);
    if (wish == wishes_.end() || !wish->second.present) continue;
    DestinationOptions options = target.options;
    options.weight = wish->second.weight;
    // A sorry server may be a real server too: the kernel has one entry for both, the heavier wish counts.
    const auto [place, fresh] = service.destinations.emplace(key_for(key, target.address, target.port, options.forwarding), options);
    if (!fresh && place->second.weight < options.weight) place->second = options;
  }
  return service;
}

WishLedger::Touched WishLedger::keys() const {
  Touched keys;
  for (const auto& [key, planned] : by_key_) keys.insert(keys.end(), key);
  return keys;
}

}  // namespace holdfast
