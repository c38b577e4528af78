// BFD: the sockets that vrrpd is handed for its sessions, and the state of sessions on its way to checkerd. See supervisor.h.
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

void Supervisor::session_changed(TrackerId session, bool up) {
  sessions_up_[session] = up;
  tell_sessions();
}

// All of them each time: there are few, and who has just been started hears the same as who was there.
void Supervisor::tell_sessions() {
  if (!wants_checkerd() || !checkerd_.ready() || checkerd_.process().retired()) return;
  for (const BfdSession& session : plan_.vrrp.sessions) {
    const auto state = sessions_up_.find(session.id);
    if (!session.for_checker || state == sessions_up_.end()) continue;
    wire::ParentToCheckerd message;
    message.mutable_bfd_state()->set_name(session.name);
    message.mutable_bfd_state()->set_up(state->second);
    checkerd_.send(message);
  }
}

}  // namespace holdfast
