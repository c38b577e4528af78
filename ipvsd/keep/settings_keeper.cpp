// Differences of two time-out sets and of at most two daemons.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/keep/settings_keeper.h"

#include <algorithm>

namespace holdfast {

void SettingsKeeper::apply(const Change& change, std::vector<Refused>& refused) {
  const int code = kernel_.apply({&change, 1}).front();
  if (judge(change, code) != Outcome::kDone) refused.push_back({change, code});
}

std::vector<Refused> SettingsKeeper::keep_timeouts(const IpvsTimeouts& wanted) {
  std::vector<Refused> refused;
  if (wanted == set_) return refused;
  if (!before_) {
    const auto now = kernel_.read_timeouts();
    if (now) before_ = *now;
  }
  // What is no longer asked for is put back.
  IpvsTimeouts next = wanted;
  if (before_) {
    if (next.tcp == 0 && set_.tcp != 0) next.tcp = before_->tcp;
    if (next.tcp_fin == 0 && set_.tcp_fin != 0) next.tcp_fin = before_->tcp_fin;
    if (next.udp == 0 && set_.udp != 0) next.udp = before_->udp;
  }
  set_ = wanted;
  apply(SetTimeouts{next}, refused);
  return refused;
}

std::vector<Refused> SettingsKeeper::keep_sync(const std::optional<SyncDaemon>& wanted, bool active) {
  std::vector<Refused> refused;
  if (!wanted && running_.empty()) return refused;
  if (!sync_read_) {
    if (auto running = kernel_.read_sync()) running_ = *std::move(running);
    sync_read_ = true;
  }
  std::vector<RunningSync> next;
  if (wanted) {
    const bool both = !wanted->instance;
    if (both || active) next.push_back({SyncRole::kMaster, *wanted});
    if (both || !active) next.push_back({SyncRole::kBackup, *wanted});
  }
  for (const RunningSync& is : running_) {
    if (std::ranges::none_of(next, [&](const RunningSync& must) { return same(is, must); })) apply(StopSync{is.role, is.daemon.id}, refused);
  }
  for (const RunningSync& must : next) {
    if (std::ranges::none_of(running_, [&](const RunningSync& is) { return same(is, must); })) apply(StartSync{must}, refused);
  }
  running_ = std::move(next);
  return refused;
}

std::vector<Refused> SettingsKeeper::finish() {
  std::vector<Refused> refused = keep_sync(std::nullopt, false);
  if (before_) apply(SetTimeouts{*before_}, refused);
  before_.reset();
  set_ = {};
  return refused;
}

}  // namespace holdfast
