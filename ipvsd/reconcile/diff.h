// The difference between what is and what must be, as an ordered list of changes, and the model of what a change does.
// Laws (tested as properties): diff(t, t) is empty; apply(a, diff(a, d)) == d when everything may be removed; nothing that is
// not Removable is ever deleted. Deterministic: equal inputs give equal lists. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ipvsd/reconcile/change.h"

namespace holdfast {

using AddressTable = std::map<AddressKey, AddressOptions>;

// What is.
struct Snapshot {
  AddressTable addresses;
  ServiceTable services;
  std::set<std::string> promoted;  // interfaces with promote_secondaries
  bool operator==(const Snapshot&) const = default;
};

// What must be. The order of addresses is the order in which they are added: the first of a subnet becomes the primary one.
struct Wanted {
  std::vector<Address> addresses;  // no key twice
  ServiceTable services;
  std::set<std::string> promoted;
};

// What may be deleted: if it is not wanted, or to put an address with other options in its place. Everything else that exists
// belongs to somebody else; an address of somebody else that is wanted is good as it is.
struct Removable {
  std::vector<AddressKey> addresses;  // deleted in reverse order: secondaries before their primary
  std::set<ServiceKey> services;
  std::set<std::string> promoted;
  bool destinations = true;           // of wanted services: false until checkerd has said all it wants
};

std::vector<Change> diff(const Snapshot& actual, const Wanted&, const Removable&);

// The parts, for work on one instance or one service without touching the rest.
void diff_addresses(const AddressTable& actual, const std::vector<Address>& wanted, const std::vector<AddressKey>& removable,
                    std::vector<Change>& changes);
// Null: not there, not wanted. A wanted service is edited in place; destinations are added and edited before others are deleted,
// so that a service which loses its quorum is never empty in between.
void diff_service(const ServiceKey&, const VirtualService* actual, const VirtualService* wanted, bool remove_destinations,
                  std::vector<Change>& changes);

// What an accepted change makes of a snapshot or a table.
void apply(AddressTable&, const Change&);
void apply(ServiceTable&, const Change&);
void apply(Snapshot&, const Change&);

}  // namespace holdfast
