// The control socket: one question per connection, one answer, closed. Only root and the daemon's own user are answered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"
#include "proto/runtime/result.h"

namespace holdfast {

inline constexpr std::size_t kAskersMax = 16;          // open connections; one more is closed at once
inline constexpr std::size_t kAnswerMax = 16u << 20;

class ControlSocket {
 public:
  using AskerId = std::uint64_t;
  using OnQuestion = std::function<void(AskerId, const std::string& text)>;
  ControlSocket(Loop& loop, OnQuestion on_question) : loop_(loop), on_question_(std::move(on_question)) {}
  ~ControlSocket();
  Status listen(const std::string& path);
  void answer(AskerId asker, std::string text);

 private:
  struct Asker {
    Fd socket;
    Loop::Watch readable;
    Loop::Watch writable;
    std::string left;
    bool answered = false;
  };
  void accept();
  void read(AskerId id);
  void write(AskerId id);
  void drop(AskerId id);

  Loop& loop_;
  OnQuestion on_question_;
  std::string path_;
  Fd socket_;
  Loop::Watch acceptable_;
  std::map<AskerId, Asker> askers_;
  AskerId last_ = 0;
};

// The other side: asks, prints what comes, gives the exit status.
int ask(const std::string& path, const std::string& question);

}  // namespace holdfast
