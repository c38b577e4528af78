// Everything that moves with a claim, in order: firewall, addresses, routes, rules; back in reverse. Knows no message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <vector>

#include "ipvsd/keep/address_keeper.h"
#include "ipvsd/keep/firewall_keeper.h"
#include "ipvsd/keep/route_keeper.h"

namespace holdfast {

class Holdings {
 public:
  Holdings(Kernel& kernel, const ClaimLedger& claims, LinkWatch& watch)
      : claims_(claims), addresses_(kernel, claims, watch), routes_(kernel, claims, watch), firewall_(kernel, claims, watch) {}

  // The firewall's settings of a new plan, before reconcile().
  void use(const Firewall& settings) { firewall_.use(settings); }
  // The VMACs that exist, each with the link below it: their IGMP and MLD reports leave by that one.
  std::vector<Refused> quiet(std::set<QuietLink> links) { return firewall_.quiet(std::move(links)); }
  std::vector<Refused> hold(InstanceId);
  std::vector<Refused> withdraw(InstanceId);
  // Everything: what the plan or the claims do not want any more goes, what is wanted comes.
  std::vector<Refused> reconcile();
  // Links came up: the kernel has dropped what was on them, without a word about most of it.
  std::vector<Refused> restore(const std::set<std::uint32_t>& links);
  // Notifications were lost: everything is asked for again.
  std::vector<Refused> restore_all();
  std::vector<Refused> restore(const AddressKey& key) { return addresses_.restore(key); }
  // `keep`: what is held stays; only settings go back.
  std::vector<Refused> finish(bool keep);

  // What somebody else has deleted: who is to be told of it. Static items are there again.
  struct Loss {
    std::string what;
    std::vector<ClaimLedger::Holder> holders;
    std::vector<Refused> refused;
  };
  std::vector<Loss> lost(const RouteMark&);
  std::vector<Loss> lost(const RuleMark&);

 private:
  template <class Item>
  std::vector<Loss> losses(const std::vector<Item>&);

  const ClaimLedger& claims_;
  AddressKeeper addresses_;
  RouteKeeper routes_;
  FirewallKeeper firewall_;
};

}  // namespace holdfast
