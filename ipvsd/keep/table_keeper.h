// Brings the IPVS table to what the plan and the wishes want, one service after the other, a bounded number of changes at a time,
// so that a large table does not hold up a failover. Keeps a picture of the kernel's table: IPVS tells nobody of its changes,
// so an answer that does not fit the picture makes it look again. Knows no message.
// Which services are ours: those of the plan, whoever made them (a service that exists already is adopted and edited in place),
// and those of earlier plans of this run. At the end all of them are deleted; a run that only cleans up is therefore a plan that
// names the services, followed by Stop. Other services are left alone, unless the plan says lvs_flush.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "ipvsd/keep/address_keeper.h"
#include "ipvsd/kernel/kernel.h"
#include "ipvsd/reconcile/diff.h"
#include "ipvsd/wanted/wish_ledger.h"

namespace holdfast {

inline constexpr std::size_t kChangesPerStep = 256;   // a service is never cut: one with more destinations is a step of its own
inline constexpr std::size_t kServicesPerStep = 512;  // looked at, even if nothing differs
inline constexpr unsigned kSurprisesMax = 3;  // times that one service is looked at again before it is given up

class TableKeeper {
 public:
  TableKeeper(Kernel& kernel, const WishLedger& wishes) : kernel_(kernel), wishes_(wishes) {}

  // Makes sure that IPVS is there and, the first time, reads which services exist. `flush`: all others are to be deleted.
  Status open(bool flush);
  bool opened() const { return opened_; }
  // Notes services whose wanted state may have changed.
  void touch(const WishLedger::Touched&);
  // A new plan is a reason to try again what the kernel has refused: a module may be there now.
  void touch_refused();
  bool busy() const { return !touched_.empty(); }
  // The next services.
  std::vector<Refused> step();
  // At the end: deletes every service that is ours, all at once. `flush`: all others too.
  std::vector<Refused> finish(bool flush = false);

 private:
  void plan_changes(std::vector<Change>& changes, std::vector<ServiceKey>& planned);
  void read(const ServiceKey&);  // its destinations, if they have not been read yet
  void refresh(const ServiceKey&);
  std::vector<Refused> absorb(const std::vector<Change>&, const std::vector<int>& codes, std::set<ServiceKey>& surprised,
                              std::set<ServiceKey>& troubled);

  Kernel& kernel_;
  const WishLedger& wishes_;
  ServiceTable actual_;                       // of services that we have touched, and the keys and options of all others
  std::set<ServiceKey> unread_;               // in actual_, destinations not read yet
  std::set<ServiceKey> refused_;              // something of it, when it was worked on last
  std::set<ServiceKey> ours_;                 // may be deleted when the plan does not name it
  std::map<ServiceKey, unsigned> touched_;    // and how often it has surprised us
  bool opened_ = false;
};

}  // namespace holdfast
