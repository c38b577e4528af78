// See child.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/child.h"

#include <sys/wait.h>

#include <cstring>

#include "proto/channel/socket.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

constexpr Duration kLinklessPatience{1'000'000};

}  // namespace

std::string ChildExit::text() const {
  if (!signalled) return "exited with status " + std::to_string(status);
  const char* name = ::sigabbrev_np(status);
  return "killed by signal " + std::to_string(status) + (name != nullptr ? std::string(" (SIG") + name + ")" : "");
}

ChildProcess::ChildProcess(Loop& loop, LauncherClient& launcher, const RoleRow& role, std::uint32_t slot, Hooks hooks)
    : loop_(loop), launcher_(launcher), role_(role), slot_(slot), hooks_(std::move(hooks)) {
  restart_timer_ = loop_.timer([this] { start(); });
  lost_timer_ = loop_.timer([this] { kill("it lives on without its link"); });
}

void ChildProcess::ensure() {
  if (!running() && !waiting_) start();
}

void ChildProcess::retire() {
  retired_ = true;
  waiting_ = false;
  restart_timer_.cancel();
}

void ChildProcess::start() {
  HF_CHECK(!running());
  retired_ = waiting_ = killed_ = false;
  restart_timer_.cancel();
  auto ends = make_channel();
  if (!ends) return hooks_.failed(ends.error());
  auto started = launcher_.start(role_.child, slot_, std::move(ends->second));
  if (!started) return hooks_.failed(started.error());
  pid_ = started->pid;
  pidfd_ = std::move(started->pidfd);
  started_ = loop_.now();
  exit_watch_ = loop_.on_readable(pidfd_.get(), [this] { reap(); });
  log_info(LogEvent::kStarted, "Starting " + std::string(role_.title) + " child process, pid=" + std::to_string(pid_));
  hooks_.started(std::move(ends->first));
}

void ChildProcess::reap() {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) return;
  const ChildExit exit{info.si_code != CLD_EXITED, info.si_status};
  loop_.later([this, exit] {
    exit_watch_ = {};
    pidfd_.reset();
    lost_timer_.cancel();
    pid_ = 0;
    hooks_.ended(exit);
  });
}

Restart ChildProcess::restart() {
  const Instant now = loop_.now();
  const Restart decision = guard_.died(started_, now);
  waiting_ = true;
  if (decision.delay == Duration{0}) {
    restart_timer_.arm(now);
  } else {
    log_warning(LogEvent::kChildDied, "Restart of " + std::string(role_.title) + " process delayed " +
                                          std::to_string(decision.delay.count() / 1'000'000) + " seconds to limit respawn rate");
    restart_timer_.arm(now + decision.delay);
  }
  return decision;
}

void ChildProcess::kill(const std::string& why) {
  if (!running()) return;
  killed_ = true;
  log_warning(LogEvent::kChildDied, std::string(role_.title) + " child process(" + std::to_string(pid_) + ") is ended: " + why);
  if (auto ended = launcher_.end(pid_); !ended) log_error(LogEvent::kDegraded, ended.error().message);
}

void ChildProcess::link_lost() {
  if (running()) lost_timer_.arm(loop_.now() + kLinklessPatience);
}

}  // namespace holdfast
