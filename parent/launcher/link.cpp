// See link.h. recvmsg(2), unix(7): there is room for one descriptor; padding may carry a second one, which is closed.
// SPDX-License-Identifier: Apache-2.0
#include "parent/launcher/link.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace holdfast::launcher {

namespace {

Fd take_descriptor(msghdr& message) {
  Fd first;
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (item->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < count; ++index) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(item) + index * sizeof number, sizeof number);
      Fd descriptor(number);
      if (!first) first = std::move(descriptor);
    }
  }
  return first;
}

}  // namespace

std::optional<PathRequest> parse_request(std::string_view bytes) {
  PathRequest parsed;
  if (bytes.size() != kRequestSize && bytes.size() != kPathRequestSize) return {};
  std::memcpy(&parsed, bytes.data(), bytes.size());
  const Request& head = parsed.request;
  const bool with_path = has_path(static_cast<Item>(head.item));
  if (head.version != kMenuVersion || bytes.size() != (with_path ? kPathRequestSize : kRequestSize)) return {};
  if (head.slot >= kSlotMax || head.interface[sizeof head.interface - 1] != '\0') return {};
  const bool check = static_cast<Item>(head.item) == Item::kOpenCheckSocket;
  if (!check && (head.kind != 0 || head.port != 0 || head.mark != 0)) return {};
  if (head.reserved != 0) return {};
  if (with_path && (parsed.path[0] != '/' || parsed.path[kPathMax - 1] != '\0')) return {};
  return parsed;
}

std::optional<Received> receive_request(int link) {
  std::array<char, kPathRequestSize> bytes;
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = -1;
  do size = recvmsg(link, &message, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size <= 0) return {};
  Received received;
  received.descriptor = take_descriptor(message);
  const bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  const auto request = whole ? parse_request({bytes.data(), static_cast<std::size_t>(size)}) : std::nullopt;
  if (!request) {
    std::fprintf(stderr, "holdfast: launcher: malformed request of %zd octets; ending\n", size);
    return {};
  }
  received.request = *request;
  return received;
}

bool send_reply(int link, const Reply& reply, const Fd& descriptor) {
  Reply copy = reply;
  iovec part{&copy, sizeof copy};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* item = CMSG_FIRSTHDR(&message);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = descriptor.get();
    std::memcpy(CMSG_DATA(item), &number, sizeof number);
  }
  ssize_t sent = -1;
  do sent = sendmsg(link, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof copy);
}

}  // namespace holdfast::launcher
