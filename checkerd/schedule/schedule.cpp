// The retry and interval rules of keepalived's checkers, as observed on 2.2.7: the first result counts at once, retries only while up,
// a web check that is down first repeats the failed url and then needs one whole round.
// Pure: see schedule.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/schedule/schedule.h"

#include <algorithm>
#include <variant>

namespace holdfast {

Duration warmup_jitter(std::uint64_t seed, ProbeId probe, Duration limit) {
  if (limit.count() <= 0) return Duration{0};
  std::uint64_t mixed = seed ^ probe.value;  // splitmix64
  mixed += 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  mixed ^= mixed >> 31;
  return Duration{static_cast<std::int64_t>(mixed % (static_cast<std::uint64_t>(limit.count()) + 1))};
}

Schedule::Entry Schedule::make(const Check& check) {
  Entry entry;
  entry.delay_loop = check.delay_loop;
  entry.delay_before_retry = check.delay_before_retry;
  entry.retries = check.retries;
  entry.rise = check.rise;
  entry.up = !check.alpha;
  entry.from_start = std::holds_alternative<MiscCheck>(check.what);
  if (const auto* http = std::get_if<HttpCheck>(&check.what)) {
    entry.web = true;
    entry.urls = std::max<std::size_t>(http->urls.size(), 1);
    entry.fast_recovery = http->fast_recovery;
  }
  return entry;
}

void Schedule::enqueue(ProbeId probe, Entry& entry, Instant when) {
  entry.next = when;
  queue_.emplace(when, probe);
}

void Schedule::apply(const CheckPlan& plan, std::span<const CheckVerdict> states, Instant now) {
  ++plans_;
  std::unordered_map<CheckId, const CheckVerdict*> state_of;
  for (const CheckVerdict& state : states) state_of.emplace(state.id, &state);
  for (const CheckedService& service : plan.services) {
    for (const CheckedServer& server : service.servers) {
      for (const Check& check : server.checks) {
        if (told_by(check)) continue;
        auto [at, fresh] = entries_.try_emplace(check.probe);
        Entry& entry = at->second;
        if (fresh) {
          entry = make(check);
          entry.fresh = plans_;
          enqueue(check.probe, entry, now + kFirstRunDelay + warmup_jitter(plan.seed, check.probe, check.warmup));
        }
        entry.plan = plans_;
        // Of those who ask for a new probe, the first one with a known state is believed.
        const auto state = state_of.find(check.id);
        if (entry.fresh != plans_ || entry.known || state == state_of.end()) continue;
        entry.up = state->second->up;
        entry.known = state->second->known;
        entry.failures = std::min(state->second->failures, check.retries);
        entry.failed_url = entry.web && entry.known && !entry.up;
      }
    }
  }
  std::erase_if(entries_, [this](const auto& item) {
    if (item.second.plan == plans_) return false;
    if (!item.second.in_flight) queue_.erase({item.second.next, item.first});
    return true;
  });
}

void Schedule::hurry(ProbeId probe, Instant now) {
  const auto at = entries_.find(probe);
  if (at == entries_.end() || at->second.in_flight || at->second.next <= now) return;
  queue_.erase({at->second.next, probe});
  enqueue(probe, at->second, now);
}

std::vector<CheckRun> Schedule::due(Instant now, std::size_t room) {
  std::vector<CheckRun> runs;
  while (runs.size() < room && !queue_.empty() && queue_.begin()->first <= now) {
    const ProbeId probe = queue_.begin()->second;
    queue_.erase(queue_.begin());
    Entry& entry = entries_.at(probe);
    entry.in_flight = true;
    entry.started = now;
    runs.push_back({probe, entry.url});
  }
  return runs;
}

Duration Schedule::passed(Entry& entry, Progress& progress) {
  entry.failures = 0;
  if (entry.failed_url) {
    entry.failed_url = false;
    entry.url = 0;
  } else if (entry.url + 1 < entry.urls) {
    ++entry.url;
  } else if (entry.known && !entry.up && ++entry.successes < entry.rise) {
    entry.url = 0;
    progress.rising = true;
  } else {
    entry.url = 0;
    entry.successes = 0;
    entry.up = entry.known = progress.complete = true;
  }
  if (entry.fast_recovery && (!entry.known || !entry.up)) return Duration{0};
  return entry.delay_loop;
}

Duration Schedule::failed(Entry& entry, Progress& progress) {
  if (entry.up && entry.known && entry.failures < entry.retries) {
    ++entry.failures;
    progress.retrying = true;
    return entry.delay_before_retry;
  }
  progress.retries = entry.failures;
  entry.failures = 0;
  entry.successes = 0;
  entry.up = false;
  entry.known = true;
  entry.failed_url = entry.web;
  return entry.web ? std::max(entry.delay_before_retry, entry.delay_loop) : entry.delay_loop;
}

std::optional<Progress> Schedule::finished(ProbeId probe, RunResult result, Instant now) {
  const auto at = entries_.find(probe);
  if (at == entries_.end() || !at->second.in_flight) return std::nullopt;
  Entry& entry = at->second;
  Progress progress;
  progress.was_known = entry.known;
  progress.was_up = entry.up;
  progress.was_failures = entry.failures;
  Duration delay = entry.delay_loop;
  switch (result) {
    case RunResult::kPassed: delay = passed(entry, progress); break;
    case RunResult::kFailed: delay = failed(entry, progress); break;
    case RunResult::kNotRun: break;
  }
  progress.known = entry.known;
  progress.up = entry.up;
  progress.failures = entry.failures;
  entry.in_flight = false;
  enqueue(probe, entry, std::max(now, (entry.from_start ? entry.started : now) + delay));
  return progress;
}

std::optional<Schedule::State> Schedule::state(ProbeId probe) const {
  const auto at = entries_.find(probe);
  if (at == entries_.end()) return std::nullopt;
  return State{at->second.up, at->second.known};
}

void Schedule::again(ProbeId probe, Instant when) {
  const auto at = entries_.find(probe);
  if (at == entries_.end() || !at->second.in_flight) return;
  at->second.in_flight = false;
  enqueue(probe, at->second, when);
}

}  // namespace holdfast
