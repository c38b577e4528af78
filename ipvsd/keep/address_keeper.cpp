// Differences of addresses, applied and noted.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/keep/address_keeper.h"

namespace holdfast {

std::vector<Refused> AddressKeeper::apply(std::span<const Change> changes) {
  std::vector<Refused> refused;
  if (changes.empty()) return refused;
  const std::vector<int> codes = kernel_.apply(changes);
  for (std::size_t at = 0; at < changes.size(); ++at) {
    const Change& change = changes[at];
    if (judge(change, codes[at]) != Outcome::kDone) {
      refused.push_back({change, codes[at]});
    } else if (const auto* add = std::get_if<AddAddress>(&change)) {
      watch_.applied(*add);
    } else if (const auto* remove = std::get_if<DeleteAddress>(&change)) {
      watch_.applied(*remove, codes[at] == 0);
    } else if (const auto* setting = std::get_if<SetPromoteSecondaries>(&change)) {
      watch_.applied(*setting);
      if (setting->on) {
        promoted_.insert(setting->interface);
      } else {
        promoted_.erase(setting->interface);
      }
    }
  }
  return refused;
}

std::vector<Refused> AddressKeeper::hold(InstanceId id) {
  const ClaimLedger::Instance* instance = claims_.find(id);
  if (instance == nullptr) return {};
  std::vector<AddressKey> replaceable;
  for (const Address& address : instance->addresses) {
    if (watch_.is_ours(address.key)) replaceable.push_back(address.key);
  }
  std::vector<Change> changes;
  diff_addresses(watch_.addresses(), instance->addresses, replaceable, changes);
  return apply(changes);
}

std::vector<Refused> AddressKeeper::withdraw(InstanceId id) {
  const ClaimLedger::Instance* instance = claims_.find(id);
  if (instance == nullptr) return {};
  std::vector<AddressKey> removable;
  for (const Address& address : instance->addresses) {
    if (!claims_.wants(address.key)) removable.push_back(address.key);
  }
  std::vector<Change> changes;
  diff_addresses(watch_.addresses(), {}, removable, changes);
  return apply(changes);
}

std::vector<Refused> AddressKeeper::reconcile() {
  const Wanted wanted{claims_.wanted(), {}, claims_.promoted()};
  Removable removable{claims_.removable(), {}, promoted_, false};
  for (const Address& address : wanted.addresses) {
    if (watch_.is_ours(address.key)) removable.addresses.push_back(address.key);
  }
  const Snapshot actual{watch_.addresses(), {}, watch_.promoted()};
  std::vector<Change> changes = diff(actual, wanted, removable);
  // A link that is not there cannot be set or hold anything; it is looked at again when it comes.
  std::erase_if(changes, [this](const Change& change) {
    const auto* setting = std::get_if<SetPromoteSecondaries>(&change);
    const auto* add = std::get_if<AddAddress>(&change);
    return (setting != nullptr && watch_.by_name(setting->interface) == nullptr) ||
           (add != nullptr && watch_.by_name(add->address.key.interface) == nullptr);
  });
  return apply(changes);
}

std::vector<Refused> AddressKeeper::restore(const AddressKey& key) {
  for (const ClaimLedger::Holder& holder : claims_.holders(key)) {
    for (const Address& address : claims_.find(holder.instance)->addresses) {
      if (address.key != key) continue;
      const Change change = AddAddress{address};
      return apply(std::span(&change, 1));
    }
  }
  return {};
}

std::vector<Refused> AddressKeeper::finish(bool keep) {
  std::vector<AddressKey> removable;
  if (!keep) {
    for (const ClaimLedger::Instance& instance : claims_.instances()) {
      for (const Address& address : instance.addresses) removable.push_back(address.key);
    }
  }
  const Snapshot actual{watch_.addresses(), {}, watch_.promoted()};
  return apply(diff(actual, Wanted{}, Removable{removable, {}, promoted_, false}));
}

}  // namespace holdfast
