// One child process and what it was told: its link, whether it is ready, which plan it has, whether it still answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parent/supervise/child.h"
#include "proto/channel/typed_link.h"
#include "proto/runtime/log.h"

namespace holdfast {

inline constexpr Duration kReadyPatience{20'000'000};  // from its start until Ready
inline constexpr Duration kPingInterval{3'000'000};
inline constexpr unsigned kPingsMissedMax = 3;

template <class Out, class In>
class Conversation {
 public:
  struct Hooks {
    std::function<void(In&)> said;
    std::function<void(const ChildExit&)> ended;
    std::function<void(const Error&)> failed;
    std::function<void(pid_t)> started;
  };

  Conversation(Loop& loop, LauncherClient& launcher, launcher::Child child, Hooks hooks)
      : loop_(loop),
        hooks_(std::move(hooks)),
        process_(loop, launcher, role(child), 0,
                 {[this](Fd link) { open(std::move(link)); }, [this](const ChildExit& exit) { close(exit); },
                  [this](const Error& error) { hooks_.failed(error); }}) {
    ping_timer_ = loop_.timer([this] { ping(); });
  }

  ChildProcess& process() { return process_; }
  const ChildProcess& process() const { return process_; }
  void ensure() { process_.ensure(); }

  // Errors end the child: a peer that cannot be told anything is of no use.
  void send(const Out& message, Fd descriptor = {}) {
    if (auto sent = link_.send(message, std::move(descriptor)); !sent && link_.open()) process_.kill(sent.error().message);
  }
  void send_all(const std::vector<Out>& messages) {
    for (const Out& message : messages) send(message);
  }

  bool ready() const { return ready_; }
  Generation sent() const { return sent_; }
  Generation applied() const { return applied_; }
  void note_sent(Generation generation) { sent_ = generation; }
  void note_ready() {
    ready_ = true;
    ping_timer_.arm(loop_.now() + kPingInterval);
  }
  void note_applied(Generation generation) { applied_ = generation; }
  void note_pong() { unanswered_ = 0; }
  // The deadline for what it was asked last (stop): kills it then.
  void hurry(Duration patience) {
    hurried_ = true;
    ping_timer_.arm(loop_.now() + patience);
  }

 private:
  void open(Fd link) {
    ready_ = hurried_ = false;
    sent_ = applied_ = 0;
    unanswered_ = 0;
    link_ = Link<Out, In>(loop_, std::move(link), ChannelSocket::Descriptors::kRefused,
                          [this](In& message, Fd) { hooks_.said(message); }, [this](const Error& error) { lost(error); });
    ping_timer_.arm(loop_.now() + kReadyPatience);
    hooks_.started(process_.pid());
  }
  void lost(const Error& error) {
    ready_ = false;
    ping_timer_.cancel();
    if (error.code == EPIPE) return process_.link_lost();
    log_error(LogEvent::kLinkBroken, std::string(process_.role().title) + " child process: " + error.message);
    process_.kill("it broke the rules of its link");
  }
  void close(const ChildExit& exit) {
    ready_ = false;
    sent_ = applied_ = 0;
    ping_timer_.cancel();
    link_.drain();
    link_.close();
    hooks_.ended(exit);
  }
  void ping() {
    if (!ready_ || hurried_) return process_.kill(hurried_ ? "it did not stop in time" : "it did not become ready");
    if (unanswered_ >= kPingsMissedMax) return process_.kill("it does not answer");
    ++unanswered_;
    Out message;
    message.mutable_ping()->set_cookie(++cookie_);
    send(message);
    ping_timer_.arm(loop_.now() + kPingInterval);
  }

  Loop& loop_;
  Hooks hooks_;
  ChildProcess process_;
  Link<Out, In> link_;
  Loop::Timer ping_timer_;
  std::uint64_t cookie_ = 0;
  unsigned unanswered_ = 0;
  bool ready_ = false;
  bool hurried_ = false;
  Generation sent_ = 0;
  Generation applied_ = 0;
};

}  // namespace holdfast
