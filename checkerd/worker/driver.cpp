// Messages to exchanges and back. See driver.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/driver.h"

#include <cerrno>

#include "checkerd/worker/decode.h"
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
  const std::uint64_t id = probe->id;
  if (exchanges_.contains(id)) return refuse("probe " + std::to_string(id) + " is there twice");
  if (!descriptor) return finish(id, {.outcome = ProbeOutcome::kLocal, .detail = "no descriptor came with the probe"});
  if (exchanges_.size() >= kProbesMax) return finish(id, {.outcome = ProbeOutcome::kLocal, .detail = "too many probes at a time"});
  auto exchange = HttpExchange::begin(loop_, tls_, *std::move(probe), std::move(descriptor), [this, id](const ProbeResult& result) { finish(id, result); });
  if (!exchange) return finish(id, {.outcome = ProbeOutcome::kLocal, .detail = exchange.error().message});
  exchanges_.emplace(id, *std::move(exchange));
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
  auto gone = std::make_shared<std::unique_ptr<HttpExchange>>(std::move(at->second));
  exchanges_.erase(at);
  loop_.later([gone] { gone->reset(); });
}

}  // namespace holdfast
