// Which worker gets the next probe, and which worker has stopped answering. Pure book-keeping: no link, no descriptor, no clock.
// A worker may have kProbesPerWorker probes at a time. One whose probe is overdue is asked for a sign of life; without it, it is stuck.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "proto/value/instant.h"

namespace holdfast {

inline constexpr std::size_t kProbesPerWorker = 128;
inline constexpr unsigned kWorkerSlotsMax = 64;
inline constexpr Duration kAnswerMargin{1'000'000};  // beyond a probe's timeout, before the worker is asked whether it lives
inline constexpr Duration kPongMax{2'000'000};       // and for that answer

class Dispatch {
 public:
  struct Doubt {
    std::vector<unsigned> ask;    // send these a ping
    std::vector<unsigned> stuck;  // give these up: close() them
  };

  void open(unsigned slot);                        // a fresh worker, not ready yet
  void ready(unsigned slot);
  std::vector<std::uint64_t> close(unsigned slot);  // returns the probes that are lost
  bool is_open(unsigned slot) const { return slots_.contains(slot); }

  // The least loaded worker that is ready, in turn among equals; none: all are busy or gone.
  std::optional<unsigned> choose();
  void started(unsigned slot, std::uint64_t probe, Instant now, Duration timeout, Duration longest);
  bool finished(unsigned slot, std::uint64_t probe);  // false: that worker does not have that probe
  std::optional<unsigned> forget(std::uint64_t probe);  // cancelled; returns its worker
  void heard(unsigned slot);

  Instant deadline() const;
  Doubt doubt(Instant now);

 private:
  struct Probe {
    Instant overdue;  // then ask
    Instant longest;  // then it is stuck, whatever it says
    Duration timeout;
  };
  struct Slot {
    bool ready = false;
    std::optional<Instant> asked;
    std::unordered_map<std::uint64_t, Probe> probes;
    Instant deadline() const;
  };
  std::map<unsigned, Slot> slots_;
  unsigned last_ = 0;
};

}  // namespace holdfast
