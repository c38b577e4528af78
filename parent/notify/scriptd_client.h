// The parent's side of the link to scriptd: the table of scripts, runs and their outcomes, notification pipes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "parent/scriptd/protocol.h"
#include "proto/channel/socket.h"
#include "proto/runtime/loop.h"

namespace holdfast {

class ScriptdClient {
 public:
  // The descriptor is that of FifoOpened, otherwise empty.
  using OnMessage = std::function<void(const scriptd::FromScriptd&, Fd descriptor)>;
  using OnGone = std::function<void(const Error&)>;
  // An empty descriptor: there is no scriptd (--scripts=none).
  ScriptdClient(Loop& loop, Fd socket, OnMessage on_message, OnGone on_gone);

  bool open() const { return socket_.open(); }
  void send(const scriptd::ToScriptd& message);
  void send_table(Generation generation, bool security, const std::vector<ScriptRow>& rows);

 private:
  void read();
  void watch_backlog();
  void end(const Error& error);

  Loop& loop_;
  ChannelSocket socket_;
  OnMessage on_message_;
  OnGone on_gone_;
  Loop::Watch readable_;
  Loop::Watch writable_;
};

}  // namespace holdfast
