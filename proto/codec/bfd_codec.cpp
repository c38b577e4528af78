// BFD sessions <-> messages: bfd_instance of a VRRP plan. See vrrp_codec.h.
// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/bounds.h"
#include "proto/codec/values_codec.h"
#include "proto/codec/vrrp_codec.h"

namespace holdfast {

void encode(const BfdSession& session, wire::BfdSession& message) {
  message.set_id(session.id.value);
  message.set_name(session.name);
  encode(session.neighbour, *message.mutable_neighbour());
  if (session.source) encode(*session.source, *message.mutable_source());
  message.set_min_rx_us(session.min_rx.count());
  message.set_min_tx_us(session.min_tx.count());
  message.set_idle_tx_us(session.idle_tx.count());
  message.set_multiplier(session.multiplier);
  message.set_passive(session.passive);
  message.set_multihop(session.multihop);
  message.set_ttl(session.ttl);
  message.set_ttl_min(session.ttl_min);
  message.set_for_vrrp(session.for_vrrp);
  message.set_for_checker(session.for_checker);
}

static Result<Duration> interval(const char* field, std::int64_t microseconds) {
  constexpr std::int64_t kWireMax = 0xffffffff;  // what the packet has room for
  HF_TRY(const std::int64_t bounded, bounds::within<std::int64_t>(field, microseconds, 1, kWireMax));
  return Duration{bounded};
}

Result<BfdSession> decode(const wire::BfdSession& message) {
  BfdSession session;
  HF_TRY(session.id, bounds::identifier<TrackerId>("bfd_instance", message.id()));
  HF_TRY(session.name, bounds::text("bfd_instance", message.name(), kNameMax, 1));
  HF_TRY(session.neighbour, decode(message.neighbour()));
  if (message.has_source()) {
    HF_TRY(session.source, decode(message.source()));
    if (session.source->family() != session.neighbour.family()) return Error{"bfd_instance " + session.name + ": source of the other family"};
  }
  HF_TRY(session.min_rx, interval("min_rx", message.min_rx_us()));
  HF_TRY(session.min_tx, interval("min_tx", message.min_tx_us()));
  HF_TRY(session.idle_tx, interval("idle_tx", message.idle_tx_us()));
  HF_TRY(session.multiplier, bounds::within<std::uint8_t>("multiplier", message.multiplier(), 1, 255));
  session.passive = message.passive();
  session.multihop = message.multihop();
  HF_TRY(session.ttl, bounds::within<std::uint8_t>("ttl", message.ttl(), 1, 255));
  HF_TRY(session.ttl_min, bounds::within<std::uint8_t>("least ttl", message.ttl_min(), 0, 255));
  session.for_vrrp = message.for_vrrp();
  session.for_checker = message.for_checker();
  return session;
}

}  // namespace holdfast
