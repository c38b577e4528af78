// The control socket: one question per connection, one answer, closed; a follower of events is answered until it goes.
// An answer is "holdfast 1 STATUS\n" and text; STATUS is the exit status for a shell. Who may ask what: SO_PEERCRED, SO_PEERGROUPS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "parent/control/verbs.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"
#include "proto/runtime/result.h"

namespace holdfast {

inline constexpr std::size_t kAskersMax = 16;          // open connections; one more is closed at once
inline constexpr std::size_t kAnswerMax = 16u << 20;
inline constexpr std::size_t kFollowerMax = 1u << 20;  // what a follower has not read yet; one that is slower is closed

// Groups whose members may ask, besides root and the daemon's own user; absent where the system has no such group.
struct ControlGroups {
  std::optional<gid_t> view;     // holdfast-view
  std::optional<gid_t> operate;  // holdfast-operate
  std::optional<gid_t> admin;    // holdfast-admin
};
ControlGroups find_control_groups();

class ControlSocket {
 public:
  using AskerId = std::uint64_t;
  using OnQuestion = std::function<void(AskerId, const Question&)>;
  ControlSocket(Loop& loop, ControlGroups groups, OnQuestion on_question)
      : loop_(loop), groups_(groups), on_question_(std::move(on_question)) {}
  ~ControlSocket();
  Status listen(const std::string& path);
  void answer(AskerId asker, const Answer& answer);
  // The asker hears every line of tell() from now on.
  void follow(AskerId asker);
  void tell(std::string_view line);

 private:
  struct Asker {
    Fd socket;
    Loop::Watch readable;
    Loop::Watch writable;
    std::string left;
    std::optional<Access> access;  // none: nobody we know
    bool answered = false;
    bool follows = false;
  };
  std::optional<Access> access_of(int socket) const;
  void send(AskerId id, std::string_view text);
  void accept();
  void read(AskerId id);
  void write(AskerId id);
  void drop(AskerId id);

  Loop& loop_;
  ControlGroups groups_;
  OnQuestion on_question_;
  std::string path_;
  Fd socket_;
  Loop::Watch acceptable_;
  std::map<AskerId, Asker> askers_;
  AskerId last_ = 0;
};

// The other side: asks, prints what comes, gives the answer's status; kNobody when nobody listens there.
inline constexpr int kNobody = 7;
int ask(const std::string& path, const std::string& question);
// The same, with the text instead of printing it; an error carries what to say and the exit status.
Result<std::string> ask_text(const std::string& path, const std::string& question);
bool somebody_listens(const std::string& path);

}  // namespace holdfast
