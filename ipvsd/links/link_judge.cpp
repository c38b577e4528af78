// Debouncing and polling.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/links/link_judge.h"

#include <algorithm>

namespace holdfast {

void LinkJudge::set_plan(const std::vector<LinkDelay>& delays, const std::vector<LinkPoll>& polls, const std::vector<VirtualLink>& links,
                         Instant now) {
  std::map<std::string, Delayed> next;
  const auto delay = [&](const std::string& name, const LinkDelay& wanted) {
    if (const auto known = delayed_.find(name); known != delayed_.end()) next[name] = known->second;
    next[name].down = wanted.down;
    next[name].up = wanted.up;
  };
  below_.clear();
  for (const VirtualLink& link : links) below_[link.name] = link.base;
  for (const LinkDelay& one : delays) {
    delay(one.interface, one);
    for (const VirtualLink& link : links) {
      if (link.base == one.interface) delay(link.name, one);
    }
  }
  delayed_ = std::move(next);
  polls_.clear();
  for (const LinkPoll& poll : polls) polls_[poll.interface] = poll;
  std::erase_if(carriers_, [this](const auto& entry) { return !polls_.contains(entry.first); });
  if (polls_.empty()) next_poll_ = kNever;
  else if (next_poll_ == kNever) next_poll_ = now;
}

bool LinkJudge::up(const std::string& name, bool running, bool enabled, Instant now) {
  bool raw = running;
  const auto below = below_.find(name);
  if (const auto carrier = carriers_.find(below == below_.end() ? name : below->second); carrier != carriers_.end() && carrier->second) {
    raw = enabled && *carrier->second;
  }
  const auto found = delayed_.find(name);
  if (found == delayed_.end()) return raw;
  Delayed& delayed = found->second;
  if (!delayed.known && !raw && below != below_.end()) return false;  // a link that was just made comes up at once
  if (!std::exchange(delayed.known, true)) delayed.judged = raw;
  if (raw == delayed.judged) {
    delayed.change = kNever;
  } else if (delayed.change == kNever) {
    delayed.change = now + (raw ? delayed.up : delayed.down);
  }
  if (delayed.change <= now) {
    delayed.judged = raw;
    delayed.change = kNever;
  }
  return delayed.judged;
}

std::vector<std::string> LinkJudge::ended(Instant now) {
  std::vector<std::string> names;
  for (const auto& [name, delayed] : delayed_) {
    if (delayed.change <= now) names.push_back(name);
  }
  return names;
}

std::vector<LinkPoll> LinkJudge::to_poll(Instant now) {
  std::vector<LinkPoll> due;
  if (now < next_poll_) return due;
  next_poll_ = now + kPollInterval;
  for (const auto& [name, poll] : polls_) due.push_back(poll);
  return due;
}

void LinkJudge::forget(const std::string& name) {
  const auto delayed = delayed_.find(name);
  if (delayed == delayed_.end()) return;
  delayed->second.known = false;
  delayed->second.change = kNever;
}

bool LinkJudge::polled(const std::string& name, std::optional<bool> carrier) { return std::exchange(carriers_[name], carrier) != carrier; }

Instant LinkJudge::deadline() const {
  Instant first = next_poll_;
  for (const auto& [name, delayed] : delayed_) first = std::min(first, delayed.change);
  return first;
}

}  // namespace holdfast
