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
  of_probe_[run.probe] = number;
  if (const auto* misc = std::get_if<MiscCheck>(&check.what)) return begin_script(number, *misc);
  reach(number, {});
}

void Runs::reach(std::uint64_t number, Fd prepared) {
  connector_.begin(number, find(number)->check, std::move(prepared), [this, number](ConnectResult result) { connected(number, std::move(result)); });
}

void Runs::cancel(ProbeId probe) {
  losses_.erase(probe);
  const auto at = of_probe_.find(probe);
  if (at == of_probe_.end()) return;
  connector_.cancel(at->second);
  workers_.cancel(at->second);
  std::erase(waiting_, at->second);
  flights_.erase(at->second);
  of_probe_.erase(at);
}

void Runs::finish(std::uint64_t number, RunResult result, Finding finding, std::string detail, int code, std::optional<std::uint32_t> weight) {
  const auto at = flights_.find(number);
  if (at == flights_.end()) return;
  const CheckRun run = at->second.run;
  auto timer = std::make_shared<Loop::Timer>(std::move(at->second.timer));  // this may be its callback
  loop_.later([timer] {});
  flights_.erase(at);
  of_probe_.erase(run.probe);
  if (finding != Finding::kWorkersLost) losses_.erase(run.probe);
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
    case ConnectResult::Kind::kNoRoute:  // keepalived takes that for a failure of the server, and so do we; but it is told apart
      return finish(number, RunResult::kFailed, Finding::kNoRoute, std::move(result.detail));
    case ConnectResult::Kind::kNeedsRights:
      if (flight->privileged) return finish(number, RunResult::kNotRun, Finding::kLocal, std::move(result.detail));
      return ask_for_socket(number);
    case ConnectResult::Kind::kEstablished:
      break;
  }
  if (std::holds_alternative<TcpCheck>(flight->check.what)) return finish(number, RunResult::kPassed, Finding::kPassed);
  flight->socket = std::move(result.socket);
  hand_over(number);
}

void Runs::ask_for_socket(std::uint64_t number) {
  Flight* flight = find(number);
  flight->privileged = true;
  flight->timer = loop_.timer([this, number] { finish(number, RunResult::kNotRun, Finding::kLocal, "no socket came from the launcher"); });
  flight->timer.arm(loop_.now() + kSocketWaitMax);
  events_.want_socket(flight->check.id, number);
}

void Runs::socket_came(std::uint64_t number, Fd socket, const std::string& fault) {
  Flight* flight = find(number);
  if (!flight || !flight->privileged) return;  // the check went away meanwhile
  flight->timer.cancel();
  if (!socket) return finish(number, RunResult::kNotRun, Finding::kLocal, fault);
  reach(number, std::move(socket));
}

void Runs::hand_over(std::uint64_t number) {
  Flight* flight = find(number);
  const Duration timeout = flight->check.connect_timeout;
  wire::Probe message = probe_message(number, flight->check, flight->run.url, flight->privileged);
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
    case wire::ProbeFinished::WRONG_TEXT: return Finding::kWrongText;
    case wire::ProbeFinished::TOO_COSTLY: return Finding::kTooCostly;
    case wire::ProbeFinished::REFUSED: return Finding::kRefused;
    case wire::ProbeFinished::WRONG_REPLY: return Finding::kWrongReply;
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
  if (++losses_[run.probe] >= kLossesMax) {
    losses_.erase(run.probe);
    return finish(number, RunResult::kFailed, Finding::kWorkersLost, std::to_string(kLossesMax) + " workers ended during this check");
  }
  flights_.erase(number);
  of_probe_.erase(run.probe);
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

namespace {

// The question of one kind of check.
struct Question {
  wire::Probe& message;
  const Check& check;
  std::uint64_t number;
  std::size_t url;
  bool privileged;

  void operator()(const TcpCheck&) const {}
  void operator()(const MiscCheck&) const {}
  void operator()(const FileCheck&) const {}
  void operator()(const BfdCheck&) const {}
  void operator()(const SmtpCheck& smtp) const { message.mutable_smtp()->set_helo_name(smtp.helo_name); }
  void operator()(const DnsCheck& dns) const {
    message.mutable_dns()->set_query(static_cast<std::uint32_t>(mixed(number) & 0xffff));
    message.mutable_dns()->set_type(dns.type);
    message.mutable_dns()->set_name(dns.name);
  }
  void operator()(const UdpCheck& udp) const {
    wire::UdpProbe& probe = *message.mutable_udp();
    probe.set_payload(udp.payload);
    probe.set_require_reply(udp.require_reply);
    probe.set_reply(udp.reply);
    probe.set_reply_mask(udp.reply_mask);
    probe.set_min_reply_length(udp.min_reply_length);
    probe.set_max_reply_length(udp.max_reply_length);
  }
  void operator()(const PingCheck&) const {
    wire::PingProbe& probe = *message.mutable_ping();
    probe.set_ipv6(!check.address.is_v4());
    probe.set_raw(privileged);
    probe.set_identifier(static_cast<std::uint32_t>(mixed(number) >> 32 & 0xffff));
    probe.set_sequence(static_cast<std::uint32_t>(mixed(number) & 0xffff));
  }
  void operator()(const HttpCheck& http) const;

  // Numbers of runs count up; what goes over the wire does not.
  static std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 31)) * 0x9e3779b97f4a7c15U;
    return value ^ (value >> 29);
  }
};

void Question::operator()(const HttpCheck& http) const {
  const HttpUrl& page = http.urls.at(url);
  const std::string& name = page.virtualhost.empty() ? http.virtualhost : page.virtualhost;
  wire::HttpProbe& probe = *message.mutable_http();
  probe.set_tls(http.tls);
  if (http.tls && http.enable_sni) probe.set_sni(http.sni_name.empty() ? name : http.sni_name);
  probe.set_path(page.path);
  const std::string address = check.address.is_v4() ? check.address.to_string() : "[" + check.address.to_string() + "]";
  probe.set_host(name.empty() ? address + ":" + std::to_string(check.port) : name);
  probe.set_protocol(static_cast<std::uint32_t>(http.protocol));
  probe.set_method(static_cast<std::uint32_t>(http.method));
  for (const std::string& header : http.headers) probe.add_headers(header);
  probe.set_digest(page.digest);
  for (const auto& [first, last] : page.status) {
    auto* range = probe.add_status();
    range->set_first(first);
    range->set_last(last);
  }
  probe.set_tls_compliant(page.tls_compliant);
  probe.set_tls_verify(http.tls_verify);
  if (http.tls_verify) probe.set_tls_name(!http.tls_name.empty() ? http.tls_name : !probe.sni().empty() ? probe.sni() : !name.empty() ? name : check.address.to_string());
  probe.set_tls_days_left(http.tls_days_left);
  const Expression& expression = page.expression;
  if (expression.pattern.empty()) return;
  wire::ProbeExpression& wanted = *probe.mutable_expression();
  wanted.set_pattern(expression.pattern);
  wanted.set_options(expression.options);
  wanted.set_no_match(expression.no_match);
  wanted.set_min_offset(expression.min_offset);
  if (expression.max_offset) wanted.set_max_offset(*expression.max_offset);
  wanted.set_memory(expression.memory);
}

}  // namespace

wire::Probe probe_message(std::uint64_t number, const Check& check, std::size_t url, bool privileged) {
  wire::Probe message;
  message.set_id(number);
  message.set_timeout_us(check.connect_timeout.count());
  std::visit(Question{message, check, number, url, privileged}, check.what);
  return message;
}

}  // namespace holdfast
