// Runs a seccomp filter in user space: which answer would the kernel give for this call? Classic BPF as seccomp(2) allows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace holdfast::policy {

#if defined(__x86_64__)
inline constexpr std::uint32_t kNativeArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
inline constexpr std::uint32_t kNativeArchitecture = AUDIT_ARCH_AARCH64;
#endif

struct Call {
  int number = 0;
  std::array<std::uint64_t, 6> arguments{};
  std::uint32_t architecture = kNativeArchitecture;
};

class Interpreter {
 public:
  explicit Interpreter(std::vector<sock_filter> program) : program_(std::move(program)) {}

  std::uint32_t answer(const Call& call) const {
    seccomp_data data{};
    data.nr = call.number;
    data.arch = call.architecture;
    std::memcpy(data.args, call.arguments.data(), sizeof data.args);
    std::uint32_t a = 0;
    for (std::size_t at = 0; at < program_.size(); ++at) {
      const sock_filter& step = program_[at];
      switch (step.code) {
        case BPF_LD | BPF_W | BPF_ABS: std::memcpy(&a, reinterpret_cast<const char*>(&data) + step.k, sizeof a); break;
        case BPF_ALU | BPF_AND | BPF_K: a &= step.k; break;
        case BPF_JMP | BPF_JA: at += step.k; break;
        case BPF_JMP | BPF_JEQ | BPF_K: at += a == step.k ? step.jt : step.jf; break;
        case BPF_JMP | BPF_JGT | BPF_K: at += a > step.k ? step.jt : step.jf; break;
        case BPF_JMP | BPF_JGE | BPF_K: at += a >= step.k ? step.jt : step.jf; break;
        case BPF_JMP | BPF_JSET | BPF_K: at += (a & step.k) != 0 ? step.jt : step.jf; break;
        case BPF_RET | BPF_K: return step.k;
        default: throw std::logic_error("instruction " + std::to_string(step.code));
      }
    }
    throw std::logic_error("no answer");
  }

 private:
  std::vector<sock_filter> program_;
};

inline std::uint32_t errno_answer(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }

}  // namespace holdfast::policy
