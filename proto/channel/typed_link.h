// One end of one link. The types say who may say what: Link<VrrpdToIpvsd, IpvsdToVrrpd> cannot send anything else.
// Attached to a Loop it delivers at most 16 messages per wake-up, flushes its backlog, and reports the end of the link once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "proto/channel/socket.h"
#include "proto/runtime/loop.h"

namespace holdfast {

inline constexpr int kMessagesPerWakeup = 16;

template <class Out, class In>
class Link {
 public:
  // `message` has its oneof set. The descriptor is empty where the link does not carry any.
  using OnMessage = std::function<void(In& message, Fd descriptor)>;
  // Called once: `error.code` is EPIPE when the peer has gone, EPROTO when it sent nonsense. The link is closed by then.
  using OnClosed = std::function<void(const Error& error)>;

  Link() = default;
  Link(Loop& loop, Fd socket, ChannelSocket::Descriptors descriptors, OnMessage on_message, OnClosed on_closed)
      : body_(std::make_unique<Body>(loop, std::move(socket), descriptors, std::move(on_message), std::move(on_closed))) {
    body_->start();
  }

  bool open() const { return body_ && !body_->ended; }
  // Messages wait for a slow peer: a sender of much that can wait holds back until they are gone.
  bool backlogged() const { return body_ && body_->socket.backlogged(); }
  std::size_t waiting() const { return body_ ? body_->socket.waiting() : 0; }
  // Refuses a message without a body (it would be an empty datagram, which reads as the peer's end) and one over 64 KiB.
  Status send(const Out& message, Fd descriptor = {}, std::uint64_t coalesce_key = 0) {
    if (!open()) return Error{"link is closed", EPIPE};
    if (message.body_case() == Out::BODY_NOT_SET) return Error{"message without a body", EINVAL};
    std::string bytes;
    message.SerializeToString(&bytes);
    Status sent = body_->socket.send(std::move(bytes), std::move(descriptor), coalesce_key);
    body_->watch_backlog();
    return sent;
  }
  // Delivers what a peer that has ended said last: as much as its socket held.
  void drain() {
    while (open() && body_->read()) {
    }
  }
  void close() { body_.reset(); }  // not from inside OnMessage of this link: use loop.later()

 private:
  struct Body {
    Body(Loop& l, Fd s, ChannelSocket::Descriptors d, OnMessage m, OnClosed c)
        : loop(l), socket(std::move(s), d), on_message(std::move(m)), on_closed(std::move(c)) {}
    void start() {
      readable = loop.on_readable(socket.fd(), [this] { (void)read(); });
    }
    // False: there is no more for now.
    bool read() {
      for (int count = 0; count < kMessagesPerWakeup && !ended; ++count) {
        auto datagram = socket.receive();
        if (!datagram) return end(datagram.error());
        if (!*datagram) return false;
        In message;
        const std::string& bytes = (*datagram)->bytes;
        if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || message.body_case() == In::BODY_NOT_SET) {
          return end(Error{"message of " + std::to_string(bytes.size()) + " octets is malformed", EPROTO});
        }
        on_message(message, std::move((*datagram)->descriptor));
      }
      return !ended;
    }
    void watch_backlog() {
      if (ended || socket.backlogged() == static_cast<bool>(writable)) return;
      if (!socket.backlogged()) return;
      writable = loop.on_writable(socket.fd(), [this] {
        if (ended) return;
        if (auto status = socket.flush(); !status) return static_cast<void>(end(status.error()));
        if (!socket.backlogged()) loop.later([this, alive = std::weak_ptr<bool>(token)] {
          if (alive.lock() && !socket.backlogged()) writable = {};
        });
      });
    }
    bool end(const Error& error) {
      if (ended) return false;
      const Error copy = error;
      ended = true;
      // The watches go before the descriptor does, and not from their own callbacks: a fresh link may get the same number at once, and the
      // loop must not take the one for the other.
      loop.later([this, alive = std::weak_ptr<bool>(token)] {
        if (!alive.lock()) return;
        readable = {};
        writable = {};
        socket.close();
      });
      if (on_closed) on_closed(copy);
      return false;
    }
    Loop& loop;
    ChannelSocket socket;
    OnMessage on_message;
    OnClosed on_closed;
    Loop::Watch readable;
    Loop::Watch writable;
    bool ended = false;
    std::shared_ptr<bool> token = std::make_shared<bool>(true);
  };
  std::unique_ptr<Body> body_;
};

}  // namespace holdfast
