// Every sentence in one place. Lines that keepalived writes only with --log-detail are of level debug.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/phrases.h"

namespace holdfast::vrrp {
namespace {

std::string named(const Router& router, InstanceId id) {
  const auto view = router.view(id);
  return "(" + (view ? view->config.name : std::string("?")) + ") ";
}

}  // namespace

const char* name_of(VrrpState state) {
  switch (state) {
    case VrrpState::kInit: return "INIT";
    case VrrpState::kBackup: return "BACKUP";
    case VrrpState::kMaster: return "MASTER";
    case VrrpState::kFault: return "FAULT";
  }
  return "UNKNOWN";
}

Line phrase(const Router& router, const StateChanged& action) {
  std::string text = named(router, action.instance) + "Entering " + name_of(action.state) + " STATE";
  if (action.initial && action.state != VrrpState::kMaster) text += " (init)";
  if (action.state == VrrpState::kFault || (action.initial && action.state == VrrpState::kMaster)) text += " (" + action.reason + ")";
  return {LogLevel::kInfo, LogEvent::kStateChanged, std::move(text)};
}

Line phrase(const Router& router, const GroupStateChanged& action) {
  const SyncGroup* group = router.group(action.group);
  if (group == nullptr) return {};
  return {LogLevel::kInfo, LogEvent::kStateChanged,
          "VRRP_Group(" + group->name + ") Syncing instances to " + name_of(action.state) + " state"};
}

Line phrase(const Router& router, const PriorityChanged& action) {
  return {LogLevel::kInfo, LogEvent::kPriorityChanged,
          named(router, action.instance) + "Changing effective priority from " + std::to_string(action.from) + " to " + std::to_string(action.to)};
}

Line phrase(const Router& router, const ClaimAddresses& action) {
  return {LogLevel::kInfo, LogEvent::kStateChanged, named(router, action.instance) + "setting VIPs."};
}

Line phrase(const Router& router, const ReleaseAddresses& action) {
  return {LogLevel::kInfo, LogEvent::kStateChanged, named(router, action.instance) + "removing VIPs."};
}

Line phrase(const Router& router, const Noted& action) {
  const std::string who = named(router, action.instance);
  const std::string peer = action.peer.to_string();
  const std::string theirs = std::to_string(action.theirs);
  const std::string ours = std::to_string(action.ours);
  const auto line = [&](LogLevel level, const std::string& text) { return Line{level, LogEvent::kStateChanged, who + text}; };
  switch (action.note) {
    case Note::kTimeout: return line(LogLevel::kDebug, "Receive advertisement timeout");
    case Note::kHigherPriority:
      return line(LogLevel::kInfo, "Master received advert from " + peer + " with higher priority " + theirs + ", ours " + ours);
    case Note::kHigherAddress:
      return line(LogLevel::kInfo, "Master received advert from " + peer + " with same priority " + theirs + " but higher IP address than ours");
    case Note::kLowerPriority:
      return line(LogLevel::kInfo, "Received advert from " + peer + " with lower priority " + theirs + ", ours " + ours + ", forcing new election");
    case Note::kLowerPriorityIgnored:
      return line(LogLevel::kInfo, "Received advert from " + peer + " with lower priority " + theirs + ", ours " + ours);
    case Note::kLowerDiscarded: return line(LogLevel::kInfo, "received lower priority (" + theirs + ") advert from " + peer + " - discarding");
    case Note::kPriorityZeroAsMaster: return line(LogLevel::kInfo, "Master received priority 0 message from " + peer);
    case Note::kPriorityZeroAsBackup: return line(LogLevel::kDebug, "Backup received priority 0 advertisement");
    case Note::kMasterKnown: return line(LogLevel::kDebug, "master set to " + peer);
    case Note::kMasterChanged: return line(LogLevel::kDebug, "master changed from " + action.previous.to_string() + " to " + peer);
    case Note::kPreemptDelayStarted: return line(LogLevel::kInfo, "a router with lower priority is tolerated for preempt_delay");
    case Note::kOwnerConflict:
      return line(LogLevel::kError, "CONFIGURATION ERROR: local instance and " + peer + " are both configured as address owner, please resolve");
    case Note::kOwnerConceded: return line(LogLevel::kError, "the other address owner " + peer + " does not yield; going on with priority 254");
    case Note::kOwnerRestored: return line(LogLevel::kInfo, "Restoring our priority to 255: the other address owner is gone");
    case Note::kStalled:
      return {LogLevel::kWarning, LogEvent::kStalled, who + "this process did not run for a down interval or more; listening before speaking"};
    case Note::kAddressLost: return line(LogLevel::kWarning, "a virtual address was deleted by another program; new election");
  }
  return {};
}

Line phrase(const Router&, const ObjectNoted& action) {
  return {LogLevel::kInfo, LogEvent::kScriptState, "Quorum " + std::string(action.up ? "gained" : "lost") + " for tracked process " + action.name};
}

Line phrase(const Router& router, const ScriptNoted& action) {
  const ScriptTracker* tracker = router.tracker(action.tracker);
  if (tracker == nullptr) return {};
  const std::string who = "VRRP_Script(" + tracker->name + ") ";
  const auto line = [&](LogLevel level, const std::string& text) { return Line{level, LogEvent::kScriptState, who + text}; };
  switch (action.note) {
    case ScriptNote::kReturns:
      return {LogLevel::kInfo, LogEvent::kScriptState, "Script `" + tracker->name + "` now returning " + std::to_string(action.outcome.status)};
    case ScriptNote::kSucceeded: return line(LogLevel::kInfo, "succeeded");
    case ScriptNote::kFailed:
      return line(LogLevel::kInfo, (action.outcome.kind == ScriptOutcome::Kind::kSignalled ? "failed (killed by signal " : "failed (exited with status ") +
                                       std::to_string(action.outcome.status) + ")");
    case ScriptNote::kTimedOut: return line(LogLevel::kInfo, "timed_out");
    case ScriptNote::kNotRun: return line(LogLevel::kError, "could not be started; its result is a failure until it can");
    case ScriptNote::kSkipped: return line(LogLevel::kWarning, "is still running, this run is skipped");
    case ScriptNote::kNoOutcome: return line(LogLevel::kWarning, "has not reported in time, which counts as a failure");
  }
  return {};
}

}  // namespace holdfast::vrrp
