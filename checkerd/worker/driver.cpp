// Messages to exchanges and back. See driver.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/driver.h"

#include <cerrno>

#include "checkerd/worker/decode.h"
#include "checkerd/worker/probe/datagram_exchange.h"
#include "checkerd/worker/probe/http_exchange.h"
#include "checkerd/worker/probe/smtp_exchange.h"
#include "proto/runtime/log.h"

namespace holdfast {

WorkerDriver::WorkerDriver(Loop& loop, Fd link, TlsContext tls) : loop_(loop), tls_(std::move(tls)) {
  link_ = Link<wire::WorkerToCheckerd, wire::CheckerdToWorker>(
      loop, std::move(link), ChannelSocket::Descriptors::kAccepted,
      [this](wire::CheckerdToWorker& message, Fd descriptor) { on_message(message, std::move(descriptor)); },
      [this](const Error& error) { loop_.stop(error.code == EPIPE ? 0 : 1); });
  wire::WorkerToCheckerd ready;
  ready.mutable_ready()->set_self_checks(1);
  send(ready);
}

void WorkerDriver::send(const wire::WorkerToCheckerd& message) {
  if (auto sent = link_.send(message); !sent) loop_.stop(1);
}

void WorkerDriver::refuse(const std::string& why) {
  log_error(LogEvent::kLinkBroken, "worker: " + why);
  loop_.stop(1);
}

void WorkerDriver::on_message(wire::CheckerdToWorker& message, Fd descriptor) {
  switch (message.body_case()) {
    case wire::CheckerdToWorker::kProbe:
      return begin(message.probe(), std::move(descriptor));
    case wire::CheckerdToWorker::kCancel:
      return drop(message.cancel().id());
    case wire::CheckerdToWorker::kPing: {
      wire::WorkerToCheckerd pong;
      pong.mutable_pong()->set_cookie(message.ping().cookie());
      return send(pong);
    }
    case wire::CheckerdToWorker::BODY_NOT_SET:
      return refuse("message without a body");
  }
}

void WorkerDriver::begin(const wire::Probe& message, Fd descriptor) {
  auto probe = decode(message);
  if (!probe) return refuse(probe.error().message);
  const std::uint64_t id = message.id();
  if (exchanges_.contains(id)) return refuse("probe " + std::to_string(id) + " is there twice");
  if (!descriptor) return finish(id, {.outcome = ProbeOutcome::kLocal, .detail = "no descriptor came with the probe"});
  if (exchanges_.size() >= kProbesMax) return finish(id, {.outcome = ProbeOutcome::kLocal, .detail = "too many probes at a time"});
  auto begun = exchange(*std::move(probe), std::move(descriptor), [this, id](const ProbeResult& result) { finish(id, result); });
  if (!begun) return finish(id, {.outcome = ProbeOutcome::kLocal, .detail = begun.error().message});
  exchanges_.emplace(id, *std::move(begun));
}

Result<std::unique_ptr<Exchange>> WorkerDriver::exchange(Probe probe, Fd descriptor, Exchange::Done done) {
  if (auto* http = std::get_if<HttpProbe>(&probe)) {
    return HttpExchange::begin(loop_, tls_, expressions_, std::move(*http), std::move(descriptor), std::move(done));
  }
  if (auto* smtp = std::get_if<SmtpProbe>(&probe)) return SmtpExchange::begin(loop_, std::move(*smtp), std::move(descriptor), std::move(done));
  const Duration timeout = std::visit([](const ProbeHead& head) { return head.timeout; }, probe);
  DatagramRules rules = std::holds_alternative<DnsProbe>(probe)   ? rules_of(std::get<DnsProbe>(probe))
                        : std::holds_alternative<UdpProbe>(probe) ? rules_of(std::get<UdpProbe>(probe))
                                                                  : rules_of(std::get<PingProbe>(probe));
  return DatagramExchange::begin(loop_, std::move(rules), timeout, std::move(descriptor), std::move(done));
}

void WorkerDriver::finish(std::uint64_t id, const ProbeResult& result) {
  wire::WorkerToCheckerd message;
  encode(id, result, *message.mutable_finished());
  send(message);
  drop(id);
}

// Later: an exchange is not destroyed from its own callback.
void WorkerDriver::drop(std::uint64_t id) {
  const auto at = exchanges_.find(id);
  if (at == exchanges_.end()) return;
  auto gone = std::make_shared<std::unique_ptr<Exchange>>(std::move(at->second));
  exchanges_.erase(at);
  loop_.later([gone] { gone->reset(); });
}

}  // namespace holdfast
