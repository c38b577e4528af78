// One SMTP session on one connected descriptor: libevent's bufferevent moves the bytes, smtp_dialogue decides.
// Without progress for the probe's timeout it ends, and after kProbeTimeoutsMax of them in any case.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "checkerd/worker/probe/probe.h"
#include "checkerd/worker/probe/smtp_dialogue.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"
#include "proto/runtime/result.h"

struct bufferevent;

namespace holdfast {

class SmtpExchange final : public Exchange {
 public:
  static Result<std::unique_ptr<Exchange>> begin(Loop& loop, SmtpProbe probe, Fd socket, Done done);

 private:
  struct FreeBuffer {
    void operator()(bufferevent*) const noexcept;
  };
  SmtpExchange(Loop& loop, SmtpProbe probe, Done done);
  void on_read();
  void on_event(short what);
  void on_time();
  void progress();
  void finish(const ProbeResult& result);

  Loop& loop_;
  Duration timeout_;
  Done done_;
  SmtpDialogue dialogue_;
  std::unique_ptr<bufferevent, FreeBuffer> buffer_;
  Loop::Timer timer_;
  Instant deadline_;
  Instant end_;
  bool finished_ = false;
};

}  // namespace holdfast
