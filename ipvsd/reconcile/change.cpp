// Canonical forms, the meaning of errno numbers, and the texts of changes.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/reconcile/change.h"

#include <cerrno>

namespace holdfast {

namespace {

constexpr std::uint32_t kIpv4Flags = kAddressNoPrefixRoute | kAddressMulticastAutojoin;
constexpr std::uint32_t kIpv6Flags =
    kAddressNoDad | kAddressHome | kAddressManageTemporary | kAddressNoPrefixRoute | kAddressMulticastAutojoin;

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

std::string with_port(const IpAddress& address, std::uint16_t port) {
  const std::string text = address.is_v4() ? address.to_string() : "[" + address.to_string() + "]";
  return text + ":" + std::to_string(port);
}

const char* name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp: return "TCP";
    case Protocol::kUdp: return "UDP";
    case Protocol::kSctp: return "SCTP";
  }
  return "?";
}

const char* name_of(SyncRole role) { return role == SyncRole::kMaster ? "master" : "backup"; }

Outcome expect(int code, std::initializer_list<int> done, std::initializer_list<int> surprised) {
  if (code == 0) return Outcome::kDone;
  for (int number : done) {
    if (code == number) return Outcome::kDone;
  }
  for (int number : surprised) {
    if (code == number) return Outcome::kSurprised;
  }
  return Outcome::kRefused;
}

}  // namespace

Address address_of(const VirtualAddress& planned) {
  Address address;
  address.key = {planned.interface, planned.prefix, planned.peer};
  address.options.preferred = planned.preferred;
  if (planned.prefix.address.is_v4()) {
    address.options.scope = planned.scope;
    if (planned.label != planned.interface) address.options.label = planned.label;
    address.options.broadcast = planned.broadcast;
    address.options.flags = planned.flags & kIpv4Flags;
  } else {
    address.options.flags = planned.flags & kIpv6Flags;
  }
  return address;
}

bool same(const AddressOptions& a, const AddressOptions& b) {
  const bool finite = a.preferred.value_or(0) != 0 && b.preferred.value_or(0) != 0;
  return a.scope == b.scope && a.label == b.label && a.broadcast == b.broadcast && a.flags == b.flags &&
         (finite || a.preferred == b.preferred);
}

bool same(const RunningSync& running, const RunningSync& wanted) {
  const SyncDaemon& is = running.daemon;
  const SyncDaemon& must = wanted.daemon;
  return running.role == wanted.role && is.interface == must.interface && is.id == must.id && (must.maxlen == 0 || is.maxlen == must.maxlen) &&
         (must.port == 0 || is.port == must.port) && (must.ttl == 0 || is.ttl == must.ttl) && (!must.group || is.group == must.group);
}

ServiceKey canonical(const ServiceKey& key) {
  if (key.fwmark == 0) return key;
  return ServiceKey{key.family, Protocol::kTcp, IpAddress{}, 0, key.fwmark};
}

ServiceOptions options_of(const Service& service) {
  return {service.scheduler, service.flags, service.timeout, service.netmask, service.persistence_engine};
}

bool is_of(const RouteMark& mark, const Route& route, std::uint32_t table) {
  constexpr std::uint32_t kDefaultMetric6 = 1024;  // of IPv6 where none, or 0, is asked for
  std::uint32_t metric = route.metric.value_or(0);
  if (route.family == Family::kIpv6 && metric == 0) metric = kDefaultMetric6;
  const std::uint8_t source_length = route.source ? route.source->length : 0;
  return mark.destination == route.destination && mark.table == table && mark.type == route.type && mark.tos == route.tos &&
         mark.protocol == route.protocol && mark.metric == metric && mark.source.length == source_length &&
         (source_length == 0 || mark.source == *route.source);
}

bool is_of(const RuleMark& mark, const Rule& rule) {
  constexpr std::uint32_t kWholeMask = 0xffffffff;
  Rule told = rule;
  told.no_track = false;
  for (auto* selector : {&told.source, &told.destination}) {
    if (*selector && (*selector)->length == 0) selector->reset();
  }
  if (told.mark_mask == kWholeMask) told.mark_mask.reset();
  if (told.mark && *told.mark == 0 && !told.mark_mask) told.mark = mark.rule.mark;  // the kernel does not tell a mark of 0
  if (told.tunnel == std::uint64_t{0}) told.tunnel.reset();
  return mark.rule == told;
}

Outcome judge(const Change& change, int code) {
  return std::visit(
      Overloaded{
          [code](const AddAddress&) { return expect(code, {EEXIST}, {}); },
          [code](const DeleteAddress&) { return expect(code, {EADDRNOTAVAIL, ENODEV}, {}); },
          [code](const AddService&) { return expect(code, {}, {EEXIST}); },
          [code](const EditService&) { return expect(code, {}, {ESRCH}); },
          [code](const DeleteService&) { return expect(code, {ESRCH}, {}); },
          [code](const AddDestination&) { return expect(code, {}, {EEXIST, ESRCH}); },
          [code](const EditDestination&) { return expect(code, {}, {ENOENT, ESRCH}); },
          [code](const DeleteDestination&) { return expect(code, {ENOENT}, {ESRCH}); },
          [code](const SetPromoteSecondaries&) { return expect(code, {ENODEV}, {}); },
          [code](const AddRoute&) { return expect(code, {EEXIST}, {}); },
          [code](const DeleteRoute&) { return expect(code, {ESRCH, ENODEV}, {}); },
          [code](const AddRule&) { return expect(code, {EEXIST}, {}); },
          [code](const DeleteRule&) { return expect(code, {ENOENT}, {}); },
          [code](const ChangeFirewall&) { return expect(code, {}, {}); },
          [code](const ChangeMarking&) { return expect(code, {}, {}); },
          [code](const SetTimeouts&) { return expect(code, {}, {}); },
          [code](const StartSync&) { return expect(code, {EEXIST}, {}); },
          [code](const StopSync&) { return expect(code, {ESRCH}, {}); },
          [code](const FlushServices&) { return expect(code, {}, {}); },
      },
      change);
}

std::string to_string(const ChangeFirewall& change) {
  std::string text = "change nf_tables table " + change.settings.table + ":";
  if (change.clear) text += " anew";
  for (const Blocked& one : change.block) text += " +" + one.address.to_string();
  for (const Blocked& one : change.unblock) text += " -" + one.address.to_string();
  if (!change.quiet.empty()) text += " +" + std::to_string(change.quiet.size()) + " VMACs";
  if (!change.unquiet.empty()) text += " -" + std::to_string(change.unquiet.size()) + " VMACs";
  constexpr std::size_t kTextMax = 400;
  return text.size() > kTextMax ? text.substr(0, kTextMax) + " ..." : text;
}

std::string to_string(const AddressKey& key) {
  std::string text = key.prefix.to_string();
  if (key.peer) text += " peer " + key.peer->to_string();
  return text + " on " + key.interface;
}

std::string to_string(const ServiceKey& key) {
  if (key.fwmark != 0) return "FWM " + std::to_string(key.fwmark) + (key.family == Family::kIpv6 ? " (IPv6)" : "");
  return std::string(name_of(key.protocol)) + " " + with_port(key.address, key.port);
}

std::string to_string(const DestinationKey& key) { return with_port(key.address, key.port); }

std::string to_string(const Change& change) {
  return std::visit(
      Overloaded{
          [](const AddAddress& c) { return "add address " + to_string(c.address.key); },
          [](const DeleteAddress& c) { return "delete address " + to_string(c.key); },
          [](const AddService& c) { return "add service " + to_string(c.key) + " scheduler " + c.options.scheduler; },
          [](const EditService& c) { return "edit service " + to_string(c.key) + " scheduler " + c.options.scheduler; },
          [](const DeleteService& c) { return "delete service " + to_string(c.key); },
          [](const AddDestination& c) { return "add destination " + to_string(c.key) + " to service " + to_string(c.service); },
          [](const EditDestination& c) { return "edit destination " + to_string(c.key) + " of service " + to_string(c.service); },
          [](const DeleteDestination& c) {
            return "delete destination " + to_string(c.key) + " of service " + to_string(c.service);
          },
          [](const SetTimeouts& c) {
            return "set timeouts tcp " + std::to_string(c.timeouts.tcp) + " tcpfin " + std::to_string(c.timeouts.tcp_fin) + " udp " +
                   std::to_string(c.timeouts.udp);
          },
          [](const StartSync& c) {
            return "start sync daemon " + std::string(name_of(c.wanted.role)) + " on " + c.wanted.daemon.interface + " id " +
                   std::to_string(c.wanted.daemon.id);
          },
          [](const StopSync& c) { return "stop sync daemon " + std::string(name_of(c.role)) + " id " + std::to_string(c.id); },
          [](const FlushServices&) { return std::string("flush all services"); },
          [](const SetPromoteSecondaries& c) {
            return std::string("set promote_secondaries ") + (c.on ? "1" : "0") + " on " + c.interface;
          },
          [](const AddRoute& c) { return "add route " + to_string(c.route); },
          [](const DeleteRoute& c) { return "delete route " + to_string(c.route); },
          [](const AddRule& c) { return "add rule " + to_string(c.rule); },
          [](const DeleteRule& c) { return "delete rule " + to_string(c.rule); },
          [](const ChangeFirewall& c) { return to_string(c); },
          [](const ChangeMarking& c) { return to_string(c); },
      },
      change);
}

}  // namespace holdfast
