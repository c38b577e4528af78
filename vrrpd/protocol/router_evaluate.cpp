// From inputs to faults and priorities, and from those to events. Nothing here remembers how the inputs came to be as they are.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "vrrpd/protocol/chores.h"
#include "vrrpd/protocol/router.h"

namespace holdfast::vrrp {

const SyncGroup* Router::group_of(const Slot& slot) const { return slot.group == kNone ? nullptr : &groups_[slot.group].config; }

Router::Slots Router::users_of(const std::string& interface) const {
  Slots users;
  const auto [first, last] = by_interface_.equal_range(interface);
  for (auto found = first; found != last; ++found) users.push_back(found->second);
  return users;
}

Router::Slots Router::users_of(const SocketKey& socket) const {
  Slots users;
  for (std::uint32_t number = 0; number < slots_.size(); ++number) {
    if (slots_[number].socket == socket) users.push_back(number);
  }
  return users;
}

void Router::evaluate_all() {
  Slots all(slots_.size());
  for (std::uint32_t number = 0; number < slots_.size(); ++number) all[number] = number;
  evaluate(all);
}

// In two passes: a fault of one member is a fault of its whole group.
void Router::evaluate(const Slots& slots) {
  if (!planned_) return;
  std::set<std::uint32_t> affected;
  for (const std::uint32_t number : slots) {
    refresh_inputs(slots_[number], number);
    affected.insert(number);
    if (slots_[number].group == kNone) continue;
    const Slots& members = groups_[slots_[number].group].members;
    affected.insert(members.begin(), members.end());
  }
  for (const std::uint32_t number : affected) {
    Slot& slot = slots_[number];
    slot.faults = slot.own_faults;
    if (slot.group == kNone) continue;
    for (const std::uint32_t member : groups_[slot.group].members) {
      if (member != number && !slots_[member].own_faults.empty()) {
        slot.faults.push_back({Fault::Kind::kGroupMember, slots_[member].config.name});
      }
    }
  }
  for (const std::uint32_t number : affected) apply_inputs(number);
}

void Router::refresh_inputs(Slot& slot, std::uint32_t number) {
  const LinkFacts* facts = world_.link(slot.config.interface);
  const SocketKey key = socket_of(slot.config, slot.config.interface.empty() || facts == nullptr ? 0 : facts->index);
  if (key != slot.socket || !slot.has_socket) {
    const auto [first, last] = listeners_.equal_range(listener_key(slot.socket, slot.config.vrid));
    const auto old = std::find_if(first, last, [&](const auto& entry) { return entry.second == number; });
    if (old != last) listeners_.erase(old);
    listeners_.emplace(listener_key(key, slot.config.vrid), number);
  }
  slot.socket = key;
  slot.has_socket = (facts != nullptr || slot.config.interface.empty()) && sockets_.contains(key);
  if (const auto source = source_of(slot.config, world_)) slot.source = source;  // the last known one serves the last advert
  slot.own_faults = faults_of(slot.config, group_of(slot), world_);
  if (!slot.has_socket && slot.own_faults.empty()) slot.own_faults.push_back({Fault::Kind::kNoSocket, slot.config.interface});
  if (ipvsd_missing(slot)) slot.own_faults.push_back({Fault::Kind::kIpvsdGone, {}});
}

void Router::apply_inputs(std::uint32_t number) {
  Slot& slot = slots_[number];
  feed(number, PriorityWanted{effective_priority(slot.config, group_of(slot), world_)});
  const bool faulty = !slot.faults.empty();
  const FaultAppeared fault{faulty ? describe(slot.faults.front()) : std::string(), slot.has_socket && slot.source.has_value()};
  switch (slot.state.state) {
    case VrrpState::kInit:
      if (must_wait(slot)) return;
      if (faulty) {
        slot.resume = false;
        feed(number, fault);
      } else {
        feed(number, Begin{std::exchange(slot.resume, false)});
      }
      return;
    case VrrpState::kFault:
      if (!faulty) feed(number, FaultCleared{});
      return;
    case VrrpState::kBackup:
    case VrrpState::kMaster:
      if (faulty) feed(number, fault);
      return;
  }
}

// Before the first state: facts, sockets and script results are on their way.
bool Router::must_wait(const Slot& slot) const {
  if (!links_told_) return true;
  // A link that was made for this instance needs a moment to be there, to be up and to have its address.
  const bool fresh_link = !slot.config.base_interface.empty() && world_.link_up(slot.config.base_interface);
  const bool only_socket = !slot.faults.empty() && std::all_of(slot.faults.begin(), slot.faults.end(), [&](const Fault& fault) {
    const bool of_link = fault.kind == Fault::Kind::kInterfaceMissing || fault.kind == Fault::Kind::kInterfaceDown ||
                         fault.kind == Fault::Kind::kNoSource;
    return fault.kind == Fault::Kind::kNoSocket || (fresh_link && of_link);
  });
  if (only_socket && now_ < grace_until_) return true;
  if (slot.resume) return false;
  if (now_ < grace_until_ && awaits_objects(slot.config, group_of(slot), world_)) return true;
  return now_ < hold_until_ || awaits_scripts(slot.config, group_of(slot), world_);
}

bool Router::ipvsd_missing(const Slot& slot) const {
  if (ipvsd_gone_since_ == kNever) return false;
  return now_ >= ipvsd_gone_since_ + std::max(kIpvsdAbsenceAdverts * slot.config.advert_int, kIpvsdAbsenceMin);
}

void Router::arm_ipvsd_chore() {
  if (ipvsd_gone_since_ == kNever) return;
  Instant next = kNever;
  for (const Slot& slot : slots_) {
    const Instant limit = ipvsd_gone_since_ + std::max(kIpvsdAbsenceAdverts * slot.config.advert_int, kIpvsdAbsenceMin);
    if (limit > now_) next = std::min(next, limit);
  }
  chores_.arm(kChoreIpvsd, next);
}

}  // namespace holdfast::vrrp
