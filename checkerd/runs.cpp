// Runs in flight. See runs.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/runs.h"

#include <algorithm>
#include <utility>

#include "checkerd/worker/probe/probe.h"
#include "proto/runtime/log.h"

namespace holdfast {

Runs::Runs(Loop& loop, Events events)
    : loop_(loop),
      events_(std::move(events)),
      connector_(loop),
      workers_(loop, {.finished = [this](std::uint64_t number, const wire::ProbeFinished& message) { probe_finished(number, message); },
                      .lost = [this](std::uint64_t number) { probe_lost(number); },
                      .room = [this] { hand_over_waiting(); },
                      .stuck = [this](unsigned slot, const std::string& why) { events_.worker_stuck(slot, why); }}) {}

Runs::Flight* Runs::find(std::uint64_t number) {
  const auto at = flights_.find(number);
  return at == flights_.end() ? nullptr : &at->second;
}

void Runs::begin(const CheckRun& run, const Check& check) {
  const std::uint64_t number = ++numbers_;
  Flight& flight = flights_[number];
  flight.run = run;
  flight.check = check;
  of_check_[run.check] = number;
  if (const auto* misc = std::get_if<MiscCheck>(&check.what)) return begin_script(number, *misc);
  connector_.begin(number, check, [this, number](ConnectResult result) { connected(number, std::move(result)); });
}

void Runs::cancel(CheckId check) {
  losses_.erase(check);
  const auto at = of_check_.find(check);
  if (at == of_check_.end()) return;
  connector_.cancel(at->second);
  workers_.cancel(at->second);
  std::erase(waiting_, at->second);
  flights_.erase(at->second);
  of_check_.erase(at);
}

void Runs::finish(std::uint64_t number, RunResult result, Finding finding, std::string detail, int code, std::optional<std::uint32_t> weight) {
  const auto at = flights_.find(number);
  if (at == flights_.end()) return;
  const CheckRun run = at->second.run;
  auto timer = std::make_shared<Loop::Timer>(std::move(at->second.timer));  // this may be its callback
  loop_.later([timer] {});
  flights_.erase(at);
  of_check_.erase(run.check);
  if (finding != Finding::kWorkersLost) losses_.erase(run.check);
  events_.finished({run, result, finding, std::move(detail), code, weight});
}

void Runs::connected(std::uint64_t number, ConnectResult result) {
  Flight* flight = find(number);
  if (!flight) return;
  switch (result.kind) {
    case ConnectResult::Kind::kLocal:
      return finish(number, RunResult::kNotRun, Finding::kLocal, std::move(result.detail));
    case ConnectResult::Kind::kFailed:
      return finish(number, RunResult::kFailed, Finding::kConnectFailed, std::move(result.detail));
    case ConnectResult::Kind::kTimedOut:
      return finish(number, RunResult::kFailed, Finding::kConnectTimedOut, std::move(result.detail));
    case ConnectResult::Kind::kEstablished:
      break;
  }
  if (std::holds_alternative<TcpCheck>(flight->check.what)) return finish(number, RunResult::kPassed, Finding::kPassed);
  flight->socket = std::move(result.socket);
  hand_over(number);
}

void Runs::hand_over(std::uint64_t number) {
  Flight* flight = find(number);
  const auto& http = std::get<HttpCheck>(flight->check.what);
  const Duration timeout = flight->check.connect_timeout;
  wire::Probe message = probe_message(number, flight->check, http, http.urls.at(flight->run.url));
  if (workers_.submit(number, std::move(message), timeout, timeout * kProbeTimeoutsMax, flight->socket)) {
    if (Flight* still = find(number)) still->timer.cancel();
    return;
  }
  // Nobody has room: the connection waits, but not longer than a server would be waited for.
  waiting_.push_back(number);
  if (std::exchange(flight->waiting, true)) return;
  flight->timer = loop_.timer([this, number] {
    std::erase(waiting_, number);
    finish(number, RunResult::kNotRun, Finding::kLocal, "no worker process has room");
  });
  flight->timer.arm(loop_.now() + timeout);
}

void Runs::hand_over_waiting() {
  for (std::size_t count = waiting_.size(); count > 0 && !waiting_.empty(); --count) {
    const std::uint64_t number = waiting_.front();
    waiting_.pop_front();
    if (find(number)) hand_over(number);
    if (!waiting_.empty() && waiting_.back() == number) return;  // still no room
  }
}

static Finding finding_of(const wire::ProbeFinished& message) {
  switch (message.outcome()) {
    case wire::ProbeFinished::PASSED: return Finding::kPassed;
    case wire::ProbeFinished::WRONG_STATUS: return Finding::kWrongStatus;
    case wire::ProbeFinished::WRONG_DIGEST: return Finding::kWrongDigest;
    case wire::ProbeFinished::TIMED_OUT: return message.detail() == "handshake" ? Finding::kConnectTimedOut : Finding::kReadTimedOut;
    case wire::ProbeFinished::CLOSED: return Finding::kNoAnswer;
    case wire::ProbeFinished::TLS_FAILED: return Finding::kTlsFailed;
    case wire::ProbeFinished::LOCAL: return Finding::kLocal;
    default: return Finding::kMalformed;
  }
}

void Runs::probe_finished(std::uint64_t number, const wire::ProbeFinished& message) {
  const Finding finding = finding_of(message);
  const RunResult result = finding == Finding::kPassed  ? RunResult::kPassed
                           : finding == Finding::kLocal ? RunResult::kNotRun
                                                        : RunResult::kFailed;
  finish(number, result, finding, printable(message.detail()), static_cast<int>(message.status()));
}

// The worker is gone, perhaps because of this very answer: run it again, but not for ever.
void Runs::probe_lost(std::uint64_t number) {
  Flight* flight = find(number);
  if (!flight) return;
  const CheckRun run = flight->run;
  if (++losses_[run.check] >= kLossesMax) {
    losses_.erase(run.check);
    return finish(number, RunResult::kFailed, Finding::kWorkersLost, std::to_string(kLossesMax) + " workers ended during this check");
  }
  flights_.erase(number);
  of_check_.erase(run.check);
  events_.again(run, loop_.now() + kLossDelay);
}

void Runs::begin_script(std::uint64_t number, const MiscCheck& misc) {
  if (!events_.run_script(misc.script, number)) return finish(number, RunResult::kNotRun, Finding::kLocal, "the parent cannot be asked");
  if (misc.timeout.count() == 0) return;  // no time limit at all
  Flight* flight = find(number);
  flight->timer = loop_.timer([this, number] { finish(number, RunResult::kNotRun, Finding::kLocal, "no outcome of its script came back"); });
  flight->timer.arm(loop_.now() + misc.timeout + kScriptMargin);
}

void Runs::script_finished(std::uint64_t number, const ScriptOutcome& outcome) {
  Flight* flight = find(number);
  const auto* misc = flight ? std::get_if<MiscCheck>(&flight->check.what) : nullptr;
  if (!misc) return;  // the check went away while its script ran
  switch (outcome.kind) {
    case ScriptOutcome::Kind::kExited: {
      const bool weighs = misc->dynamic && outcome.status >= 2 && outcome.status <= 255;
      if (outcome.status != 0 && !weighs) return finish(number, RunResult::kFailed, Finding::kScriptExited, {}, outcome.status);
      return finish(number, RunResult::kPassed, Finding::kPassed, {}, outcome.status,
                    weighs ? std::optional(static_cast<std::uint32_t>(outcome.status - 2)) : std::nullopt);
    }
    case ScriptOutcome::Kind::kSignalled:
      return finish(number, RunResult::kFailed, Finding::kScriptSignalled, {}, outcome.status);
    case ScriptOutcome::Kind::kTimedOut:
      return finish(number, RunResult::kFailed, Finding::kScriptTimedOut);
    case ScriptOutcome::Kind::kNotRun:
      return finish(number, RunResult::kFailed, Finding::kScriptNotRun);
  }
}

wire::Probe probe_message(std::uint64_t number, const Check& check, const HttpCheck& http, const HttpUrl& url) {
  wire::Probe message;
  message.set_id(number);
  message.set_timeout_us(check.connect_timeout.count());
  const std::string& name = url.virtualhost.empty() ? http.virtualhost : url.virtualhost;
  wire::HttpProbe& probe = *message.mutable_http();
  probe.set_tls(http.tls);
  if (http.tls && http.enable_sni) probe.set_sni(http.sni_name.empty() ? name : http.sni_name);
  probe.set_path(url.path);
  const std::string address = check.address.is_v4() ? check.address.to_string() : "[" + check.address.to_string() + "]";
  probe.set_host(name.empty() ? address + ":" + std::to_string(check.port) : name);
  probe.set_protocol(static_cast<std::uint32_t>(http.protocol));
  probe.set_digest(url.digest);
  for (const auto& [first, last] : url.status) {
    auto* range = probe.add_status();
    range->set_first(first);
    range->set_last(last);
  }
  return message;
}

}  // namespace holdfast
