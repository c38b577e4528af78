// ipvsd's plan items <-> messages. Field by field, in the order of proto/value/ipvs_plan.h.
// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/ipvs_codec.h"

#include <algorithm>

#include "proto/codec/bounds.h"
#include "proto/codec/values_codec.h"

namespace holdfast {

static constexpr long long kU32Max = UINT32_MAX;

static void encode(const ServiceKey& key, wire::ServiceKey& message) {
  message.set_family(static_cast<std::uint32_t>(key.family));
  message.set_protocol(static_cast<std::uint32_t>(key.protocol));
  message.set_fwmark(key.fwmark);
  if (key.fwmark != 0) return;
  encode(key.address, *message.mutable_address());
  message.set_port(key.port);
}

static Result<Protocol> protocol_of(std::uint32_t number) {
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp, Protocol::kSctp}) {
    if (static_cast<std::uint32_t>(protocol) == number) return protocol;
  }
  return Error{"protocol is " + std::to_string(number) + ", expected 6, 17 or 132"};
}

static Result<ServiceKey> decode(const wire::ServiceKey& message) {
  ServiceKey key;
  if (message.family() != 4 && message.family() != 6) return Error{"service family is not 4 or 6"};
  key.family = static_cast<Family>(message.family());
  HF_TRY(key.protocol, protocol_of(message.protocol()));
  key.fwmark = message.fwmark();
  if (key.fwmark != 0) return key;
  HF_TRY(key.address, decode(message.address()));
  if (key.address.family() != key.family) return Error{"service address is not of its family"};
  HF_TRY(key.port, bounds::within<std::uint16_t>("service port", message.port(), 0, 65535));
  return key;
}

void encode(const VirtualAddress& address, wire::VirtualAddress& message) {
  encode(address.prefix, *message.mutable_prefix());
  message.set_interface(address.interface);
  message.set_scope(address.scope);
  message.set_label(address.label);
  if (address.broadcast) encode(*address.broadcast, *message.mutable_broadcast());
  if (address.peer) encode(*address.peer, *message.mutable_peer());
  message.set_flags(address.flags);
  if (address.preferred) message.set_preferred(*address.preferred);
  message.set_no_track(address.no_track);
}

void encode(const InstanceRights& rights, wire::InstanceRights& message, std::size_t addresses_max) {
  message.set_id(rights.id.value);
  message.set_name(rights.name);
  message.set_interface(rights.interface);
  const std::size_t addresses = std::min(rights.addresses.size(), addresses_max);
  for (std::size_t index = 0; index < addresses; ++index) encode(rights.addresses[index], *message.add_addresses());
  message.set_promote_secondaries(rights.promote_secondaries);
  message.set_garp_interval_us(rights.garp_interval.count());
  message.set_gna_interval_us(rights.gna_interval.count());
  message.set_no_accept(rights.no_accept);
  message.set_extra_every_us(rights.extra_every.count());
  message.set_extra_delay_us(rights.extra_delay.count());
  message.set_extra_everywhere(rights.extra_everywhere);
  message.set_advert_interface(rights.advert_interface);
}

void encode(const Service& service, wire::Service& message) {
  message.set_id(service.id.value);
  encode(service.key, *message.mutable_key());
  message.set_scheduler(service.scheduler);
  message.set_flags(service.flags);
  message.set_timeout(service.timeout);
  message.set_netmask(service.netmask);
  message.set_persistence_engine(service.persistence_engine);
}

void encode(const Destination& destination, wire::Destination& message) {
  message.set_id(destination.id.value);
  message.set_service(destination.service.value);
  encode(destination.address, *message.mutable_address());
  message.set_port(destination.port);
  message.set_forwarding(static_cast<std::uint32_t>(destination.forwarding));
  message.set_upper_threshold(destination.upper_threshold);
  message.set_lower_threshold(destination.lower_threshold);
  message.set_tunnel(static_cast<std::uint32_t>(destination.tunnel));
  message.set_tunnel_port(destination.tunnel_port);
  message.set_tunnel_flags(destination.tunnel_flags);
}

// What a plan says beside its lists.
void encode(const IpvsPlan& plan, wire::IpvsSettings& message) {
  message.set_uses_ipvs(plan.uses_ipvs);
  message.set_lvs_flush(plan.lvs_flush);
  message.set_keep_ipvs(plan.keep_ipvs);
  message.set_keep_vrrp(plan.keep_vrrp);
  message.set_vrrpd_absence_us(plan.vrrpd_absence.count());
  message.set_firewall_table(plan.firewall.table);
  message.set_firewall_priority(plan.firewall.priority);
  message.set_firewall_counters(plan.firewall.counters);
  message.set_quiet_igmp(plan.quiet_igmp);
  message.set_withdraw_only(plan.withdraw_only);
  message.set_flush_on_stop(plan.flush_on_stop);
  message.mutable_timeouts()->set_tcp(plan.timeouts.tcp);
  message.mutable_timeouts()->set_tcp_fin(plan.timeouts.tcp_fin);
  message.mutable_timeouts()->set_udp(plan.timeouts.udp);
  if (plan.marking) {
    message.mutable_marking()->set_name(plan.marking->table);
    message.mutable_marking()->set_priority(plan.marking->priority);
    message.mutable_marking()->set_counters(plan.marking->counters);
  }
  if (!plan.sync) return;
  wire::SyncDaemon& sync = *message.mutable_sync();
  sync.set_interface(plan.sync->interface);
  sync.set_instance(plan.sync->instance.value);
  sync.set_id(plan.sync->id);
  sync.set_maxlen(plan.sync->maxlen);
  sync.set_port(plan.sync->port);
  sync.set_ttl(plan.sync->ttl);
  if (plan.sync->group) encode(*plan.sync->group, *sync.mutable_group());
}

void encode(const MarkedTarget& target, wire::MarkedTarget& message) {
  message.set_protocol(static_cast<std::uint32_t>(target.protocol));
  encode(target.first, *message.mutable_first());
  encode(target.last, *message.mutable_last());
  message.set_port(target.port);
  message.set_mark(target.mark);
}

void encode(const CountedProcesses& processes, wire::CountedProcesses& message) {
  message.set_id(processes.id.value);
  message.set_name(processes.name);
  for (const std::string& word : processes.command) message.add_command(word);
  message.set_whole_command(processes.whole_command);
  message.set_match(static_cast<std::uint32_t>(processes.match));
}

void encode(const DestinationWish& wish, wire::DestinationWish& message) {
  message.set_destination(wish.id.value);
  message.set_present(wish.present);
  message.set_weight(wish.weight);
}

Result<VirtualAddress> decode(const wire::VirtualAddress& message) {
  constexpr std::size_t kLabelMax = 15;
  VirtualAddress address;
  HF_TRY(address.prefix, decode(message.prefix()));
  HF_TRY(address.interface, bounds::text("interface of an address", message.interface(), kInterfaceNameMax, 1));
  HF_TRY(address.scope, bounds::within<std::uint8_t>("scope", message.scope(), 0, 255));
  HF_TRY(address.label, bounds::text("label", message.label(), kLabelMax));
  if (message.has_broadcast()) {
    HF_TRY(address.broadcast, decode(message.broadcast()));
  }
  if (message.has_peer()) {
    HF_TRY(address.peer, decode(message.peer()));
    if (address.peer->family() != address.prefix.address.family()) return Error{"peer is not of the address's family"};
  }
  address.flags = message.flags();
  if (message.has_preferred()) address.preferred = message.preferred();
  address.no_track = message.no_track();
  return address;
}

Result<InstanceRights> decode(const wire::InstanceRights& message) {
  InstanceRights rights;
  HF_TRY(rights.id, bounds::identifier<InstanceId>("instance", message.id()));
  HF_TRY(rights.name, bounds::text("instance name", message.name(), kNameMax, 1));
  HF_TRY(rights.interface, bounds::text("interface", message.interface(), kInterfaceNameMax));
  HF_OK(bounds::count("addresses", message.addresses_size(), kAddressesPerInstanceMax));
  for (const auto& entry : message.addresses()) {
    HF_TRY(VirtualAddress address, decode(entry));
    rights.addresses.push_back(std::move(address));
  }
  rights.promote_secondaries = message.promote_secondaries();
  HF_TRY(rights.garp_interval, bounds::duration("garp_interval", message.garp_interval_us()));
  HF_TRY(rights.gna_interval, bounds::duration("gna_interval", message.gna_interval_us()));
  rights.no_accept = message.no_accept();
  HF_TRY(rights.extra_every, bounds::duration("garp_extra_if", message.extra_every_us()));
  HF_TRY(rights.extra_delay, bounds::duration("garp_extra_if", message.extra_delay_us()));
  rights.extra_everywhere = message.extra_everywhere();
  HF_TRY(rights.advert_interface, bounds::text("interface of adverts", message.advert_interface(), kInterfaceNameMax));
  return rights;
}

Result<Service> decode(const wire::Service& message) {
  constexpr std::size_t kSchedulerNameMax = 15;  // IP_VS_SCHEDNAME_MAXLEN - 1
  Service service;
  HF_TRY(service.id, bounds::identifier<ServiceId>("service", message.id()));
  HF_TRY(service.key, decode(message.key()));
  HF_TRY(service.scheduler, bounds::text("scheduler", message.scheduler(), kSchedulerNameMax, 1));
  service.flags = message.flags();
  service.timeout = message.timeout();
  service.netmask = message.netmask();
  if (service.key.family == Family::kIpv6) {
    HF_TRY(service.netmask, bounds::within<std::uint32_t>("persistence prefix", message.netmask(), 1, 128));
  }
  HF_TRY(service.persistence_engine, bounds::text("persistence engine", message.persistence_engine(), kSchedulerNameMax));
  return service;
}

Result<Destination> decode(const wire::Destination& message) {
  Destination destination;
  HF_TRY(destination.id, bounds::identifier<DestinationId>("destination", message.id()));
  HF_TRY(destination.service, bounds::identifier<ServiceId>("service of a destination", message.service()));
  HF_TRY(destination.address, decode(message.address()));
  HF_TRY(destination.port, bounds::within<std::uint16_t>("port", message.port(), 0, 65535));
  if (message.forwarding() != 0 && message.forwarding() != 2 && message.forwarding() != 3) {
    return bounds::out_of_range("forwarding", std::to_string(message.forwarding()), "0, 2 or 3");
  }
  destination.forwarding = static_cast<Forwarding>(message.forwarding());
  HF_TRY(destination.upper_threshold, bounds::within<std::uint32_t>("uthreshold", message.upper_threshold(), 0, kU32Max));
  HF_TRY(destination.lower_threshold, bounds::within<std::uint32_t>("lthreshold", message.lower_threshold(), 0, kU32Max));
  HF_TRY(destination.tunnel, bounds::within<TunnelType>("tunnel type", message.tunnel(), 0, 2));
  HF_TRY(destination.tunnel_port, bounds::within<std::uint16_t>("tunnel port", message.tunnel_port(), 0, 65535));
  HF_TRY(destination.tunnel_flags, bounds::within<std::uint16_t>("tunnel flags", message.tunnel_flags(), 0, 65535));
  return destination;
}

static Result<IpvsTimeouts> decode(const wire::IpvsTimeouts& message) {
  constexpr long long kTimeoutMax = 2'678'400;
  IpvsTimeouts timeouts;
  HF_TRY(timeouts.tcp, bounds::within<std::uint32_t>("timeout tcp", message.tcp(), 0, kTimeoutMax));
  HF_TRY(timeouts.tcp_fin, bounds::within<std::uint32_t>("timeout tcpfin", message.tcp_fin(), 0, kTimeoutMax));
  HF_TRY(timeouts.udp, bounds::within<std::uint32_t>("timeout udp", message.udp(), 0, kTimeoutMax));
  return timeouts;
}

static Result<SyncDaemon> decode(const wire::SyncDaemon& message) {
  SyncDaemon sync;
  HF_TRY(sync.interface, bounds::text("interface of the sync daemon", message.interface(), kInterfaceNameMax, 1));
  sync.instance = InstanceId{message.instance()};
  HF_TRY(sync.id, bounds::within<std::uint8_t>("sync id", message.id(), 0, 255));
  HF_TRY(sync.maxlen, bounds::within<std::uint16_t>("sync maxlen", message.maxlen(), 0, 65507));
  HF_TRY(sync.port, bounds::within<std::uint16_t>("sync port", message.port(), 0, 65535));
  HF_TRY(sync.ttl, bounds::within<std::uint8_t>("sync ttl", message.ttl(), 0, 255));
  if (message.has_group()) {
    HF_TRY(sync.group, decode(message.group()));
    if (!sync.group->is_multicast()) return Error{"group of the sync daemon is not a multicast address"};
  }
  return sync;
}

Status decode(const wire::IpvsSettings& message, IpvsPlan& plan) {
  constexpr std::int64_t kAbsenceMax = 3'600'000'000;  // an hour
  plan.uses_ipvs = message.uses_ipvs();
  plan.lvs_flush = message.lvs_flush();
  plan.keep_ipvs = message.keep_ipvs();
  plan.keep_vrrp = message.keep_vrrp();
  if (message.vrrpd_absence_us() < 0 || message.vrrpd_absence_us() > kAbsenceMax) return Error{"vrrpd_absence out of range"};
  plan.vrrpd_absence = Duration{message.vrrpd_absence_us()};
  constexpr std::size_t kFirewallNameMax = 255;
  if (!message.firewall_table().empty()) {
    HF_TRY(plan.firewall.table, bounds::text("name of the nf_tables table", message.firewall_table(), kFirewallNameMax, 1));
  }
  plan.firewall.priority = message.firewall_priority();
  plan.firewall.counters = message.firewall_counters();
  if (message.has_marking()) {
    Firewall& marking = plan.marking.emplace();
    HF_TRY(marking.table, bounds::text("name of the nf_tables table", message.marking().name(), kFirewallNameMax, 1));
    marking.priority = message.marking().priority();
    marking.counters = message.marking().counters();
  }
  plan.quiet_igmp = message.quiet_igmp();
  plan.withdraw_only = message.withdraw_only();
  plan.flush_on_stop = message.flush_on_stop();
  HF_TRY(plan.timeouts, decode(message.timeouts()));
  if (message.has_sync()) {
    HF_TRY(plan.sync, decode(message.sync()));
  }
  return ok();
}

Result<MarkedTarget> decode(const wire::MarkedTarget& message) {
  MarkedTarget target;
  HF_TRY(target.protocol, protocol_of(message.protocol()));
  HF_TRY(target.first, decode(message.first()));
  HF_TRY(target.last, decode(message.last()));
  if (target.first.family() != target.last.family() || target.last < target.first) return Error{"marked addresses: not a range"};
  HF_TRY(target.port, bounds::within<std::uint16_t>("marked port", message.port(), 0, 65535));
  if (message.mark() == 0) return Error{"marked addresses without a mark"};
  target.mark = message.mark();
  return target;
}

Result<CountedProcesses> decode(const wire::CountedProcesses& message) {
  constexpr int kWordsMax = 512;
  constexpr std::size_t kWordMax = 4096;
  CountedProcesses processes;
  HF_TRY(processes.id, bounds::identifier<TrackerId>("processes", message.id()));
  HF_TRY(processes.name, bounds::text("name of processes", message.name(), kNameMax, 1));
  HF_OK(bounds::count("words of a command", message.command_size(), kWordsMax));
  for (const auto& bytes : message.command()) {
    HF_TRY(std::string word, bounds::text("word of a command", bytes, kWordMax));
    processes.command.push_back(std::move(word));
  }
  if (processes.command.empty()) return Error{"processes " + processes.name + " have no command"};
  processes.whole_command = message.whole_command();
  HF_TRY(processes.match, bounds::within<ParameterMatch>("param_match", message.match(), 0, 3));
  return processes;
}

Result<DestinationWish> decode(const wire::DestinationWish& message) {
  DestinationWish wish;
  HF_TRY(wish.id, bounds::identifier<DestinationId>("destination", message.destination()));
  wish.present = message.present();
  HF_TRY(wish.weight, bounds::within<std::uint32_t>("weight", message.weight(), 0, INT32_MAX));
  return wish;
}

}  // namespace holdfast
