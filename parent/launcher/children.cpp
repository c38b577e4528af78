// clone(CLONE_PARENT) makes the parent's own child, execveat gives it fresh address space randomisation and nothing of the launcher's.
// SPDX-License-Identifier: Apache-2.0
#include "parent/launcher/children.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "parent/launcher/start.h"
#include "policy/capabilities.h"

namespace holdfast::launcher {

namespace {

constexpr int kGoodbyeMilliseconds = 1000;  // children release addresses by themselves within this
constexpr int kCannotStart = 127;           // exit status of a child that could not become its role

// A process descriptor is readable when its process has ended.
bool is_ready(const Fd& descriptor) {
  pollfd poll_entry{descriptor.get(), POLLIN, 0};
  return poll(&poll_entry, 1, 0) > 0;
}

// Looked at only at start: later the number may belong to something else.
int program_of(Child child) {
  for (std::size_t i = 0; i < kPrograms.size(); ++i) {
    const int number = kProgramFd + static_cast<int>(i);
    if (kPrograms[i].child == child && fcntl(number, F_GETFD) >= 0) return number;
  }
  return -1;
}

// Readable when the time is over.
Fd start_timer(int milliseconds) {
  Fd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  itimerspec limit{};
  limit.it_value = {milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
  if (timer) timerfd_settime(timer.get(), 0, &limit, nullptr);
  return timer;
}

}  // namespace

Children::Children(char** argv, bool separate_users) : argv_(argv), separate_users_(separate_users) {
  for (const auto& [child, role] : {std::pair{Child::kVrrpd, &policy::kVrrpd}, {Child::kIpvsd, &policy::kIpvsd},
                                    {Child::kCheckerd, &policy::kCheckerd}, {Child::kWorker, &policy::kWorker}}) {
    entries_.push_back({child, role, policy::identity(*role), program_of(child)});
  }
}

const Children::Entry* Children::entry_of(Child child) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.child == child; });
  return found == entries_.end() ? nullptr : &*found;
}

std::size_t Children::alive() {
  std::erase_if(alive_, [](const auto& item) { return is_ready(item.second); });
  return alive_.size();
}

Result<StartedChild> Children::start(Child child, const Fd& link) {
  const Entry* entry = entry_of(child);
  if (entry == nullptr || !link) return Error{"start: a role of the menu and its link expected", EINVAL};
  if (alive() >= kChildrenMax) return Error{"start: " + std::to_string(kChildrenMax) + " children are alive", EAGAIN};
  if (entry->program < 0) return Error{"start: the program of " + std::string(entry->role->name) + " is not installed", ENOENT};
  int process = -1;
  const long pid = syscall(SYS_clone, CLONE_PARENT | CLONE_PIDFD, nullptr, &process, nullptr, nullptr);
  if (pid < 0) return Error{"start: clone", errno};
  if (pid == 0) become_child(*entry, link.get());
  Fd held(process);
  Fd given(fcntl(held.get(), F_DUPFD_CLOEXEC, kLinkFd + 1));
  if (!given) return Error{"start: process descriptor", errno};
  alive_[static_cast<pid_t>(pid)] = std::move(held);
  return StartedChild{static_cast<pid_t>(pid), std::move(given)};
}

void Children::become_child(const Entry& entry, int link) const {
  const auto attempt = [&]() -> Status {
    if (dup3(link, kLinkFd, 0) != kLinkFd) return Error{"link", errno};
    if (syscall(SYS_close_range, kLinkFd + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return Error{"descriptors", errno};
    HF_TRY(const policy::CapabilitySets now, policy::capability_sets());
    const std::uint64_t kept = entry.role->capabilities | (policy::bit(CAP_SYS_CHROOT) & now.permitted);
    HF_OK(policy::set_effective(now.permitted));
    HF_OK(policy::bound_capabilities(kept));
    if (separate_users_) HF_OK(policy::become(entry.identity.uid, entry.identity.gid));
    HF_OK(policy::pass_on_capabilities(kept));
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    char* environment[] = {nullptr};
    syscall(SYS_execveat, entry.program, "", argv_, environment, AT_EMPTY_PATH);
    return Error{"execveat", errno};
  };
  const Status status = attempt();
  std::fprintf(stderr, "holdfast: %s cannot start: %s: %s\n", entry.role->name.data(), status.error().message.c_str(),
               std::strerror(status.error().code));
  _exit(kCannotStart);
}

Status Children::end(pid_t pid) {
  const auto found = alive_.find(pid);
  if (found == alive_.end()) return Error{"end: not a child of the menu", ESRCH};
  const bool ended = is_ready(found->second);
  const long sent = ended ? 0 : syscall(SYS_pidfd_send_signal, found->second.get(), SIGKILL, nullptr, 0);
  const int code = errno;
  if (ended) alive_.erase(found);
  if (ended) return Error{"end: it has ended already", ESRCH};
  return sent == 0 ? ok() : Error{"end", code};
}

void Children::end_all() {
  const Fd timer = start_timer(kGoodbyeMilliseconds);
  while (alive() > 0 && timer && !is_ready(timer)) {
    std::vector<pollfd> waiting = {{timer.get(), POLLIN, 0}};
    for (const auto& [pid, process] : alive_) waiting.push_back({process.get(), POLLIN, 0});
    poll(waiting.data(), waiting.size(), -1);
  }
  for (const auto& [pid, process] : alive_) syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
}

}  // namespace holdfast::launcher
