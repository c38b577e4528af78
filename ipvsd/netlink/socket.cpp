// libmnl's sockets, non-blocking and close-on-exec.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/netlink/socket.h"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace holdfast::netlink {

namespace {

constexpr std::size_t kReceiveMax = 65536;      // the kernel's dumps use at most 32 KiB a datagram
constexpr std::size_t kSendMax = 65536;         // well below the default send buffer
constexpr std::uint32_t kFirstSequence = 1;     // 0 is what the kernel's own notifications carry

Error failure(const char* what) { return {std::string("netlink socket: ") + what + ": " + std::strerror(errno), errno}; }

bool is_answer(const nlmsghdr* header, std::uint32_t sequence) { return header->nlmsg_seq == sequence; }

// The errno of an NLMSG_ERROR or NLMSG_DONE message, 0 for a plain acknowledgement.
int code_of(const nlmsghdr* header) {
  std::int32_t code = 0;
  if (mnl_nlmsg_get_payload_len(header) >= sizeof code) std::memcpy(&code, mnl_nlmsg_get_payload(header), sizeof code);
  return -code;
}

template <class Each>
Status for_each_message(Octets datagram, Each each) {
  while (datagram.size() >= MNL_NLMSG_HDRLEN) {
    const auto* header = reinterpret_cast<const nlmsghdr*>(datagram.data());
    if (header->nlmsg_len < MNL_NLMSG_HDRLEN || header->nlmsg_len > datagram.size()) return Error{"netlink socket: a truncated message"};
    HF_OK(each(header));
    datagram = datagram.subspan(std::min<std::size_t>(MNL_ALIGN(header->nlmsg_len), datagram.size()));
  }
  return ok();
}

}  // namespace

void Socket::Close::operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }

Socket::Socket(mnl_socket* socket) : socket_(socket), buffer_(kReceiveMax) {}

Result<Socket> Socket::open(int bus, int receive_buffer) {
  mnl_socket* raw = mnl_socket_open2(bus, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (raw == nullptr) return failure("open");
  Socket socket(raw);
  if (mnl_socket_bind(raw, 0, MNL_SOCKET_AUTOPID) < 0) return failure("bind");
  const int number = mnl_socket_get_fd(raw);
  if (::setsockopt(number, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) < 0 &&
      ::setsockopt(number, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer) < 0) {
    return failure("receive buffer");
  }
  // Errors come back without a copy of the message that caused them. Old kernels cannot; nothing depends on it.
  const int on = 1;
  (void)mnl_socket_setsockopt(raw, NETLINK_CAP_ACK, const_cast<int*>(&on), sizeof on);
  return socket;
}

Status Socket::join(int group) {
  if (mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0) return failure("join group");
  return ok();
}

Status Socket::filter(std::span<const sock_filter> program) {
  const sock_fprog attached{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  if (::setsockopt(fd(), SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached) < 0) return failure("filter");
  return ok();
}

int Socket::fd() const { return mnl_socket_get_fd(socket_.get()); }
std::uint32_t Socket::port() const { return mnl_socket_get_portid(socket_.get()); }

Status Socket::send(Octets bytes) {
  if (mnl_socket_sendto(socket_.get(), bytes.data(), bytes.size()) < 0) return failure("send");
  return ok();
}

Result<Octets> Socket::receive() {
  ssize_t size = 0;
  do {
    size = mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
  } while (size < 0 && errno == EINTR);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Octets{};
  if (size < 0) return failure("receive");
  return Octets(buffer_.data(), static_cast<std::size_t>(size));
}

Result<std::vector<int>> Socket::transact(Batch& batch) {
  std::vector<int> codes(batch.messages(), 0);
  std::size_t first = 0;
  while (first < batch.messages()) {
    std::size_t count = 1;
    while (first + count < batch.messages() && count < kBatchMessagesMax && batch.part(first, count + 1).size() <= kSendMax) ++count;
    const std::uint32_t base = sequence_ + kFirstSequence;
    for (std::size_t at = 0; at < count; ++at) batch.message(first + at)->nlmsg_seq = base + static_cast<std::uint32_t>(at);
    batch.message(first + count - 1)->nlmsg_flags |= NLM_F_ACK;
    sequence_ += static_cast<std::uint32_t>(count);
    HF_OK(send(batch.part(first, count)));
    HF_OK(collect(first, count, base, codes));
    first += count;
  }
  return codes;
}

// Reads until the last message of the window has been answered.
Status Socket::collect(std::size_t first, std::size_t count, std::uint32_t base, std::vector<int>& codes) {
  bool finished = false;
  while (!finished) {
    HF_TRY(const Octets datagram, receive());
    if (datagram.empty()) return Error{"netlink socket: the kernel did not answer", ENODATA};
    HF_OK(for_each_message(datagram, [&](const nlmsghdr* header) -> Status {
      const std::uint32_t position = header->nlmsg_seq - base;
      if (header->nlmsg_type != NLMSG_ERROR || position >= count) return ok();
      codes[first + position] = code_of(header);
      finished = finished || position == count - 1;
      return ok();
    }));
  }
  return ok();
}

// The kernel answers inside the sending call; the acknowledgement of the last message before the end shows that it did.
Result<int> Socket::transact_whole(Batch& batch) {
  constexpr std::size_t kBrackets = 2;
  if (batch.messages() <= kBrackets) return 0;
  const std::uint32_t base = sequence_ + kFirstSequence;
  sequence_ += static_cast<std::uint32_t>(batch.messages());
  for (std::size_t at = 0; at < batch.messages(); ++at) batch.message(at)->nlmsg_seq = base + static_cast<std::uint32_t>(at);
  batch.message(batch.messages() - kBrackets)->nlmsg_flags |= NLM_F_ACK;
  HF_OK(send(batch.bytes()));
  int first = 0;
  bool answered = false;
  for (;;) {
    HF_TRY(const Octets datagram, receive());
    if (datagram.empty()) break;
    HF_OK(for_each_message(datagram, [&](const nlmsghdr* header) -> Status {
      if (header->nlmsg_type != NLMSG_ERROR || header->nlmsg_seq - base >= batch.messages()) return ok();
      answered = true;
      if (first == 0) first = code_of(header);
      return ok();
    }));
  }
  if (!answered) return Error{"netlink socket: the kernel did not answer", ENODATA};
  return first;
}

Status Socket::ask(Batch& batch, const OnMessage& on_message) {
  HF_CHECK(batch.messages() == 1);
  const std::uint32_t sequence = ++sequence_;
  nlmsghdr* request = batch.message(0);
  request->nlmsg_seq = sequence;
  if ((request->nlmsg_flags & NLM_F_DUMP) == 0) request->nlmsg_flags |= NLM_F_ACK;
  HF_OK(send(batch.bytes()));
  bool finished = false;
  Status failed = ok();
  while (!finished) {
    HF_TRY(const Octets datagram, receive());
    if (datagram.empty()) return Error{"netlink socket: the kernel did not answer", ENODATA};
    HF_OK(for_each_message(datagram, [&](const nlmsghdr* header) -> Status {
      if (!is_answer(header, sequence)) return ok();
      if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
        finished = true;
        const int code = code_of(header);
        if (code != 0) failed = Error{std::string("kernel: ") + std::strerror(code), code};
        return ok();
      }
      if (failed) failed = on_message(Octets(reinterpret_cast<const std::uint8_t*>(header), header->nlmsg_len));
      return ok();
    }));
  }
  return failed;
}

Result<bool> Socket::notifications(int datagrams_max, const OnMessage& on_message) {
  for (int count = 0; count < datagrams_max; ++count) {
    HF_TRY(const Octets datagram, receive());
    if (datagram.empty()) return true;
    HF_OK(for_each_message(datagram, [&](const nlmsghdr* header) {
      return on_message(Octets(reinterpret_cast<const std::uint8_t*>(header), header->nlmsg_len));
    }));
  }
  return false;
}

}  // namespace holdfast::netlink
