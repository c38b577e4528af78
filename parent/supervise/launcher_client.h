// The parent's side of the launcher's menu: one request, one answer, in order. Waits for the answer: the launcher does nothing else.
// Knows what may be asked, not why.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "parent/launcher/menu.h"
#include "parent/plan/plan.h"
#include "proto/channel/socket.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast {

class LauncherClient {
 public:
  explicit LauncherClient(Fd socket) : socket_(std::move(socket), ChannelSocket::Descriptors::kAccepted) {}

  struct Started {
    pid_t pid = 0;
    Fd pidfd;
  };
  struct Interface {
    std::uint32_t index = 0;
    std::uint32_t flags = 0;     // IFF_*
    std::optional<HardwareAddress> hardware;
  };

  // `link` becomes descriptor 3 of the child.
  Result<Started> start(launcher::Child child, std::uint32_t slot, Fd link);
  Status end(pid_t pid);
  Result<Fd> open_config_file(const std::string& path);
  Result<Fd> open_directory(const std::string& path);
  Result<Fd> open_advert_socket(const AdvertSocketWish& wish, std::uint32_t interface_index);
  Result<Fd> open_bfd_receiver(Family family, bool multihop);
  Result<Fd> open_bfd_sender(const BfdSession& session);
  Result<Fd> open_announce_socket();
  // For one run of this check; not connected.
  Result<Fd> open_check_socket(const Check& check);
  Result<Interface> look_up(const std::string& interface);

  // Readable when the launcher has gone: it never speaks unasked.
  int fd() const { return socket_.fd(); }
  // Looks, and closes our end if that is so.
  bool alive();

 private:
  struct Answer {
    launcher::Reply reply;
    Fd descriptor;
  };
  Result<Answer> ask(launcher::Item item, launcher::Request request, const std::string* path, Fd descriptor, const std::string& what);
  Result<Answer> gone(const std::string& what, const Error& error);

  ChannelSocket socket_;
  std::uint32_t cookie_ = 0;
};

}  // namespace holdfast
