// What the compiler demands of a table of rights: every dangerous call says why, nothing forbidden, nothing twice, no executable memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "policy/rule.h"

namespace holdfast::policy {

// Never in the table of a role that reads foreign bytes.
inline constexpr std::array<std::string_view, 62> kForbidden = {
    "execve", "execveat", "fork", "vfork", "clone", "clone3", "ptrace", "process_vm_readv", "process_vm_writev", "kexec_load",
    "kexec_file_load", "init_module", "finit_module", "delete_module", "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key",
    "request_key", "mount", "umount2", "pivot_root", "move_mount", "open_tree", "fsopen", "fsmount", "setns", "unshare", "chroot",
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", "capset",
    "open_by_handle_at", "name_to_handle_at", "io_uring_setup", "io_uring_enter", "io_uring_register", "memfd_create", "memfd_secret",
    "pidfd_getfd", "pidfd_open", "personality", "reboot", "swapon", "swapoff", "iopl", "ioperm", "modify_ldt", "prctl", "arch_prctl",
    "seccomp", "open", "creat", "pkey_mprotect"};

// May be there, with a reason.
inline constexpr std::array<std::string_view, 27> kDangerous = {
    "socket", "socketpair", "bind", "connect", "listen", "accept4", "setsockopt", "getsockopt", "openat", "openat2", "ioctl", "fcntl",
    "mmap", "mprotect", "mremap", "tgkill", "unlinkat", "unlink", "rename", "renameat2", "kill", "pidfd_send_signal", "fchmod", "fchown",
    "mkdirat", "mknodat", "ftruncate"};

consteval bool contains(std::span<const std::string_view> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

consteval bool dangerous_calls_say_why(std::span<const Rule> rules) {
  for (const Rule& rule : rules) {
    if (contains(kDangerous, rule.name) && rule.reason.empty()) return false;
  }
  return true;
}

consteval bool nothing_forbidden(std::span<const Rule> rules) {
  for (const Rule& rule : rules) {
    if (rule.verdict == Verdict::kAllow && contains(kForbidden, rule.name)) return false;
  }
  return true;
}

// Two rows of one call differ in their conditions; an unconditional row is the only one of its call; a refusal too.
consteval bool nothing_twice(std::span<const Rule> first, std::span<const Rule> second = {}) {
  const auto at = [&](std::size_t i) -> const Rule& { return i < first.size() ? first[i] : second[i - first.size()]; };
  const std::size_t count = first.size() + second.size();
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      if (at(i).name != at(j).name) continue;
      const bool plain = at(i).conditions == decltype(Rule::conditions){} || at(j).conditions == decltype(Rule::conditions){};
      if (plain || at(i).conditions == at(j).conditions || at(i).verdict == Verdict::kRefuse) return false;
    }
  }
  return true;
}

consteval bool no_executable_memory(std::span<const Rule> rules) {
  for (const Rule& rule : rules) {
    if (rule.name != "mmap" && rule.name != "mprotect") continue;
    if (std::none_of(rule.conditions.begin(), rule.conditions.end(), [](const Condition& condition) {
          return condition.argument == 2 && (condition.mask & PROT_EXEC) != 0 && (condition.value & PROT_EXEC) == 0;
        })) {
      return false;
    }
  }
  return true;
}

// A socket is of a named family, an option of a named level and name, a descriptor command is named.
consteval bool filters_are_narrow(std::span<const Rule> rules) {
  for (const Rule& rule : rules) {
    const auto tests = [&](unsigned argument) {
      return std::any_of(rule.conditions.begin(), rule.conditions.end(),
                         [&](const Condition& condition) { return condition.mask != 0 && condition.argument == argument; });
    };
    if (rule.verdict == Verdict::kRefuse) continue;
    if (rule.name == "socket" && !(tests(0) && tests(1))) return false;
    if ((rule.name == "setsockopt" || rule.name == "getsockopt") && !(tests(1) && tests(2))) return false;
    if ((rule.name == "fcntl" || rule.name == "ioctl") && !tests(1)) return false;
    if (rule.name == "openat" && !tests(2)) return false;
  }
  return true;
}

consteval bool sound(std::span<const Rule> rules) {
  return dangerous_calls_say_why(rules) && nothing_forbidden(rules) && no_executable_memory(rules) && filters_are_narrow(rules);
}

}  // namespace holdfast::policy
