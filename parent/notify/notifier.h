// Brings changes to scripts and pipes, and the children's scripts to scriptd and back. One place that knows which run belongs to whom.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "parent/launcher/menu.h"
#include "parent/notify/call.h"
#include "parent/notify/pipe.h"
#include "parent/notify/queue.h"
#include "parent/notify/scriptd_client.h"
#include "parent/plan/plan.h"
#include "proto/runtime/loop.h"

namespace holdfast {

class Notifier {
 public:
  struct Hooks {
    // A script of a child has ended.
    std::function<void(launcher::Child, ScriptId, std::uint64_t run, const ScriptOutcome&)> finished;
    // What keeps a script from running; `refused`: it will not run at all.
    std::function<void(ScriptId, bool refused, const std::string& reason)> row_checked;
    std::function<void(Generation)> table_ready;
    std::function<void()> unavailable;      // there is no scriptd, or no longer: no table will be ready
    std::function<void(TrackerId, std::int64_t value)> file_read{};
  };
  Notifier(Loop& loop, Fd scriptd, Hooks hooks);

  // The table first, so that no run names a row that scriptd does not know.
  void apply(const Plan& plan);

  // The files of the plan that is in force now. Files are made for the first plan only.
  void watch(const std::vector<WatchedFile>& files);

  void instance(const Plan& plan, const VrrpInstance& instance, Told told, unsigned priority);
  // The pipes alone: a new effective priority, or the state once more after a reload.
  void tell_pipes(const VrrpInstance& instance, Told told, unsigned priority);
  void group(const Plan& plan, const SyncGroup& group, Told told);
  void server(const Plan& plan, const CheckedService& service, const CheckedServer& server, bool up);
  void quorum(const Plan& plan, const CheckedService& service, bool up);
  void run_for(launcher::Child asker, ScriptId script, std::uint64_t run);
  // Calls `done` when this script has ended.
  void run_once(ScriptId script, std::function<void(const ScriptOutcome&)> done);

  bool idle() const { return !scriptd_.open() || queue_.idle(); }
  // Once, when it has become idle.
  void on_idle(std::function<void()> call) { on_idle_ = std::move(call); }
  // Nothing is started any more and what runs is ended.
  void kill_all();

 private:
  struct Asker {
    launcher::Child child;
    ScriptId script;
    std::uint64_t run = 0;
    std::function<void(const ScriptOutcome&)> done;  // of run_once
  };
  struct Pipe {
    FifoWish wish;
    NotifyPipe pipe;
    bool loses = false;              // and that was said
  };
  enum PipeIndex : std::size_t { kAll, kVrrp, kLvs, kPipes };

  void heard(const scriptd::FromScriptd& message, Fd descriptor);
  void gone(const Error& error);
  void start(std::vector<NotifyQueue::Start> starts);
  void finished(const scriptd::Finished& end);
  void write(PipeIndex which, const std::string& line);
  void arm();

  std::function<void()> on_idle_;
  Loop& loop_;
  Hooks hooks_;
  ScriptdClient scriptd_;
  NotifyQueue queue_;
  Loop::Timer timer_;
  std::uint64_t last_run_ = 0;
  std::map<scriptd::RunId, std::uint64_t> notify_runs_;  // scriptd's run -> the queue's
  std::map<scriptd::RunId, Asker> child_runs_;
  std::map<TrackerId, std::string> watched_;             // and their paths
  bool files_made_ = false;
  std::vector<Pipe> pipes_;          // by PipeIndex
};

}  // namespace holdfast
