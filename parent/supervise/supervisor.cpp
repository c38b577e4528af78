// The life of children. See supervisor.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/supervisor.h"

#include <algorithm>

#include "parent/plan/difference/delta.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

using launcher::Child;

constexpr int kExitFatal = 1;

}  // namespace

Supervisor::Supervisor(Loop& loop, LauncherClient& launcher, Rules rules, Observer& observer)
    : loop_(loop),
      launcher_(launcher),
      rules_(rules),
      observer_(observer),
      vrrpd_(loop, launcher, Child::kVrrpd,
             {[this](wire::VrrpdToParent& message) { from_vrrpd(message); }, [this](const ChildExit& exit) { vrrpd_ended(exit); },
              [this](const Error& error) { not_started(error); }, [this](pid_t pid) { observer_.child_started(Child::kVrrpd, pid); }}),
      ipvsd_(loop, launcher, Child::kIpvsd,
             {[this](wire::IpvsdToParent& message) { from_ipvsd(message); }, [this](const ChildExit& exit) { ipvsd_ended(exit); },
              [this](const Error& error) { not_started(error); }, [this](pid_t pid) { observer_.child_started(Child::kIpvsd, pid); }}),
      checkerd_(loop, launcher, Child::kCheckerd,
                {[this](wire::CheckerdToParent& message) { from_checkerd(message); },
                 [this](const ChildExit& exit) { checkerd_ended(exit); }, [this](const Error& error) { not_started(error); },
                 [this](pid_t pid) { observer_.child_started(Child::kCheckerd, pid); }}) {
  vrrpd_.process().set_resumptions(rules_.resume_limit);
  ipvsd_.process().set_resumptions(rules_.resume_limit);
  checkerd_.process().set_resumptions(rules_.resume_limit);
  files_timer_ = loop_.timer([this] { advance(); });
  launcher_watch_ = loop_.on_readable(launcher_.fd(), [this] { launcher_gone(); });
}

bool Supervisor::wants_vrrpd() const { return rules_.every_child || !plan_.vrrp.instances.empty() || !plan_.vrrp.sessions.empty(); }
bool Supervisor::wants_checkerd() const { return rules_.every_child || !plan_.check.services.empty(); }

void Supervisor::apply(Plan plan) {
  if (planned_) {
    const Delta difference = delta(plan_, plan);
    if (!difference.for_vrrpd()) plan.vrrp.generation = plan_.vrrp.generation;
    if (!difference.for_ipvsd()) plan.ipvs.generation = plan_.ipvs.generation;
    if (!difference.for_checkerd()) plan.check.generation = plan_.check.generation;
  }
  plan_ = std::move(plan);
  planned_ = true;
  std::set<InstanceId> known;
  for (const VrrpInstance& instance : plan_.vrrp.instances) known.insert(instance.id);
  std::erase_if(last_states_, [&](const auto& entry) { return !known.contains(entry.first); });
  std::set<TrackerId> told;
  for (const ToldTracker& tracker : plan_.vrrp.told_trackers) told.insert(tracker.id);
  for (const WatchedFile& file : plan_.files) told.insert(file.id);
  std::erase_if(told_trackers_, [&](const auto& entry) { return !told.contains(entry.first); });
  checks_.clear();
  heard_by_checks_.clear();
  std::set<ServiceId> services;
  for (const CheckedService& service : plan_.check.services) {
    services.insert(service.id);
    for (const CheckedServer& server : service.servers) {
      for (const Check& check : server.checks) {
        checks_.emplace(check.id, &check);
        if (const auto by = told_by(check)) heard_by_checks_.insert(*by);
      }
    }
  }
  std::erase_if(verdicts_, [&](const auto& entry) { return !checks_.contains(entry.first); });
  std::erase_if(quorum_up_, [&](ServiceId service) { return !services.contains(service); });
  look_for_services();
  start_and_stop();
  advance();
}

void Supervisor::start_and_stop() {
  ipvsd_.ensure();
  if (wants_checkerd()) {
    checkerd_.ensure();
    for (std::uint32_t slot = 0; slot < plan_.check.workers; ++slot) start_worker(slot);
  }
  if (wants_vrrpd()) vrrpd_.ensure();
  if (!wants_vrrpd() && vrrpd_.ready() && !vrrpd_.process().retired()) {
    wire::ParentToVrrpd message;
    message.mutable_stop()->set_release(true);
    vrrpd_.send(message);
    vrrpd_.process().retire();
    vrrpd_.hurry(plan_.settings.child_wait_time);
  }
  if (!wants_checkerd() && checkerd_.ready() && !checkerd_.process().retired()) {
    wire::ParentToCheckerd message;
    message.mutable_stop();
    checkerd_.send(message);
    checkerd_.process().retire();
    checkerd_.hurry(plan_.settings.child_wait_time);
    for (auto& [slot, worker] : workers_) worker.process->retire();
  }
}

void Supervisor::start_worker(std::uint32_t slot) {
  Worker& worker = workers_[slot];
  if (!worker.process) {
    worker.process = std::make_unique<ChildProcess>(
        loop_, launcher_, role(Child::kWorker), slot,
        ChildProcess::Hooks{[this, slot](Fd link) {
                              workers_[slot].link = std::move(link);
                              link_workers();
                            },
                            [this, slot](const ChildExit& exit) { worker_ended(slot, exit); },
                            [this](const Error& error) { not_started(error); }});
  }
  worker.process->set_resumptions(rules_.resume_limit);
  worker.process->ensure();
}

// What can be said now is said now. Called after every event that may have made something possible.
void Supervisor::advance() {
  if (stopping_) return advance_stop();
  if (!planned_) return;
  tell_ipvsd();
  const bool rights_known = ipvsd_.ready() && ipvsd_.applied() == plan_.ipvs.generation;
  if (rights_known) {
    tell_vrrpd();
    tell_checkerd();
  }
  const bool vrrpd_current = !wants_vrrpd() || vrrpd_.applied() == plan_.vrrp.generation;
  const bool checkerd_current = !wants_checkerd() || checkerd_.applied() == plan_.check.generation;
  if (rights_known && vrrpd_current && checkerd_current && announced_ != plan_.generation) {
    announced_ = plan_.generation;
    drop_old_links();
    observer_.plan_applied(plan_.generation);
  }
}

bool Supervisor::any_active() const {
  return std::ranges::any_of(last_states_, [](const auto& entry) { return entry.second.state == VrrpState::kMaster; });
}

void Supervisor::not_started(const Error& error) {
  if (stopping_) return advance_stop();
  loop_.later([this, error] { observer_.lost(error.message, kExitFatal); });
}

void Supervisor::launcher_gone() {
  if (launcher_gone_ || launcher_.alive()) return;
  launcher_gone_ = true;
  loop_.later([this] { launcher_watch_ = {}; });
  if (stopping_) return;
  log_error(LogEvent::kDegraded, "The launcher has ended: nothing can be started any more, the service restarts as soon as no instance is active");
  if (!any_active()) observer_.lost("the launcher has ended", kExitFatal);
}

// True if the child is to be started again.
bool Supervisor::told_of_end(const ChildProcess& process, const ChildExit& exit, bool was_planned) {
  if (stopping_) {
    advance_stop();
    return false;
  }
  if (process.retired()) return false;
  const std::string title(process.role().title);
  log_error(LogEvent::kChildDied, title + " child process " + exit.text());
  if (!was_planned) {
    observer_.lost(title + " child process " + exit.text() + " before it was ready", kExitFatal);
    return false;
  }
  if (!rules_.respawn || launcher_gone_) {
    observer_.lost(title + " child process is gone and is not started again", kExitFatal);
    return false;
  }
  return true;
}

void Supervisor::vrrpd_ended(const ChildExit& exit) {
  vrrpd_linked_ = false;
  sockets_.clear();
  bfd_receivers_.clear();
  bfd_senders_.clear();
  sessions_lost();
  if (vrrpd_.process().retired()) last_states_.clear();
  if (vrrpd_.process().retired() && !stopping_) drop_old_links();
  if (!told_of_end(vrrpd_.process(), exit, announced_ != 0)) {
    if (!stopping_ && wants_vrrpd() && vrrpd_.process().retired()) vrrpd_.ensure();
    return;
  }
  log_error(LogEvent::kChildDied, "VRRP child process died: Respawning");
  const bool hung = vrrpd_.process().killed();
  resume_vrrpd_ = vrrpd_.process().restart().resume && !hung;
  vrrpd_died_ = loop_.now();
  if (resume_vrrpd_) return;
  log_warning(LogEvent::kChildDied, hung ? "VRRP child process hung: its addresses are released, it listens before it speaks"
                                         : "VRRP child process died too often: its addresses are released");
  last_states_.clear();
  if (!ipvsd_.ready()) return;
  wire::ParentToIpvsd message;
  message.mutable_release_all()->set_peer(wire::PeerLink::VRRPD);
  ipvsd_.send(message);
}

void Supervisor::ipvsd_ended(const ChildExit& exit) {
  vrrpd_linked_ = checkerd_linked_ = false;
  if (!told_of_end(ipvsd_.process(), exit, announced_ != 0)) return;
  log_error(LogEvent::kChildDied, "Kernel child process died: Respawning");
  ipvsd_.process().restart();
}

void Supervisor::checkerd_ended(const ChildExit& exit) {
  checkerd_linked_ = false;
  if (!told_of_end(checkerd_.process(), exit, announced_ != 0)) {
    if (!stopping_ && wants_checkerd() && checkerd_.process().retired()) start_and_stop();
    return;
  }
  log_error(LogEvent::kChildDied, "Healthcheck child process died: Respawning");
  checkerd_.process().restart();
}

// A worker whose checkerd has gone ends by itself with status 0: that is no crash.
void Supervisor::worker_ended(std::uint32_t slot, const ChildExit& exit) {
  Worker& worker = workers_[slot];
  worker.link.reset();
  if (stopping_) return advance_stop();
  if (!wants_checkerd() || slot >= plan_.check.workers) return;
  if (launcher_gone_) return observer_.lost("a check worker is gone and cannot be started again", kExitFatal);
  if (worker.process->retired()) return worker.process->start();
  if (exit.signalled || exit.status != 0) log_error(LogEvent::kChildDied, "check worker " + exit.text() + ": Respawning");
  worker.process->restart();
}

void Supervisor::stop() {
  if (stopping_) return;
  stopping_ = true;
  if (vrrpd_.process().running()) {
    wire::ParentToVrrpd message;
    message.mutable_stop()->set_release(!plan_.ipvs.keep_vrrp);
    message.mutable_stop()->set_hand_over(rules_.hand_over && !launcher_gone_);
    vrrpd_.send(message);
    vrrpd_.hurry(plan_.settings.child_wait_time);
  }
  if (checkerd_.process().running()) {
    wire::ParentToCheckerd message;
    message.mutable_stop();
    checkerd_.send(message);
    checkerd_.hurry(plan_.settings.child_wait_time);
  }
  vrrpd_.process().retire();
  checkerd_.process().retire();
  ipvsd_.process().retire();
  for (auto& [slot, worker] : workers_) worker.process->retire();
  advance_stop();
}

// vrrpd first, then ipvsd, which withdraws what is left. What checkerd still has to say (a line for each server) holds up nobody; workers
// follow it.
void Supervisor::advance_stop() {
  if (vrrpd_.process().running()) return;
  if (!vrrpd_stopped_told_) {
    vrrpd_stopped_told_ = true;
    observer_.instances_stopped();
  }
  if (ipvsd_.process().running() && !ipvsd_stop_sent_) {
    ipvsd_stop_sent_ = true;
    wire::ParentToIpvsd message;
    message.mutable_stop()->set_keep_ipvs(plan_.ipvs.keep_ipvs);
    message.mutable_stop()->set_keep_vrrp(plan_.ipvs.keep_vrrp);
    ipvsd_.send(message);
    ipvsd_.hurry(plan_.settings.child_wait_time);
  }
  if (checkerd_.process().running() || ipvsd_.process().running()) return;
  bool workers_left = false;
  for (auto& [slot, worker] : workers_) {
    worker.link.reset();
    if (!worker.process->running()) continue;
    workers_left = true;
    worker.process->link_lost();
  }
  if (workers_left) return;
  loop_.later([this] { observer_.stopped(); });
}

}  // namespace holdfast
