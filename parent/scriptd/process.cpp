// fork and execve. A pipe that closes on exec tells a failed start from a script's own exit status.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/process.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "policy/capabilities.h"
#include "proto/runtime/fd.h"

namespace holdfast::scriptd {

namespace {

constexpr const char* kShell = "/bin/sh";
constexpr mode_t kUmask = 022;

void default_signals() {
  for (int number = 1; number <= SIGRTMAX; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

int become_account(const Account& account) {
  if (account.uid == getuid() && account.gid == getgid() && getuid() != 0) return policy::keep_capabilities(0) ? 0 : EPERM;
  const int groups = account.name.empty() ? setgroups(0, nullptr) : initgroups(account.name.c_str(), account.gid);
  if (groups != 0 || setresgid(account.gid, account.gid, account.gid) != 0) return errno;
  if (setresuid(account.uid, account.uid, account.uid) != 0) return errno;
  // Root stays what the kernel makes of it at exec; everybody else has nothing left.
  if (account.uid != 0 && !policy::keep_capabilities(0)) return EPERM;
  return 0;
}

[[noreturn]] void become_script(const CheckedRow& row, std::vector<char*> argv, int report) {
  const auto fail = [report](int code) {
    const ssize_t written = write(report, &code, sizeof code);
    _exit(written == sizeof code ? 127 : 126);
  };
  setsid();
  default_signals();
  umask(kUmask);
  const int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, 0) != 0) fail(errno);
  if (syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) fail(errno);
  if (const int code = become_account(row.account); code != 0) fail(code);
  execve(row.program.c_str(), argv.data(), environ);
  if (errno == ENOEXEC) {  // no interpreter line: a shell's, as execvp(3) does
    argv.insert(argv.begin(), const_cast<char*>(kShell));
    argv[1] = const_cast<char*>(row.program.c_str());
    execve(kShell, argv.data(), environ);
  }
  fail(errno);
  _exit(126);
}

}  // namespace

Result<pid_t> start_process(const CheckedRow& row, const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& word : row.argv) argv.push_back(const_cast<char*>(word.c_str()));
  for (const std::string& word : arguments) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error{row.program + ": pipe", errno};
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return Error{row.program + ": fork", errno};
  if (pid == 0) become_script(row, std::move(argv), writing.get());
  writing.reset();
  int code = 0;
  ssize_t size = -1;
  do size = read(reading.get(), &code, sizeof code);
  while (size < 0 && errno == EINTR);
  if (size == 0) return pid;
  waitpid(pid, nullptr, 0);
  return Error{row.program, size == sizeof code ? code : EIO};
}

void signal_group(pid_t leader, int number) {
  if (leader > 1) kill(-leader, number);
}

void clean_environment() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    const bool dangerous = name == "IFS" || name == "ENV" || name == "BASH_ENV" || name == "SHELLOPTS" || name == "PS4" || name.starts_with("LD_");
    const bool ours = name == "NOTIFY_SOCKET" || name.starts_with("WATCHDOG_") || name.starts_with("LISTEN_") || name == "MAINPID";
    if (dangerous || ours) names.push_back(name);
  }
  for (const std::string& name : names) unsetenv(name.c_str());
  setenv("PATH", std::string(kSearchPath).c_str(), 0);
}

}  // namespace holdfast::scriptd
