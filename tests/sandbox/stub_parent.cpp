// A parent with nothing but its policy: starts one of each child through the launcher, answers readiness, then waits for SIGTERM.
// What it learns goes as lines to the file named by -i, opened before it enters its policy.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parent/entry/descriptors.h"
#include "policy/role.h"
#include "tests/sandbox/launcher_client.h"

namespace {

using namespace holdfast;
using launcher::Child;
using launcher::Item;

constexpr std::string_view kReport = "-i";  // --config-id: a word that the root phase leaves to the parent

struct Started {
  pid_t pid = 0;
  Fd link;
};

void write_line(int file, const std::string& line) {
  const std::string text = line + "\n";
  if (write(file, text.data(), text.size()) < 0) _exit(9);
}

Started start(int report, Child child, const std::string& name) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) _exit(8);
  Started started{0, Fd(ends[0])};
  const Fd theirs(ends[1]);
  launcher::Request request;
  request.child = static_cast<std::uint8_t>(child);
  const auto answer = launcher::ask(entry::kLauncherFd, request, Item::kStartRole, theirs.get());
  if (!answer || answer->reply.error != 0) {
    write_line(report, name + " error " + std::to_string(answer ? answer->reply.error : -1));
    return started;
  }
  started.pid = answer->reply.pid;
  send(started.link.get(), name.data(), name.size(), MSG_NOSIGNAL);
  std::array<char, 512> word{};
  const ssize_t size = recv(started.link.get(), word.data(), word.size() - 1, 0);
  write_line(report, name + " " + std::to_string(started.pid) + " " + (size > 0 ? word.data() : "silent"));
  return started;
}

void write_pid(int number, pid_t pid) {
  if (fcntl(number, F_GETFD) < 0) return;
  write_line(number, std::to_string(pid));
}

}  // namespace

int main(int argc, char** argv) {
  int report = -1;
  for (int index = 1; index < argc; ++index) {
    const std::string_view word = argv[index];
    if (word.starts_with(kReport) && word.size() > kReport.size()) report = open(std::string(word.substr(kReport.size())).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  }
  if (report < 0 || argc < 1) return 7;
  prctl(PR_SET_NAME, "stub-parent", 0, 0, 0);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, nullptr);
  if (const Status entered = policy::enter(policy::kParent); !entered) {
    write_line(report, "parent " + entered.error().message + ": " + std::strerror(entered.error().code));
    return 6;
  }
  std::vector<Started> children;
  for (const auto& [child, name] : {std::pair{Child::kIpvsd, "ipvsd"}, {Child::kVrrpd, "vrrpd"}, {Child::kCheckerd, "checkerd"}, {Child::kWorker, "worker"}}) {
    children.push_back(start(report, child, name));
  }
  write_pid(entry::kPidFileFd, getpid());
  write_pid(entry::kVrrpPidFileFd, children[1].pid);
  // Up; and two dumps may have an obstacle.
  if (fcntl(entry::kKeeperFd, F_GETFD) >= 0 && write(entry::kKeeperFd, "rad", 3) != 3) return 5;
  write_line(report, "up " + std::to_string(getpid()));
  if (fcntl(entry::kReadyFd, F_GETFD) >= 0 && write(entry::kReadyFd, "0\n", 2) != 2) return 5;
  const int signals = signalfd(-1, &term, SFD_CLOEXEC);
  signalfd_siginfo caught{};
  if (read(signals, &caught, sizeof caught) != sizeof caught) return 4;
  for (Started& child : children) {
    child.link.reset();
    if (child.pid > 0) waitpid(child.pid, nullptr, 0);
  }
  return 0;
}
