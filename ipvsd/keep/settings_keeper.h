// Brings the time-outs of IPVS and its sync daemons to what the plan says. Time-outs are put back at the end; a daemon that runs as it
// should is left alone, also one of an earlier ipvsd. Knows no message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "ipvsd/keep/address_keeper.h"
#include "ipvsd/kernel/kernel.h"

namespace holdfast {

class SettingsKeeper {
 public:
  explicit SettingsKeeper(Kernel& kernel) : kernel_(kernel) {}

  // Only with IPVS open. `active`: the instance that the daemon follows is.
  std::vector<Refused> keep_timeouts(const IpvsTimeouts& wanted);
  std::vector<Refused> keep_sync(const std::optional<SyncDaemon>& wanted, bool active);
  // At the end.
  std::vector<Refused> finish();

 private:
  void apply(const Change&, std::vector<Refused>& refused);

  Kernel& kernel_;
  std::optional<IpvsTimeouts> before_;   // ours took their place
  IpvsTimeouts set_;                     // as last asked for
  bool sync_read_ = false;
  std::vector<RunningSync> running_;     // of which we know that they are ours to keep
};

}  // namespace holdfast
