// One netlink socket: opened before the sandbox is entered, used by request and answer. The kernel handles a request inside the
// sending call, so answers are read without ever waiting. Knows no message contents beyond headers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "ipvsd/netlink/attribute.h"
#include "ipvsd/netlink/batch.h"
#include "proto/runtime/result.h"

struct mnl_socket;

namespace holdfast::netlink {

class Socket {
 public:
  // Called with each whole message. An error ends the reading.
  using OnMessage = std::function<Status(Octets message)>;

  // `bus`: NETLINK_ROUTE, NETLINK_GENERIC. `receive_buffer`: octets, as much of it as the kernel grants.
  static Result<Socket> open(int bus, int receive_buffer);
  Status join(int group);
  // Drops what the program does not accept, before it is queued.
  Status filter(std::span<const sock_filter> program);
  int fd() const;
  std::uint32_t port() const;

  // Sends all messages in as few calls as the window allows; one errno per message, 0 for accepted.
  // An Error: the socket itself failed, and what the kernel did is not known.
  Result<std::vector<int>> transact(Batch&);
  // Sends a batch that the kernel takes as a whole or not at all, begin and end included. The first errno of its messages, or 0.
  Result<int> transact_whole(Batch&);
  // Sends the only message of `batch`, a dump or a plain request, and gives each answer to `on_message`.
  Status ask(Batch&, const OnMessage& on_message);
  // What has arrived by itself, at most `datagrams_max` datagrams. True: everything has been read.
  // Error ENOBUFS: notifications were lost; what was known has to be read anew.
  Result<bool> notifications(int datagrams_max, const OnMessage& on_message);

 private:
  struct Close {
    void operator()(mnl_socket*) const noexcept;
  };
  explicit Socket(mnl_socket* socket);
  Status send(Octets);
  Result<Octets> receive();  // empty: nothing there
  Status collect(std::size_t first, std::size_t count, std::uint32_t base, std::vector<int>& codes);

  std::unique_ptr<mnl_socket, Close> socket_;
  std::vector<std::uint8_t> buffer_;
  std::uint32_t sequence_ = 0;
};

}  // namespace holdfast::netlink
