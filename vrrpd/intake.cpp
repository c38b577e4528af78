// One line per kind of rejection until the next accepted advert or state change, never more often than every ten seconds for one
// instance, and never more than one a second for all of them.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/intake.h"

namespace holdfast::vrrp {

const Traffic& Intake::traffic(InstanceId id) const {
  static const Traffic kNothing;
  const auto found = records_.find(id);
  return found == records_.end() ? kNothing : found->second.traffic;
}

Intake::Outcome Intake::take(const Router& router, const SocketKey& socket, const Packet& packet, const Clocks& now) {
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
  const Receiver receiver{view->source, view->state.master, view->state.priority == kOwnerPriority, record.header.heard(), &record.signatures, now};
  const Verdict verdict = judge(view->config, receiver, packet, *advert);
  if (verdict.rejection) return rejected(record, view->config, packet, *verdict.rejection, now.steady);
  record.muted.fill(false);
  if (!packet.datagram.empty()) record.header.accept(packet.sequence);
  if (!verdict.trailer.empty()) record.signatures.accept(*view->config.signing, verdict.trailer, packet.source, now);
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
  if (expected || record.muted[place] || now < record.quiet_until[place] || now < quiet_until_[place]) return {};
  record.muted[place] = true;
  quiet_until_[place] = now + kCauseLogSpacing;
  record.quiet_until[place] = now + kRejectionLogSpacing;
  Outcome outcome;
  outcome.line = "(" + config.name + ") advert from " + packet.source.to_string() + " rejected: " + describe(reason);
  return outcome;
}

std::uint32_t Intake::next_header_sequence(InstanceId id, const Clocks& now) {
  constexpr Duration kSecond{1'000'000};
  return records_[id].header.next(static_cast<std::uint32_t>(now.wall / kSecond));
}

Trailer Intake::sign(const VrrpInstance& config, std::span<const std::uint8_t> message, const IpAddress& source, const Clocks& now) {
  return records_[config.id].signatures.sign(*config.signing, message, config.version, config.vrid, source, now);
}

void Intake::forget(const Router& router) {
  std::erase_if(records_, [&](const auto& record) { return !router.view(record.first); });
}

}  // namespace holdfast::vrrp
