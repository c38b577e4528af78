// See restart.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/restart.h"

#include <algorithm>

namespace holdfast {

bool may_resume(Duration silence, Duration advert_int, unsigned down_timer_adverts) {
  return silence + advert_int < advert_int * down_timer_adverts;
}

Restart RestartGuard::died(Instant started, Instant now) {
  if (now - started >= rules_.window) {
    deaths_.clear();
    next_delay_ = Duration{0};
  }
  std::erase_if(deaths_, [&](Instant death) { return now - death >= rules_.window; });
  if (deaths_.size() < rules_.resumptions) {
    deaths_.push_back(now);
    return {};
  }
  next_delay_ = next_delay_ == Duration{0} ? rules_.first_delay : std::min(next_delay_ * 2, rules_.longest_delay);
  return {next_delay_, false};
}

}  // namespace holdfast
