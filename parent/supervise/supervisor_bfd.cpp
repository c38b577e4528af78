// BFD: the sockets that vrrpd is handed for its sessions. See supervisor.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/supervisor.h"
#include "proto/runtime/log.h"

namespace holdfast {

// A socket is opened once per vrrpd, and again when a reload changes what it is bound to or sends with.
void Supervisor::send_bfd_sockets() {
  std::set<TrackerId> wanted;
  for (const BfdSession& session : plan_.vrrp.sessions) {
    wanted.insert(session.id);
    const std::pair receiver{session.neighbour.family(), session.multihop};
    wire::ParentToVrrpd message;
    message.mutable_bfd_socket()->set_family(session.neighbour.is_v4() ? 4 : 6);
    message.mutable_bfd_socket()->set_multihop(session.multihop);
    if (!bfd_receivers_.contains(receiver)) {
      auto socket = launcher_.open_bfd_receiver(receiver.first, receiver.second);
      if (socket) {
        bfd_receivers_.insert(receiver);
        vrrpd_.send(message, std::move(*socket));
      } else {
        log_error(LogEvent::kDegraded, socket.error().message + ": no BFD session of this kind can come up");
      }
    }
    const auto sent = bfd_senders_.find(session.id);
    if (sent != bfd_senders_.end() && sent->second.source == session.source && sent->second.ttl == session.ttl) continue;
    auto socket = launcher_.open_bfd_sender(session);
    if (!socket) {
      log_error(LogEvent::kDegraded, socket.error().message);
      continue;
    }
    bfd_senders_[session.id] = session;
    message.mutable_bfd_socket()->set_session(session.id.value);
    vrrpd_.send(message, std::move(*socket));
  }
  if (wanted.empty()) bfd_receivers_.clear();  // vrrpd closes them with the last session
  std::erase_if(bfd_senders_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  std::erase_if(sessions_up_, [&](const auto& entry) { return !wanted.contains(entry.first); });
}

}  // namespace holdfast
