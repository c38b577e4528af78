// Every row of every table, through the filter that libseccomp makes of it: matching arguments are answered as the row says, arguments that
// break one of its conditions are not (unless another row allows them), and what no row names is killed, refused or unknown.
// SPDX-License-Identifier: Apache-2.0
#include "policy/filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/unit/policy/interpreter.h"

namespace holdfast::policy {
namespace {

Interpreter interpreter_of(const Role& role, std::span<const Rule> additions = {}) {
  auto program = export_filter(role, additions);
  EXPECT_TRUE(program.has_value()) << (program ? "" : program.error().message);
  return Interpreter(*std::move(program));
}

std::vector<const Role*> filtered_roles() {
  std::vector<const Role*> found;
  for (const Role* role : roles()) {
    if (role->otherwise != Otherwise::kUnfiltered) found.push_back(role);
  }
  return found;
}

std::vector<Rule> rules_of(const Role& role) {
  std::vector<Rule> rules(role.baseline.begin(), role.baseline.end());
  rules.insert(rules.end(), role.rules.begin(), role.rules.end());
  return rules;
}

Call matching(const Rule& rule) {
  Call call{rule.call};
  for (const Condition& condition : rule.conditions) call.arguments[condition.argument] |= condition.value;
  if (rule.own_process) call.arguments[0] = static_cast<std::uint64_t>(getpid());
  return call;
}

bool matches(const Rule& rule, const Call& call) {
  if (rule.call != call.number) return false;
  if (rule.own_process && call.arguments[0] != static_cast<std::uint64_t>(getpid())) return false;
  return std::all_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& condition) {
    return condition.mask == 0 || (call.arguments[condition.argument] & condition.mask) == condition.value;
  });
}

std::uint32_t otherwise(const Role& role) {
  return role.otherwise == Otherwise::kKill ? SECCOMP_RET_KILL_PROCESS : errno_answer(EACCES);
}

std::uint32_t answer_of(const Rule& rule) { return rule.verdict == Verdict::kAllow ? SECCOMP_RET_ALLOW : errno_answer(rule.error); }

TEST(Filter, AnswersEveryRowAsItSays) {
  for (const Role* role : filtered_roles()) {
    const Interpreter interpreter = interpreter_of(*role);
    std::size_t hit = 0;
    for (const Rule& rule : rules_of(*role)) {
      if (rule.call < 0) continue;  // not on this machine
      EXPECT_EQ(interpreter.answer(matching(rule)), answer_of(rule)) << role->name << ": " << rule.name;
      ++hit;
    }
    RecordProperty("rows_hit_" + std::string(role->name), static_cast<int>(hit));
    EXPECT_GE(hit, 60U) << role->name;
  }
}

TEST(Filter, AConditionThatFailsClosesTheRow) {
  for (const Role* role : filtered_roles()) {
    const Interpreter interpreter = interpreter_of(*role);
    const std::vector<Rule> rules = rules_of(*role);
    for (const Rule& rule : rules) {
      if (rule.call < 0) continue;
      for (const Condition& condition : rule.conditions) {
        for (std::uint64_t bit = 1; bit != 0 && bit <= 0x80000000U; bit <<= 1) {
          if ((condition.mask & bit) == 0) continue;
          Call call = matching(rule);
          call.arguments[condition.argument] ^= bit;
          const bool other = std::any_of(rules.begin(), rules.end(), [&](const Rule& candidate) { return matches(candidate, call); });
          EXPECT_EQ(interpreter.answer(call), other ? SECCOMP_RET_ALLOW : otherwise(*role)) << role->name << ": " << rule.name << " bit " << bit;
        }
      }
    }
  }
}

TEST(Filter, TheUpperHalfOfAnIntArgumentDoesNotMatter) {
  const Interpreter interpreter = interpreter_of(kCheckerd);
  Call call{SCMP_SYS(socket), {AF_INET, SOCK_STREAM}};
  call.arguments[0] |= 0xffffffff00000000U;
  EXPECT_EQ(interpreter.answer(call), SECCOMP_RET_ALLOW);
}

TEST(Filter, KillsEveryKnownCallWithoutARow) {
  for (const Role* role : filtered_roles()) {
    const Interpreter interpreter = interpreter_of(*role);
    std::set<int> named;
    for (const Rule& rule : rules_of(*role)) named.insert(rule.call);
    int tried = 0;
    for (int number = 0; number < 1024; ++number) {
      char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
      const bool known = name != nullptr;
      std::free(name);
      if (named.contains(number)) continue;
      if (known) {
        EXPECT_EQ(interpreter.answer({number}), otherwise(*role)) << role->name << ": " << number;
        ++tried;
      }
    }
    EXPECT_GT(tried, 200) << role->name;
  }
}

TEST(Filter, AnswersNumbersOfTomorrowWithEnosys) {
  for (const Role* role : filtered_roles()) {
    const Interpreter interpreter = interpreter_of(*role);
    for (const int number : {463, 470, 500, 550}) {
      ASSERT_EQ(seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number), nullptr) << number;
      EXPECT_EQ(interpreter.answer({number}), errno_answer(ENOSYS)) << role->name << ": " << number;
    }
    EXPECT_EQ(interpreter.answer({SCMP_SYS(clone3)}), errno_answer(ENOSYS)) << role->name;
  }
}

#if defined(__x86_64__)
TEST(Filter, KillsOtherArchitectures) {
  for (const Role* role : filtered_roles()) {
    const Interpreter interpreter = interpreter_of(*role);
    EXPECT_EQ(interpreter.answer({.number = 3, .architecture = AUDIT_ARCH_I386}), SECCOMP_RET_KILL_PROCESS) << role->name;
    EXPECT_EQ(interpreter.answer({.number = 0x40000000}), SECCOMP_RET_KILL_PROCESS) << role->name << ": x32 read";
  }
}
#endif

struct Expectation {
  const char* what;
  const Role* role;
  Call call;
  std::uint32_t answer;
};

// What the architecture promises, as single calls.
TEST(Filter, KeepsThePromisesOfTheArchitecture) {
#if HF_INSTRUMENTED
  GTEST_SKIP() << "sanitizer and coverage runtimes open files";
#endif
  const std::uint32_t kill = SECCOMP_RET_KILL_PROCESS, allow = SECCOMP_RET_ALLOW;
  const std::uint64_t here = 0xffffff9c;  // AT_FDCWD
  const Expectation table[] = {
      {"vrrpd makes no socket", &kVrrpd, {SCMP_SYS(socket), {AF_INET, SOCK_RAW, 112}}, kill},
      {"vrrpd sets no option", &kVrrpd, {SCMP_SYS(setsockopt), {4, SOL_SOCKET, SO_BINDTODEVICE}}, kill},
      {"vrrpd opens no file", &kVrrpd, {SCMP_SYS(openat), {here, 0, O_RDONLY}}, kill},
      {"vrrpd sends", &kVrrpd, {SCMP_SYS(sendmsg), {4}}, allow},
      {"worker makes no socket", &kWorker, {SCMP_SYS(socket), {AF_INET, SOCK_STREAM}}, kill},
      {"worker does not connect", &kWorker, {SCMP_SYS(connect), {4}}, kill},
      {"worker finds no file", &kWorker, {SCMP_SYS(openat), {here, 0, O_RDONLY}}, errno_answer(ENOENT)},
      {"checkerd connects", &kCheckerd, {SCMP_SYS(connect), {4}}, allow},
      {"checkerd makes TCP sockets", &kCheckerd, {SCMP_SYS(socket), {AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC}}, allow},
      {"checkerd makes no raw socket", &kCheckerd, {SCMP_SYS(socket), {AF_INET, SOCK_RAW}}, kill},
      {"checkerd makes no netlink socket", &kCheckerd, {SCMP_SYS(socket), {AF_NETLINK, SOCK_RAW}}, kill},
      {"checkerd makes no local socket", &kCheckerd, {SCMP_SYS(socket), {AF_UNIX, SOCK_STREAM}}, kill},
      {"checkerd opens no file", &kCheckerd, {SCMP_SYS(openat), {here, 0, O_RDONLY}}, kill},
      {"ipvsd makes no socket", &kIpvsd, {SCMP_SYS(socket), {AF_NETLINK, SOCK_RAW}}, kill},
      {"ipvsd writes a sysctl", &kIpvsd, {SCMP_SYS(openat), {here, 0, O_WRONLY | O_CLOEXEC}}, allow},
      {"ipvsd creates no file", &kIpvsd, {SCMP_SYS(openat), {here, 0, O_WRONLY | O_CREAT}}, kill},
      {"parent makes local sockets", &kParent, {SCMP_SYS(socket), {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC}}, allow},
      {"parent makes no network socket", &kParent, {SCMP_SYS(socket), {AF_INET, SOCK_STREAM}}, kill},
      {"parent makes no netlink socket", &kParent, {SCMP_SYS(socket), {AF_NETLINK, SOCK_RAW}}, kill},
      {"parent ends nobody", &kParent, {SCMP_SYS(kill), {1, 9}}, kill},
      {"launcher starts a child of its parent", &kLauncher, {SCMP_SYS(clone), {CLONE_PARENT | CLONE_PIDFD}}, allow},
      {"launcher makes no thread", &kLauncher, {SCMP_SYS(clone), {CLONE_VM | CLONE_THREAD | CLONE_SIGHAND}}, errno_answer(EACCES)},
      {"launcher makes no namespace", &kLauncher, {SCMP_SYS(clone), {CLONE_PARENT | CLONE_PIDFD | CLONE_NEWUSER}}, errno_answer(EACCES)},
      {"launcher executes descriptors only", &kLauncher, {SCMP_SYS(execve)}, errno_answer(EACCES)},
      {"launcher creates no file", &kLauncher, {SCMP_SYS(openat), {here, 0, O_WRONLY | O_CREAT}}, errno_answer(EACCES)},
      {"launcher becomes nobody by itself", &kLauncher, {SCMP_SYS(setresuid), {0, 0, 0}}, errno_answer(EACCES)},
      {"launcher has no writable and executable memory", &kLauncher, {SCMP_SYS(mmap), {0, 4096, PROT_WRITE | PROT_EXEC}}, errno_answer(EACCES)},
      {"keeper removes a name", &kKeeper, {SCMP_SYS(unlinkat), {4, 0, 0}}, allow},
      {"keeper removes no directory", &kKeeper, {SCMP_SYS(unlinkat), {4, 0, AT_REMOVEDIR}}, kill},
      {"keeper opens nothing", &kKeeper, {SCMP_SYS(openat), {here, 0, O_RDONLY}}, kill},
  };
  for (const Expectation& row : table) EXPECT_EQ(interpreter_of(*row.role).answer(row.call), row.answer) << row.what;
}

TEST(Filter, NobodyHasExecutableMemoryProgramsOrThreads) {
  for (const Role* role : filtered_roles()) {
    if (role == &kLauncher) continue;
    const Interpreter interpreter = interpreter_of(*role);
    for (const int number : {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(clone), SCMP_SYS(ptrace), SCMP_SYS(bpf), SCMP_SYS(io_uring_setup),
                             SCMP_SYS(setresuid), SCMP_SYS(capset), SCMP_SYS(prctl), SCMP_SYS(seccomp), SCMP_SYS(mount), SCMP_SYS(unshare)}) {
      EXPECT_EQ(interpreter.answer({number}), SECCOMP_RET_KILL_PROCESS) << role->name << ": " << number;
    }
    EXPECT_EQ(interpreter.answer({SCMP_SYS(mmap), {0, 4096, PROT_READ | PROT_EXEC}}), SECCOMP_RET_KILL_PROCESS) << role->name;
    EXPECT_EQ(interpreter.answer({SCMP_SYS(mprotect), {0, 4096, PROT_READ | PROT_EXEC}}), SECCOMP_RET_KILL_PROCESS) << role->name;
    Call other{SCMP_SYS(tgkill), {static_cast<std::uint64_t>(getpid()) + 1}};
    EXPECT_EQ(interpreter.answer(other), SECCOMP_RET_KILL_PROCESS) << role->name;
  }
}

TEST(Filter, TheLauncherAllowsWhatItsChildrenNeed) {
  const Interpreter launcher = interpreter_of(kLauncher);
  for (const Role* role : {&kVrrpd, &kIpvsd, &kCheckerd, &kWorker}) {
    for (const Rule& rule : rules_of(*role)) {
      if (rule.call < 0 || rule.verdict != Verdict::kAllow) continue;
      EXPECT_EQ(launcher.answer(matching(rule)), SECCOMP_RET_ALLOW) << role->name << ": " << rule.name;
    }
  }
}

TEST(Filter, AdditionsNameTheUsersThatTheLauncherMayBecome) {
  const Rule rows[] = {allow(HF_CALL(setresuid), {equals(0, 61152), equals(1, 61152), equals(2, 61152)}, "a child becomes its user")};
  const Interpreter interpreter = interpreter_of(kLauncher, rows);
  EXPECT_EQ(interpreter.answer({SCMP_SYS(setresuid), {61152, 61152, 61152}}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(interpreter.answer({SCMP_SYS(setresuid), {61152, 61152, 0}}), errno_answer(EACCES));
}

TEST(Roles, HoldNoCapabilityButTheirs) {
  for (const Role* role : roles()) {
    const bool none = role == &kParent || role == &kVrrpd || role == &kCheckerd || role == &kWorker || role == &kKeeper;
    if (none) {
      EXPECT_EQ(role->capabilities | role->optional_capabilities, 0U) << role->name;
    }
  }
  EXPECT_EQ(kIpvsd.capabilities | kIpvsd.optional_capabilities, 1ULL << CAP_NET_ADMIN);
  EXPECT_EQ(kScriptd.optional_capabilities, 1ULL << CAP_SETUID | 1ULL << CAP_SETGID | 1ULL << CAP_KILL);
}

TEST(Roles, HaveUsersOfTheirOwn) {
  std::set<std::string_view> users;
  for (const Role* role : roles()) users.insert(role->user);
  EXPECT_EQ(users.size(), roles().size() - 1) << "only checkerd and its workers share one";
  EXPECT_EQ(kCheckerd.user, kWorker.user);
}

}  // namespace
}  // namespace holdfast::policy
