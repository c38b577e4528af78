// One child process: started by the launcher, watched by its pidfd, started again after the delay that restart.h says, ended when it hangs.
// Knows the process, not what is said to it: the link is made here and handed to the one who talks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "parent/supervise/launcher_client.h"
#include "parent/supervise/restart.h"
#include "parent/supervise/role.h"
#include "proto/runtime/loop.h"

namespace holdfast {

// How a child ended: exit status or signal.
struct ChildExit {
  bool signalled = false;
  int status = 0;
  std::string text() const;      // "exited with status 2", "killed by signal 11 (SIGSEGV)"
};

class ChildProcess {
 public:
  struct Hooks {
    std::function<void(Fd link)> started;              // our end of the fresh link
    std::function<void(const ChildExit&)> ended;       // on_purpose(): it was asked to; otherwise restart() or nothing
    std::function<void(const Error&)> failed;          // could not be started
  };
  ChildProcess(Loop& loop, LauncherClient& launcher, const RoleRow& role, std::uint32_t slot, Hooks hooks);

  void start();
  // Starts it unless it runs already or waits for its restart.
  void ensure();
  // Starts again as the guard says; the hint tells whether it may resume. To be called from Hooks::ended.
  Restart restart();
  void set_resumptions(unsigned limit) { guard_.set_resumptions(limit); }
  // From now on its end is expected.
  void retire();
  // SIGKILL, through the launcher.
  void kill(const std::string& why);
  // Its link is gone: if it is still there in a second it is killed.
  void link_lost();

  bool running() const { return pid_ > 0; }
  bool retired() const { return retired_; }
  // It ended, or is about to, because kill() was called: nobody knows since when it did nothing.
  bool killed() const { return killed_; }
  pid_t pid() const { return pid_; }
  const RoleRow& role() const { return role_; }

 private:
  void reap();

  Loop& loop_;
  LauncherClient& launcher_;
  const RoleRow& role_;
  std::uint32_t slot_;
  Hooks hooks_;
  RestartGuard guard_;
  pid_t pid_ = 0;
  Fd pidfd_;
  Loop::Watch exit_watch_;
  Loop::Timer restart_timer_;
  Loop::Timer lost_timer_;
  Instant started_{};
  bool waiting_ = false;           // for its restart
  bool retired_ = false;
  bool killed_ = false;
};

}  // namespace holdfast
