// See queue.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/notify/queue.h"

#include <algorithm>

namespace holdfast {

std::vector<NotifyQueue::Start> NotifyQueue::start(std::uint64_t key, Object& object, Change change, Instant now) {
  std::vector<Start> starts;
  object.since = now;
  object.impatient = false;
  for (ScriptCall& call : change) {
    const std::uint64_t run = ++last_run_;
    object.running.insert(run);
    run_object_[run] = key;
    starts.push_back({run, std::move(call)});
  }
  return starts;
}

std::vector<NotifyQueue::Start> NotifyQueue::tell(std::uint64_t key, Change change, Instant now) {
  if (change.empty()) return {};
  Object& object = objects_[key];
  if (object.running.empty() || object.impatient) return start(key, object, std::move(change), now);
  object.next = std::move(change);
  return {};
}

std::vector<NotifyQueue::Start> NotifyQueue::finished(std::uint64_t run, Instant now) {
  const auto owner = run_object_.find(run);
  if (owner == run_object_.end()) return {};
  const std::uint64_t key = owner->second;
  run_object_.erase(owner);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return {};
  Object& object = found->second;
  object.running.erase(run);
  if (!object.running.empty()) return {};
  if (!object.next) {
    objects_.erase(found);
    return {};
  }
  Change next = std::move(*object.next);
  object.next.reset();
  return start(key, object, std::move(next), now);
}

std::vector<NotifyQueue::Start> NotifyQueue::expired(Instant now) {
  std::vector<Start> starts;
  for (auto& [key, object] : objects_) {
    if (object.running.empty() || object.impatient || now < object.since + kPatience) continue;
    object.impatient = true;
    if (!object.next) continue;
    Change next = std::move(*object.next);
    object.next.reset();
    std::ranges::move(start(key, object, std::move(next), now), std::back_inserter(starts));
  }
  return starts;
}

Instant NotifyQueue::deadline() const {
  Instant earliest = kNever;
  for (const auto& [key, object] : objects_) {
    if (!object.running.empty() && !object.impatient) earliest = std::min(earliest, object.since + kPatience);
  }
  return earliest;
}

void NotifyQueue::forget_running() {
  run_object_.clear();
  for (auto& [key, object] : objects_) object.running.clear();
  std::erase_if(objects_, [](const auto& entry) { return !entry.second.next; });
}

std::size_t NotifyQueue::waiting() const {
  return static_cast<std::size_t>(std::ranges::count_if(objects_, [](const auto& entry) { return entry.second.next.has_value(); }));
}

}  // namespace holdfast
