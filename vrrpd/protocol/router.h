// All virtual routers of one plan: instances, sync groups, tracking scripts, and when each of them is due. Turns what happens outside
// (links, sockets, packets, script results, ipvsd) into events of instances, and hands on what they ask for, in order.
// Pure: handle(event, now) -> actions. Active timers fire before any event is looked at, so a stalled process never speaks first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "proto/value/link_facts.h"
#include "proto/value/script_plan.h"
#include "proto/value/vrrp_plan.h"
#include "vrrpd/protocol/actions.h"
#include "vrrpd/protocol/deadline_set.h"
#include "vrrpd/protocol/instance.h"
#include "vrrpd/protocol/tracking.h"

namespace holdfast::vrrp {

// Which raw socket: bound to an interface (0: to none), multicast or not, in which group or at which address.
struct SocketKey {
  std::uint32_t index = 0;
  Family family = Family::kIpv4;
  bool unicast = false;
  IpAddress address{};   // unspecified: the group of the protocol, or for unicast every address
  bool header = false;   // of protocol 51, the authentication header
  auto operator<=>(const SocketKey&) const = default;
};

struct LinkTold {
  LinkFacts facts;
};
struct AllLinksTold {};  // links that were not told since IpvsdAttached are gone
struct SocketOpened {
  SocketKey key;
};
struct SocketClosed {
  SocketKey key;
};
struct InstanceHeard {  // an accepted advert
  InstanceId instance;
  IpAddress source;
  std::uint8_t priority = 0;
  Duration interval{0};
  Duration waited{0};  // since its arrival
};
struct ScriptEnded {
  ScriptId script;
  std::uint64_t run = 0;
  ScriptOutcome outcome;
};
struct TrackerTold {  // of a ToldTracker or a ProcessTracker
  TrackerId tracker;
  std::int64_t value = 0;
};
struct AddressDeleted {
  InstanceId instance;
};
struct IpvsdAttached {};
struct IpvsdGone {};
struct StopAll {
  bool release = true;
  bool hand_over = false;  // stopped() as soon as nobody waits for its next router any more
};
// `listening`: down timers too. Without it only what active routers owe and scripts; then sockets of overdue_listeners() are read first,
// so that an advert that waits in a socket counts before the timer that it would have stopped.
struct TimersDue {
  bool listening = true;
};

using RouterEvent = std::variant<LinkTold, AllLinksTold, SocketOpened, SocketClosed, InstanceHeard, ScriptEnded, TrackerTold,
                                 AddressDeleted, IpvsdAttached, IpvsdGone, StopAll, TimersDue>;

class Router {
 public:
  // What this router cannot do although the plan is well formed.
  static Status acceptable(const VrrpPlan& plan);

  // The first plan or the next one. `resumed` continues what a predecessor of this process was; instances that did not change keep
  // state and timers; those that are gone and active give up.
  Actions apply(VrrpPlan plan, const std::vector<ResumedInstance>& resumed, Instant now);
  Actions handle(const RouterEvent& event, Instant now);
  // When TimersDue is due.
  Instant deadline() const;
  std::vector<SocketKey> overdue_listeners(Instant now) const;

  struct View {
    const VrrpInstance& config;
    const InstanceState& state;
    const std::vector<Fault>& faults;
    const std::optional<IpAddress>& source;
    SocketKey socket;
    std::uint32_t mtu;
  };
  // Also of an instance that the last apply() removed.
  std::optional<View> view(InstanceId id) const;
  // Whose packet it is; for unicast the destination decides between instances of one VRID.
  std::optional<InstanceId> listener(const SocketKey& socket, std::uint8_t vrid, const IpAddress& destination) const;
  // Where adverts of this instance come and go while its interface has this index.
  static SocketKey socket_of(const VrrpInstance& config, std::uint32_t index);
  std::vector<InstanceId> instances() const;
  // What is claimed now; settled(): nobody is still waiting to resume, so what is not claimed may be withdrawn.
  std::vector<ClaimAddresses> claims() const;
  bool settled() const;
  // After StopAll: nothing is held any more, nothing is due.
  bool stopped() const { return stopped_; }
  const SyncGroup* group(GroupId id) const;
  const ScriptTracker* tracker(TrackerId id) const;
  std::vector<std::pair<TrackerId, Health>> trackers() const;
  bool knows_links() const { return links_told_; }
  // Sockets that some instance needs.
  bool uses(const SocketKey& key) const;

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Slot {
    VrrpInstance config;
    InstanceState state;
    std::vector<Fault> own_faults;
    std::vector<Fault> faults;  // own, and those of the group
    std::optional<IpAddress> source;
    SocketKey socket;
    bool has_socket = false;
    std::uint32_t group = kNone;
    bool resume = false;
  };
  struct Group {
    SyncGroup config;
    std::vector<std::uint32_t> members;
    VrrpState told = VrrpState::kInit;
  };
  struct Tracker {
    ScriptTracker config;
    ScriptHealth health;
    std::uint64_t run = 0;     // 0: not running
    Instant next{};            // when it is to be run
    int last_status = 0;
    Instant give_up = kNever;  // when a missing outcome counts as a failure
    std::vector<std::uint32_t> users;
  };
  using Slots = std::vector<std::uint32_t>;
  struct Processes {
    ProcessTracker config;
    ProcessHealth health;
  };

  // router.cpp: events
  void on(const LinkTold&);
  void on(const AllLinksTold&);
  void on(const SocketOpened&);
  void on(const SocketClosed&);
  void on(const InstanceHeard&);
  void on(const ScriptEnded&);
  void on(const TrackerTold&);
  void on(const AddressDeleted&);
  void on(const IpvsdAttached&);
  void on(const IpvsdGone&);
  void on(const StopAll&);
  bool anybody_leaves() const;
  void on(const TimersDue&);
  void fire(DeadlineSet& set);
  void run_chores();
  void run_script(std::uint32_t number);
  void processes_changed(Processes& processes, ProcessHealth health);
  void script_result(Tracker& tracker, ScriptNote note, const ScriptOutcome& outcome);
  void feed(std::uint32_t number, const InstanceEvent& event);
  void group_consequences(std::uint32_t number, VrrpState before, const InstanceEvent& event, bool heard_lower);
  void arm(std::uint32_t number);
  void tell_groups();  // those that were touched
  VrrpState state_of(const Group& group) const;

  // router_evaluate.cpp: from inputs to faults and priorities
  void evaluate(const Slots& slots);
  void evaluate_all();
  void refresh_inputs(Slot& slot, std::uint32_t number);
  void apply_inputs(std::uint32_t number);
  bool must_wait(const Slot& slot) const;
  bool ipvsd_missing(const Slot& slot) const;
  void arm_ipvsd_chore();
  const SyncGroup* group_of(const Slot& slot) const;
  Slots users_of(const std::string& interface) const;
  Slots users_of(const SocketKey& socket) const;

  // router_apply.cpp: reload
  void adopt_trackers(std::vector<ScriptTracker> trackers);
  void adopt_objects(const VrrpPlan& plan);
  std::vector<std::uint32_t> adopt_instances(std::vector<VrrpInstance> instances, const std::vector<ResumedInstance>& resumed);
  void retire_missing(const VrrpPlan& plan);
  void rebuild_indexes(std::vector<SyncGroup> groups);
  void index_inputs();

  Instant now_{};
  Actions actions_;

  std::vector<Slot> slots_;
  std::vector<Slot> retired_;
  std::vector<Group> groups_;
  std::vector<Tracker> trackers_;
  std::vector<Processes> processes_;
  std::unordered_map<TrackerId, std::int64_t> numbers_;  // that were told, also before the plan that names them
  World world_;
  std::unordered_map<std::uint32_t, std::string> link_names_;  // by index, to notice a rename
  std::set<std::string> untold_;  // links not told since IpvsdAttached
  std::set<SocketKey> sockets_;
  std::set<std::uint32_t> touched_groups_;
  bool links_told_ = false;
  bool planned_ = false;
  bool leaving_ = false;
  bool stopped_ = false;
  Instant hold_until_{};        // vrrp_startup_delay
  Instant grace_until_{};       // sockets of a new plan are still on their way
  Instant resume_until_{};
  Instant ipvsd_gone_since_ = kNever;
  std::uint64_t last_run_ = 0;

  DeadlineSet active_;     // by slot: adverts and announcements
  DeadlineSet listening_;  // by slot: down timers
  DeadlineSet chores_;     // by tracker, and the kChore... numbers
  std::unordered_map<InstanceId, std::uint32_t> by_id_;
  std::unordered_map<TrackerId, std::uint32_t> tracker_by_id_;
  std::unordered_map<ScriptId, Slots> tracker_by_script_;
  std::unordered_map<TrackerId, Slots> users_of_object_;
  std::unordered_multimap<std::string, std::uint32_t> by_interface_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> listeners_;  // by socket and VRID
};

}  // namespace holdfast::vrrp
