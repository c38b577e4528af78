// What children report becomes log lines, notifications and pid files. See driver.h.
// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parent/driver/driver.h"
#include "parent/entry/descriptors.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

constexpr int kKeeperAttempts = 40;
constexpr int kKeeperMilliseconds = 5;

}  // namespace

void write_pid(const Fd& file, pid_t pid) {
  if (!file) return;
  const std::string text = std::to_string(pid) + "\n";
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), text.data(), text.size(), 0) < 0) {
    log_error(LogEvent::kDegraded, "a pid file cannot be written");
  }
}

// Whoever waits for the end of this process finds the names gone. The keeper does it; should it be gone, nobody waits for long.
void Driver::remove_pid_files() {
  if (!keeper_ || !pid_file_ || ::write(keeper_.get(), &entry::kKeeperEnding, 1) != 1) return;
  struct stat state {};
  for (int attempt = 0; attempt < kKeeperAttempts && ::fstat(pid_file_.get(), &state) == 0 && state.st_nlink > 0; ++attempt) {
    ::poll(nullptr, 0, kKeeperMilliseconds);
  }
}

void Driver::instance_changed(InstanceId id, VrrpState state, unsigned priority, const std::string& reason) {
  const auto found = instance_of_.find(id);
  if (found == instance_of_.end()) return;
  const auto known = states_.find(id);
  const bool same = known != states_.end() && known->second.first == state;
  states_[id] = {state, priority};
  if (same) return;  // a restarted vrrpd says again where it is
  tell_event("instance", found->second->name, std::string(state_word(state)), priority, reason);
  if (const auto told = told_for(state)) notifier_.instance(supervisor_.plan(), *found->second, *told, priority);
}

void Driver::group_changed(GroupId id, VrrpState state) {
  const auto found = group_of_.find(id);
  if (found == group_of_.end()) return;
  const auto known = group_states_.find(id);
  if (known != group_states_.end() && known->second == state) return;
  group_states_[id] = state;
  tell_event("group", found->second->name, std::string(state_word(state)), 0, {});
  if (const auto told = told_for(state)) notifier_.group(supervisor_.plan(), *found->second, *told);
}

void Driver::priority_changed(InstanceId id, unsigned, unsigned to) {
  const auto known = states_.find(id);
  if (known == states_.end()) return;
  known->second.second = to;
  if (const auto named = instance_of_.find(id); named != instance_of_.end()) {
    tell_event("priority", named->second->name, std::string(state_word(known->second.first)), to, {});
  }
  const auto scripts = supervisor_.plan().notify.instances.find(id);
  const auto found = instance_of_.find(id);
  if (found == instance_of_.end() || scripts == supervisor_.plan().notify.instances.end() || !scripts->second.priority_changes) return;
  const bool master = known->second.first == VrrpState::kMaster;
  notifier_.tell_pipes(*found->second, master ? Told::kMasterPriority : Told::kBackupPriority, to);
}

void Driver::lower_priority_heard(InstanceId id) {
  const auto found = instance_of_.find(id);
  const auto known = states_.find(id);
  if (found == instance_of_.end() || known == states_.end()) return;
  notifier_.instance(supervisor_.plan(), *found->second, Told::kMasterRxLowerPri, known->second.second);
}

void Driver::server_changed(DestinationId id, bool up, bool initial) {
  if (up) servers_up_.insert(id);
  else servers_up_.erase(id);
  const auto found = server_of_.find(id);
  if (found == server_of_.end() || (initial && !supervisor_.plan().settings.initial_servers)) return;
  tell_event("server", found->second.first->name + " " + found->second.second->name, up ? "UP" : "DOWN", 0, {});
  notifier_.server(supervisor_.plan(), *found->second.first, *found->second.second, up);
}

void Driver::quorum_changed(ServiceId id, bool up, bool) {
  if (up) quorum_up_.insert(id);
  else quorum_up_.erase(id);
  const auto found = service_of_.find(id);
  if (found == service_of_.end()) return;
  tell_event("quorum", found->second->name, up ? "UP" : "DOWN", 0, {});
  notifier_.quorum(supervisor_.plan(), *found->second, up);
}

void Driver::script_wanted(launcher::Child asker, ScriptId script, std::uint64_t run) { notifier_.run_for(asker, script, run); }

void Driver::logged(const RoleRow& row, pid_t pid, LogLevel level, LogEvent, std::string_view text) {
  output_.write(row.ident, pid, level, text);
}

void Driver::child_started(launcher::Child child, pid_t pid) {
  if (child == launcher::Child::kVrrpd) write_pid(vrrp_pid_file_, pid);
  if (child == launcher::Child::kCheckerd) write_pid(checkers_pid_file_, pid);
}

}  // namespace holdfast
