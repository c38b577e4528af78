// The order in which scripts are told of changes: per object one change at a time, and of the changes that wait the latest only.
// A script that does not end within kPatience no longer holds back what comes after it. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "parent/notify/call.h"
#include "proto/value/instant.h"

namespace holdfast {

inline constexpr Duration kPatience{10'000'000};

class NotifyQueue {
 public:
  struct Start {
    std::uint64_t run = 0;
    ScriptCall call;
    bool operator==(const Start&) const = default;
  };

  // `object` is the identifier of an instance, group, service or server. Returns what is to be started now.
  std::vector<Start> tell(std::uint64_t object, Change change, Instant now);
  std::vector<Start> finished(std::uint64_t run, Instant now);
  std::vector<Start> expired(Instant now);
  Instant deadline() const;
  // scriptd is gone: nothing runs any more. What waits is kept.
  void forget_running();
  bool idle() const { return objects_.empty(); }
  std::size_t waiting() const;

 private:
  struct Object {
    std::set<std::uint64_t> running;
    Instant since{};
    bool impatient = false;      // what runs has been given up on: the next change does not wait
    std::optional<Change> next;
  };
  std::vector<Start> start(std::uint64_t key, Object& object, Change change, Instant now);

  std::uint64_t last_run_ = 0;
  std::map<std::uint64_t, Object> objects_;
  std::map<std::uint64_t, std::uint64_t> run_object_;
};

}  // namespace holdfast
