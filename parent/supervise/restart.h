// When a child that died is started again, and whether it may go on where it was. Pure arithmetic on (deaths, now).
// A vrrpd resumes as master a limited number of times in a minute: a packet that kills it would otherwise do so for ever.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "proto/value/instant.h"

namespace holdfast {

struct RestartRules {
  unsigned resumptions = 3;             // in one window, at once and with the last state
  Duration window{60'000'000};
  Duration first_delay{1'000'000};      // then doubled
  Duration longest_delay{60'000'000};
};

struct Restart {
  Duration delay{0};
  bool resume = true;                   // false: what the child held is released first, it starts from nothing
  bool operator==(const Restart&) const = default;
};

// Whether an active instance may go on after its vrrpd was away for `silence`: its last advert may be one interval older than that, and
// peers take over after `down_timer_adverts` intervals (RFC 9568 section 6.1). A router that may not listens first.
bool may_resume(Duration silence, Duration advert_int, unsigned down_timer_adverts);

class RestartGuard {
 public:
  explicit RestartGuard(RestartRules rules = {}) : rules_(rules) {}
  void set_resumptions(unsigned limit) { rules_.resumptions = limit; }
  // A child that was started at `started` has died. One that lived for a whole window clears its record.
  Restart died(Instant started, Instant now);

 private:
  RestartRules rules_;
  std::vector<Instant> deaths_;         // within the window, oldest first; never longer than resumptions + 1
  Duration next_delay_{0};
};

}  // namespace holdfast
