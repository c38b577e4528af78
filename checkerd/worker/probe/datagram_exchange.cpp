// send, recv, verdict. See datagram_exchange.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/datagram_exchange.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "checkerd/worker/probe/dns_message.h"
#include "checkerd/worker/probe/echo_message.h"
#include "checkerd/worker/probe/udp_reply.h"

namespace holdfast {

namespace {

ProbeResult no_answer() { return {.outcome = ProbeOutcome::kTimedOut, .detail = "read"}; }

// Nothing but our own side can be meant.
bool is_local(int code) { return code == ENOBUFS || code == ENOMEM || code == EPERM || code == EMSGSIZE; }

ProbeResult broken(int code) {
  return {.outcome = is_local(code) ? ProbeOutcome::kLocal : ProbeOutcome::kClosed, .detail = std::strerror(code)};
}

}  // namespace

DatagramRules rules_of(const DnsProbe& probe) {
  return {question_of(probe), [probe](std::span<const char> datagram) { return judge(probe, datagram); }, no_answer};
}

DatagramRules rules_of(const UdpProbe& probe) {
  return {payload_of(probe), [probe](std::span<const char> datagram) { return std::optional(judge(probe, datagram)); },
          [probe] { return judge_silence(probe); }};
}

DatagramRules rules_of(const PingProbe& probe) {
  return {request_of(probe), [probe](std::span<const char> datagram) { return judge(probe, datagram); }, no_answer};
}

DatagramExchange::DatagramExchange(Loop& loop, DatagramRules rules, Fd socket, Done done)
    : loop_(loop), rules_(std::move(rules)), socket_(std::move(socket)), done_(std::move(done)) {}

Result<std::unique_ptr<Exchange>> DatagramExchange::begin(Loop& loop, DatagramRules rules, Duration timeout, Fd socket, Done done) {
  std::unique_ptr<DatagramExchange> made(new DatagramExchange(loop, std::move(rules), std::move(socket), std::move(done)));
  DatagramExchange* self = made.get();
  self->timer_ = loop.timer([self] {
    if (!self->finished_) self->finish(self->rules_.silence());
  });
  self->timer_.arm(loop.now() + timeout);
  self->readable_ = loop.on_readable(self->socket_.get(), [self] { self->on_readable(); });
  const std::string& question = self->rules_.question;
  if (::send(self->socket_.get(), question.data(), question.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    return Error{std::string("send: ") + std::strerror(errno), errno};
  }
  return std::unique_ptr<Exchange>(std::move(made));
}

void DatagramExchange::on_readable() {
  std::array<char, kDatagramOctets> bytes;
  for (int count = 0; count < kDatagramsPerWakeup && !finished_; ++count) {
    const ssize_t size = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size < 0) return finish(broken(errno));
    if (const auto result = rules_.judge(std::span<const char>(bytes).first(static_cast<std::size_t>(size)))) return finish(*result);
  }
}

void DatagramExchange::finish(const ProbeResult& result) {
  finished_ = true;
  timer_.cancel();
  done_(result);
}

}  // namespace holdfast
