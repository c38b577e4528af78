// One VRRP virtual router: (configuration, state, event, now) -> (state, actions). RFC 9568 section 6.4 with keepalived's FAULT,
// preempt_delay, sync groups and owner tie break. `state.deadline()` says when TimerFired is due.
// Pure: no sockets, no clock, no logging. Which faults hold and what priority results is decided by the router, from tracking.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "proto/value/vrrp_plan.h"
#include "vrrpd/protocol/actions.h"
#include "vrrpd/protocol/interval.h"

namespace holdfast::vrrp {

// Everything needed is there (facts, socket, script results) and no fault holds. `resume`: continue as the active router.
struct Begin {
  bool resume = false;
};
struct TimerFired {};
struct AdvertHeard {
  IpAddress own;     // this router's source address, for the tie break
  IpAddress source;
  std::uint8_t priority = 0;
  Duration interval{0};
  Duration waited{0};  // since it arrived: down timers run from its arrival, even if this process was busy then
};
// `may_send`: a last advert can still leave (the interface is there and has a source).
struct FaultAppeared {
  std::string reason;
  bool may_send = false;
};
struct FaultCleared {};
struct PriorityWanted {
  std::uint8_t priority = 0;
};
struct Reconfigured {};    // a reload changed this instance
struct GroupLeads {};      // every member of the sync group wants to be active
struct GroupYields {       // another member stopped being active
  bool briefly = false;    // and means to come back after its skew
};
struct GroupAnnounces {};  // another member heard a worse router
struct AddressLost {};     // somebody else deleted a virtual address
struct Shutdown {
  bool release = true;     // false: leave addresses where they are, say nothing
  bool hand_over = false;  // keep the addresses until the next active router is heard, within hand_over_limit()
};

using InstanceEvent = std::variant<Begin, TimerFired, AdvertHeard, FaultAppeared, FaultCleared, PriorityWanted, Reconfigured, GroupLeads,
                                   GroupYields, GroupAnnounces, AddressLost, Shutdown>;

struct InstanceState {
  VrrpState state = VrrpState::kInit;
  std::uint8_t priority = 0;           // effective; 255 for an owner only
  Instant timer = kNever;              // Backup: the down timer; Master: the next advert
  Duration active_interval{0};         // what the active router advertises
  std::optional<IpAddress> master;     // whose adverts were last used, as backup
  std::uint8_t master_priority = 0;
  Instant last_sent = kNever;          // Master: the last advert
  Instant answer_after{};              // Master: answers to others are spaced
  Instant burst = kNever;              // the second round of announcements
  unsigned burst_repeat = 0;
  Instant refresh = kNever;            // the next repeated announcement
  Instant preempt_after = kNever;      // preempt_delay is running until then
  bool wants_lead = false;             // member of a sync group whose down timer has expired
  Instant leaves_by = kNever;          // Init after a Shutdown: the addresses are still held, until then at most
  Generation claim = 0;
  Instant since{};                     // of this state
  // Owner conflict: another 255 with a lower address was heard; after two own adverts and a while it should have yielded.
  Instant rogue_heard = kNever;
  Instant rogue_verdict = kNever;
  unsigned rogue_adverts = 0;
  bool conceded = false;               // it did not: we are at 254 until it is gone
  std::uint64_t became_master = 0;
  std::uint64_t released_master = 0;

  Instant deadline() const { return std::min({timer, burst, refresh}); }
  bool operator==(const InstanceState&) const = default;
};

struct Step {
  InstanceState next;
  Actions actions;
};

Step step(const VrrpInstance& config, InstanceState state, const InstanceEvent& event, Instant now);

}  // namespace holdfast::vrrp
