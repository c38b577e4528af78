// Keeps the firewall at what the claims want: addresses of active instances with no_accept are blocked, and VMACs are quiet. The
// tables are made when they are first needed, in place of what an earlier run has left, and go at the end. Knows no message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "ipvsd/keep/refused.h"
#include "ipvsd/kernel/kernel.h"
#include "ipvsd/kernel/link_watch.h"
#include "ipvsd/wanted/claim_ledger.h"

namespace holdfast {

class FirewallKeeper {
 public:
  FirewallKeeper(Kernel& kernel, const ClaimLedger& claims, const LinkWatch& watch) : kernel_(kernel), claims_(claims), watch_(watch) {}

  // Of the plan that is now in force. A table of another name, or of other rules, is made anew by the next change.
  void use(const Firewall&);
  // Before the addresses of an instance come, and after they have gone.
  std::vector<Refused> hold(InstanceId);
  std::vector<Refused> withdraw(InstanceId id) { return hold(id); }
  std::vector<Refused> reconcile();
  // The VMACs that exist, each with the link below it; replaces those that were said before. Takes effect at once.
  std::vector<Refused> quiet(std::set<QuietLink> links);
  // At the end: removes the tables, if this plan can have any.
  std::vector<Refused> finish();

 private:
  std::vector<Blocked> wanted_of(const ClaimLedger::Instance&) const;
  void want(InstanceId, std::vector<Blocked>, ChangeFirewall&);
  std::vector<Refused> send(ChangeFirewall);
  bool may_have_tables() const;

  Kernel& kernel_;
  const ClaimLedger& claims_;
  const LinkWatch& watch_;
  Firewall settings_;
  FirewallParts parts_;
  bool cleared_ = false;                                  // tables of an earlier run are gone
  std::map<InstanceId, std::vector<Blocked>> by_instance_;
  std::map<Blocked, unsigned> blocked_;                   // and by how many instances
  std::set<QuietLink> quiet_;
};

}  // namespace holdfast
