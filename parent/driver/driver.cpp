// Start, reload, stop. See driver.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/driver.h"

#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sstream>

#include "parent/driver/interfaces.h"
#include "parent/driver/owned.h"
#include "parent/plan/difference/delta.h"
#include "parent/plan/difference/without.h"
#include "parent/model/dump.h"
#include "parent/control/release.h"
#include "parent/entry/descriptors.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

constexpr Duration kScriptsAtStop{5'000'000};

std::string release_name() { return std::string("Keepalived v") + kCompatibleVersion; }

}  // namespace

double wall_clock() {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Driver::Driver(Loop& loop, const CommandLine& line, const Reading& reading, Handed handed, LogOutput& output)
    : loop_(loop),
      line_(line),
      reading_(reading),
      output_(output),
      ready_(std::move(handed.ready)),
      pid_file_(std::move(handed.pid_file)),
      vrrp_pid_file_(std::move(handed.vrrp_pid_file)),
      checkers_pid_file_(std::move(handed.checkers_pid_file)),
      keeper_(std::move(handed.keeper)),
      processors_(handed.processors),
      launcher_(std::move(handed.launcher)),
      files_(launcher_),
      supervisor_(loop, launcher_, {line.every_child, line.respawn, line.resume_limit, line.hand_over}, *this),
      notifier_(loop, std::move(handed.scriptd),
                {[this](launcher::Child asker, ScriptId script, std::uint64_t run, const ScriptOutcome& outcome) {
                   supervisor_.script_finished(asker, script, run, outcome);
                 },
                 [this](ScriptId script, bool refused, const std::string& reason) {
                   if (refused) refused_scripts_.insert(script);
                   log_warning(LogEvent::kDegraded, printable(reason, 512));
                 },
                 [this](Generation generation) { table_ready(generation); }, [this] { table_ready(last_generation_); },
                 [this](TrackerId id, std::int64_t value) { supervisor_.tracker_told(id, value); }}),
      owned_path_(owned_path(reading.path, reading.config_id, reading.net)),
      control_(loop, handed.groups, [this](ControlSocket::AskerId asker, const Question& question) { asked(asker, question); }),
      intents_path_(intents_path(intents_name(reading.path, reading.config_id, reading.net))) {
  dump_timer_ = loop_.timer([this] { write_dumps(); });
  stop_timer_ = loop_.timer([this] { finish_stop(); });
  drain_timer_ = loop_.timer([this] { wait_for_drains(); });
  watchdog_timer_ = loop_.timer([this] { beat(); });
  started_ = loop_.now();
}

Surroundings Driver::surroundings() {
  Surroundings around;
  around.vrrp = line_.vrrp;
  around.check = line_.check;
  around.keep_vrrp = line_.keep_vrrp;
  around.keep_ipvs = line_.keep_ipvs;
  around.resume_limit = line_.resume_limit;
  around.since_boot = std::chrono::duration_cast<Duration>(started_.time_since_epoch());
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  around.host_name = name;
  around.marks = supervisor_.plan().marks;
  around.workers = std::clamp(processors_, 1U, kCheckWorkersMax);
  around.writable_by_others = PathRights([this](const std::string& path, bool directory) { return files_.mode(path, directory); });
  around.interface = asked_once([this](const std::string& interface) { return look_up(interface); });
  return around;
}

std::optional<KnownInterface> Driver::look_up(const std::string& interface) {
  const auto found = launcher_.look_up(interface);
  if (found) return KnownInterface{(found->flags & IFF_LOOPBACK) != 0, (found->flags & IFF_MULTICAST) != 0, found->hardware};
  if (found.error().code == EPIPE) return KnownInterface{};
  return std::nullopt;
}

void Driver::start() {
  signals();
  write_pid(pid_file_, ::getpid());
  log_info(LogEvent::kStarted, "Starting " + release_name() + " (" + kReleaseDate + ") - Holdfast " + kVersion);
  for (const std::string& option : line_.without_effect) log_warning(LogEvent::kMessage, "Option " + option + " has no effect");
  log_info(LogEvent::kMessage, "Configuration file " + reading_.path);
  Loaded loaded = load_configuration(reading_, Purpose::kRun, files_, surroundings());
  for (const std::string& text : loaded.lines()) log_warning(LogEvent::kMessage, text);
  if (line_.dump_configuration) {
    std::istringstream lines(model::dump(loaded.model, line_.show_secrets ? config::Secrets::shown : config::Secrets::hidden));
    for (std::string text; std::getline(lines, text);) log_info(LogEvent::kMessage, text);
  }
  if (const int status = loaded.start_status(); status != 0) {
    log_error(LogEvent::kMessage, "Stopped " + release_name() + ": the configuration cannot be run");
    return end(status);
  }
  auto intents = read_intents(intents_path_);
  if (!intents) {
    log_error(LogEvent::kMessage, intents.error().message + ": what was asked of this router is not known; repair or remove the file");
    return end(1);
  }
  intents_ = *std::move(intents);
  if (!intents_.empty()) log_warning(LogEvent::kMessage, "Instances or servers are out of service since an earlier run; holdfastctl status shows which");
  wait_for_drains();
  first_service_ = loaded.first_service;
  offered_errors_ = loaded.errors();
  // A daemon that was killed has left settings changed: what they were before is what will be restored.
  if (auto left = read_owned(owned_path_)) supervisor_.remember(std::move(left->kept));
  if (line_.log_console || line_.detail > 0) log_info(LogEvent::kMessage, "Configuration read");
  offer(std::move(loaded.built.plan));
}

// Scripts are looked at by scriptd before anything waits for them.
void Driver::offer(Plan plan) {
  apply_intents(intents_, plan);
  plan.stamp(++last_generation_);
  refused_scripts_.clear();
  Plan with_extra = plan;
  std::set<ScriptId> known;
  for (const ScriptRow& row : plan.scripts) known.insert(row.id);
  std::ranges::copy_if(extra_rows_, std::back_inserter(with_extra.scripts), [&](const ScriptRow& row) { return !known.contains(row.id); });
  offered_ = std::move(plan);
  notifier_.apply(with_extra);
}

void Driver::table_ready(Generation generation) {
  if (!offered_ || generation != offered_->generation || phase_ == Phase::kStopping) return;
  Plan plan = without(std::move(*offered_), refused_scripts_);
  offered_.reset();
  if (phase_ == Phase::kStarting && plan.settings.startup_script) {
    const ScriptId script = plan.settings.startup_script;
    return notifier_.run_once(script, [this, plan = std::move(plan)](const ScriptOutcome&) mutable { accept(std::move(plan)); });
  }
  accept(std::move(plan));
}

void Driver::accept(Plan plan) {
  if (phase_ == Phase::kStopping) return;
  allowed_errors_ = std::move(offered_errors_);
  if (phase_ == Phase::kReloading) {
    const Plan& before = supervisor_.plan();
    plan.vrrp.startup_delay = before.vrrp.startup_delay;
    const Delta difference = delta(before, plan);
    log_info(LogEvent::kReloaded, "Reload changes " + difference.summary());
    reload_text_ += describe(difference, before, plan) + "Reload changes " + difference.summary() + "\n";
    tell_removed(before, plan);
    previous_ = before;
  }
  run_plan(std::move(plan));
}

// The names point into the plan that runs: there are none while it is exchanged.
void Driver::run_plan(Plan next) {
  instance_of_.clear();
  group_of_.clear();
  service_of_.clear();
  server_of_.clear();
  supervisor_.apply(std::move(next));
  notifier_.watch(supervisor_.plan().files);
  const Plan& plan = supervisor_.plan();
  for (const VrrpInstance& instance : plan.vrrp.instances) instance_of_.emplace(instance.id, &instance);
  for (const SyncGroup& group : plan.vrrp.groups) group_of_.emplace(group.id, &group);
  for (const CheckedService& service : plan.check.services) {
    service_of_.emplace(service.id, &service);
    for (const CheckedServer& server : service.servers) server_of_.emplace(server.id, std::pair{&service, &server});
  }
  std::erase_if(states_, [&](const auto& entry) { return !instance_of_.contains(entry.first); });
  std::erase_if(group_states_, [&](const auto& entry) { return !group_of_.contains(entry.first); });
}

// What a reload removes is told as FAULT, or as DELETED where that was asked for.
void Driver::tell_removed(const Plan& before, const Plan& after) {
  extra_rows_ = before.scripts;
  const Delta difference = delta(before, after);
  for (const InstanceId id : difference.instances.removed) {
    const auto found = instance_of_.find(id);
    if (found == instance_of_.end()) continue;
    const auto scripts = before.notify.instances.find(id);
    const bool deleted = scripts != before.notify.instances.end() && scripts->second.notify_deleted;
    notifier_.instance(before, *found->second, deleted ? Told::kDeleted : Told::kFault, found->second->priority);
  }
  tell_removed_servers(before, difference);
}

// Servers and services that were up are told as DOWN when a reload removes them.
void Driver::tell_removed_servers(const Plan& before, const Delta& difference) {
  const std::set<DestinationId> servers(difference.destinations.removed.begin(), difference.destinations.removed.end());
  const std::set<ServiceId> services(difference.checked.removed.begin(), difference.checked.removed.end());
  for (const CheckedService& service : before.check.services) {
    for (const CheckedServer& server : service.servers) {
      if (servers.contains(server.id) && servers_up_.erase(server.id) != 0) notifier_.server(before, service, server, false);
    }
    if (services.contains(service.id) && quorum_up_.erase(service.id) != 0) notifier_.quorum(before, service, false);
  }
}

void Driver::reload() {
  if (phase_ == Phase::kStopping) return;
  if (phase_ != Phase::kRunning) {
    reload_again_ = true;
    return;
  }
  phase_ = Phase::kReloading;
  reload_askers_ = std::exchange(next_askers_, {});
  reload_text_.clear();
  service_report_.reloading(loop_.now());
  log_info(LogEvent::kMessage, "Reloading ...");
  Loaded loaded = load_configuration(reading_, Purpose::kRun, files_, surroundings());
  for (const std::string& text : loaded.lines()) {
    log_warning(LogEvent::kMessage, text);
    reload_text_ += text + "\n";
  }
  if (loaded.start_status() != 0) return reload_failed("the configuration could not be started with");
  std::set<std::string> errors = loaded.errors();
  const auto fresh = std::ranges::count_if(errors, [&](const std::string& error) { return !allowed_errors_.contains(error); });
  if (fresh != 0) return reload_failed(std::to_string(fresh) + " errors that the running configuration does not have");
  first_service_ = loaded.first_service;
  offered_errors_ = std::move(errors);
  extra_rows_ = supervisor_.plan().scripts;
  offer(std::move(loaded.built.plan));
}

void Driver::reload_failed(const std::string& why) {
  log_error(LogEvent::kReloadRefused, "Reload refused, the running configuration stays: " + why);
  phase_ = Phase::kRunning;
  service_report_.ready("Reload refused: " + why);
  reload_answered({"Reload refused, the running configuration stays: " + why + "\n", 1});
  if (std::exchange(intents_pending_, false)) loop_.later([this] { apply_intents_now(); });
  if (std::exchange(reload_again_, false)) loop_.later([this] { reload(); });
}

void Driver::write_owned_file() {
  IpvsPlan owned = supervisor_.plan().ipvs;
  owned.kept = supervisor_.kept();
  if (auto written = write_owned(owned_path_, owned); !written) {
    log_warning(LogEvent::kDegraded, written.error().message + ": --cleanup will not know what to remove");
  }
}

void Driver::plan_applied(Generation) {
  if (phase_ == Phase::kStopping) return;
  const bool first = phase_ == Phase::kStarting;
  const bool gone_back = phase_ == Phase::kRunning;
  phase_ = Phase::kRunning;
  previous_.reset();
  if (gone_back) return;
  reload_answered({});
  if (std::exchange(intents_pending_, false)) loop_.later([this] { apply_intents_now(); });
  write_owned_file();
  log_info(first ? LogEvent::kStarted : LogEvent::kReloaded, first ? "Startup complete" : "Reload complete");
  service_report_.ready(first ? "Started" : "Reloaded");
  if (first) {
    const std::string path = control_path(reading_.path, reading_.config_id, reading_.net);
    if (auto listening = control_.listen(path); !listening) {
      log_warning(LogEvent::kDegraded, "control socket: " + listening.error().message);
    }
    release_shell(0);
    beat();
  } else if (supervisor_.plan().settings.states_on_reload) {
    for (const auto& [id, state] : states_) {
      if (const auto told = told_for(state.first)) notifier_.tell_pipes(*instance_of_.at(id), *told, state.second);
    }
  }
  if (std::exchange(reload_again_, false)) loop_.later([this] { reload(); });
}

void Driver::plan_refused(const RoleRow& row, const std::string& reason) {
  const std::string text = std::string(row.title) + " child process refused the plan: " + reason;
  const bool services = row.child == launcher::Child::kIpvsd && supervisor_.plan().ipvs.uses_ipvs;
  const std::string where = services ? first_service_ + ": " : "";
  if (phase_ == Phase::kReloading && previous_) {
    log_error(LogEvent::kReloadRefused, where + text);
    Plan back = std::move(*previous_);
    previous_.reset();
    back.stamp(++last_generation_);
    run_plan(std::move(back));
    return reload_failed(reason);
  }
  lost(where + text, 1);
}

void Driver::lost(const std::string& why, int exit_status) {
  log_error(LogEvent::kMessage, why + ". Terminating");
  exit_status_ = exit_status;
  stop();
}

void Driver::stop() {
  if (phase_ == Phase::kStopping) return;
  phase_ = Phase::kStopping;
  offered_.reset();
  log_info(LogEvent::kMessage, "Stopping");
  service_report_.stopping();
  supervisor_.stop();
}

void Driver::instances_stopped() {
  const Plan& plan = supervisor_.plan();
  for (const auto& [id, state] : states_) {
    const auto found = instance_of_.find(id);
    if (found != instance_of_.end()) notifier_.instance(plan, *found->second, Told::kStop, state.second);
  }
  for (const auto& [id, state] : group_states_) {
    const auto found = group_of_.find(id);
    if (found != group_of_.end()) notifier_.group(plan, *found->second, Told::kStop);
  }
}

void Driver::stopped() {
  remove_owned(owned_path_);
  const ScriptId script = supervisor_.plan().settings.shutdown_script;
  if (script && !shutdown_script_run_) {
    shutdown_script_run_ = true;
    return notifier_.run_once(script, [this](const ScriptOutcome&) { stopped(); });
  }
  if (notifier_.idle()) return finish_stop();
  // Scripts of the end get their time, then they are ended with us.
  notifier_.on_idle([this] { finish_stop(); });
  stop_timer_.arm(loop_.now() + kScriptsAtStop);
}

void Driver::finish_stop() {
  notifier_.kill_all();
  log_info(LogEvent::kMessage, "Stopped " + release_name());
  end(exit_status_);
}

void Driver::end(int status) {
  remove_pid_files();
  release_shell(status);
  loop_.stop(status);
}

// Pid files of subsystems that do not run disappear, and the shell that waits goes on.
void Driver::release_shell(int status) {
  if (keeper_ && status == 0 && ::write(keeper_.get(), &entry::kKeeperStarted, 1) != 1) log_warning(LogEvent::kDegraded, "the keeper is gone");
  if (!ready_) return;
  const std::string text = std::to_string(status) + "\n";
  [[maybe_unused]] const ssize_t written = ::write(ready_.get(), text.data(), text.size());
  ready_.reset();
}

void Driver::beat() {
  if (service_report_.watchdog() == Duration{0}) return;
  service_report_.alive();
  watchdog_timer_.arm(loop_.now() + service_report_.watchdog() / 2);
}

void Driver::signals() {
  const auto on = [this](int number, std::function<void()> call) {
    signal_watches_.push_back(loop_.on_signal(number, std::move(call)));
  };
  on(SIGTERM, [this] { stop(); });
  on(SIGINT, [this] {
    if (!line_.ignore_interrupt) stop();
  });
  on(SIGHUP, [this] { reload(); });
  on(SIGUSR1, [this] { want_dump(kData | kCheckData); });
  on(SIGUSR2, [this] { want_dump(kStatistics); });
  on(SIGRTMAX - 1, [this] { want_dump(kStatistics | kClear); });
  on(SIGRTMIN + 2, [this] { want_dump(kJson); });
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
    if (number != SIGRTMIN + 2 && number != SIGRTMAX - 1) std::signal(number, SIG_IGN);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace holdfast
