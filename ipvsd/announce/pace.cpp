// One queue for each link and family.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/announce/pace.h"

#include <algorithm>

namespace holdfast::announce {

bool Pace::add(const Target& target, unsigned repeat, Duration interval, Instant now) {
  if (repeat == 0) return true;
  Line& line = lines_[{target.interface, target.address.family()}];
  if (const auto queued = line.left.find(target.address); queued != line.left.end()) {
    queued->second = std::max(queued->second, repeat);
    return true;
  }
  if (waiting_ >= kWaitingMax) return false;
  if (line.queue.empty()) line.next = std::max(line.next, now);
  line.left[target.address] = repeat;
  line.queue.push_back({target.address, interval});
  ++waiting_;
  return true;
}

std::vector<Target> Pace::due(Instant now, std::size_t count_max) {
  std::vector<Target> targets;
  for (auto& [where, line] : lines_) {
    while (!line.queue.empty() && line.next <= now && targets.size() < count_max) {
      const Entry entry = line.queue.front();
      line.queue.pop_front();
      targets.push_back({where.first, entry.address});
      line.next = now + entry.interval;
      const auto left = line.left.find(entry.address);
      if (--left->second > 0) {
        line.queue.push_back(entry);
      } else {
        line.left.erase(left);
        --waiting_;
      }
    }
  }
  return targets;
}

Instant Pace::deadline() const {
  Instant earliest = kNever;
  for (const auto& [where, line] : lines_) {
    if (!line.queue.empty()) earliest = std::min(earliest, line.next);
  }
  return earliest;
}

}  // namespace holdfast::announce
