// Whether a link counts as up: what the kernel told, or what was polled, after the delays of interface_up_down_delays.
// Pure: (names, states, now) -> judgement; says when it has to be looked at again. keepalived.conf(5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/value/instant.h"
#include "proto/value/link_plan.h"

namespace holdfast {

inline constexpr Duration kPollInterval{1'000'000};

class LinkJudge {
 public:
  // Links that are made here follow the delays and the polling of the link below them.
  void set_plan(const std::vector<LinkDelay>& delays, const std::vector<LinkPoll>& polls, const std::vector<VirtualLink>& links, Instant now);

  // `running`: by notification; `enabled`: administratively up.
  bool up(const std::string& name, bool running, bool enabled, Instant now);
  // Names whose delays end or whose polling is due; the first are to be judged again, the second to be asked.
  std::vector<std::string> ended(Instant now);
  std::vector<LinkPoll> to_poll(Instant now);
  // The link has gone: what comes under its name next counts at once.
  void forget(const std::string& name);
  // True: another answer than before.
  bool polled(const std::string& name, std::optional<bool> carrier);
  Instant deadline() const;

 private:
  struct Delayed {
    Duration down{0};
    Duration up{0};
    bool known = false;
    bool judged = false;
    Instant change{kNever};  // when the other state begins to count
  };
  std::map<std::string, Delayed> delayed_;
  std::map<std::string, LinkPoll> polls_;
  std::map<std::string, std::optional<bool>> carriers_;
  std::map<std::string, std::string> below_;  // of links that are made here
  Instant next_poll_ = kNever;
};

}  // namespace holdfast
