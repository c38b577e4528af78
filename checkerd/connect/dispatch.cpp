// Load and doubt. See dispatch.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/connect/dispatch.h"

#include <algorithm>

namespace holdfast {

void Dispatch::open(unsigned slot) { slots_[slot] = {}; }

void Dispatch::ready(unsigned slot) {
  if (const auto at = slots_.find(slot); at != slots_.end()) at->second.ready = true;
}

std::vector<std::uint64_t> Dispatch::close(unsigned slot) {
  std::vector<std::uint64_t> lost;
  const auto at = slots_.find(slot);
  if (at == slots_.end()) return lost;
  for (const auto& [probe, times] : at->second.probes) lost.push_back(probe);
  std::ranges::sort(lost);
  slots_.erase(at);
  return lost;
}

std::optional<unsigned> Dispatch::choose() {
  std::optional<unsigned> best;
  std::size_t load = kProbesPerWorker;
  const auto consider = [&](unsigned number, const Slot& slot) {
    if (!slot.ready || slot.probes.size() >= load) return;
    best = number;
    load = slot.probes.size();
  };
  // In turn: those behind the last choice first.
  for (auto at = slots_.upper_bound(last_); at != slots_.end(); ++at) consider(at->first, at->second);
  for (auto at = slots_.begin(); at != slots_.end() && at->first <= last_; ++at) consider(at->first, at->second);
  if (best) last_ = *best;
  return best;
}

void Dispatch::started(unsigned slot, std::uint64_t probe, Instant now, Duration timeout, Duration longest) {
  slots_.at(slot).probes[probe] = {now + timeout + kAnswerMargin, now + longest + kAnswerMargin, timeout};
}

bool Dispatch::finished(unsigned slot, std::uint64_t probe) {
  const auto at = slots_.find(slot);
  return at != slots_.end() && at->second.probes.erase(probe) != 0;
}

std::optional<unsigned> Dispatch::forget(std::uint64_t probe) {
  for (auto& [number, slot] : slots_) {
    if (slot.probes.erase(probe) != 0) return number;
  }
  return std::nullopt;
}

void Dispatch::heard(unsigned slot) {
  if (const auto at = slots_.find(slot); at != slots_.end()) at->second.asked.reset();
}

Instant Dispatch::Slot::deadline() const {
  Instant earliest = asked ? *asked + kPongMax : kNever;
  for (const auto& [probe, times] : probes) earliest = std::min(earliest, asked ? times.longest : std::min(times.overdue, times.longest));
  return earliest;
}

Instant Dispatch::deadline() const {
  Instant earliest = kNever;
  for (const auto& [number, slot] : slots_) earliest = std::min(earliest, slot.deadline());
  return earliest;
}

Dispatch::Doubt Dispatch::doubt(Instant now) {
  Doubt doubt;
  for (auto& [number, slot] : slots_) {
    const bool silent = slot.asked && *slot.asked + kPongMax <= now;
    const bool endless = std::ranges::any_of(slot.probes, [&](const auto& item) { return item.second.longest <= now; });
    if (silent || endless) {
      doubt.stuck.push_back(number);
      continue;
    }
    bool overdue = false;
    for (auto& [probe, times] : slot.probes) {
      if (times.overdue > now) continue;
      overdue = true;
      times.overdue = now + times.timeout + kAnswerMargin;  // if it lives, ask again later
    }
    if (overdue && !slot.asked) {
      slot.asked = now;
      doubt.ask.push_back(number);
    }
  }
  return doubt;
}

}  // namespace holdfast
