// The two intervals of VRRP, exact to the microsecond (RFC 9568 section 6.1, RFC 3768 section 6.1). Rounding the skew up to whole
// seconds or centiseconds would let all backups fire at once; never do that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "proto/value/vrrp_plan.h"

namespace holdfast::vrrp {

inline constexpr std::uint8_t kOwnerPriority = 255;
inline constexpr int kPrioritySteps = 256;

// `active_interval`: what the active router advertises. Version 2 skews by fractions of a second whatever the interval is.
inline Duration skew(const VrrpInstance& config, std::uint8_t priority, Duration active_interval) {
  const Duration base = config.version == 2 ? Duration{1'000'000} : active_interval;
  return (kPrioritySteps - priority) * base / kPrioritySteps;
}

inline Duration down_interval(const VrrpInstance& config, std::uint8_t priority, Duration active_interval) {
  const Duration interval = config.version == 2 ? config.advert_int : active_interval;
  return config.down_timer_adverts * interval + skew(config, priority, active_interval);
}

// How long a router that says goodbye keeps answering: until the lowest of its peers has taken over, and one advert more. Nobody who waits
// for a daemon to end waits longer than kHandOverMax for this.
inline constexpr Duration kHandOverMax{3'000'000};
inline Duration hand_over_limit(const VrrpInstance& config) {
  return std::min(skew(config, 1, config.advert_int) + config.advert_int, kHandOverMax);
}

// After this silence the quickest peer may have taken over: an active router that was silent for so long must listen first.
// timer_expired_backup names the highest priority of those that could; it has three adverts at most.
inline Duration silence_limit(const VrrpInstance& config) {
  if (config.timer_expired_backup == 0) return down_interval(config, kOwnerPriority, config.advert_int);
  const auto highest = static_cast<std::uint8_t>(config.timer_expired_backup);
  return std::min(config.down_timer_adverts, 3u) * config.advert_int + skew(config, highest, config.advert_int);
}

}  // namespace holdfast::vrrp
