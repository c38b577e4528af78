// Sockets of checks. See connector.h; ip(7), ipv6(7), socket(7), tcp(7), connect(2).
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/connect/connector.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace holdfast {

namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketAddress socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress made;
  const auto octets = address.octets();
  if (address.is_v4()) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&made.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    std::memcpy(&v4->sin_addr, octets.data(), octets.size());
    made.size = sizeof *v4;
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&made.storage);  // a link-local target needs no scope: the socket is bound to its device
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    std::memcpy(&v6->sin6_addr, octets.data(), octets.size());
    made.size = sizeof *v6;
  }
  return made;
}

Error local(const std::string& what) { return Error{what + ": " + std::strerror(errno), errno}; }

int type_of(const Check& check) {
  const bool datagrams = std::holds_alternative<DnsCheck>(check.what) || std::holds_alternative<UdpCheck>(check.what) ||
                         std::holds_alternative<PingCheck>(check.what);
  return datagrams ? SOCK_DGRAM : SOCK_STREAM;
}

int protocol_of(const Check& check) {
  if (std::holds_alternative<PingCheck>(check.what)) return check.address.is_v4() ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  return type_of(check) == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
}

// EPERM or EACCES: the kernel wants a right for it that this process does not have.
Result<Fd> open_socket(const Check& check) {
  Fd socket(::socket(check.address.is_v4() ? AF_INET : AF_INET6, type_of(check) | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol_of(check)));
  if (!socket) return local("socket");
  if (!check.bind_interface.empty() && ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, check.bind_interface.c_str(),
                                                    static_cast<socklen_t>(check.bind_interface.size() + 1)) != 0) {
    return local("bind_if " + check.bind_interface);
  }
  if (check.fwmark != 0 && ::setsockopt(socket.get(), SOL_SOCKET, SO_MARK, &check.fwmark, sizeof check.fwmark) != 0) {
    return local("fwmark " + std::to_string(check.fwmark));
  }
  if (check.bind_address || check.bind_port != 0) {
    const bool ping = std::holds_alternative<PingCheck>(check.what);  // a port would be its identifier
    const IpAddress any = check.address.is_v4() ? IpAddress{} : IpAddress::v6({});
    const SocketAddress source = socket_address(check.bind_address.value_or(any), ping ? std::uint16_t{0} : check.bind_port);
    const int on = 1;
    if (check.bind_port != 0 && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return local("bind_port");
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&source.storage), source.size) != 0) {
      return local("bindto " + check.bind_address.value_or(any).to_string() + " port " + std::to_string(check.bind_port));
    }
  }
  return socket;
}

// Errors of connect(2) that say something about this host only.
bool is_local(int code) { return code == EADDRNOTAVAIL || code == EADDRINUSE || code == EAGAIN || code == ENOBUFS || code == ENOMEM; }

ConnectResult failed(int code, bool at_once) {
  using Kind = ConnectResult::Kind;
  // At once: our own routing table says so. Later it would be the word of somebody on the way.
  const bool no_route = at_once && (code == ENETUNREACH || code == EHOSTUNREACH);
  return {no_route ? Kind::kNoRoute : is_local(code) ? Kind::kLocal : Kind::kFailed, {}, std::string("connect: ") + std::strerror(code)};
}

}  // namespace

Connector::Connector(Loop& loop) : loop_(loop), timer_(loop.timer([this] { on_time(); })) {}

void Connector::begin(std::uint64_t run, const Check& check, Fd prepared, Done done) {
  using Kind = ConnectResult::Kind;
  auto& attempt = attempts_[run];
  attempt = std::make_unique<Attempt>();
  attempt->done = std::move(done);
  if (!prepared) {
    auto socket = open_socket(check);
    if (!socket) {
      const bool rights = socket.error().code == EPERM || socket.error().code == EACCES;
      return finish(run, {rights ? Kind::kNeedsRights : Kind::kLocal, {}, socket.error().message});
    }
    prepared = *std::move(socket);
  }
  attempt->socket = std::move(prepared);
  // A raw socket has no port.
  const SocketAddress target = socket_address(check.address, std::holds_alternative<PingCheck>(check.what) ? std::uint16_t{0} : check.port);
  if (::connect(attempt->socket.get(), reinterpret_cast<const sockaddr*>(&target.storage), target.size) == 0) {
    return finish(run, {Kind::kEstablished, std::move(attempt->socket), {}});
  }
  if (errno != EINPROGRESS) return finish(run, failed(errno, true));
  attempt->writable = loop_.on_writable(attempt->socket.get(), [this, run] { on_writable(run); });
  attempt->deadline = loop_.now() + check.connect_timeout;
  deadlines_.emplace(attempt->deadline, run);
  watch_time(attempt->deadline);
}

void Connector::watch_time(Instant deadline) {
  if (deadline < timer_.deadline()) timer_.arm(deadline);
}

void Connector::on_time() {
  const Instant now = loop_.now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    finish(deadlines_.begin()->second, {ConnectResult::Kind::kTimedOut, {}, "connect: no answer in time"});
  }
  if (!deadlines_.empty()) watch_time(deadlines_.begin()->first);
}

void Connector::on_writable(std::uint64_t run) {
  const auto at = attempts_.find(run);
  if (at == attempts_.end()) return;
  int code = 0;
  socklen_t size = sizeof code;
  if (::getsockopt(at->second->socket.get(), SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
  if (code != 0) return finish(run, failed(code, false));
  finish(run, {ConnectResult::Kind::kEstablished, std::move(at->second->socket), {}});
}

// The attempt outlives the callback of its own watch.
std::unique_ptr<Connector::Attempt> Connector::take(std::uint64_t run) {
  const auto at = attempts_.find(run);
  if (at == attempts_.end()) return nullptr;
  std::unique_ptr<Attempt> attempt = std::move(at->second);
  attempts_.erase(at);
  deadlines_.erase({attempt->deadline, run});
  return attempt;
}

void Connector::finish(std::uint64_t run, ConnectResult result) {
  std::shared_ptr<Attempt> attempt = take(run);
  if (!attempt) return;
  // The descriptor may be passed on and closed: the watch on it goes first, from outside its own callback.
  attempt->result = std::move(result);
  loop_.later([attempt] {
    attempt->writable = {};
    attempt->done(std::move(attempt->result));
  });
}

void Connector::cancel(std::uint64_t run) {
  std::shared_ptr<Attempt> attempt = take(run);
  if (attempt) loop_.later([attempt] {});
}

}  // namespace holdfast
