// Merge joins over ordered tables; each object is looked at once.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/reconcile/diff.h"

namespace holdfast {

namespace {

void diff_destinations(const ServiceKey& service, const VirtualService& actual, const VirtualService& wanted, bool remove,
                       std::vector<Change>& changes) {
  auto is = actual.destinations.begin();
  auto must = wanted.destinations.begin();
  std::vector<Change> deletions;
  while (is != actual.destinations.end() || must != wanted.destinations.end()) {
    if (must == wanted.destinations.end() || (is != actual.destinations.end() && is->first < must->first)) {
      if (remove) deletions.push_back(DeleteDestination{service, is->first});
      ++is;
    } else if (is == actual.destinations.end() || must->first < is->first) {
      changes.push_back(AddDestination{service, must->first, must->second});
      ++must;
    } else {
      if (is->second != must->second) changes.push_back(EditDestination{service, must->first, must->second});
      ++is;
      ++must;
    }
  }
  changes.insert(changes.end(), std::make_move_iterator(deletions.begin()), std::make_move_iterator(deletions.end()));
}

}  // namespace

void diff_addresses(const AddressTable& actual, const std::vector<Address>& wanted, const std::vector<AddressKey>& removable,
                    std::vector<Change>& changes) {
  std::set<AddressKey> keep;
  for (const Address& address : wanted) keep.insert(address.key);
  const std::set<AddressKey> may_go(removable.begin(), removable.end());
  std::set<AddressKey> said;
  for (auto key = removable.rbegin(); key != removable.rend(); ++key) {
    if (actual.contains(*key) && !keep.contains(*key) && said.insert(*key).second) changes.push_back(DeleteAddress{*key});
  }
  for (const Address& address : wanted) {
    const auto existing = actual.find(address.key);
    if (existing != actual.end()) {
      if (same(existing->second, address.options) || !may_go.contains(address.key)) continue;
      changes.push_back(DeleteAddress{address.key});
    }
    changes.push_back(AddAddress{address});
  }
}

void diff_service(const ServiceKey& key, const VirtualService* actual, const VirtualService* wanted, bool remove_destinations,
                  std::vector<Change>& changes) {
  if (wanted == nullptr) {
    if (actual != nullptr) changes.push_back(DeleteService{key});
    return;
  }
  if (actual == nullptr) {
    changes.push_back(AddService{key, wanted->options});
    for (const auto& [destination, options] : wanted->destinations) changes.push_back(AddDestination{key, destination, options});
    return;
  }
  if (actual->options != wanted->options) changes.push_back(EditService{key, wanted->options});
  diff_destinations(key, *actual, *wanted, remove_destinations, changes);
}

std::vector<Change> diff(const Snapshot& actual, const Wanted& wanted, const Removable& removable) {
  std::vector<Change> changes;
  for (const std::string& interface : wanted.promoted) {
    if (!actual.promoted.contains(interface)) changes.push_back(SetPromoteSecondaries{interface, true});
  }
  diff_addresses(actual.addresses, wanted.addresses, removable.addresses, changes);
  for (const ServiceKey& key : removable.services) {
    const auto existing = actual.services.find(key);
    if (existing == actual.services.end() || wanted.services.contains(key)) continue;
    diff_service(key, &existing->second, nullptr, true, changes);
  }
  for (const auto& [key, service] : wanted.services) {
    const auto existing = actual.services.find(key);
    diff_service(key, existing == actual.services.end() ? nullptr : &existing->second, &service, removable.destinations, changes);
  }
  for (const std::string& interface : removable.promoted) {
    if (actual.promoted.contains(interface) && !wanted.promoted.contains(interface)) {
      changes.push_back(SetPromoteSecondaries{interface, false});
    }
  }
  return changes;
}

void apply(AddressTable& table, const Change& change) {
  if (const auto* add = std::get_if<AddAddress>(&change)) {
    table[add->address.key] = add->address.options;
  } else if (const auto* remove = std::get_if<DeleteAddress>(&change)) {
    table.erase(remove->key);
  }
}

void apply(ServiceTable& table, const Change& change) {
  if (const auto* service = std::get_if<AddService>(&change)) {
    table[service->key] = VirtualService{service->options, {}};
  } else if (const auto* edited = std::get_if<EditService>(&change)) {
    table[edited->key].options = edited->options;
  } else if (const auto* gone = std::get_if<DeleteService>(&change)) {
    table.erase(gone->key);
  } else if (const auto* added = std::get_if<AddDestination>(&change)) {
    table[added->service].destinations[added->key] = added->options;
  } else if (const auto* changed = std::get_if<EditDestination>(&change)) {
    table[changed->service].destinations[changed->key] = changed->options;
  } else if (const auto* removed = std::get_if<DeleteDestination>(&change)) {
    if (const auto found = table.find(removed->service); found != table.end()) found->second.destinations.erase(removed->key);
  }
}

void apply(Snapshot& snapshot, const Change& change) {
  apply(snapshot.addresses, change);
  apply(snapshot.services, change);
  if (const auto* setting = std::get_if<SetPromoteSecondaries>(&change)) {
    if (setting->on) {
      snapshot.promoted.insert(setting->interface);
    } else {
      snapshot.promoted.erase(setting->interface);
    }
  }
}

}  // namespace holdfast
