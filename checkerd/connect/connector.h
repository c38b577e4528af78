// The only connect() of Holdfast: non-blocking, to the target that a check of the plan names, from the source that it names. TCP, UDP or
// ICMP echo, as the check's kind asks. Reads and writes nothing on it: a connected descriptor is handed to whoever asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"
#include "proto/value/check_plan.h"

namespace holdfast {

struct ConnectResult {
  // kLocal: our side could not even try (no socket, no such interface, mark not permitted, source address not there).
  // kNoRoute: the kernel knows no way to the target. kNeedsRights: only the launcher can make such a socket (mark, low port, ping).
  enum class Kind : std::uint8_t { kEstablished, kFailed, kTimedOut, kLocal, kNoRoute, kNeedsRights };
  Kind kind = Kind::kLocal;
  Fd socket;           // with kEstablished
  std::string detail;  // otherwise: what refused, and why
};

class Connector {
 public:
  using Done = std::function<void(ConnectResult)>;

  explicit Connector(Loop& loop);
  // `run` is the asker's number for this attempt and is in use until `done`, which is called from the loop, never from inside begin().
  // `prepared`: a socket that the launcher made for this check; without it one is made here.
  void begin(std::uint64_t run, const Check& check, Fd prepared, Done done);
  void cancel(std::uint64_t run);  // `done` is not called any more
  std::size_t size() const { return attempts_.size(); }

 private:
  struct Attempt {
    Fd socket;
    Done done;
    Loop::Watch writable;
    Instant deadline = kNever;
    ConnectResult result;
  };
  void on_writable(std::uint64_t run);
  void on_time();
  void watch_time(Instant deadline);
  void finish(std::uint64_t run, ConnectResult result);
  std::unique_ptr<Attempt> take(std::uint64_t run);

  Loop& loop_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Attempt>> attempts_;
  std::set<std::pair<Instant, std::uint64_t>> deadlines_;
  Loop::Timer timer_;  // for the earliest deadline that ever was since it fired last: most attempts end long before theirs
};

}  // namespace holdfast
