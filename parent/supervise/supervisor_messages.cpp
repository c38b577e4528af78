// What children say. See supervisor.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/supervisor.h"
#include "proto/codec/check_codec.h"
#include "proto/codec/link_codec.h"
#include "proto/codec/values_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

using launcher::Child;

constexpr Duration kAfterStopped{1'000'000};

// Numbers of a child that mean nothing are a broken rule of its link.
std::optional<VrrpState> state_of(std::uint32_t number) {
  if (number > static_cast<std::uint32_t>(VrrpState::kFault)) return std::nullopt;
  return static_cast<VrrpState>(number);
}

LogLevel level_of(std::uint32_t number) {
  return static_cast<LogLevel>(std::min<std::uint32_t>(std::max<std::uint32_t>(number, 2), 7));
}

}  // namespace

void Supervisor::child_log(const ChildProcess& process, const wire::LogRecord& record) {
  constexpr std::size_t kLineMax = 1024;
  observer_.logged(process.role(), process.pid(), level_of(record.level()), static_cast<LogEvent>(record.event()),
                   printable(record.text(), kLineMax));
}

void Supervisor::refused(const RoleRow& row, const wire::PlanRefused& refusal) {
  if (stopping_) return;
  loop_.later([this, &row, reason = printable(refusal.reason(), 512)] { observer_.plan_refused(row, reason); });
}

void Supervisor::from_vrrpd(wire::VrrpdToParent& message) {
  switch (message.body_case()) {
    case wire::VrrpdToParent::kReady:
      vrrpd_.note_ready();
      return advance();
    case wire::VrrpdToParent::kPlanApplied:
      vrrpd_.note_applied(message.plan_applied().generation());
      return advance();
    case wire::VrrpdToParent::kPlanRefused: return refused(vrrpd_.process().role(), message.plan_refused());
    case wire::VrrpdToParent::kStateChanged: {
      const auto& change = message.state_changed();
      const auto state = state_of(change.state());
      if (!state) return vrrpd_.process().kill("it reported state " + std::to_string(change.state()));
      const InstanceId id{change.instance()};
      last_states_[id] = {id, *state, change.claim()};
      observer_.instance_changed(id, *state, change.priority(), printable(change.reason()));
      if (launcher_gone_ && !any_active()) observer_.lost("the launcher has ended", 1);
      return;
    }
    case wire::VrrpdToParent::kGroupStateChanged: {
      const auto state = state_of(message.group_state_changed().state());
      if (!state) return vrrpd_.process().kill("it reported a state that does not exist");
      return observer_.group_changed(GroupId{message.group_state_changed().group()}, *state);
    }
    case wire::VrrpdToParent::kPriorityChanged:
      return observer_.priority_changed(InstanceId{message.priority_changed().instance()}, message.priority_changed().from(),
                                        message.priority_changed().to());
    case wire::VrrpdToParent::kLowerPriorityHeard:
      return observer_.lower_priority_heard(InstanceId{message.lower_priority_heard().instance()});
    case wire::VrrpdToParent::kSessionChanged:
      return session_changed(TrackerId{message.session_changed().session()}, message.session_changed().up());
    case wire::VrrpdToParent::kRunScript:
      return observer_.script_wanted(Child::kVrrpd, ScriptId{message.run_script().script()}, message.run_script().run());
    case wire::VrrpdToParent::kLog: return child_log(vrrpd_.process(), message.log());
    case wire::VrrpdToParent::kStopped: return vrrpd_.hurry(kAfterStopped);
    case wire::VrrpdToParent::kPong: return vrrpd_.note_pong();
    case wire::VrrpdToParent::kStatusReport: return observer_.instances_reported(message.status_report());
    case wire::VrrpdToParent::BODY_NOT_SET: return;
  }
}

void Supervisor::from_ipvsd(wire::IpvsdToParent& message) {
  switch (message.body_case()) {
    case wire::IpvsdToParent::kReady: {
      ipvsd_.note_ready();
      auto socket = launcher_.open_announce_socket();
      if (socket) {
        wire::ParentToIpvsd told;
        told.mutable_announce_socket();
        ipvsd_.send(told, std::move(*socket));
      } else {
        log_error(LogEvent::kDegraded, socket.error().message + ": moved addresses cannot be announced");
      }
      return advance();
    }
    case wire::IpvsdToParent::kPlanApplied:
      ipvsd_.note_applied(message.plan_applied().generation());
      return advance();
    case wire::IpvsdToParent::kPlanRefused: return refused(ipvsd_.process().role(), message.plan_refused());
    case wire::IpvsdToParent::kLinkFacts: return link_facts(message.link_facts());
    case wire::IpvsdToParent::kChangeRefused:
      return log_error(LogEvent::kChangeRefused, "The kernel refused " + printable(message.change_refused().change()) + ": error " +
                                                     std::to_string(message.change_refused().code()));
    case wire::IpvsdToParent::kAddressLost: return;  // vrrpd hears of it on its own link and decides
    case wire::IpvsdToParent::kLog: return child_log(ipvsd_.process(), message.log());
    case wire::IpvsdToParent::kStopped: return ipvsd_.hurry(kAfterStopped);
    case wire::IpvsdToParent::kPong: return ipvsd_.note_pong();
    case wire::IpvsdToParent::kLinksComplete: return;
    case wire::IpvsdToParent::kKeptSettings: return kept_settings(message.kept_settings());
    case wire::IpvsdToParent::BODY_NOT_SET: return;
  }
}

void Supervisor::kept_settings(const wire::KeptSettings& message) {
  std::vector<KeptSetting> kept;
  for (const wire::KeptSetting& entry : message.kept()) {
    auto one = decode(entry);
    if (!one) return ipvsd_.process().kill(one.error().message);
    kept.push_back(*std::move(one));
  }
  kept_ = std::move(kept);
  observer_.settings_kept();
}

void Supervisor::link_facts(const wire::LinkFacts& message) {
  auto facts = decode(message);
  if (!facts) return ipvsd_.process().kill(facts.error().message);
  // A name that moved to another index, and an index whose name changed: the last word counts.
  std::erase_if(interfaces_, [&](const auto& entry) { return entry.second.index == facts->index && entry.first != facts->name; });
  LinkFacts& known = interfaces_[facts->name];
  if (!facts->present && known.index != facts->index) return;
  const bool another = !known.present || known.index != facts->index;
  known = std::move(*facts);
  if (!known.present) {
    // What was opened on it is of no use, also if the same index comes back.
    std::erase_if(sockets_, [&](const auto& entry) { return std::get<0>(entry.first) == known.name; });
  }
  look_for_services();
  observer_.links_changed();
  if (!another || !known.present || !vrrpd_.ready() || vrrpd_.sent() == 0) return;
  for (const AdvertSocketWish& wish : plan_.sockets) {
    if (wish.interface == known.name) send_socket(wish);
  }
}

void Supervisor::from_checkerd(wire::CheckerdToParent& message) {
  switch (message.body_case()) {
    case wire::CheckerdToParent::kReady:
      checkerd_.note_ready();
      return advance();
    case wire::CheckerdToParent::kPlanApplied:
      checkerd_.note_applied(message.plan_applied().generation());
      return advance();
    case wire::CheckerdToParent::kPlanRefused: return refused(checkerd_.process().role(), message.plan_refused());
    case wire::CheckerdToParent::kVerdictChanged: {
      auto verdict = decode(message.verdict_changed().verdict());
      if (!verdict) return checkerd_.process().kill(verdict.error().message);
      verdicts_[verdict->id] = *verdict;
      return;
    }
    case wire::CheckerdToParent::kServerChanged:
      return observer_.server_changed(DestinationId{message.server_changed().destination()}, message.server_changed().up(),
                                      message.server_changed().initial());
    case wire::CheckerdToParent::kQuorumChanged: {
      const ServiceId service{message.quorum_changed().service()};
      if (message.quorum_changed().up()) quorum_up_.insert(service);
      else quorum_up_.erase(service);
      return observer_.quorum_changed(service, message.quorum_changed().up(), message.quorum_changed().initial());
    }
    case wire::CheckerdToParent::kRunScript:
      return observer_.script_wanted(Child::kCheckerd, ScriptId{message.run_script().script()}, message.run_script().run());
    case wire::CheckerdToParent::kWorkerStuck: {
      const auto worker = workers_.find(message.worker_stuck().slot());
      if (worker != workers_.end()) worker->second.process->kill("it does not answer checkerd");
      return;
    }
    case wire::CheckerdToParent::kLog: return child_log(checkerd_.process(), message.log());
    case wire::CheckerdToParent::kStopped: return checkerd_.hurry(kAfterStopped);
    case wire::CheckerdToParent::kPong: return checkerd_.note_pong();
    case wire::CheckerdToParent::kServicesReport: return observer_.services_reported(message.services_report());
    case wire::CheckerdToParent::kOpenCheckSocket: return open_check_socket(message.open_check_socket());
    case wire::CheckerdToParent::BODY_NOT_SET: return;
  }
}

// What the socket is like stands in the plan: checkerd only names the check.
void Supervisor::open_check_socket(const wire::OpenCheckSocket& wanted) {
  wire::ParentToCheckerd message;
  message.mutable_check_socket()->set_run(wanted.run());
  const auto check = checks_.find(CheckId{wanted.check()});
  if (check == checks_.end()) {  // it was asked for before a reload took the check away
    message.mutable_check_socket()->set_fault("the plan has no such check");
    return checkerd_.send(message);
  }
  auto socket = launcher_.open_check_socket(*check->second);
  if (!socket) message.mutable_check_socket()->set_fault(socket.error().message);
  checkerd_.send(message, socket ? std::move(*socket) : Fd{});
}

void Supervisor::script_finished(Child asker, ScriptId script, std::uint64_t run, const ScriptOutcome& outcome) {
  const auto fill = [&](wire::ScriptFinished& finished) {
    finished.set_script(script.value);
    finished.set_run(run);
    finished.set_kind(static_cast<std::uint32_t>(outcome.kind));
    finished.set_status(outcome.status);
  };
  if (asker == Child::kVrrpd && vrrpd_.ready()) {
    wire::ParentToVrrpd message;
    fill(*message.mutable_script_finished());
    vrrpd_.send(message);
  }
  if (asker == Child::kCheckerd && checkerd_.ready()) {
    wire::ParentToCheckerd message;
    fill(*message.mutable_script_finished());
    checkerd_.send(message);
  }
}

void Supervisor::query_instances(std::uint64_t cookie) {
  wire::ParentToVrrpd message;
  message.mutable_query_status()->set_cookie(cookie);
  vrrpd_.send(message);
}

void Supervisor::check_now(DestinationId destination) {
  wire::ParentToCheckerd message;
  message.mutable_check_now()->set_destination(destination.value);
  if (checkerd_.sent() != 0 && !checkerd_.process().retired()) checkerd_.send(message);
}

void Supervisor::query_services(std::uint64_t cookie) {
  wire::ParentToCheckerd message;
  message.mutable_query_services()->set_cookie(cookie);
  checkerd_.send(message);
}

}  // namespace holdfast
