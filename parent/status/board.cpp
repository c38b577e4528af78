// See board.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/board.h"

#include "proto/codec/values_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {

InstanceCounters operator-(const InstanceCounters& now, const InstanceCounters& base) {
  InstanceCounters result;
  using Member = std::uint64_t InstanceCounters::*;
  constexpr Member kMembers[] = {
      &InstanceCounters::adverts_received,    &InstanceCounters::adverts_sent,       &InstanceCounters::became_master,
      &InstanceCounters::released_master,     &InstanceCounters::length_errors,      &InstanceCounters::interval_errors,
      &InstanceCounters::ttl_errors,          &InstanceCounters::type_errors,        &InstanceCounters::address_list_errors,
      &InstanceCounters::invalid_auth_type,   &InstanceCounters::auth_type_mismatch, &InstanceCounters::auth_failures,
      &InstanceCounters::priority_zero_received, &InstanceCounters::priority_zero_sent,
      &InstanceCounters::unsigned_errors, &InstanceCounters::trailer_errors, &InstanceCounters::unknown_keys,
      &InstanceCounters::signature_errors, &InstanceCounters::stale_signatures, &InstanceCounters::replayed_signatures};
  for (const Member member : kMembers) {
    // A restarted vrrpd counts from zero again: then the base is of no use.
    result.*member = now.*member >= base.*member ? now.*member - base.*member : now.*member;
  }
  return result;
}

InstanceReport decode(const wire::InstanceStatus& message) {
  InstanceReport report;
  report.state = message.state() <= 3 ? static_cast<VrrpState>(message.state()) : VrrpState::kInit;
  report.effective_priority = message.effective_priority();
  if (message.has_master()) {
    if (auto master = decode(message.master())) report.master = *master;
  }
  report.master_advert_int = Duration{message.master_advert_int_us()};
  report.master_priority = message.master_priority();
  for (const std::string& fault : message.faults()) report.faults.push_back(printable(fault));
  report.since_transition = Duration{message.since_transition_us()};
  InstanceCounters& counters = report.counters;
  counters.adverts_received = message.adverts_received();
  counters.adverts_sent = message.adverts_sent();
  counters.became_master = message.became_master();
  counters.released_master = message.released_master();
  counters.length_errors = message.length_errors();
  counters.interval_errors = message.interval_errors();
  counters.ttl_errors = message.ttl_errors();
  counters.type_errors = message.type_errors();
  counters.address_list_errors = message.address_list_errors();
  counters.invalid_auth_type = message.invalid_auth_type();
  counters.auth_type_mismatch = message.auth_type_mismatch();
  counters.auth_failures = message.auth_failures();
  counters.priority_zero_received = message.priority_zero_received();
  counters.priority_zero_sent = message.priority_zero_sent();
  counters.unsigned_errors = message.unsigned_errors();
  counters.trailer_errors = message.trailer_errors();
  counters.unknown_keys = message.unknown_keys();
  counters.signature_errors = message.signature_errors();
  counters.stale_signatures = message.stale_signatures();
  counters.replayed_signatures = message.replayed_signatures();
  return report;
}

const InstanceReport& Board::of(InstanceId id) const {
  static const InstanceReport kNothing;
  const auto found = instances.find(id);
  return found == instances.end() ? kNothing : found->second;
}

std::string_view state_word(VrrpState state) {
  switch (state) {
    case VrrpState::kInit: return "INIT";
    case VrrpState::kBackup: return "BACKUP";
    case VrrpState::kMaster: return "MASTER";
    case VrrpState::kFault: return "FAULT";
  }
  return "";
}

std::string address_text(const VirtualAddress& address, bool held) {
  std::string text = address.prefix.to_string();
  if (address.peer) text = address.prefix.address.to_string() + " peer " + address.peer->to_string() + "/" + std::to_string(address.prefix.length);
  if (address.broadcast) text += " brd " + address.broadcast->to_string();
  text += " dev " + address.interface;
  constexpr std::uint8_t kLink = 253;
  constexpr std::uint8_t kHost = 254;
  constexpr std::uint8_t kSite = 200;
  text += " scope ";
  switch (address.scope) {
    case 0: text += "global"; break;
    case kLink: text += "link"; break;
    case kHost: text += "host"; break;
    case kSite: text += "site"; break;
    default: text += std::to_string(address.scope);
  }
  if (!address.label.empty()) text += " label " + address.label;
  if (address.no_track) text += " no_track";
  if (held) text += " set";
  return text;
}

}  // namespace holdfast
