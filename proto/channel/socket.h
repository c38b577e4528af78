// One end of a SOCK_SEQPACKET socketpair: whole datagrams of at most 64 KiB, at most one descriptor with each. Knows no message type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast {

inline constexpr std::size_t kDatagramMax = 65536;
inline constexpr std::size_t kQueueMax = 4096;  // datagrams waiting for a slow peer; one more is an error

struct Datagram {
  std::string bytes;
  Fd descriptor;  // empty unless the end accepts descriptors and one came
};

class ChannelSocket {
 public:
  enum class Descriptors : bool { kRefused, kAccepted };
  ChannelSocket() = default;
  ChannelSocket(Fd socket, Descriptors descriptors);

  int fd() const { return socket_.get(); }
  bool open() const { return static_cast<bool>(socket_); }
  void close() { socket_.reset(); }
  // Sends at once or queues in order. A key (not 0) names a state: a queued datagram with the same key is replaced.
  Status send(std::string bytes, Fd descriptor = {}, std::uint64_t key = 0);
  // True while datagrams wait: watch for writability and call flush().
  bool backlogged() const { return !queue_.empty(); }
  std::size_t waiting() const { return queue_.size(); }
  Status flush();
  // No value: nothing there now. Error with code EPIPE: the peer is gone; EPROTO: empty or oversized datagram.
  Result<std::optional<Datagram>> receive();

 private:
  struct Waiting {
    std::string bytes;
    Fd descriptor;
    std::uint64_t key;
  };
  Result<bool> transmit(const std::string& bytes, int descriptor);

  Fd socket_;
  Descriptors descriptors_ = Descriptors::kRefused;
  std::deque<Waiting> queue_;
  std::vector<char> buffer_;
};

// A fresh pair, close-on-exec, non-blocking.
Result<std::pair<Fd, Fd>> make_channel();
// The descriptor that the launcher left at `number`, checked to be a SOCK_SEQPACKET Unix socket; sets close-on-exec and non-blocking.
Result<Fd> inherit_channel(int number);
// Where a child finds the link to its parent.
inline constexpr int kParentLinkFd = 3;

}  // namespace holdfast
