// BFD on the sockets that this process was handed: UDP to port 3784 or 4784 in, from one port per session out (RFC 5881 section 4, RFC 5883
// section 5). Here sessions meet descriptors, timers and the log; what a session does is decided in vrrpd/bfd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"
#include "vrrpd/bfd/sessions.h"

namespace holdfast::vrrp {

class BfdService {
 public:
  using Changed = std::function<void(const BfdSession& session, bool up)>;
  BfdService(Loop& loop, Changed changed);

  void apply(const std::vector<BfdSession>& sessions);
  void open_receiver(Family family, bool multihop, Fd socket);
  void open_sender(TrackerId session, Fd socket);
  // Says goodbye to every neighbour.
  void close();
  bool up(TrackerId session) const;

 private:
  struct Receiver {
    Fd socket;
    Loop::Watch readable;
  };
  void drain(Family family, bool multihop, int socket);
  void perform(const std::vector<bfd::Happened>& happened);
  void act(const BfdSession& session, const bfd::Send& send);
  void act(const BfdSession& session, const bfd::Entered& entered);
  void act(const BfdSession& session, const bfd::Expired& expired);
  void say_rejected(bfd::Rejection reason, const IpAddress& source);
  void arm();

  Loop& loop_;
  Changed changed_;
  bfd::Sessions sessions_;
  std::map<TrackerId, BfdSession> known_;  // also of sessions that close just now
  std::map<std::pair<Family, bool>, Receiver> receivers_;
  std::map<TrackerId, Fd> senders_;
  std::map<TrackerId, int> send_errors_;  // errno that was logged, until a send works again
  std::array<Instant, bfd::kRejections> quiet_until_{};
  Loop::Timer timer_;
  Instant armed_ = kNever;
};

}  // namespace holdfast::vrrp
