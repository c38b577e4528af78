// Builds the filter of a role with libseccomp. No instruction is written by hand.
// SPDX-License-Identifier: Apache-2.0
#include "policy/filter.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace holdfast::policy {

namespace {

Error refused(std::string_view what, int code) { return Error{"system call filter: " + std::string(what), code < 0 ? -code : code}; }

Status add_rule(void* filter, const Rule& rule) {
  std::array<scmp_arg_cmp, kConditionsMax + 1> comparisons{};
  unsigned count = 0;
  for (const Condition& condition : rule.conditions) {
    if (condition.mask == 0) continue;
    comparisons[count++] = {condition.argument, SCMP_CMP_MASKED_EQ, condition.mask, condition.value};
  }
  if (rule.own_process) comparisons[count++] = {0, SCMP_CMP_MASKED_EQ, 0xffffffffU, static_cast<scmp_datum_t>(getpid())};
  const std::uint32_t action =
      rule.verdict == Verdict::kAllow ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(static_cast<std::uint16_t>(rule.error));
  const int code = seccomp_rule_add_array(filter, action, rule.call, count, comparisons.data());
  if (code != 0) return refused("row " + std::string(rule.name), code);
  return ok();
}

int last_known_call() {
  static constexpr int kScanEnd = 2048;
  int last = 0;
  for (int number = 0; number < kScanEnd; ++number) {
    if (char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number); name != nullptr) {
      std::free(name);
      last = number;
    }
  }
  return last;
}

Status add_unknown_numbers(void* filter) {
  const int end = last_known_call() + kFutureCalls;
  for (int number = 0; number <= end; ++number) {
    if (char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number); name != nullptr) {
      std::free(name);
      continue;
    }
    if (const int code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number, 0); code != 0) {
      return refused("number " + std::to_string(number), code);
    }
  }
  return ok();
}

}  // namespace

Result<Filter> build_filter(const Role& role, std::span<const Rule> additions) {
  // A rule whose action is the default one is refused by libseccomp, so the launcher's default and its EPERM rows differ by errno.
  const std::uint32_t otherwise = role.otherwise == Otherwise::kKill ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EACCES);
  Filter filter(seccomp_init(otherwise));
  if (!filter) return refused("no memory", ENOMEM);
  if (const int code = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS); code != 0) {
    return refused("other architectures", code);
  }
  if (const int code = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2); code != 0) return refused("binary tree", code);
  for (const std::span<const Rule> rules : {role.baseline, role.rules, additions}) {
    for (const Rule& rule : rules) HF_OK(add_rule(filter.get(), rule));
  }
  HF_OK(add_unknown_numbers(filter.get()));
  return filter;
}

Result<std::vector<sock_filter>> export_filter(const Role& role, std::span<const Rule> additions) {
  HF_TRY(const Filter filter, build_filter(role, additions));
  const int file = memfd_create("filter", MFD_CLOEXEC);
  if (file < 0) return refused("memory file", errno);
  const int code = seccomp_export_bpf(filter.get(), file);
  const off_t size = lseek(file, 0, SEEK_END);
  std::vector<sock_filter> program(static_cast<std::size_t>(std::max<off_t>(size, 0)) / sizeof(sock_filter));
  const ssize_t got = pread(file, program.data(), program.size() * sizeof(sock_filter), 0);
  close(file);
  if (code != 0 || got != size) return refused("export", code != 0 ? code : EIO);
  return program;
}

}  // namespace holdfast::policy
