// bufferevent in, verdict out. See smtp_exchange.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/smtp_exchange.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace holdfast {

void SmtpExchange::FreeBuffer::operator()(bufferevent* buffer) const noexcept { bufferevent_free(buffer); }

SmtpExchange::SmtpExchange(Loop& loop, SmtpProbe probe, Done done)
    : loop_(loop), timeout_(probe.timeout), done_(std::move(done)), dialogue_(std::move(probe.helo_name)) {}

Result<std::unique_ptr<Exchange>> SmtpExchange::begin(Loop& loop, SmtpProbe probe, Fd socket, Done done) {
  std::unique_ptr<SmtpExchange> made(new SmtpExchange(loop, std::move(probe), std::move(done)));
  made->buffer_.reset(bufferevent_socket_new(loop.base(), socket.get(), BEV_OPT_CLOSE_ON_FREE));
  if (!made->buffer_) return Error{"buffer: no memory", ENOMEM};
  socket.release();
  bufferevent_setcb(
      made->buffer_.get(), [](bufferevent*, void* self) noexcept { static_cast<SmtpExchange*>(self)->on_read(); }, nullptr,
      [](bufferevent*, short what, void* self) noexcept { static_cast<SmtpExchange*>(self)->on_event(what); }, made.get());
  if (bufferevent_enable(made->buffer_.get(), EV_READ | EV_WRITE) != 0) return Error{"buffer: no memory", ENOMEM};
  made->timer_ = loop.timer([self = made.get()] { self->on_time(); });
  made->end_ = loop.now() + made->timeout_ * kProbeTimeoutsMax;
  made->progress();
  return std::unique_ptr<Exchange>(std::move(made));
}

void SmtpExchange::progress() {
  deadline_ = std::min(end_, loop_.now() + timeout_);
  if (deadline_ < timer_.deadline()) timer_.arm(deadline_);
}

void SmtpExchange::on_read() {
  if (finished_) return;
  evbuffer* input = bufferevent_get_input(buffer_.get());
  std::array<char, 4096> bytes;
  for (int size = evbuffer_remove(input, bytes.data(), bytes.size()); size > 0; size = evbuffer_remove(input, bytes.data(), bytes.size())) {
    const SmtpDialogue::Step step = dialogue_.feed(std::span(bytes).first(static_cast<std::size_t>(size)));
    if (!step.say.empty()) bufferevent_write(buffer_.get(), step.say.data(), step.say.size());
    if (step.result) return finish(*step.result);
  }
  progress();
}

void SmtpExchange::on_event(short what) {
  if (finished_) return;
  const int code = EVUTIL_SOCKET_ERROR();
  if ((what & BEV_EVENT_ERROR) != 0) return finish({.outcome = ProbeOutcome::kClosed, .detail = std::strerror(code)});
  finish(dialogue_.end());
}

void SmtpExchange::on_time() {
  if (finished_) return;
  if (loop_.now() < deadline_) return timer_.arm(deadline_);
  finish({.outcome = ProbeOutcome::kTimedOut, .detail = "read"});
}

void SmtpExchange::finish(const ProbeResult& result) {
  finished_ = true;
  timer_.cancel();
  bufferevent_disable(buffer_.get(), EV_READ | EV_WRITE);
  done_(result);
}

}  // namespace holdfast
