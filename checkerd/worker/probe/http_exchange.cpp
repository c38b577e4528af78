// bufferevent in, verdict out. See http_exchange.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/http_exchange.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace holdfast {

void HttpExchange::FreeBuffer::operator()(bufferevent* buffer) const noexcept { bufferevent_free(buffer); }

HttpExchange::HttpExchange(Loop& loop, HttpProbe probe, std::unique_ptr<ExpressionSearch> search, Done done)
    : loop_(loop),
      probe_(std::move(probe)),
      done_(std::move(done)),
      answer_(!probe_.digest.empty(), std::move(search), probe_.method == HttpMethod::kHead) {}

// The buffer for the descriptor, with or without TLS.
Status HttpExchange::attach(TlsContext& tls, Fd socket) {
  if (probe_.tls) {
    HF_TRY(auto session, tls.session({.sni = probe_.sni, .verify = probe_.tls_verify, .name = probe_.tls_name, .compliant = probe_.tls_compliant}));
    // libevent frees the session, also when it fails.
    buffer_.reset(bufferevent_openssl_socket_new(loop_.base(), socket.get(), session.release(), BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE));
    if (!buffer_) return Error{"TLS buffer: no memory", ENOMEM};
    bufferevent_openssl_set_allow_dirty_shutdown(buffer_.get(), 1);
  } else {
    buffer_.reset(bufferevent_socket_new(loop_.base(), socket.get(), BEV_OPT_CLOSE_ON_FREE));
    if (!buffer_) return Error{"buffer: no memory", ENOMEM};
  }
  socket.release();
  return ok();
}

Result<std::unique_ptr<Exchange>> HttpExchange::begin(Loop& loop, TlsContext& tls, CompiledExpressions& expressions, HttpProbe probe, Fd socket,
                                                      Done done) {
  std::unique_ptr<ExpressionSearch> search;
  if (!probe.expression.pattern.empty()) {
    HF_TRY(CompiledExpressions::Code code, expressions.of(probe.expression));
    search = std::make_unique<ExpressionSearch>(probe.expression, std::move(code));
  }
  std::unique_ptr<HttpExchange> made(new HttpExchange(loop, std::move(probe), std::move(search), std::move(done)));
  HF_OK(made->attach(tls, std::move(socket)));
  bufferevent* buffer = made->buffer_.get();
  bufferevent_setcb(
      buffer, [](bufferevent*, void* self) noexcept { static_cast<HttpExchange*>(self)->on_read(); }, nullptr,
      [](bufferevent*, short what, void* self) noexcept { static_cast<HttpExchange*>(self)->on_event(what); }, made.get());
  const std::string request = request_text(made->probe_);
  if (bufferevent_write(buffer, request.data(), request.size()) != 0 || bufferevent_enable(buffer, EV_READ | EV_WRITE) != 0) {
    return Error{"buffer: no memory", ENOMEM};
  }
  made->timer_ = loop.timer([self = made.get()] { self->on_time(); });
  made->end_ = loop.now() + made->probe_.timeout * kProbeTimeoutsMax;
  made->progress();
  return std::unique_ptr<Exchange>(std::move(made));
}

// Progress only moves the deadline; the timer follows when it fires too early.
void HttpExchange::progress() {
  deadline_ = std::min(end_, loop_.now() + probe_.timeout);
  if (deadline_ < timer_.deadline()) timer_.arm(deadline_);
}

void HttpExchange::on_read() {
  if (finished_) return;
  evbuffer* input = bufferevent_get_input(buffer_.get());
  std::array<char, 16 * 1024> bytes;
  for (int size = evbuffer_remove(input, bytes.data(), bytes.size()); size > 0; size = evbuffer_remove(input, bytes.data(), bytes.size())) {
    const HttpAnswer::State state = answer_.feed(std::span(bytes).first(static_cast<std::size_t>(size)));
    if (state == HttpAnswer::State::kBad) return finish({.outcome = ProbeOutcome::kMalformed, .detail = answer_.fault()});
    if (state == HttpAnswer::State::kWhole) return finish_from_answer();
  }
  progress();
}

void HttpExchange::on_event(short what) {
  if (finished_) return;
  if ((what & BEV_EVENT_CONNECTED) != 0) {
    tls_ready_ = true;
    if (probe_.tls && probe_.tls_days_left > 0) {
      if (auto valid = valid_for(bufferevent_openssl_get_ssl(buffer_.get()), probe_.tls_days_left); !valid) {
        return finish({.outcome = ProbeOutcome::kTlsFailed, .detail = valid.error().message});
      }
    }
    return progress();
  }
  const int code = EVUTIL_SOCKET_ERROR();
  if (probe_.tls && (what & BEV_EVENT_ERROR) != 0) {
    if (const unsigned long error = bufferevent_get_openssl_error(buffer_.get()); error != 0) {
      return finish({.outcome = ProbeOutcome::kTlsFailed, .detail = why_failed(bufferevent_openssl_get_ssl(buffer_.get()), error)});
    }
  }
  if (probe_.tls && !tls_ready_) return finish({.outcome = ProbeOutcome::kTlsFailed, .detail = "closed during the handshake"});
  if ((what & BEV_EVENT_ERROR) != 0) return finish({.outcome = ProbeOutcome::kClosed, .detail = std::strerror(code)});
  if (answer_.end() == HttpAnswer::State::kWhole) return finish_from_answer();
  finish({.outcome = ProbeOutcome::kClosed, .detail = "no whole header"});
}

void HttpExchange::on_time() {
  if (finished_) return;
  if (loop_.now() < deadline_) return timer_.arm(deadline_);
  const char* where = probe_.tls && !tls_ready_ ? "handshake" : "read";
  finish({.outcome = ProbeOutcome::kTimedOut, .detail = where});
}

void HttpExchange::finish_from_answer() { finish(judge(probe_, answer_)); }

void HttpExchange::finish(ProbeResult result) {
  finished_ = true;
  timer_.cancel();
  bufferevent_disable(buffer_.get(), EV_READ | EV_WRITE);
  if (probe_.tls && tls_ready_ && probe_.tls_compliant) say_goodbye(bufferevent_openssl_get_ssl(buffer_.get()));
  done_(result);
}

}  // namespace holdfast
