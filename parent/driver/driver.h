// The parent's driver: command line, configuration, signals and children come together here. It loads, reloads and stops; it brings
// facts to notifications and dumps. It contains no rule of VRRP or of checks, and none of the configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "parent/control/command_line.h"
#include "parent/control/socket.h"
#include "parent/control/verbs.h"
#include "parent/driver/configuration.h"
#include "parent/driver/files.h"
#include "parent/driver/intents.h"
#include "parent/notify/notifier.h"
#include "parent/plan/difference/delta.h"
#include "parent/status/board.h"
#include "parent/status/log_output.h"
#include "parent/status/service_report.h"
#include "parent/status/text.h"
#include "parent/supervise/supervisor.h"
#include "proto/runtime/loop.h"

namespace holdfast {

inline constexpr unsigned kCheckWorkersMax = 8;  // one for each processor, up to this

class Driver final : public Observer {
 public:
  // What the root phase handed over; empty where it was not needed.
  struct Handed {
    Fd launcher;
    Fd scriptd;
    Fd ready;
    Fd pid_file;
    Fd vrrp_pid_file;
    Fd checkers_pid_file;
    Fd keeper;
    unsigned processors = 1;         // that this process may run on: counted before the sandbox, which hides them
    ControlGroups groups;
  };
  Driver(Loop& loop, const CommandLine& line, const Reading& reading, Handed handed, LogOutput& output);

  // Loads the configuration and starts what it asks for. The loop's end gives the exit status.
  void start();

  void instance_changed(InstanceId, VrrpState, unsigned priority, const std::string& reason) override;
  void group_changed(GroupId, VrrpState) override;
  void priority_changed(InstanceId, unsigned from, unsigned to) override;
  void lower_priority_heard(InstanceId) override;
  void server_changed(DestinationId, bool up, bool initial) override;
  void quorum_changed(ServiceId, bool up, bool initial) override;
  void script_wanted(launcher::Child asker, ScriptId, std::uint64_t run) override;
  void logged(const RoleRow&, pid_t, LogLevel, LogEvent, std::string_view text) override;
  void instances_reported(const wire::StatusReport&) override;
  void services_reported(const wire::ServicesReport&) override;
  void links_changed() override {}
  void settings_kept() override { write_owned_file(); }
  void child_started(launcher::Child, pid_t) override;
  void plan_applied(Generation) override;
  void plan_refused(const RoleRow&, const std::string& reason) override;
  void instances_stopped() override;
  void stopped() override;
  void lost(const std::string& why, int exit_status) override;

 private:
  enum class Phase { kStarting, kRunning, kReloading, kStopping };
  enum Dump : unsigned { kData = 1, kStatistics = 2, kClear = 4, kJson = 8, kCheckData = 16, kServices = 32 };

  // driver.cpp: load, reload, stop
  Surroundings surroundings();
  std::optional<KnownInterface> look_up(const std::string& interface);
  void reload();
  void reload_failed(const std::string& why);
  void offer(Plan plan);
  void table_ready(Generation);
  void accept(Plan plan);
  void tell_removed(const Plan& before, const Plan& after);
  void tell_removed_servers(const Plan& before, const Delta& difference);
  void stop();
  void finish_stop();
  void end(int status);
  void signals();
  void beat();
  void remove_pid_files();
  void release_shell(int status);
  void run_plan(Plan next);
  // dumps.cpp
  void want_dump(unsigned what);
  void write_dumps();
  Answer answer(const Question& question);
  // operating.cpp: what an operator asks for
  void asked(ControlSocket::AskerId asker, const Question& question);
  void reload_for(ControlSocket::AskerId asker);
  void reload_answered(const Answer& answer);
  Answer plan_of_reload();
  Answer maintain(const Question& question);
  Answer serve(const Question& question);
  Answer check_now(const Question& question);
  Status keep(Intents next);
  void wait_for_drains();
  void apply_intents_now();
  void tell_event(const std::string& kind, const std::string& name, const std::string& state, unsigned priority, const std::string& reason);
  void write_owned_file();
  void complete_board();
  std::string dump_path(const std::string& name) const;
  void write_dump(const std::string& name, const std::string& text);

  Loop& loop_;
  const CommandLine& line_;
  Reading reading_;
  LogOutput& output_;
  Fd ready_;
  Fd pid_file_;
  Fd vrrp_pid_file_;
  Fd checkers_pid_file_;
  Fd keeper_;
  const unsigned processors_;
  LauncherClient launcher_;
  LauncherFiles files_;
  ServiceReport service_report_;
  Supervisor supervisor_;
  Notifier notifier_;

  Phase phase_ = Phase::kStarting;
  Instant started_{};
  Generation last_generation_ = 0;
  std::optional<Plan> offered_;            // waits for scriptd's word about its scripts
  std::set<ScriptId> refused_scripts_;
  std::vector<ScriptRow> extra_rows_;      // of what the last reload removed
  std::set<std::string> allowed_errors_;   // those of the running configuration
  std::set<std::string> offered_errors_;
  std::string first_service_;
  std::optional<Plan> previous_;           // to go back to when a child refuses a reload
  bool reload_again_ = false;
  bool shutdown_script_run_ = false;
  int exit_status_ = 0;
  std::string owned_path_;

  std::map<InstanceId, const VrrpInstance*> instance_of_;
  std::map<GroupId, const SyncGroup*> group_of_;
  std::set<DestinationId> servers_up_;
  std::set<ServiceId> quorum_up_;
  std::map<ServiceId, const CheckedService*> service_of_;
  std::map<DestinationId, std::pair<const CheckedService*, const CheckedServer*>> server_of_;
  std::map<InstanceId, std::pair<VrrpState, unsigned>> states_;
  std::map<GroupId, VrrpState> group_states_;

  unsigned dumps_wanted_ = 0;
  unsigned dumps_covered_ = 0;             // by the question that is under way
  unsigned dumps_asked_ = 0;
  std::uint64_t cookie_ = 0;
  ControlSocket control_;
  std::vector<ControlSocket::AskerId> reload_askers_;  // of the reload that is under way
  std::vector<ControlSocket::AskerId> next_askers_;    // of the one after it
  std::string reload_text_;                            // what is said about it
  Intents intents_;
  std::string intents_path_;
  bool intents_pending_ = false;                       // changed while a plan was on its way
  std::vector<std::pair<ControlSocket::AskerId, Question>> questions_;
  Board board_;
  ServicesBoard services_;
  std::map<InstanceId, InstanceCounters> base_;

  std::vector<Loop::Watch> signal_watches_;
  Loop::Timer dump_timer_;
  Loop::Timer stop_timer_;
  Loop::Timer watchdog_timer_;
  Loop::Timer drain_timer_;
};

// Seconds since 1970.
double wall_clock();
// Decimal and newline, in place of what was there. An empty descriptor: there is no such file.
void write_pid(const Fd& file, pid_t pid);

}  // namespace holdfast
