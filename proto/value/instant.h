// Time as pure code sees it: Instant and Duration in microseconds, and no way to read a clock (only Loop::now() makes an Instant).
// Simulations start at 1 s, not at 0, so that "never" and "at the beginning" differ.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace holdfast {

struct Monotonic {  // deliberately without now()
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};

using Instant = Monotonic::time_point;
using Duration = Monotonic::duration;
using Centiseconds = std::chrono::duration<std::int64_t, std::centi>;

inline constexpr Instant kNever = Instant::max();

}  // namespace holdfast
