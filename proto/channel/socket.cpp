// Datagrams and descriptors over SOCK_SEQPACKET socketpairs, unix(7). Smuggled descriptors are dropped by giving recvmsg no room for them.
// SPDX-License-Identifier: Apache-2.0
#include "proto/channel/socket.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace holdfast {

namespace {

Error system_error(const char* what, int code) { return Error{std::string(what) + ": " + std::strerror(code), code}; }

// Takes every descriptor of the control data; the first is returned, further ones are closed.
Fd take_descriptor(msghdr& header) {
  Fd first;
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (item->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < count; ++index) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(item) + index * sizeof(int), sizeof number);
      Fd descriptor(number);
      if (!first) first = std::move(descriptor);
    }
  }
  return first;
}

}  // namespace

ChannelSocket::ChannelSocket(Fd socket, Descriptors descriptors) : socket_(std::move(socket)), descriptors_(descriptors) {}

// Without a descriptor by send(): a worker may not use sendmsg(), which can name an address.
Result<bool> ChannelSocket::transmit(const std::string& bytes, int descriptor) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (descriptor >= 0) {
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* item = CMSG_FIRSTHDR(&header);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(item), &descriptor, sizeof descriptor);
  }
  const auto put = [&] {
    if (descriptor < 0) return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return ::sendmsg(socket_.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  };
  while (put() < 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) return false;
    if (errno == ECONNRESET) return system_error("link", EPIPE);
    return system_error("link", errno);
  }
  return true;
}

Status ChannelSocket::send(std::string bytes, Fd descriptor, std::uint64_t key) {
  if (!socket_) return Error{"link is closed", EPIPE};
  if (bytes.empty() || bytes.size() > kDatagramMax) {
    return Error{"message of " + std::to_string(bytes.size()) + " octets, expected 1 to " + std::to_string(kDatagramMax), EMSGSIZE};
  }
  if (queue_.empty()) {
    HF_TRY(const bool sent, transmit(bytes, descriptor.get()));
    if (sent) return ok();
  }
  if (key != 0) {
    const auto same = std::find_if(queue_.begin(), queue_.end(), [key](const Waiting& waiting) { return waiting.key == key; });
    if (same != queue_.end()) queue_.erase(same);  // the later state goes behind what was queued since
  }
  if (queue_.size() >= kQueueMax) return Error{"link backlog is full: the peer does not read", ENOBUFS};
  queue_.push_back({std::move(bytes), std::move(descriptor), key});
  return ok();
}

Status ChannelSocket::flush() {
  while (!queue_.empty()) {
    HF_TRY(const bool sent, transmit(queue_.front().bytes, queue_.front().descriptor.get()));
    if (!sent) return ok();
    queue_.pop_front();
  }
  return ok();
}

Result<std::optional<Datagram>> ChannelSocket::receive() {
  buffer_.resize(kDatagramMax + 1);
  alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
  iovec part{buffer_.data(), buffer_.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (descriptors_ == Descriptors::kAccepted) {
    header.msg_control = control;
    header.msg_controllen = sizeof control;
  }
  const ssize_t length = ::recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (length < 0) {
    if (errno == EAGAIN || errno == EINTR) return std::optional<Datagram>{};
    if (errno == ECONNRESET) return system_error("link", EPIPE);
    return system_error("link", errno);
  }
  Datagram datagram;
  if (header.msg_control != nullptr) datagram.descriptor = take_descriptor(header);
  if (length == 0) return Error{"link: the peer has gone", EPIPE};
  if ((header.msg_flags & MSG_TRUNC) != 0 || static_cast<std::size_t>(length) > kDatagramMax) {
    return Error{"link: message of more than " + std::to_string(kDatagramMax) + " octets", EPROTO};
  }
  datagram.bytes.assign(buffer_.data(), static_cast<std::size_t>(length));
  return std::optional<Datagram>{std::move(datagram)};
}

Result<std::pair<Fd, Fd>> make_channel() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) return system_error("socketpair", errno);
  return std::pair{Fd(ends[0]), Fd(ends[1])};
}

Result<Fd> inherit_channel(int number) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) < 0) {
    return system_error(("descriptor " + std::to_string(number) + ", expected the link to the parent").c_str(), errno);
  }
  if (type != SOCK_SEQPACKET) return Error{"descriptor " + std::to_string(number) + " is not a SOCK_SEQPACKET socket", EPROTOTYPE};
  ::fcntl(number, F_SETFD, FD_CLOEXEC);
  ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
  return Fd(number);
}

}  // namespace holdfast
