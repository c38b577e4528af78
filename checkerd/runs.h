// Carries out one run of a check: connects for TCP, connects and hands over to a worker for HTTP, asks the parent for a script.
// Reports what came out of it; what that means for a server is decided in schedule/ and verdict/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "checkerd/connect/connector.h"
#include "checkerd/schedule/schedule.h"
#include "checkerd/workers.h"
#include "proto/value/check_plan.h"
#include "proto/value/script_plan.h"

namespace holdfast {

inline constexpr unsigned kLossesMax = 3;            // workers that may end on one check in a row before that counts as its failure
inline constexpr Duration kLossDelay{1'000'000};     // before a lost run is run again
inline constexpr Duration kScriptMargin{15'000'000};  // beyond a script's time limit, before we stop waiting for its outcome

// What happened, in the terms that logs use.
enum class Finding : std::uint8_t {
  kPassed, kConnectFailed, kConnectTimedOut, kTlsFailed, kReadTimedOut, kNoAnswer, kMalformed, kWrongStatus, kWrongDigest,
  kScriptExited, kScriptSignalled, kScriptTimedOut, kScriptNotRun, kWorkersLost, kLocal
};

struct Report {
  CheckRun run;
  RunResult result = RunResult::kNotRun;
  Finding finding = Finding::kLocal;
  std::string detail;
  int code = 0;                         // exit status or signal of a script
  std::optional<std::uint32_t> weight;  // misc_dynamic
};

class Runs {
 public:
  struct Events {
    std::function<void(const Report&)> finished;
    std::function<void(CheckRun, Instant when)> again;               // lost on our side
    std::function<bool(ScriptId, std::uint64_t run)> run_script;     // false: cannot be asked for
    std::function<void(unsigned slot, const std::string&)> worker_stuck;
  };

  Runs(Loop& loop, Events events);
  void begin(const CheckRun& run, const Check& check);
  void cancel(CheckId check);
  Status attach_worker(unsigned slot, Fd link) { return workers_.attach(slot, std::move(link)); }
  void script_finished(std::uint64_t run, const ScriptOutcome& outcome);

 private:
  struct Flight {
    CheckRun run;
    Check check;
    Fd socket;             // connected, not yet with a worker
    bool waiting = false;  // for a worker with room
    Loop::Timer timer;
  };
  void connected(std::uint64_t number, ConnectResult result);
  void hand_over(std::uint64_t number);
  void hand_over_waiting();
  void probe_finished(std::uint64_t number, const wire::ProbeFinished& message);
  void probe_lost(std::uint64_t number);
  void begin_script(std::uint64_t number, const MiscCheck& misc);
  void finish(std::uint64_t number, RunResult result, Finding finding, std::string detail = {}, int code = 0,
              std::optional<std::uint32_t> weight = {});
  Flight* find(std::uint64_t number);

  Loop& loop_;
  Events events_;
  Connector connector_;
  Workers workers_;
  std::unordered_map<std::uint64_t, Flight> flights_;
  std::unordered_map<CheckId, std::uint64_t> of_check_;
  std::unordered_map<CheckId, unsigned> losses_;
  std::deque<std::uint64_t> waiting_;  // for a worker with room
  std::uint64_t numbers_ = 0;
};

// The probe that one url of a check asks a worker for.
wire::Probe probe_message(std::uint64_t number, const Check& check, const HttpCheck& http, const HttpUrl& url);

}  // namespace holdfast
