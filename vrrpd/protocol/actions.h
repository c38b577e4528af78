// All that the protocol can ask for. Values, in order; the driver performs them and decides nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "proto/value/script_plan.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast::vrrp {

// To the group or to every peer. Priority 0: giving up.
struct SendAdvert {
  InstanceId instance;
  std::uint8_t priority = 0;
  bool operator==(const SendAdvert&) const = default;
};

// To ipvsd. A claim number is used once per instance and only grows.
struct ClaimAddresses {
  InstanceId instance;
  Generation claim = 0;
  bool operator==(const ClaimAddresses&) const = default;
};
struct ReleaseAddresses {
  InstanceId instance;
  Generation claim = 0;
  bool operator==(const ReleaseAddresses&) const = default;
};
struct AnnounceAddresses {
  InstanceId instance;
  unsigned repeat = 0;
  bool operator==(const AnnounceAddresses&) const = default;
};

// To the parent.
struct StateChanged {
  InstanceId instance;
  VrrpState state = VrrpState::kInit;
  std::uint8_t priority = 0;
  Generation claim = 0;
  bool initial = false;  // left Init: not a transition that anybody else saw
  std::string reason;
  bool operator==(const StateChanged&) const = default;
};
struct GroupStateChanged {
  GroupId group;
  VrrpState state = VrrpState::kInit;
  bool operator==(const GroupStateChanged&) const = default;
};
struct PriorityChanged {
  InstanceId instance;
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  bool operator==(const PriorityChanged&) const = default;
};
struct LowerPriorityHeard {
  InstanceId instance;
  bool operator==(const LowerPriorityHeard&) const = default;
};
struct RunScript {
  ScriptId script;
  std::uint64_t run = 0;
  bool operator==(const RunScript&) const = default;
};

// Facts worth a line in the log.
enum class Note : std::uint8_t {
  kTimeout,                // no advert for a down interval
  kHigherPriority,         // as master: a better router speaks
  kHigherAddress,          // as master: an equal router with a higher address speaks
  kLowerPriority,          // as master: a worse router speaks, answered with an advert
  kLowerPriorityIgnored,   // the same, lower_prio_no_advert
  kLowerDiscarded,         // as backup
  kPriorityZeroAsMaster,
  kPriorityZeroAsBackup,
  kMasterKnown,            // as backup: the first master
  kMasterChanged,          // as backup: another master
  kPreemptDelayStarted,
  kOwnerConflict,          // another router claims to own the addresses too
  kOwnerConceded,          // and does not yield
  kOwnerRestored,
  kStalled,
  kAddressLost,
};
struct Noted {
  InstanceId instance;
  Note note = Note::kTimeout;
  IpAddress peer;
  IpAddress previous;
  std::uint8_t theirs = 0;
  std::uint8_t ours = 0;
  bool operator==(const Noted&) const = default;
};

enum class ScriptNote : std::uint8_t { kReturns, kSucceeded, kFailed, kTimedOut, kNotRun, kSkipped, kNoOutcome };
struct ScriptNoted {
  TrackerId tracker;
  ScriptNote note = ScriptNote::kReturns;  // another exit status than before
  ScriptOutcome outcome;
  bool operator==(const ScriptNoted&) const = default;
};

// The quorum of a vrrp_track_process was reached or lost.
struct ObjectNoted {
  std::string name;
  bool up = false;
  bool operator==(const ObjectNoted&) const = default;
};

using Action = std::variant<SendAdvert, ClaimAddresses, ReleaseAddresses, AnnounceAddresses, StateChanged, GroupStateChanged,
                            PriorityChanged, LowerPriorityHeard, RunScript, Noted, ScriptNoted, ObjectNoted>;
using Actions = std::vector<Action>;

}  // namespace holdfast::vrrp
