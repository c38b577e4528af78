// Brings the addresses of the interfaces to what the claims want: one instance at once when vrrpd speaks, everything when the
// plan changes or a peer has said all. Knows no message; the driver turns its reports into messages.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "ipvsd/kernel/kernel.h"
#include "ipvsd/kernel/link_watch.h"
#include "ipvsd/wanted/claim_ledger.h"

namespace holdfast {

struct Refused {
  Change change;
  int code = 0;
};

class AddressKeeper {
 public:
  AddressKeeper(Kernel& kernel, const ClaimLedger& claims, LinkWatch& watch) : kernel_(kernel), claims_(claims), watch_(watch) {}

  // Adds what an instance lacks, in one system call. No other instance is looked at.
  std::vector<Refused> hold(InstanceId);
  // Deletes what an instance has and no other active one wants.
  std::vector<Refused> withdraw(InstanceId);
  // Everything: what is wanted is added, what may be removed is deleted, promote_secondaries is set where it is asked for.
  std::vector<Refused> reconcile();
  // Puts one wanted address back that went as a consequence of our own work.
  std::vector<Refused> restore(const AddressKey&);
  // At the end: deletes every address that the plan names, whoever made it, and restores the settings. `keep`: the addresses stay.
  std::vector<Refused> finish(bool keep);

 private:
  std::vector<Refused> apply(std::span<const Change>);

  Kernel& kernel_;
  const ClaimLedger& claims_;
  LinkWatch& watch_;
  std::set<std::string> promoted_;  // interfaces where we have set promote_secondaries
};

}  // namespace holdfast
