// scriptd's only meeting place of table, processes, timers and the link. Contains no rule about which script may run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parent/scriptd/files.h"
#include "parent/scriptd/protocol.h"
#include "parent/scriptd/table.h"
#include "proto/channel/socket.h"
#include "proto/runtime/loop.h"

namespace holdfast::scriptd {

inline constexpr Duration kKillDelay{2'000'000};  // between SIGTERM and SIGKILL

class Driver {
 public:
  Driver(Loop& loop, Fd link, Mode mode);
  ~Driver();

 private:
  struct Running {
    RunId run = 0;
    pid_t leader = -1;
    bool timed_out = false;
    int next_signal = 0;  // what the timer sends: SIGTERM at the limit, SIGKILL after it
    Loop::Timer timer;
  };

  void readable();
  void obey(const BeginTable& message);
  void obey(const ScriptRow& message);
  void obey(const CommitTable& message);
  void obey(const Run& message);
  void obey(const Cancel& message);
  void obey(const KillAll& message);
  void obey(const OpenFifo& message);
  void obey(const WatchFile& message);
  void obey(const ForgetFile& message);
  void violated(const Error& error);
  void say(const FromScriptd& message, Fd descriptor = {});
  void reap();
  void out_of_time(Running& running);
  void end(Running& running);
  void end_of_link();
  void stop_when_idle();

  Loop& loop_;
  ChannelSocket link_;
  Table table_;
  std::map<RunId, std::unique_ptr<Running>> running_;
  std::vector<std::string> made_fifos_;
  FileWatch files_;
  bool ending_ = false;
  Loop::Watch readable_;
  Loop::Watch writable_;
  Loop::Watch children_;
};

}  // namespace holdfast::scriptd
