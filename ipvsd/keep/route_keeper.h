// Brings routes and policy rules to what the claims want. What this run has made it knows; what an earlier run may have left, of
// what the plan names, is deleted once. A deletion matches only what carries the protocol number of ours, or of the line.
// Knows no message; the driver turns its reports into messages.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <span>
#include <vector>

#include "ipvsd/keep/refused.h"
#include "ipvsd/kernel/kernel.h"
#include "ipvsd/kernel/link_watch.h"
#include "ipvsd/wanted/claim_ledger.h"

namespace holdfast {

class RouteKeeper {
 public:
  RouteKeeper(Kernel& kernel, const ClaimLedger& claims, const LinkWatch& watch) : kernel_(kernel), claims_(claims), watch_(watch) {}

  // Adds what an instance lacks: routes, then rules. Its addresses are there already.
  std::vector<Refused> hold(InstanceId);
  // Deletes what an instance has and no other active one wants: rules, then routes. Its addresses are still there.
  std::vector<Refused> withdraw(InstanceId);
  // Everything, in two halves, with the addresses in between.
  std::vector<Refused> remove_unwanted();
  std::vector<Refused> add_wanted();
  // Everything that is wanted is asked for again: of all, or only what may need one of these links. What is there stays.
  std::vector<Refused> refresh();
  std::vector<Refused> refresh(const std::set<std::uint32_t>& links);
  // At the end, or what the plan names of another run.
  std::vector<Refused> finish();

  // Somebody else has deleted it. What of ours that was, if its link is up; it counts as not there from now on.
  std::vector<Route> lost(const RouteMark&);
  std::vector<Rule> lost(const RuleMark&);

 private:
  using Chosen = std::function<bool(const ClaimLedger::Instance&)>;
  using Needs = std::function<bool(const Route&)>;
  std::vector<Refused> add(const Chosen&, bool again, const Needs&);
  std::vector<Refused> remove(const Chosen&, bool even_wanted);
  void forget_strangers(std::vector<Change>&) const;
  std::vector<Refused> apply(std::span<const Change>);
  std::uint32_t table_of(const Route&) const;

  Kernel& kernel_;
  const ClaimLedger& claims_;
  const LinkWatch& watch_;
  std::set<Route> routes_;          // that are there
  std::set<Rule> rules_;
  std::set<Route> gone_routes_;     // that this run has looked after and that are not there
  std::set<Rule> gone_rules_;
};

}  // namespace holdfast
