// Plans, links between children and advert sockets. See supervisor.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/encode.h"
#include "parent/supervise/supervisor.h"
#include "proto/codec/values_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

constexpr int kExitConfiguration = 2;

}  // namespace

void Supervisor::tell_ipvsd() {
  if (!ipvsd_.ready() || ipvsd_.sent() == plan_.ipvs.generation) return;
  IpvsPlan with_kept = plan_.ipvs;
  with_kept.kept = kept_;
  auto messages = encode_plan(with_kept);
  if (!messages) return observer_.lost(messages.error().message, kExitConfiguration);
  ipvsd_.send_all(*messages);
  ipvsd_.note_sent(plan_.ipvs.generation);
}

// Links that the plan does not name any more go when nobody sends on them: also not a vrrpd that is about to end.
void Supervisor::drop_old_links() {
  if (!ipvsd_.ready() || (!wants_vrrpd() && vrrpd_.process().running())) return;
  wire::ParentToIpvsd message;
  message.mutable_drop_old_links()->set_generation(plan_.ipvs.generation);
  ipvsd_.send(message);
}

void Supervisor::tell_vrrpd() {
  if (!wants_vrrpd() || !vrrpd_.ready() || vrrpd_.process().retired()) return;
  if (!vrrpd_linked_) link_vrrpd();
  send_sockets();
  if (vrrpd_.sent() == plan_.vrrp.generation) return;
  std::vector<ResumedInstance> resumed;
  if (vrrpd_.sent() == 0 && resume_vrrpd_) {
    const Duration silence = loop_.now() - vrrpd_died_;
    for (const VrrpInstance& instance : plan_.vrrp.instances) {
      const auto last = last_states_.find(instance.id);
      if (last == last_states_.end()) continue;
      if (may_resume(silence, instance.advert_int, instance.down_timer_adverts)) resumed.push_back(last->second);
    }
  }
  resume_vrrpd_ = false;
  auto messages = encode_plan(plan_.vrrp, resumed);
  if (!messages) return observer_.lost(messages.error().message, kExitConfiguration);
  vrrpd_.send_all(*messages);
  vrrpd_.note_sent(plan_.vrrp.generation);
  for (const auto& [id, value] : told_trackers_) send_tracker(id, value);
}

void Supervisor::tell_checkerd() {
  if (!wants_checkerd() || !checkerd_.ready() || checkerd_.process().retired()) return;
  if (!checkerd_linked_) link_checkerd();
  link_workers();
  if (checkerd_.sent() == plan_.check.generation || !files_are_read()) return;
  tell_checks();
  std::vector<CheckVerdict> verdicts;
  std::vector<ServiceId> quorum;
  if (checkerd_.sent() == 0) {
    for (const auto& [id, verdict] : verdicts_) verdicts.push_back(verdict);
    quorum.assign(quorum_up_.begin(), quorum_up_.end());
  }
  auto messages = encode_plan(plan_.check, verdicts, quorum);
  if (!messages) return observer_.lost(messages.error().message, kExitConfiguration);
  checkerd_.send_all(*messages);
  checkerd_.note_sent(plan_.check.generation);
}

void Supervisor::link_vrrpd() {
  auto ends = make_channel();
  if (!ends) return observer_.lost(ends.error().message, 1);
  vrrpd_linked_ = true;
  ++epoch_;
  wire::ParentToIpvsd for_ipvsd;
  for_ipvsd.mutable_peer_link()->set_peer(wire::PeerLink::VRRPD);
  for_ipvsd.mutable_peer_link()->set_epoch(epoch_);
  ipvsd_.send(for_ipvsd, std::move(ends->first));
  wire::ParentToVrrpd for_vrrpd;
  for_vrrpd.mutable_ipvsd_link()->set_epoch(epoch_);
  vrrpd_.send(for_vrrpd, std::move(ends->second));
}

void Supervisor::link_checkerd() {
  auto ends = make_channel();
  if (!ends) return observer_.lost(ends.error().message, 1);
  checkerd_linked_ = true;
  ++epoch_;
  wire::ParentToIpvsd for_ipvsd;
  for_ipvsd.mutable_peer_link()->set_peer(wire::PeerLink::CHECKERD);
  for_ipvsd.mutable_peer_link()->set_epoch(epoch_);
  ipvsd_.send(for_ipvsd, std::move(ends->first));
  wire::ParentToCheckerd for_checkerd;
  for_checkerd.mutable_ipvsd_link()->set_epoch(epoch_);
  checkerd_.send(for_checkerd, std::move(ends->second));
}

void Supervisor::link_workers() {
  if (!checkerd_.ready()) return;
  for (auto& [slot, worker] : workers_) {
    if (!worker.link) continue;
    wire::ParentToCheckerd message;
    message.mutable_worker_link()->set_slot(slot);
    checkerd_.send(message, std::move(worker.link));
    worker.link = {};
  }
}

std::uint32_t Supervisor::index_of(const std::string& interface) {
  if (const auto known = interfaces_.find(interface); known != interfaces_.end()) {
    return known->second.present ? known->second.index : 0;
  }
  const auto found = launcher_.look_up(interface);
  return found ? found->index : 0;
}

void Supervisor::send_sockets() {
  for (const AdvertSocketWish& wish : plan_.sockets) send_socket(wish);
  send_bfd_sockets();
}

// A socket is opened once per interface as it is now: again when the interface came back as another one.
void Supervisor::send_socket(const AdvertSocketWish& wish) {
  const std::uint32_t index = wish.interface.empty() ? 0 : index_of(wish.interface);
  if (index == 0 && !wish.interface.empty()) return;  // its link facts will bring us here again
  SocketSent& sent = sockets_[{wish.interface, wish.family, wish.unicast, wish.header, wish.unicast ? wish.source : wish.group}];
  if (sent.wish == wish && sent.index == index && !(sent.wish == AdvertSocketWish{} && index == 0)) return;
  auto socket = launcher_.open_advert_socket(wish, index);
  if (!socket) {
    log_error(LogEvent::kDegraded, socket.error().message);
    return;
  }
  sent = {wish, index};
  wire::ParentToVrrpd message;
  message.mutable_advert_socket()->set_interface_index(index);
  message.mutable_advert_socket()->set_family(wish.family == Family::kIpv4 ? 4 : 6);
  message.mutable_advert_socket()->set_unicast(wish.unicast);
  message.mutable_advert_socket()->set_interface(wish.interface);
  message.mutable_advert_socket()->set_header(wish.header);
  const bool usual_group = !wish.unicast && (wish.group == kVrrpGroup4 || wish.group == kVrrpGroup6);
  const IpAddress& address = wish.unicast ? wish.source : wish.group;
  if (!usual_group && !address.is_unspecified()) encode(address, *message.mutable_advert_socket()->mutable_address());
  vrrpd_.send(message, std::move(*socket));
}

}  // namespace holdfast
