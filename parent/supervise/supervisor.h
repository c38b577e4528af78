// Starts the children, tells them their plans in the right order, links them to each other, and keeps them running: a child that died
// is started again with what it last reported. Decides nothing about VRRP or servers. doc/processes.md, "Life and death".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "parent/plan/plan.h"
#include "parent/supervise/launcher_client.h"
#include "parent/supervise/observer.h"
#include "parent/supervise/conversation.h"
#include "proto/schema/parent_checkerd.pb.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/schema/parent_vrrpd.pb.h"
#include "proto/value/link_facts.h"

namespace holdfast {

class Supervisor {
 public:
  struct Rules {
    bool every_child = false;      // --all: also those that have nothing to do
    bool respawn = true;           // -R: false
    unsigned resume_limit = 3;
    bool hand_over = true;         // at the end, addresses stay until their next router is heard
  };
  Supervisor(Loop& loop, LauncherClient& launcher, Rules rules, Observer& observer);

  // The first plan starts the children; a later one is told to those whose part of it differs.
  void apply(Plan plan);
  void stop();
  const Plan& plan() const { return plan_; }

  void script_finished(launcher::Child asker, ScriptId script, std::uint64_t run, const ScriptOutcome& outcome);
  // The number of a track_file. Kept, so that a new vrrpd or checkerd is told too.
  void tracker_told(TrackerId id, std::int64_t value);
  void query_instances(std::uint64_t cookie);
  void query_services(std::uint64_t cookie);
  // Runs the checks of this server now; no server: those of all.
  void check_now(DestinationId);
  bool has_vrrpd() const { return vrrpd_.ready(); }
  bool has_checkerd() const { return checkerd_.ready(); }
  const std::map<std::string, LinkFacts>& interfaces() const { return interfaces_; }
  // Settings that ipvsd has changed: what an earlier daemon left, before the first plan; and what is changed now.
  void remember(std::vector<KeptSetting> kept) { kept_ = std::move(kept); }
  const std::vector<KeptSetting>& kept() const { return kept_; }
  const std::map<InstanceId, ResumedInstance>& last_states() const { return last_states_; }

 private:
  using Vrrpd = Conversation<wire::ParentToVrrpd, wire::VrrpdToParent>;
  using Ipvsd = Conversation<wire::ParentToIpvsd, wire::IpvsdToParent>;
  using Checkerd = Conversation<wire::ParentToCheckerd, wire::CheckerdToParent>;
  struct Worker {
    std::unique_ptr<ChildProcess> process;
    Fd link;                       // the end for checkerd, until it is told
  };
  using SocketKey = std::tuple<std::string, Family, bool, bool, IpAddress>;
  struct SocketSent {
    AdvertSocketWish wish;
    std::uint32_t index = 0;
  };

  // supervisor.cpp: life of children
  bool wants_vrrpd() const;
  bool wants_checkerd() const;
  void start_and_stop();
  void start_worker(std::uint32_t slot);
  void advance();
  void vrrpd_ended(const ChildExit&);
  void ipvsd_ended(const ChildExit&);
  void checkerd_ended(const ChildExit&);
  void worker_ended(std::uint32_t slot, const ChildExit&);
  bool told_of_end(const ChildProcess&, const ChildExit&, bool was_ready);
  void not_started(const Error&);
  void launcher_gone();
  void advance_stop();
  bool any_active() const;
  // supervisor_links.cpp: plans, links between children, sockets
  void tell_ipvsd();
  void drop_old_links();
  void tell_vrrpd();
  void tell_checkerd();
  void link_vrrpd();
  void link_checkerd();
  void link_workers();
  void send_sockets();
  void send_socket(const AdvertSocketWish&);
  // supervisor_bfd.cpp: sockets of BFD sessions
  void send_bfd_sockets();
  // supervisor_told.cpp: files and sessions that others decide by
  void send_tracker(TrackerId id, std::int64_t value);
  void tell_check(TrackerId id, std::int64_t value);
  void tell_checks();
  void look_for_services();
  bool files_are_read();
  void session_changed(TrackerId session, bool up);
  void sessions_lost();
  std::uint32_t index_of(const std::string& interface);
  void kept_settings(const wire::KeptSettings&);
  // supervisor_messages.cpp: what children say
  void from_vrrpd(wire::VrrpdToParent&);
  void from_ipvsd(wire::IpvsdToParent&);
  void from_checkerd(wire::CheckerdToParent&);
  void open_check_socket(const wire::OpenCheckSocket&);
  void link_facts(const wire::LinkFacts&);
  void refused(const RoleRow&, const wire::PlanRefused&);
  void child_log(const ChildProcess&, const wire::LogRecord&);

  Loop& loop_;
  LauncherClient& launcher_;
  Rules rules_;
  Observer& observer_;
  Plan plan_;
  bool planned_ = false;
  Generation announced_ = 0;
  std::vector<KeptSetting> kept_;
  bool stopping_ = false;
  bool vrrpd_stopped_told_ = false;
  bool ipvsd_stop_sent_ = false;
  bool launcher_gone_ = false;
  bool resume_vrrpd_ = false;      // the next vrrpd continues where the last one was
  Instant vrrpd_died_{};
  bool vrrpd_linked_ = false;
  bool checkerd_linked_ = false;
  std::uint64_t epoch_ = 0;
  Vrrpd vrrpd_;
  Ipvsd ipvsd_;
  Checkerd checkerd_;
  std::map<std::uint32_t, Worker> workers_;
  std::map<SocketKey, SocketSent> sockets_;
  std::set<std::pair<Family, bool>> bfd_receivers_;  // sent: family, multihop
  std::map<TrackerId, BfdSession> bfd_senders_;      // sent, as they were then
  std::map<TrackerId, bool> sessions_up_;            // what vrrpd said last
  std::map<std::string, LinkFacts> interfaces_;
  std::map<InstanceId, ResumedInstance> last_states_;
  std::map<CheckId, const Check*> checks_;  // into plan_
  std::map<TrackerId, std::int64_t> told_trackers_;
  std::set<TrackerId> heard_by_checks_;     // files and sessions of the plan's checks
  std::map<TrackerId, bool> presences_;     // of services: what checkerd is told
  Loop::Timer files_timer_;
  Instant files_deadline_{};
  Generation files_waited_for_ = 0;
  std::map<CheckId, CheckVerdict> verdicts_;
  std::set<ServiceId> quorum_up_;
  Loop::Watch launcher_watch_;
};

}  // namespace holdfast
