// When each check runs and what its results add up to: (plan, result, now) -> next deadline, up or down. keepalived.conf(5): delay_loop,
// warmup, retry, delay_before_retry, fast_recovery. Pure: reads no clock, opens nothing, logs nothing, knows no server or service.
// One run of a probe is in flight at a time, for all checks that ask for the same one. A check with several urls runs one url at a time,
// delay_loop apart, as keepalived does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proto/value/check_plan.h"
#include "proto/value/identifier.h"
#include "proto/value/instant.h"

namespace holdfast {

inline constexpr Duration kFirstRunDelay{1'000'000};  // before the warm-up jitter

struct CheckRun {
  ProbeId probe;
  std::size_t url = 0;  // which url of an HttpCheck; 0 for the others
  bool operator==(const CheckRun&) const = default;
};

// kNotRun: the reason was on our side (no socket, no permission); says nothing about the server.
enum class RunResult : std::uint8_t { kPassed, kFailed, kNotRun };

// What one finished run means for its check.
struct Progress {
  bool was_known = false;
  bool was_up = false;
  bool known = false;
  bool up = false;
  bool complete = false;  // every url passed; always so with a passed run of another kind
  bool retrying = false;  // failed, but not often enough to be down
  bool rising = false;    // passed, but not often enough to be up again
  unsigned was_failures = 0;
  unsigned failures = 0;  // of the running retry series
  unsigned retries = 0;   // how many retries had failed before the check went down
  bool changed() const { return was_known != known || was_up != up; }
  bool operator==(const Progress&) const = default;
};

class Schedule {
 public:
  // Takes the probes of `plan`, without those that are told. One that is known by its identity keeps its state and its place in time; a new one starts in the state that
  // `states` names for a check that asks for it (else: up and unknown) and has its first run after kFirstRunDelay and a jitter within
  // its warm-up.
  void apply(const CheckPlan& plan, std::span<const CheckVerdict> states, Instant now);

  Instant deadline() const { return queue_.empty() ? kNever : queue_.begin()->first; }
  // Brings the next run forward to `now`. Nothing happens for one that runs already or is not known.
  void hurry(ProbeId probe, Instant now);
  // At most `room` runs whose time has come, earliest first; they are in flight from now on. What was missed is not made up for.
  std::vector<CheckRun> due(Instant now, std::size_t room);
  // The end of a run in flight. No value: that check is not in the plan any more, or has no run in flight.
  std::optional<Progress> finished(ProbeId probe, RunResult result, Instant now);
  // A run in flight was lost on our side: the same url is run at `when`, and nothing is counted.
  void again(ProbeId probe, Instant when);
  // What is known by now of a probe that runs: a check that asks for it as well need not wait for its next run.
  struct State {
    bool up = false;
    bool known = false;
  };
  std::optional<State> state(ProbeId probe) const;

  std::size_t size() const { return entries_.size(); }
  std::size_t in_flight() const { return entries_.size() - queue_.size(); }

 private:
  struct Entry {
    Duration delay_loop, delay_before_retry;
    unsigned retries = 0;
    unsigned rise = 1;
    std::size_t urls = 1;
    bool web = false;            // an HttpCheck: urls, and the rules that come with them
    bool fast_recovery = false;
    bool from_start = false;     // a MiscCheck: intervals count from the start of the run
    bool up = true;
    bool known = false;
    bool failed_url = false;     // the current url is the one that took the check down
    bool in_flight = false;
    unsigned failures = 0;
    unsigned successes = 0;      // complete ones in a row, while down
    std::size_t url = 0;
    Instant next{};
    Instant started{};
    std::uint64_t plan = 0;      // last apply() that named it
    std::uint64_t fresh = 0;     // and the first one
  };
  static Duration passed(Entry&, Progress&);
  static Duration failed(Entry&, Progress&);
  static Entry make(const Check&);
  void enqueue(ProbeId, Entry&, Instant when);

  std::unordered_map<ProbeId, Entry> entries_;
  std::set<std::pair<Instant, ProbeId>> queue_;  // those not in flight
  std::uint64_t plans_ = 0;
};

// 0..limit, the same for the same seed and check.
Duration warmup_jitter(std::uint64_t seed, ProbeId probe, Duration limit);

}  // namespace holdfast
