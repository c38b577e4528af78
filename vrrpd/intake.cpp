// One line per kind of rejection until the next accepted advert or state change, and never more often than every ten seconds.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/intake.h"

namespace holdfast::vrrp {

const Traffic& Intake::traffic(InstanceId id) const {
  static const Traffic kNothing;
  const auto found = records_.find(id);
  return found == records_.end() ? kNothing : found->second.traffic;
}

Intake::Outcome Intake::take(const Router& router, const SocketKey& socket, const Packet& packet, Instant now) {
  const auto advert = decode(packet.message, socket.family);
  const auto id = advert ? router.listener(socket, advert->vrid, packet.destination) : std::nullopt;
  if (!id) {
    ++unknown_vrids_;
    return {};
  }
  const auto view = router.view(*id);
  const bool leaves = view->state.leaves_by != kNever;  // and listens for who comes next
  if ((view->state.state == VrrpState::kInit && !leaves) || view->state.state == VrrpState::kFault) return {};
  Record& record = records_[*id];
  const Receiver receiver{view->source, view->state.master, view->state.priority == kOwnerPriority};
  const Verdict verdict = judge(view->config, receiver, packet, *advert);
  if (verdict.rejection) return rejected(record, view->config, packet, *verdict.rejection, now);
  record.muted.fill(false);
  ++record.traffic.received;
  if (advert->priority == 0) ++record.traffic.priority_zero_received;
  if (verdict.addresses_differ) ++record.traffic.rejected.addresses_differed;
  Outcome outcome;
  if (verdict.old_checksum && !record.traffic.old_checksum) {
    record.traffic.old_checksum = true;
    outcome.line = "(" + view->config.name + ") Setting unicast VRRPv3 checksum to old version";
  }
  outcome.event = InstanceHeard{*id, packet.source, advert->priority, advert->interval};
  return outcome;
}

Intake::Outcome Intake::rejected(Record& record, const VrrpInstance& config, const Packet& packet, Rejection reason, Instant now) {
  record.traffic.rejected.count(reason);
  const auto place = static_cast<std::size_t>(reason);
  const bool expected = reason == Rejection::kOwnPacket || reason == Rejection::kDestination;  // what shared sockets bring along
  if (expected || record.muted[place] || now < record.quiet_until[place]) return {};
  record.muted[place] = true;
  record.quiet_until[place] = now + kRejectionLogSpacing;
  Outcome outcome;
  outcome.line = "(" + config.name + ") advert from " + packet.source.to_string() + " rejected: " + describe(reason);
  return outcome;
}

void Intake::forget(const Router& router) {
  std::erase_if(records_, [&](const auto& record) { return !router.view(record.first); });
}

}  // namespace holdfast::vrrp
