// A right is a row: one system call, conditions on its arguments that must all hold, and the reason. Repeat the row for "or".
// The tables are constexpr and are checked by the compiler: no duplicates, no forbidden call, dangerous calls say why.
// Knows no role.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <seccomp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace holdfast::policy {

inline constexpr std::size_t kConditionsMax = 4;

// (argument & mask) == value, for unsigned 32-bit values unless `wide`: the upper half of an int argument is undefined.
struct Condition {
  std::uint8_t argument = 0;
  std::uint64_t mask = 0;  // 0: unused slot
  std::uint64_t value = 0;
  bool wide = false;
  bool operator==(const Condition&) const = default;
};

constexpr Condition equals(unsigned argument, std::uint32_t value) {
  return {static_cast<std::uint8_t>(argument), 0xffffffffU, value, false};
}
constexpr Condition without(unsigned argument, std::uint32_t bits) { return {static_cast<std::uint8_t>(argument), bits, 0, false}; }
constexpr Condition masked(unsigned argument, std::uint32_t mask, std::uint32_t value) {
  return {static_cast<std::uint8_t>(argument), mask, value, false};
}

enum class Verdict : std::uint8_t { kAllow, kRefuse };  // kRefuse: the call returns `error`

struct Rule {
  int call = -1;               // SCMP_SYS(name); negative where the machine has no such call
  std::string_view name;
  Verdict verdict = Verdict::kAllow;
  int error = 0;
  std::array<Condition, kConditionsMax> conditions{};
  std::string_view reason;     // empty only for calls that cannot hurt
  bool own_process = false;    // and argument 0 is this process
};

// Usage: allow(HF_CALL(read)), allow(HF_CALL(mmap), {without(2, PROT_EXEC)}, "why").
#define HF_CALL(name) SCMP_SYS(name), #name

constexpr std::array<Condition, kConditionsMax> conditions(std::initializer_list<Condition> list) {
  std::array<Condition, kConditionsMax> all{};
  std::size_t count = 0;
  for (const Condition& condition : list) all.at(count++) = condition;
  return all;
}
constexpr Rule allow(int call, std::string_view name, std::string_view reason = {}) {
  return {call, name, Verdict::kAllow, 0, {}, reason, false};
}
constexpr Rule allow(int call, std::string_view name, std::initializer_list<Condition> list, std::string_view reason) {
  return {call, name, Verdict::kAllow, 0, conditions(list), reason, false};
}
constexpr Rule allow_on_self(int call, std::string_view name, std::string_view reason) {
  return {call, name, Verdict::kAllow, 0, {}, reason, true};
}
constexpr Rule refuse(int call, std::string_view name, int error, std::string_view reason) {
  return {call, name, Verdict::kRefuse, error, {}, reason, false};
}

// Paths that stay reachable, where the kernel has Landlock. Everything else is closed.
enum Access : std::uint8_t { kRead = 1, kWrite = 2, kCreate = 4, kExecute = 8 };
struct PathGrant {
  std::string_view path;
  std::uint8_t access = 0;
};
struct Landlock {
  bool handled = false;
  bool tcp_closed = false;  // no bind, no connect (ABI 4)
  bool scoped = false;      // no signal outside of itself and its children (ABI 6)
  bool abstract_closed = false;  // no abstract Unix socket of others (ABI 6)
  std::span<const PathGrant> grants;
};

}  // namespace holdfast::policy
