// Announces held addresses through the packet socket that the parent hands down. Until that has come, announcements wait.
// The socket can only send; frames go to an interface by number. What is not held any more is not announced.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "ipvsd/announce/pace.h"
#include "proto/runtime/fd.h"

namespace holdfast::announce {

inline constexpr std::size_t kFramesPerTurn = 64;  // then other work has its turn

// The link that an address is announced on.
struct Outlet {
  std::uint32_t index = 0;
  HardwareAddress hardware{};
  bool router = true;  // IPv6: the R flag
};

class Announcer {
 public:
  // Nothing: the address is not held, or its link is down or speaks no ARP.
  using FindOutlet = std::function<std::optional<Outlet>(const Target&)>;

  explicit Announcer(FindOutlet find_outlet) : find_outlet_(std::move(find_outlet)) {}

  void use(Fd packet_socket) { socket_ = std::move(packet_socket); }
  bool add(const Target& target, unsigned repeat, Duration interval, Instant now) { return pace_.add(target, repeat, interval, now); }
  // Sends what is due, at most kFramesPerTurn frames.
  void send(Instant now);
  Instant deadline() const { return socket_ ? pace_.deadline() : kNever; }
  std::size_t waiting() const { return pace_.waiting(); }
  std::size_t failures() const { return failures_; }  // frames that the link did not take

 private:
  void send_one(const Target&);

  FindOutlet find_outlet_;
  Pace pace_;
  Fd socket_;
  std::size_t failures_ = 0;
};

}  // namespace holdfast::announce
