// One function per state (on_init, on_backup, on_master, on_fault), each visiting every event; the verbs they share are in Machine.
// Clauses are of RFC 9568 unless another document is named.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/protocol/instance.h"

#include <utility>

namespace holdfast::vrrp {
namespace {

constexpr std::uint8_t kConcededPriority = 254;
constexpr unsigned kRogueAdverts = 2;     // own adverts that a second owner must have heard
constexpr int kAnswersPerInterval = 4;    // at most so many adverts answer worse routers

template <class... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overload(Cases...) -> Overload<Cases...>;

class Machine {
 public:
  Machine(const VrrpInstance& config, InstanceState& state, Instant now, Actions& actions)
      : config_(config), state_(state), now_(now), actions_(actions) {}

  void on_init(const InstanceEvent&);
  void on_backup(const InstanceEvent&);
  void on_master(const InstanceEvent&);
  void on_fault(const InstanceEvent&);

 private:
  // Init
  void heard_after_goodbye(const AdvertHeard&);
  void leave();
  // Backup
  void down_timer();
  void heard_as_backup(const AdvertHeard&);
  void follow(const AdvertHeard&);
  bool tolerates_lower();
  void reconfigured_as_backup();
  // Master
  void master_timers();
  void heard_as_master(const AdvertHeard&);
  void heard_worse(const AdvertHeard&);
  void heard_better(const AdvertHeard&, Note);
  bool conflicts_as_owner(const AdvertHeard&);
  // transitions
  void begin(const Begin&);
  void lead(std::string reason, bool initial = false);
  void yield(Instant timer, std::string reason);
  void fault(const FaultAppeared&);
  void recover();
  void shut_down(const Shutdown&);
  // verbs
  void send(std::uint8_t priority);
  void release();
  void announce_lower();
  void arm_announcements();
  void disarm();
  void enter(VrrpState, std::string reason, bool initial = false);
  void want_priority(std::uint8_t);
  void note(Note, const AdvertHeard* advert = nullptr);

  Duration down() const { return down_interval(config_, state_.priority, state_.active_interval); }
  Duration skew_time() const { return skew(config_, state_.priority, state_.active_interval); }
  bool is_owner() const { return config_.priority == kOwnerPriority; }
  bool grouped() const { return static_cast<bool>(config_.sync_group); }

  const VrrpInstance& config_;
  InstanceState& state_;
  const Instant now_;
  Actions& actions_;
};

void stay() {}

// ===== 6.4.1 Init =====

void Machine::on_init(const InstanceEvent& event) {
  std::visit(Overload{
                 [&](const Begin& e) { begin(e); },
                 [&](const TimerFired&) {
                   if (state_.leaves_by <= now_) leave();
                 },
                 [&](const AdvertHeard& e) { heard_after_goodbye(e); },
                 [&](const FaultAppeared& e) { fault(e); },
                 [&](const FaultCleared&) { stay(); },
                 [&](const PriorityWanted& e) { want_priority(e.priority); },
                 [&](const Reconfigured&) { stay(); },
                 [&](const GroupLeads&) { stay(); },
                 [&](const GroupYields&) { stay(); },
                 [&](const GroupAnnounces&) { stay(); },
                 [&](const AddressLost&) { stay(); },
                 [&](const Shutdown&) { leave(); },
             },
             event);
}

// The router that takes over speaks before it claims: from here on it answers, and we do not. What arrived before the goodbye is no answer.
void Machine::heard_after_goodbye(const AdvertHeard& advert) {
  if (advert.priority != 0 && now_ - advert.waited >= state_.since) leave();
}

void Machine::leave() {
  if (state_.leaves_by == kNever) return;
  state_.leaves_by = kNever;
  release();
}

void Machine::begin(const Begin& event) {
  state_.active_interval = config_.advert_int;
  if (event.resume) return lead("resumed", /*initial=*/true);
  // Only an owner with `state MASTER` starts as active (keepalived); RFC 9568 would let every owner.
  const bool owns = is_owner() && config_.wants_master;
  if (owns && !grouped()) return lead("address owner");
  enter(VrrpState::kBackup, "startup", /*initial=*/true);
  state_.wants_lead = owns;
  state_.timer = now_ + down();
}

// ===== 6.4.2 Backup =====

void Machine::on_backup(const InstanceEvent& event) {
  std::visit(Overload{
                 [&](const Begin&) { stay(); },
                 [&](const TimerFired&) {
                   if (state_.timer <= now_) down_timer();
                 },
                 [&](const AdvertHeard& e) { heard_as_backup(e); },
                 [&](const FaultAppeared& e) { fault(e); },
                 [&](const FaultCleared&) { stay(); },
                 [&](const PriorityWanted& e) { want_priority(e.priority); },
                 [&](const Reconfigured&) { reconfigured_as_backup(); },
                 [&](const GroupLeads&) { lead("sync group"); },
                 [&](const GroupYields&) { state_.wants_lead = false; },
                 [&](const GroupAnnounces&) { stay(); },
                 [&](const AddressLost&) { stay(); },
                 [&](const Shutdown& e) { shut_down(e); },
             },
             event);
}

void Machine::down_timer() {
  if (now_ - state_.timer >= down()) {  // not scheduled for long: listen before speaking
    note(Note::kStalled);
    state_.timer = now_ + down();
    return;
  }
  if (state_.conceded) {
    state_.conceded = false;
    state_.priority = kOwnerPriority;
    note(Note::kOwnerRestored);
  }
  note(Note::kTimeout);
  if (!grouped()) return lead("no advert for a down interval");
  state_.wants_lead = true;  // the router asks the other members and says GroupLeads
  state_.timer = now_ + down();
}

void Machine::heard_as_backup(const AdvertHeard& advert) {
  if (advert.priority == 0) {
    note(Note::kPriorityZeroAsBackup, &advert);
    state_.timer = now_ - advert.waited + skew_time();
    state_.preempt_after = kNever;
    return;
  }
  if (advert.priority >= state_.priority) {
    state_.preempt_after = kNever;
    return follow(advert);
  }
  if (config_.nopreempt || tolerates_lower()) return follow(advert);
  note(Note::kLowerDiscarded, &advert);  // the timer runs on
}

void Machine::follow(const AdvertHeard& advert) {
  if (state_.master != advert.source) {
    note(state_.master ? Note::kMasterChanged : Note::kMasterKnown, &advert);
    state_.master = advert.source;
  }
  state_.master_priority = advert.priority;
  state_.active_interval = config_.version == 2 ? config_.advert_int : advert.interval;
  state_.wants_lead = false;
  state_.timer = now_ - advert.waited + down();
}

// preempt_delay: counted from the first advert of a worse router.
bool Machine::tolerates_lower() {
  if (config_.preempt_delay == Duration::zero()) return false;
  if (state_.preempt_after == kNever) {
    state_.preempt_after = now_ + config_.preempt_delay;
    note(Note::kPreemptDelayStarted);
  }
  return now_ < state_.preempt_after;
}

void Machine::reconfigured_as_backup() {
  if (config_.version == 2) state_.active_interval = config_.advert_int;
  state_.timer = std::min(state_.timer, now_ + down());
}

// ===== 6.4.3 Active =====

void Machine::on_master(const InstanceEvent& event) {
  std::visit(Overload{
                 [&](const Begin&) { stay(); },
                 [&](const TimerFired&) { master_timers(); },
                 [&](const AdvertHeard& e) { heard_as_master(e); },
                 [&](const FaultAppeared& e) { fault(e); },
                 [&](const FaultCleared&) { stay(); },
                 [&](const PriorityWanted& e) { want_priority(e.priority); },
                 [&](const Reconfigured&) { send(state_.priority); },
                 [&](const GroupLeads&) { stay(); },
                 [&](const GroupYields& e) { yield(now_ + (e.briefly ? skew_time() : down()), "sync group"); },
                 [&](const GroupAnnounces&) { announce_lower(); },
                 [&](const AddressLost&) {
                   note(Note::kAddressLost);
                   yield(now_ + skew_time(), "a virtual address was deleted");
                 },
                 [&](const Shutdown& e) { shut_down(e); },
             },
             event);
}

void Machine::master_timers() {
  if (state_.timer <= now_) {
    // A peer may have taken over while this process did not run: say nothing, listen for a down interval.
    if (now_ - state_.last_sent >= silence_limit(config_)) {
      note(Note::kStalled);
      state_.active_interval = config_.advert_int;
      return yield(now_ + down(), "stalled");
    }
    const Instant planned = state_.timer + config_.advert_int;
    send(state_.priority);
    if (planned > now_) state_.timer = planned;  // no drift; after a late one the rhythm starts anew
  }
  if (state_.burst <= now_) {
    actions_.push_back(AnnounceAddresses{config_.id, state_.burst_repeat});
    state_.burst = kNever;
  }
  if (state_.refresh <= now_) {
    actions_.push_back(AnnounceAddresses{config_.id, config_.announcement.master_refresh_repeat});
    state_.refresh = now_ + config_.announcement.master_refresh;
  }
}

void Machine::heard_as_master(const AdvertHeard& advert) {
  if (advert.priority == 0) {
    if (now_ < state_.answer_after) return;
    note(Note::kPriorityZeroAsMaster, &advert);
    send(state_.priority);
    state_.answer_after = now_ + config_.advert_int / kAnswersPerInterval;
    return;
  }
  if (advert.priority > state_.priority) return heard_better(advert, Note::kHigherPriority);
  if (advert.priority == kOwnerPriority && conflicts_as_owner(advert)) return;
  if (advert.priority == state_.priority && advert.source > advert.own) {
    return heard_better(advert, Note::kHigherAddress);
  }
  heard_worse(advert);
}

void Machine::heard_better(const AdvertHeard& advert, Note why) {
  note(why, &advert);
  if (config_.higher_prio_send_advert) send(state_.priority);
  state_.active_interval = config_.version == 2 ? config_.advert_int : advert.interval;
  yield(now_ - advert.waited + down(), why == Note::kHigherPriority ? "a router with higher priority" : "a router with a higher address");
  state_.master = advert.source;
  state_.master_priority = advert.priority;
}

void Machine::heard_worse(const AdvertHeard& advert) {
  if (now_ < state_.answer_after) return;
  note(config_.lower_prio_no_advert ? Note::kLowerPriorityIgnored : Note::kLowerPriority, &advert);
  if (!config_.lower_prio_no_advert) send(state_.priority);
  state_.answer_after = now_ + config_.advert_int / kAnswersPerInterval;
  announce_lower();
  actions_.push_back(LowerPriorityHeard{config_.id});
}

// Two routers say they own the addresses (priority 255). The lower address yields in the tie break; if ours is the higher one and the
// other does not yield after two of our adverts and 1.2 intervals, we do, at 254, until it is gone.
bool Machine::conflicts_as_owner(const AdvertHeard& advert) {
  if (!is_owner() || state_.conceded) return false;
  if (state_.rogue_heard == kNever || now_ - state_.rogue_heard >= silence_limit(config_)) {
    note(Note::kOwnerConflict, &advert);
    state_.rogue_adverts = 0;
    state_.rogue_verdict = kNever;
  }
  state_.rogue_heard = now_;
  if (state_.rogue_verdict == kNever && state_.rogue_adverts >= kRogueAdverts) {
    state_.rogue_verdict = now_ + std::max(config_.advert_int, advert.interval) * 12 / 10;
  }
  if (now_ < state_.rogue_verdict) return false;
  note(Note::kOwnerConceded, &advert);
  state_.conceded = true;
  state_.priority = kConcededPriority;
  heard_better(advert, Note::kHigherPriority);
  return true;
}

// ===== Fault (keepalived) =====

void Machine::on_fault(const InstanceEvent& event) {
  std::visit(Overload{
                 [&](const Begin&) { stay(); },
                 [&](const TimerFired&) { stay(); },
                 [&](const AdvertHeard&) { stay(); },
                 [&](const FaultAppeared&) { stay(); },
                 [&](const FaultCleared&) { recover(); },
                 [&](const PriorityWanted& e) { want_priority(e.priority); },
                 [&](const Reconfigured&) { stay(); },
                 [&](const GroupLeads&) { stay(); },
                 [&](const GroupYields&) { stay(); },
                 [&](const GroupAnnounces&) { stay(); },
                 [&](const AddressLost&) { stay(); },
                 [&](const Shutdown& e) { shut_down(e); },
             },
             event);
}

void Machine::fault(const FaultAppeared& event) {
  const bool initial = state_.state == VrrpState::kInit;
  if (state_.state == VrrpState::kMaster) {
    if (event.may_send) send(0);
    release();
  }
  disarm();
  enter(VrrpState::kFault, event.reason, initial);
}

void Machine::recover() {
  state_.active_interval = config_.advert_int;
  enter(VrrpState::kBackup, "all faults cleared");
  state_.timer = now_ + (is_owner() ? config_.advert_int + skew_time() : down());
}

// ===== transitions and verbs =====

// Section 6.4.2: the advert first, then the addresses, then the news.
void Machine::lead(std::string reason, bool initial) {
  state_.state = VrrpState::kMaster;
  state_.preempt_after = kNever;
  state_.wants_lead = false;
  state_.active_interval = config_.advert_int;
  state_.master.reset();
  state_.answer_after = now_;
  if (!initial) ++state_.became_master;
  send(state_.priority);
  actions_.push_back(ClaimAddresses{config_.id, ++state_.claim});
  arm_announcements();
  enter(VrrpState::kMaster, std::move(reason), initial);
}

void Machine::yield(Instant timer, std::string reason) {
  release();
  disarm();
  state_.timer = timer;
  enter(VrrpState::kBackup, std::move(reason));
}

void Machine::shut_down(const Shutdown& event) {
  const bool speaks = state_.state == VrrpState::kMaster && event.release;
  if (speaks) send(0);
  if (speaks && !event.hand_over) release();
  disarm();
  if (speaks && event.hand_over) state_.leaves_by = now_ + hand_over_limit(config_);
  state_.state = VrrpState::kInit;
  state_.since = now_;
}

void Machine::send(std::uint8_t priority) {
  actions_.push_back(SendAdvert{config_.id, priority});
  state_.last_sent = now_;
  state_.timer = now_ + config_.advert_int;
  if (state_.rogue_heard != kNever) ++state_.rogue_adverts;
}

void Machine::release() {
  actions_.push_back(ReleaseAddresses{config_.id, ++state_.claim});
  ++state_.released_master;
}

void Machine::arm_announcements() {
  const Announcement& how = config_.announcement;
  actions_.push_back(AnnounceAddresses{config_.id, how.master_repeat});
  state_.burst = how.master_delay > Duration::zero() ? now_ + how.master_delay : kNever;
  state_.burst_repeat = how.master_repeat;
  state_.refresh = how.master_refresh > Duration::zero() ? now_ + how.master_refresh : kNever;
}

void Machine::announce_lower() {
  const Announcement& how = config_.announcement;
  if (how.lower_prio_repeat == 0) return;
  actions_.push_back(AnnounceAddresses{config_.id, how.lower_prio_repeat});
  if (how.lower_prio_delay == Duration::zero()) return;
  state_.burst = now_ + how.lower_prio_delay;
  state_.burst_repeat = how.lower_prio_repeat;
}

void Machine::disarm() {
  state_.timer = state_.burst = state_.refresh = state_.preempt_after = kNever;
  state_.last_sent = state_.rogue_heard = state_.rogue_verdict = kNever;
  state_.wants_lead = false;
  state_.master.reset();
  state_.master_priority = 0;
}

void Machine::enter(VrrpState state, std::string reason, bool initial) {
  state_.state = state;
  state_.since = now_;
  actions_.push_back(StateChanged{config_.id, state, state_.priority, state_.claim, initial, std::move(reason)});
}

void Machine::want_priority(std::uint8_t priority) {
  if (state_.conceded || priority == state_.priority) return;
  const std::uint8_t before = std::exchange(state_.priority, priority);
  if (before != 0) actions_.push_back(PriorityChanged{config_.id, before, priority});
}

void Machine::note(Note note, const AdvertHeard* advert) {
  Noted noted{config_.id, note, {}, state_.master.value_or(IpAddress{}), 0, state_.priority};
  if (advert != nullptr) {
    noted.peer = advert->source;
    noted.theirs = advert->priority;
  }
  actions_.push_back(noted);
}

}  // namespace

Step step(const VrrpInstance& config, InstanceState state, const InstanceEvent& event, Instant now) {
  Step result{std::move(state), {}};
  Machine machine(config, result.next, now, result.actions);
  switch (result.next.state) {
    case VrrpState::kInit: machine.on_init(event); break;
    case VrrpState::kBackup: machine.on_backup(event); break;
    case VrrpState::kMaster: machine.on_master(event); break;
    case VrrpState::kFault: machine.on_fault(event); break;
  }
  return result;
}

}  // namespace holdfast::vrrp
