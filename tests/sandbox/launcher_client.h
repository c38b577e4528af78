// A bare client of the launcher's menu, for tests: one request, one reply, nothing hidden.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstring>
#include <optional>
#include <string>

#include "parent/launcher/menu.h"
#include "proto/runtime/fd.h"

namespace holdfast::launcher {

struct Answer {
  Reply reply;
  Fd descriptor;
};

inline bool send_bytes(int link, const void* bytes, std::size_t size, int descriptor = -1) {
  iovec part{const_cast<void*>(bytes), size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* item = CMSG_FIRSTHDR(&message);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(item), &descriptor, sizeof descriptor);
  }
  return sendmsg(link, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}

// Nothing: the launcher has closed the link.
inline std::optional<Answer> receive_answer(int link) {
  Answer answer;
  iovec part{&answer.reply, sizeof answer.reply};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (recvmsg(link, &message, MSG_CMSG_CLOEXEC) != static_cast<ssize_t>(sizeof answer.reply)) return {};
  if (const cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(item), sizeof descriptor);
    answer.descriptor = Fd(descriptor);
  }
  return answer;
}

inline std::optional<Answer> ask(int link, Request request, Item item, int descriptor = -1) {
  request.item = static_cast<std::uint16_t>(item);
  if (!send_bytes(link, &request, sizeof request, descriptor)) return {};
  return receive_answer(link);
}

inline std::optional<Answer> ask_path(int link, Item item, const std::string& path) {
  PathRequest request;
  request.request.item = static_cast<std::uint16_t>(item);
  path.copy(request.path, sizeof request.path - 1);
  if (!send_bytes(link, &request, sizeof request)) return {};
  return receive_answer(link);
}

}  // namespace holdfast::launcher
