// Keeps the table of nftables_ipvs at what the plan wants: packets to members of virtual server groups get the mark of their service. It is
// made with the first member, in place of what an earlier run has left, and goes at the end. Knows no message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "ipvsd/keep/refused.h"
#include "ipvsd/kernel/kernel.h"

namespace holdfast {

class MarkingKeeper {
 public:
  explicit MarkingKeeper(Kernel& kernel) : kernel_(kernel) {}

  // Of the plan that is now in force; takes effect with reconcile().
  void use(const std::optional<Firewall>& settings, const std::vector<MarkedTarget>& targets);
  std::vector<Refused> reconcile();
  // At the end: removes the tables, if this plan can have any.
  std::vector<Refused> finish();

 private:
  std::vector<Refused> remove_tables();

  Kernel& kernel_;
  std::optional<Firewall> wanted_settings_;
  std::set<MarkedTarget> wanted_;
  std::optional<Firewall> made_;    // the tables that this run has made
  std::set<MarkedTarget> marked_;   // and what is in them
  std::set<MarkingPart> parts_;
};

}  // namespace holdfast
