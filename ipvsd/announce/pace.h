// When to announce which address: bursts are spread over the addresses of a link in turn, an interval between two frames of a
// link and family is kept, an address that waits already is not queued twice. Pure: takes now, gives what is due.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "proto/value/address.h"
#include "proto/value/instant.h"

namespace holdfast::announce {

inline constexpr std::size_t kWaitingMax = 65'536;  // addresses

struct Target {
  std::string interface;
  IpAddress address;
  auto operator<=>(const Target&) const = default;
};

class Pace {
 public:
  // `repeat` announcements of an address, at least `interval` after the previous one on its link. False: too many are waiting.
  bool add(const Target&, unsigned repeat, Duration interval, Instant now);
  // What may be sent now, at most `count_max`.
  std::vector<Target> due(Instant now, std::size_t count_max);
  Instant deadline() const;  // of the next one; kNever: none waits
  std::size_t waiting() const { return waiting_; }

 private:
  struct Entry {
    IpAddress address;
    Duration interval;
  };
  struct Line {
    std::deque<Entry> queue;
    std::map<IpAddress, unsigned> left;  // of each queued address
    Instant next{};
  };
  std::map<std::pair<std::string, Family>, Line> lines_;
  std::size_t waiting_ = 0;
};

}  // namespace holdfast::announce
