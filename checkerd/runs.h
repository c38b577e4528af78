// Carries out one run of a check: connects, hands the connection over to a worker where there is something to read, asks the parent for a
// script or for a socket that takes rights. Reports what came out of it; what that means for a server is decided in schedule/ and verdict/.
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
inline constexpr Duration kSocketWaitMax{5'000'000};  // for a socket of the launcher's
inline constexpr Duration kScriptMargin{15'000'000};  // beyond a script's time limit, before we stop waiting for its outcome

// What happened, in the terms that logs use.
enum class Finding : std::uint8_t {
  kPassed, kConnectFailed, kConnectTimedOut, kTlsFailed, kReadTimedOut, kNoAnswer, kMalformed, kWrongStatus, kWrongDigest,
  kScriptExited, kScriptSignalled, kScriptTimedOut, kScriptNotRun, kWorkersLost, kLocal, kNoRoute, kWrongText, kTooCostly, kRefused, kWrongReply
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
    std::function<void(CheckId, std::uint64_t run)> want_socket;     // the launcher has to make it
    std::function<void(unsigned slot, const std::string&)> worker_stuck;
  };

  Runs(Loop& loop, Events events);
  void begin(const CheckRun& run, const Check& check);
  void cancel(ProbeId probe);
  Status attach_worker(unsigned slot, Fd link) { return workers_.attach(slot, std::move(link)); }
  void script_finished(std::uint64_t run, const ScriptOutcome& outcome);
  // The answer to want_socket; without a socket, why.
  void socket_came(std::uint64_t run, Fd socket, const std::string& fault);

 private:
  struct Flight {
    CheckRun run;
    Check check;
    Fd socket;             // connected, not yet with a worker
    bool waiting = false;  // for a worker with room
    bool privileged = false;  // its socket is the launcher's
    Loop::Timer timer;
  };
  void reach(std::uint64_t number, Fd prepared);
  void connected(std::uint64_t number, ConnectResult result);
  void ask_for_socket(std::uint64_t number);
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
  std::unordered_map<ProbeId, std::uint64_t> of_probe_;
  std::unordered_map<ProbeId, unsigned> losses_;
  std::deque<std::uint64_t> waiting_;  // for a worker with room
  std::uint64_t numbers_ = 0;
};

// What a worker is asked for on a connection of this check; `privileged`: on a socket of the launcher's. TCP and scripts need no worker.
wire::Probe probe_message(std::uint64_t number, const Check& check, std::size_t url, bool privileged);

}  // namespace holdfast
