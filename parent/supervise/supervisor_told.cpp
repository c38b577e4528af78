// What one process finds out and others decide by: the numbers in files, from scriptd, for vrrpd and checkerd; the state of BFD sessions,
// from vrrpd, for checkerd. See supervisor.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/supervisor.h"

#include <algorithm>
#include <utility>

#include "proto/runtime/log.h"

namespace holdfast {
namespace {

constexpr Duration kFilesWaitMax{1'000'000};

}  // namespace

void Supervisor::send_tracker(TrackerId id, std::int64_t value) {
  wire::ParentToVrrpd message;
  message.mutable_tracker_told()->set_tracker(id.value);
  message.mutable_tracker_told()->set_value(value);
  vrrpd_.send(message);
}

void Supervisor::tell_check(TrackerId id, std::int64_t value) {
  wire::ParentToCheckerd message;
  message.mutable_tracker_told()->set_tracker(id.value);
  message.mutable_tracker_told()->set_value(value);
  checkerd_.send(message);
}

void Supervisor::tracker_told(TrackerId id, std::int64_t value) {
  told_trackers_[id] = value;
  if (vrrpd_.sent() != 0) send_tracker(id, value);
  if (!heard_by_checks_.contains(id)) return;
  if (checkerd_.sent() != 0 && !checkerd_.process().retired()) tell_check(id, value);
  advance();
}

void Supervisor::session_changed(TrackerId session, bool up) {
  sessions_up_[session] = up;
  if (heard_by_checks_.contains(session) && checkerd_.sent() != 0 && !checkerd_.process().retired()) tell_check(session, up ? 1 : 0);
}

// They ended with the process that held them.
void Supervisor::sessions_lost() {
  if (stopping_) return;
  for (const auto& [session, up] : std::map(sessions_up_)) {
    if (up) session_changed(session, false);
  }
}

// Everything that the checks of the plan listen to, as far as it is known. Before the plan, so that no server comes only to go.
void Supervisor::tell_checks() {
  for (const TrackerId id : heard_by_checks_) {
    if (const auto file = told_trackers_.find(id); file != told_trackers_.end()) tell_check(id, file->second);
    if (const auto session = sessions_up_.find(id); session != sessions_up_.end()) tell_check(id, session->second ? 1 : 0);
  }
  for (const auto& [service, here] : presences_) tell_check(service, here ? 1 : 0);
}

// Where the addresses of services with ha_suspend are: told when the answer changes, and by tell_checks().
void Supervisor::look_for_services() {
  if (plan_.presences.empty()) return presences_.clear();
  std::set<IpAddress> addresses;
  for (const auto& [name, link] : interfaces_) {
    if (!link.present) continue;
    for (const Prefix& prefix : link.addresses) addresses.insert(prefix.address);
  }
  std::map<TrackerId, bool> found;
  for (const ServicePresence& service : plan_.presences) {
    found[service.id] = std::ranges::any_of(service.addresses, [&](const IpAddress& address) { return addresses.contains(address); });
  }
  const std::map<TrackerId, bool> before = std::exchange(presences_, std::move(found));
  if (checkerd_.sent() == 0 || checkerd_.process().retired()) return;
  for (const auto& [service, here] : presences_) {
    const auto told = before.find(service);
    if (told == before.end() || told->second != here) tell_check(service, here ? 1 : 0);
  }
}

// A plan waits for the numbers of the files that its checks are about, but not for ever: a file that is not read counts as 0.
bool Supervisor::files_are_read() {
  const auto unread = [this](const WatchedFile& file) { return heard_by_checks_.contains(file.id) && !told_trackers_.contains(file.id); };
  const auto missing = std::ranges::find_if(plan_.files, unread);
  if (missing == plan_.files.end()) {
    files_timer_.cancel();
    return true;
  }
  if (files_waited_for_ != plan_.check.generation) {
    files_waited_for_ = plan_.check.generation;
    files_deadline_ = loop_.now() + kFilesWaitMax;
    files_timer_.arm(files_deadline_);
  }
  if (loop_.now() < files_deadline_) return false;
  log_warning(LogEvent::kDegraded, "track_file " + missing->name + " is not read yet: its checks take it for 0");
  return true;
}

}  // namespace holdfast
