// The parent's side of checkerd's driver, and the checks. ipvsd's side: driver_ipvsd.cpp. See driver.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/driver.h"

#include <algorithm>
#include <cerrno>

#include "checkerd/verdict/told.h"
#include "proto/codec/check_codec.h"
#include "proto/codec/values_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {

CheckerdDriver::CheckerdDriver(Loop& loop, Fd parent, std::size_t runs_max)
    : loop_(loop),
      runs_max_(runs_max),
      outbox_(loop, [this] { loop_.stop(1); }),
      runs_(loop, {.finished = [this](const Report& report) { finished(report); },
                   .again = [this](CheckRun run, Instant when) { schedule_.again(run.probe, when); rearm(); },
                   .run_script = [this](ScriptId script, std::uint64_t run) { return run_script(script, run); },
                   .want_socket =
                       [this](CheckId check, std::uint64_t run) {
                         wire::CheckerdToParent message;
                         message.mutable_open_check_socket()->set_check(check.value);
                         message.mutable_open_check_socket()->set_run(run);
                         outbox_.send(std::move(message));
                       },
                   .worker_stuck =
                       [this](unsigned slot, const std::string& why) {
                         log_error(LogEvent::kMessage, "worker " + std::to_string(slot) + " is given up: " + why);
                         wire::CheckerdToParent message;
                         message.mutable_worker_stuck()->set_slot(slot);
                         outbox_.send(std::move(message));
                       }}),
      timer_(loop.timer([this] { on_time(); })),
      refusal_timer_(loop.timer([this] { say_refused_again(); })) {
  parent_ = std::make_unique<Outbox::ParentLink>(
      loop, std::move(parent), ChannelSocket::Descriptors::kAccepted,
      [this](wire::ParentToCheckerd& message, Fd descriptor) { on_parent(message, std::move(descriptor)); },
      [this](const Error& error) { loop_.stop(error.code == EPIPE ? 0 : 1); });
  outbox_.attach(parent_.get());
  set_log_sink([this](LogLevel level, LogEvent event, std::string_view text) { outbox_.log(level, event, text); });
  wire::CheckerdToParent ready;
  ready.mutable_ready()->set_self_checks(1);
  outbox_.send(std::move(ready));
}

CheckerdDriver::~CheckerdDriver() { set_log_sink({}); }

// The parent broke the rules of the link: nothing that follows can be trusted.
void CheckerdDriver::refuse(const std::string& why) {
  log_error(LogEvent::kLinkBroken, "parent: " + why);
  loop_.stop(1);
}

void CheckerdDriver::on_parent(wire::ParentToCheckerd& message, Fd descriptor) {
  if (stopping_) return;
  switch (message.body_case()) {
    case wire::ParentToCheckerd::kBegin:
    case wire::ParentToCheckerd::kChunk:
    case wire::ParentToCheckerd::kCommit:
      return on_plan(message);
    case wire::ParentToCheckerd::kIpvsdLink:
      if (!descriptor) return refuse("link to ipvsd without a descriptor");
      return attach_ipvsd(std::move(descriptor));
    case wire::ParentToCheckerd::kWorkerLink:
      if (auto attached = runs_.attach_worker(message.worker_link().slot(), std::move(descriptor)); !attached) refuse(attached.error().message);
      return;
    case wire::ParentToCheckerd::kScriptFinished:
      return on_script(message.script_finished());
    case wire::ParentToCheckerd::kCheckSocket:
      return on_socket(message.check_socket(), std::move(descriptor));
    case wire::ParentToCheckerd::kCheckNow:
      return check_now(DestinationId{message.check_now().destination()});
    case wire::ParentToCheckerd::kTrackerTold:
      return on_told(TrackerId{message.tracker_told().tracker()}, message.tracker_told().value());
    case wire::ParentToCheckerd::kStop:
      return stop();
    case wire::ParentToCheckerd::kPing: {
      wire::CheckerdToParent pong;
      pong.mutable_pong()->set_cookie(message.ping().cookie());
      return outbox_.send(std::move(pong));
    }
    case wire::ParentToCheckerd::kQueryServices:
      return report_services(message.query_services().cookie());
    case wire::ParentToCheckerd::BODY_NOT_SET:
      return refuse("message without a body");
  }
}

void CheckerdDriver::on_plan(const wire::ParentToCheckerd& message) {
  if (message.has_commit()) return commit(message.commit());
  const Status taken = message.has_begin() ? intake_.begin(message.begin()) : intake_.chunk(message.chunk());
  if (!taken) refuse(taken.error().message);
}

void CheckerdDriver::commit(const wire::PlanCommit& message) {
  auto committed = intake_.commit(message);
  wire::CheckerdToParent answer;
  if (!committed) {
    if (committed.error().code == EPROTO) return refuse(committed.error().message);
    answer.mutable_plan_refused()->set_generation(message.generation());
    answer.mutable_plan_refused()->set_reason(committed.error().message);
    return outbox_.send(std::move(answer));
  }
  apply(*std::move(committed));
  answer.mutable_plan_applied()->set_generation(message.generation());
  outbox_.send(std::move(answer));
}

// By difference: checks of the same identity keep their state, their place in the schedule and their run in flight.
void CheckerdDriver::apply(PlanIntake::Committed&& committed) {
  const std::unordered_map<CheckId, const Check*> before = std::move(checks_);
  const auto probes_before = std::move(askers_);
  const CheckPlan old_plan = std::exchange(plan_, std::move(committed.plan));  // keeps what `before` points to until the end
  checks_.clear();
  askers_.clear();
  listeners_.clear();
  for (const CheckedService& service : plan_.services) {
    for (const CheckedServer& server : service.servers) {
      for (const Check& check : server.checks) {
        checks_.emplace(check.id, &check);
        if (const auto by = told_by(check)) listeners_[*by].push_back(&check);
        else askers_[check.probe].push_back(&check);
      }
    }
  }
  for (const auto& [probe, askers] : probes_before) {
    if (askers_.contains(probe)) continue;
    runs_.cancel(probe);
    std::erase_if(remarks_, [&](const auto& remark) { return remark.first.first == probe; });
  }
  const Actions actions = pools_.apply(plan_, committed.memory, told_);
  std::vector<CheckVerdict> states = pools_.verdicts();
  for (CheckVerdict& state : states) {
    if (const auto known = committed.memory.verdicts.find(state.id); known != committed.memory.verdicts.end()) state.failures = known->second.failures;
  }
  schedule_.apply(plan_, states, loop_.now());
  refused_.clear();
  suspension_.apply(plan_, told_);
  std::erase_if(told_, [&](const auto& item) { return !listeners_.contains(item.first) && !suspension_.depends_on(item.first); });
  act(actions);
  adopt_known(before);
  for (const CheckedService& service : plan_.services) {
    for (const CheckedServer& server : service.servers) {
      for (const Check& check : server.checks) {
        if (!before.contains(check.id) && !told_by(check)) log_info(LogEvent::kMessage, activation_line({server.name, service.name}, !suspension_.suspends(check.id)));
      }
    }
  }
  say_complete();
  rearm();
}

// A check that joins a probe which already has a result has that result.
void CheckerdDriver::adopt_known(const std::unordered_map<CheckId, const Check*>& before) {
  for (const auto& [probe, askers] : askers_) {
    const auto state = schedule_.state(probe);
    if (!state || !state->known || askers.size() < 2) continue;
    for (const Check* check : askers) {
      if (!before.contains(check->id) && !suspension_.suspends(check->id)) adopt(*check, *state);
    }
  }
}

void CheckerdDriver::adopt(const Check& check, const Schedule::State& state) {
  Server::Opinion opinion = *pools_.server_of(check.id)->opinion(check.id);
  if (opinion.known && opinion.up == state.up) return;
  opinion.up = state.up;
  opinion.known = true;
  act(pools_.hear(opinion));
  tell_verdict(*pools_.verdict(check.id));
}

// The address of a service with ha_suspend came or went. What its probes found for others meanwhile counts from now on.
void CheckerdDriver::turn(const CheckedService& service, bool here) {
  for (const CheckedServer& server : service.servers) {
    for (const Check& check : server.checks) {
      if (told_by(check)) continue;
      log_info(LogEvent::kMessage, turning_line({server.name, service.name}, here));
      const auto state = schedule_.state(check.probe);
      if (here && state && state->known) adopt(check, *state);
    }
  }
}

// The first check in the plan that wants this probe to be run now.
const Check* CheckerdDriver::asker(ProbeId probe) const {
  for (const Check* check : askers_.at(probe)) {
    if (!suspension_.suspends(check->id)) return check;
  }
  return nullptr;
}

void CheckerdDriver::on_script(const wire::ScriptFinished& message) {
  const auto outcome = decode(message);
  if (!outcome) return refuse(outcome.error().message);
  runs_.script_finished(message.run(), *outcome);
}

void CheckerdDriver::check_now(DestinationId wanted) {
  for (const CheckedService& service : plan_.services) {
    for (const CheckedServer& server : service.servers) {
      if (wanted.value != 0 && server.id != wanted) continue;
      for (const Check& check : server.checks) schedule_.hurry(check.probe, loop_.now());
    }
  }
  rearm();
}

// Kept for checks that are not there yet.
void CheckerdDriver::on_told(TrackerId id, std::int64_t number) {
  if (told_.size() >= kNumbersMax && !told_.contains(id)) return refuse("more than " + std::to_string(kNumbersMax) + " files and sessions");
  told_[id] = number;
  for (const CheckedService* service : suspension_.told(id, number != 0)) turn(*service, number != 0);
  const auto listeners = listeners_.find(id);
  if (listeners == listeners_.end()) return;
  for (const Check* check : listeners->second) {
    const Server::Opinion before = *pools_.server_of(check->id)->opinion(check->id);
    const Server::Opinion opinion = opinion_of(*check, told_);
    if (opinion == before) continue;
    if (opinion.up != before.up) lines(LogEvent::kCheckFailed, lines_of(*check, subject_of(check->id), opinion.up));
    act(pools_.hear(opinion));
  }
}

void CheckerdDriver::on_socket(const wire::CheckSocket& message, Fd descriptor) {
  runs_.socket_came(message.run(), std::move(descriptor), printable(message.fault()));
}

bool CheckerdDriver::run_script(ScriptId script, std::uint64_t run) {
  wire::CheckerdToParent message;
  message.mutable_run_script()->set_script(script.value);
  message.mutable_run_script()->set_run(run);
  outbox_.send(std::move(message));
  return true;
}

void CheckerdDriver::on_time() {
  if (stopping_) return;
  const std::size_t flying = schedule_.in_flight();
  const std::size_t room = runs_max_ > flying ? runs_max_ - flying : 0;
  const std::vector<CheckRun> due = schedule_.due(loop_.now(), std::min(room, kRunsPerBatch));
  for (const CheckRun& run : due) {
    if (const Check* check = asker(run.probe)) runs_.begin(run, *check);
    else (void)schedule_.finished(run.probe, RunResult::kNotRun, loop_.now());  // its turn comes again
  }
  if (due.size() == kRunsPerBatch) next_batch_ = loop_.now() + kBatchPause;
  rearm();
}

// With everything that may fly in flight, the next result wakes us.
void CheckerdDriver::rearm() {
  const bool waits = stopping_ || schedule_.in_flight() >= runs_max_;
  const Instant deadline = waits ? kNever : std::max(schedule_.deadline(), next_batch_);
  if (deadline != timer_.deadline()) timer_.arm(deadline);
}

Subject CheckerdDriver::subject_of(CheckId check) const {
  const Pools::Place* place = pools_.place(check);
  const Pool& pool = *pools_.find(place->service);
  return {pool.find(place->server)->name(), pool.name()};
}

// The same remark about the same url is made once, until it changes.
bool CheckerdDriver::worth_saying(const Report& report) {
  const std::pair key{report.run.probe, report.run.url};
  if ((report.result == RunResult::kFailed && report.finding != Finding::kNoRoute) || report.detail.empty()) {
    remarks_.erase(key);
    return true;
  }
  std::string& last = remarks_[key];
  return std::exchange(last, report.detail) != report.detail;
}

// One result for everybody who asked.
void CheckerdDriver::finished(const Report& report) {
  const auto progress = schedule_.finished(report.run.probe, report.result, loop_.now());
  rearm();
  const auto askers = askers_.find(report.run.probe);
  if (!progress || askers == askers_.end() || stopping_) return;
  const bool new_remark = worth_saying(report);
  for (const Check* check : askers->second) {
    if (!suspension_.suspends(check->id)) heard(*check, report, *progress, new_remark);
  }
}

void CheckerdDriver::heard(const Check& check, const Report& report, const Progress& progress, bool new_remark) {
  const CheckId id = check.id;
  const Server* server = pools_.server_of(id);
  if (!server) return;
  Report said = report;
  const bool ours = report.result == RunResult::kNotRun || report.finding == Finding::kNoRoute;
  if (!new_remark && (report.result == RunResult::kPassed || ours)) said.detail.clear();
  if (new_remark || report.result != RunResult::kNotRun) lines(LogEvent::kCheckFailed, lines_of(check, subject_of(id), said, progress));
  if (report.result == RunResult::kNotRun) return;
  Server::Opinion opinion = *server->opinion(id);
  const bool reweighed = report.result == RunResult::kPassed && opinion.weight != report.weight;
  opinion.up = progress.up;
  opinion.known = progress.known;
  if (report.result == RunResult::kPassed) opinion.weight = report.weight;
  if (!progress.changed() && !reweighed) {
    if (progress.failures != progress.was_failures) {  // a restarted checkerd goes on in the middle of a retry series
      CheckVerdict verdict = *pools_.verdict(id);
      verdict.failures = progress.failures;
      tell_verdict(verdict);
    }
    return;
  }
  act(pools_.hear(opinion));
  tell_verdict(*pools_.verdict(id));
}

void CheckerdDriver::lines(LogEvent event, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) log_info(event, text);
}

void CheckerdDriver::act(const Actions& actions) {
  std::vector<DestinationWish> wishes;
  for (const Action& action : actions) {
    if (const auto* change = std::get_if<WishChanged>(&action)) wishes.push_back(change->wish);
  }
  if (!wishes.empty()) say(wishes);  // the table first: words about it can wait
  for (const Action& action : actions) {
    if (!std::holds_alternative<WishChanged>(action)) tell(action);
  }
}

void CheckerdDriver::tell(const Action& action) {
  const bool quorum = std::holds_alternative<QuorumTurned>(action) || std::holds_alternative<SorryTurned>(action);
  lines(quorum ? LogEvent::kQuorumChanged : LogEvent::kServerChanged, lines_of(action, pools_));
  wire::CheckerdToParent message;
  if (const auto* server = std::get_if<ServerTurned>(&action)) {
    auto* changed = message.mutable_server_changed();
    changed->set_destination(server->server.value);
    changed->set_up(server->up);
    changed->set_initial(server->initial);
  } else if (const auto* service = std::get_if<QuorumTurned>(&action)) {
    auto* changed = message.mutable_quorum_changed();
    changed->set_service(service->service.value);
    changed->set_up(service->up);
    changed->set_initial(service->initial);
  } else if (const auto* assumed = std::get_if<CheckAssumed>(&action)) {
    return tell_verdict(assumed->verdict);
  } else {
    return;
  }
  outbox_.send(std::move(message));
}

void CheckerdDriver::tell_verdict(const CheckVerdict& verdict) {
  wire::CheckerdToParent message;
  encode(verdict, *message.mutable_verdict_changed()->mutable_verdict());
  outbox_.send(std::move(message));
}

void CheckerdDriver::report_services(std::uint64_t cookie) {
  wire::CheckerdToParent message;
  std::size_t rows = 0;
  const auto flush = [&](bool last) {
    message.mutable_services_report()->set_cookie(cookie);
    message.mutable_services_report()->set_last(last);
    outbox_.send(std::exchange(message, {}));
    rows = 0;
  };
  for (const ServiceId id : pools_.order()) {
    const Pool& pool = *pools_.find(id);
    const auto begin = [&] {
      auto* status = message.mutable_services_report()->add_services();
      status->set_service(id.value);
      status->set_quorum_up(pool.quorum_up());
      return status;
    };
    const auto add = [](wire::ServiceStatus* status, const DestinationWish& wish, bool up) {
      auto* row = status->add_servers();
      row->set_destination(wish.id.value);
      row->set_up(up);
      row->set_present(wish.present);
      row->set_weight(wish.weight);
    };
    auto* status = begin();
    for (const Server& server : pool.servers()) {
      if (++rows >= kStatusesPerMessage) {
        flush(false);
        status = begin();  // a service with many servers goes on in the next message
      }
      add(status, pool.wish(server), server.alive());
    }
    if (pool.sorry() && !pool.find(pool.sorry()->id)) add(status, pool.sorry_wish(), !pool.quorum_up());
    if (++rows >= kStatusesPerMessage) flush(false);
  }
  flush(true);
}

// The table is ipvsd's to clear. Afterwards nothing is left to do but to be let go.
void CheckerdDriver::stop() {
  for (const Action& action : pools_.stop()) tell(action);
  stopping_ = true;
  rearm();
  wire::CheckerdToParent stopped;
  stopped.mutable_stopped();
  outbox_.send(std::move(stopped));
  outbox_.when_empty([this] { loop_.later([this] { loop_.stop(0); }); });
}

}  // namespace holdfast
