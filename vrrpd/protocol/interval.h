// The two intervals of VRRP, exact to the microsecond (RFC 9568 section 6.1, RFC 3768 section 6.1). Rounding the skew up to whole
// seconds or centiseconds would let all backups fire at once; never do that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

// After this silence the quickest peer may have taken over: an active router that was silent for so long must listen first.
inline Duration silence_limit(const VrrpInstance& config) { return down_interval(config, kOwnerPriority, config.advert_int); }

}  // namespace holdfast::vrrp
