// Every probe, executed inside every policy as the program would enter it, in a process of its own; what happened must be the golden table
// probes.golden. HOLDFAST_BLESS=1 rewrites it, and a reviewer reads the difference.
// K: killed. A: reached the kernel. An errno's name: refused by the filter with it.
// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/probes.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "policy/role.h"
#include "tests/sandbox/in_child.h"

namespace holdfast::policy {
namespace {

constexpr int kReached = 200;      // exit status: the kernel itself answered
constexpr int kCannotEnter = 201;

std::vector<Probe> all_probes() {
  std::vector<Probe> probes;
  for (const char* name : kPlainProbes) probes.push_back({name, name, {kNone, kNone, kNone, kNone, kNone, kNone}});
  probes.insert(probes.end(), kFilteredProbes.begin(), kFilteredProbes.end());
  return probes;
}

std::vector<const Role*> filtered_roles() {
  std::vector<const Role*> found;
  for (const Role* role : roles()) {
    if (role->otherwise != Otherwise::kUnfiltered) found.push_back(role);
  }
  return found;
}

int try_inside(const Role& role, int number, const Probe& probe) {
  return in_child([&] {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0 || dup2(ends[0], 3) != 3 || !enter(role)) return kCannotEnter;
    const auto& a = probe.arguments;
    errno = 0;
    const long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    const bool refused = result == -1 && (errno == EPERM || errno == EACCES || errno == ENOSYS || errno == ENOENT);
    syscall(SYS_exit_group, refused ? errno : kReached);
    return kReached;
  });
}

std::string describe(int outcome) {
  if (outcome == kEndedBySignal + SIGSYS) return "K";
  if (outcome == EPERM || outcome == EACCES || outcome == ENOSYS || outcome == ENOENT) return strerrorname_np(outcome);
  return "A";  // also a process that exit() or a bad stack ended: the call was made
}

std::string table_of_outcomes() {
  std::ostringstream table;
  table << "probe";
  for (const Role* role : filtered_roles()) table << ' ' << role->name;
  table << '\n';
  for (const Probe& probe : all_probes()) {
    const int number = seccomp_syscall_resolve_name(probe.call);
    if (number < 0) continue;
    table << probe.name;
    for (const Role* role : filtered_roles()) {
      const int outcome = try_inside(*role, number, probe);
      EXPECT_NE(outcome, kCannotEnter) << role->name;
      table << ' ' << describe(outcome);
    }
    table << '\n';
  }
  return table.str();
}

TEST(Probes, EndAsTheGoldenTableSays) {
#if !defined(__x86_64__) || HF_INSTRUMENTED
  GTEST_SKIP() << "the table is of the reference machine and of a production build";
#endif
  if (getuid() != 0) GTEST_SKIP() << "needs root: the policies of ipvsd and launcher keep capabilities";
  const std::string path = std::string(HOLDFAST_SOURCE) + "/tests/sandbox/probes.golden";
  const std::string outcomes = table_of_outcomes();
  if (std::getenv("HOLDFAST_BLESS") != nullptr) std::ofstream(path) << outcomes;
  std::ifstream file(path);
  std::string golden_line, line;
  std::istringstream lines(outcomes);
  while (std::getline(lines, line)) {
    ASSERT_TRUE(std::getline(file, golden_line)) << "not in the golden table: " << line;
    EXPECT_EQ(line, golden_line);
  }
  EXPECT_FALSE(std::getline(file, golden_line)) << "only in the golden table: " << golden_line;
}

TEST(Probes, AreMany) { EXPECT_GE(all_probes().size(), 250U); }

}  // namespace
}  // namespace holdfast::policy
