// One probe on one connected descriptor: TLS handshake if wanted, request, answer, verdict. libevent's bufferevent moves the bytes.
// Bounded: kHttpHeaderMax, kHttpBodyMax, one read buffer; without progress for the probe's timeout it ends, and after kProbeTimeoutsMax of
// them in any case.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "checkerd/worker/probe/http_message.h"
#include "checkerd/worker/probe/probe.h"
#include "checkerd/worker/probe/tls.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"

struct bufferevent;

namespace holdfast {

class HttpExchange final : public Exchange {
 public:
  static Result<std::unique_ptr<Exchange>> begin(Loop& loop, TlsContext& tls, CompiledExpressions& expressions, HttpProbe probe, Fd socket,
                                                 Done done);
  const HttpProbe& probe() const { return probe_; }

 private:
  struct FreeBuffer {
    void operator()(bufferevent*) const noexcept;
  };
  HttpExchange(Loop& loop, HttpProbe probe, std::unique_ptr<ExpressionSearch> search, Done done);
  Status attach(TlsContext& tls, Fd socket);
  void on_read();
  void on_event(short what);
  void on_time();
  void progress();
  void finish(ProbeResult result);
  void finish_from_answer();

  Loop& loop_;
  HttpProbe probe_;
  Done done_;
  HttpAnswer answer_;
  std::unique_ptr<bufferevent, FreeBuffer> buffer_;
  Loop::Timer timer_;
  Instant deadline_;
  Instant end_;
  bool tls_ready_ = false;
  bool finished_ = false;
};

}  // namespace holdfast
