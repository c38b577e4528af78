// See notifier.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/notify/notifier.h"

#include <utility>

#include "proto/runtime/log.h"

namespace holdfast {
namespace {

template <class... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};

}  // namespace

Notifier::Notifier(Loop& loop, Fd scriptd, Hooks hooks)
    : loop_(loop),
      hooks_(std::move(hooks)),
      scriptd_(loop, std::move(scriptd), [this](const scriptd::FromScriptd& message, Fd fd) { heard(message, std::move(fd)); },
               [this](const Error& error) { gone(error); }) {
  pipes_.reserve(kPipes);  // their callbacks know where they are
  for (std::size_t index = 0; index < kPipes; ++index) pipes_.push_back({{}, NotifyPipe(loop), false});
  timer_ = loop_.timer([this] {
    start(queue_.expired(loop_.now()));
    arm();
  });
}

void Notifier::apply(const Plan& plan) {
  if (!scriptd_.open()) {
    loop_.later([this] { hooks_.unavailable(); });
    return;
  }
  scriptd_.send_table(plan.generation, plan.settings.script_security, plan.scripts);
  const FifoWish* wishes[kPipes] = {&plan.settings.notify_fifo, &plan.settings.vrrp_notify_fifo, &plan.settings.lvs_notify_fifo};
  for (std::size_t index = 0; index < kPipes; ++index) {
    Pipe& pipe = pipes_[index];
    if (pipe.wish == *wishes[index]) continue;
    pipe.wish = *wishes[index];
    pipe.pipe.open({});
    pipe.loses = false;
    if (pipe.wish.path.empty()) continue;
    scriptd_.send(scriptd::OpenFifo{index, pipe.wish.path, pipe.wish.user, pipe.wish.group});
  }
}

void Notifier::watch(const std::vector<WatchedFile>& files) {
  std::map<TrackerId, std::string> wanted;
  for (const WatchedFile& file : files) {
    wanted.emplace(file.id, file.path);
    const auto known = watched_.find(file.id);
    if (known != watched_.end() && known->second == file.path) continue;
    WatchedFile told = file;
    told.create = file.create && !files_made_;
    scriptd_.send(scriptd::WatchFile{std::move(told)});
  }
  for (const auto& [id, path] : watched_) {
    if (!wanted.contains(id)) scriptd_.send(scriptd::ForgetFile{id});
  }
  watched_ = std::move(wanted);
  files_made_ = true;
}

void Notifier::heard(const scriptd::FromScriptd& message, Fd descriptor) {
  std::visit(Overload{
                 [&](const scriptd::RowChecked& row) { hooks_.row_checked(row.script, row.refused, row.reason); },
                 [&](const scriptd::TableReady& table) { hooks_.table_ready(table.generation); },
                 [&](const scriptd::Finished& end) { finished(end); },
                 [&](const scriptd::FileRead& file) {
                   if (hooks_.file_read) hooks_.file_read(file.id, file.value);
                 },
                 [&](const scriptd::FifoOpened& opened) {
                   if (opened.cookie >= kPipes) return;
                   Pipe& pipe = pipes_[opened.cookie];
                   if (opened.error != 0 || !descriptor) {
                     log_error(LogEvent::kDegraded, "notify fifo " + pipe.wish.path + " is not a fifo we own - not using");
                     return;
                   }
                   pipe.pipe.open(std::move(descriptor));
                   if (pipe.wish.script) {
                     scriptd_.send(scriptd::Run{++last_run_, pipe.wish.script, {pipe.wish.path}});
                   }
                 },
             },
             message);
}

void Notifier::finished(const scriptd::Finished& end) {
  if (const auto run = notify_runs_.find(end.run); run != notify_runs_.end()) {
    const std::uint64_t queued = run->second;
    notify_runs_.erase(run);
    start(queue_.finished(queued, loop_.now()));
    arm();
    if (queue_.idle() && on_idle_) std::exchange(on_idle_, nullptr)();
    return;
  }
  if (const auto run = child_runs_.find(end.run); run != child_runs_.end()) {
    const Asker asker = std::move(run->second);
    child_runs_.erase(run);
    if (asker.done) return asker.done(end.outcome);
    hooks_.finished(asker.child, asker.script, asker.run, end.outcome);
  }
}

void Notifier::gone(const Error& error) {
  log_error(LogEvent::kDegraded, "scriptd has gone (" + error.message + "): no script runs until the service is restarted");
  queue_.forget_running();
  notify_runs_.clear();
  std::map<scriptd::RunId, Asker> runs;
  runs.swap(child_runs_);
  for (const auto& [run, asker] : runs) {
    const ScriptOutcome outcome{ScriptOutcome::Kind::kNotRun, 0};
    if (asker.done) asker.done(outcome);
    else hooks_.finished(asker.child, asker.script, asker.run, outcome);
  }
  hooks_.unavailable();
  if (on_idle_) std::exchange(on_idle_, nullptr)();
}

void Notifier::start(std::vector<NotifyQueue::Start> starts) {
  for (NotifyQueue::Start& one : starts) {
    if (!scriptd_.open()) {
      // Kept in order until a restart of the service: nothing ends, so nothing else of this object starts.
      continue;
    }
    const scriptd::RunId run = ++last_run_;
    notify_runs_.emplace(run, one.run);
    scriptd_.send(scriptd::Run{run, one.call.script, std::move(one.call.arguments)});
  }
}

void Notifier::arm() { timer_.arm(queue_.deadline()); }

void Notifier::tell_pipes(const VrrpInstance& instance, Told told, unsigned priority) {
  const std::string line = fifo_line("INSTANCE", instance.name, told, priority);
  write(kAll, line);
  write(kVrrp, line);
}

void Notifier::instance(const Plan& plan, const VrrpInstance& instance, Told told, unsigned priority) {
  tell_pipes(instance, told, priority);
  const auto scripts = plan.notify.instances.find(instance.id);
  if (scripts == plan.notify.instances.end()) return;
  // An event takes no state's place in the queue.
  constexpr std::uint64_t kEvents = 0x8000'0000'0000'0000;
  const std::uint64_t object = told == Told::kMasterRxLowerPri ? instance.id.value ^ kEvents : instance.id.value;
  start(queue_.tell(object, instance_change(scripts->second, instance.name, told, priority), loop_.now()));
  arm();
}

void Notifier::group(const Plan& plan, const SyncGroup& group, Told told) {
  const std::string line = fifo_line("GROUP", group.name, told, 0);
  write(kAll, line);
  write(kVrrp, line);
  const auto scripts = plan.notify.groups.find(group.id);
  if (scripts == plan.notify.groups.end()) return;
  start(queue_.tell(group.id.value, group_change(scripts->second, group.name, told), loop_.now()));
  arm();
}

void Notifier::server(const Plan& plan, const CheckedService& service, const CheckedServer& server, bool up) {
  const std::string line = "RS " + server.name + " " + service.name + (up ? " UP\n" : " DOWN\n");
  write(kAll, line);
  write(kLvs, line);
  const auto scripts = plan.notify.servers.find(server.id);
  if (scripts == plan.notify.servers.end()) return;
  start(queue_.tell(server.id.value, up_down_change(scripts->second, up), loop_.now()));
  arm();
}

void Notifier::quorum(const Plan& plan, const CheckedService& service, bool up) {
  const std::string line = "VS " + service.name + (up ? " UP\n" : " DOWN\n");
  write(kAll, line);
  write(kLvs, line);
  const auto scripts = plan.notify.services.find(service.id);
  if (scripts == plan.notify.services.end()) return;
  start(queue_.tell(service.id.value, up_down_change(scripts->second, up), loop_.now()));
  arm();
}

void Notifier::run_for(launcher::Child asker, ScriptId script, std::uint64_t run) {
  if (!scriptd_.open()) {
    hooks_.finished(asker, script, run, {ScriptOutcome::Kind::kNotRun, 0});
    return;
  }
  const scriptd::RunId own = ++last_run_;
  child_runs_.emplace(own, Asker{asker, script, run, {}});
  scriptd_.send(scriptd::Run{own, script, {}});
}

void Notifier::run_once(ScriptId script, std::function<void(const ScriptOutcome&)> done) {
  if (!scriptd_.open()) return done({ScriptOutcome::Kind::kNotRun, 0});
  const scriptd::RunId own = ++last_run_;
  child_runs_.emplace(own, Asker{launcher::Child::kVrrpd, script, 0, std::move(done)});
  scriptd_.send(scriptd::Run{own, script, {}});
}

void Notifier::kill_all() { scriptd_.send(scriptd::KillAll{}); }

void Notifier::write(PipeIndex which, const std::string& line) {
  Pipe& pipe = pipes_[which];
  const bool kept = pipe.pipe.write(line);
  if (!kept && !pipe.loses) log_warning(LogEvent::kDegraded, "notify fifo " + pipe.wish.path + ": nobody reads, lines are lost");
  pipe.loses = !kept;
}

}  // namespace holdfast
