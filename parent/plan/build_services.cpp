// The load balancer's half of a plan: services, destinations, checks. A virtual_server_group becomes one service per address and mark.
// Their checks: build_checks.cpp. keepalived.conf(5), ipvsadm(8). Pure.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "parent/plan/building.h"

namespace holdfast {
namespace {

constexpr std::uint32_t kServicePersistent = 0x0001;  // linux/ip_vs.h, IP_VS_SVC_F_*
constexpr std::uint32_t kServiceOnePacket = 0x0004;
constexpr std::uint32_t kServiceFlag1 = 0x0008;
constexpr std::uint32_t kServiceFlag2 = 0x0010;
constexpr std::uint32_t kServiceFlag3 = 0x0020;
constexpr std::uint32_t kPersistenceDefault = 360;
constexpr std::size_t kExpandedMax = 65536;           // services of one virtual_server_group
constexpr std::uint32_t kWeightMax = 2147483647;

std::string_view word(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp: return "tcp";
    case Protocol::kUdp: return "udp";
    case Protocol::kSctp: return "sctp";
  }
  return "";
}

std::string endpoint(const IpAddress& address, Protocol protocol, std::uint16_t port) {
  return "[" + address.to_string() + "]:" + std::string(word(protocol)) + ":" + std::to_string(port);
}

std::string name_of(const ServiceKey& key) {
  if (key.fwmark != 0) return "FWM " + std::to_string(key.fwmark);
  return endpoint(key.address, key.protocol, key.port);
}

std::string identity_of(const ServiceKey& key) {
  return identity_text({"service", key.family == Family::kIpv4 ? "4" : "6", key.fwmark != 0 ? "" : word(key.protocol),
                        key.fwmark != 0 ? "" : key.address.to_string(), std::to_string(key.port), std::to_string(key.fwmark)});
}

// The next address, for ranges. Wraps at the end of the address space, which no range reaches: first <= last.
IpAddress next(const IpAddress& address) {
  std::array<std::uint8_t, 16> octets{};
  std::ranges::copy(address.octets(), octets.begin());
  for (std::size_t index = address.octets().size(); index-- > 0;) {
    if (++octets[index] != 0) break;
  }
  return *IpAddress::from_octets(std::span(octets).first(address.octets().size()));
}

// What all services of one virtual_server block have in common.
struct Block {
  const model::VirtualServer& said;
  Protocol protocol = Protocol::kUdp;
};

Family family_of_mark(const model::VirtualServer& said, const model::Located<Family>& of_mark) {
  if (of_mark) return *of_mark;
  if (said.ip_family) return *said.ip_family;
  return said.servers.empty() ? Family::kIpv4 : said.servers.front().address.family();
}

std::vector<ServiceKey> keys(Building& building, const Block& block) {
  std::vector<ServiceKey> result;
  const auto add_address = [&](const IpAddress& address, std::uint16_t port) {
    result.push_back({address.family(), block.protocol, address, port, 0});
  };
  const auto add_mark = [&](std::uint32_t mark, const model::Located<Family>& family) {
    result.push_back({family_of_mark(block.said, family), Protocol::kTcp, {}, 0, mark});
  };
  if (const auto* address = std::get_if<model::ServiceAddress>(&block.said.key)) add_address(address->address, address->port);
  if (const auto* mark = std::get_if<model::ServiceMark>(&block.said.key)) add_mark(mark->mark, {});
  if (const auto* reference = std::get_if<model::ServiceGroup>(&block.said.key)) {
    const model::ServerGroup* group = building.configuration.server_group(reference->name);
    if (group == nullptr) {
      building.note(block.said.at, "unknown-group", "virtual_server group " + reference->name + " is not defined, ignored");
      return result;
    }
    for (const model::AddressRange& range : group->ranges) {
      for (IpAddress address = range.first; result.size() < kExpandedMax; address = next(address)) {
        add_address(address, range.port);
        if (address == range.last) break;
      }
    }
    for (const model::FirewallMark& mark : group->marks) add_mark(mark.mark, mark.family);
    if (result.size() >= kExpandedMax) {
      building.error(group->at, "group-too-large",
                     "virtual_server_group " + group->name + " has more than " + std::to_string(kExpandedMax) + " addresses");
    }
  }
  return result;
}

Service service(Building& building, const Block& block, const ServiceKey& key) {
  const model::VirtualServer& said = block.said;
  Service result;
  result.id = building.identities.id<ServiceId>(identity_of(key));
  result.key = key;
  result.scheduler = said.scheduler.value_or("wlc");
  result.persistence_engine = said.persistence_engine.value_or({});
  if (said.ops.value_or(false)) {
    if (key.fwmark == 0 && block.protocol != Protocol::kUdp) {
      building.warn(said.ops.at, "ops-not-udp", "virtual server " + name_of(key) + ": ops is for UDP only, cleared");
    } else {
      result.flags |= kServiceOnePacket;
    }
  }
  if (said.flag_1.value_or(false)) result.flags |= kServiceFlag1;
  if (said.flag_2.value_or(false)) result.flags |= kServiceFlag2;
  if (said.flag_3.value_or(false)) result.flags |= kServiceFlag3;
  result.timeout = said.persistence_timeout.value_or(0);
  result.netmask = key.family == Family::kIpv4 ? 0xffffffff : 128;
  if (said.persistence_granularity) {
    if (said.granularity_is_ipv6.value_or(false) == (key.family == Family::kIpv6)) {
      result.netmask = *said.persistence_granularity;
      if (result.timeout == 0) result.timeout = kPersistenceDefault;
    } else {
      building.error(said.persistence_granularity.at, "granularity-family",
                     "virtual server " + name_of(key) + ": persistence_granularity is of the other address family, ignored");
    }
  }
  if (key.fwmark == 0 && key.port == 0 && result.timeout == 0) {
    building.warn(said.at, "port-zero-persistence",
                  "virtual server " + name_of(key) + ": every port means persistence, persistence_timeout 360 is used");
    result.timeout = kPersistenceDefault;
  }
  if (result.timeout != 0) result.flags |= kServicePersistent;
  return result;
}

void set_method(Destination& destination, const model::LvsMethod& method) {
  destination.forwarding = method.forwarding;
  destination.tunnel = method.tunnel;
  destination.tunnel_port = method.tunnel_port;
  destination.tunnel_flags = method.tunnel_flags;
}

model::LvsMethod method_of(const Block& block, const model::Located<model::LvsMethod>& own) {
  return own ? *own : block.said.lvs_method.value_or(model::LvsMethod{});
}

// The port of a destination: only masquerading can change it.
std::uint16_t destination_port(Building& building, const Service& service, const model::Located<std::uint16_t>& said,
                               Forwarding forwarding, const IpAddress& address) {
  if (service.key.fwmark != 0) {
    if (said && *said != 0 && forwarding != Forwarding::kMasquerade) {
      building.warn(said.at, "port-without-nat", "real server " + address.to_string() + " of " + name_of(service.key) +
                                                     ": a port needs NAT with firewall marks, cleared");
      return 0;
    }
    return said.value_or(0);
  }
  const std::uint16_t port = said && *said != 0 ? *said : service.key.port;
  if (port != service.key.port && forwarding != Forwarding::kMasquerade) {
    building.warn(said.at, "port-without-nat", "real server " + address.to_string() + " of " + name_of(service.key) +
                                                   ": another port needs NAT, the service's is used");
    return service.key.port;
  }
  return port;
}

// Scripts run once for a virtual_server block, also when it is spread over several services.
enum class Scripts : bool { kNone, kHere };

bool add_server(Building& building, const Block& block, const Service& service, CheckedService& checked,
                const model::RealServer& said, std::set<DestinationId>& seen, Scripts scripts) {
  const model::LvsMethod method = method_of(block, said.lvs_method);
  if (said.address.family() != service.key.family && method.forwarding != Forwarding::kTunnel) {
    building.error(said.at, "server-family", "real server " + said.address.to_string() + " of " + name_of(service.key) +
                                                 ": another address family needs TUN, removed");
    return false;
  }
  Destination destination;
  destination.service = service.id;
  destination.address = said.address;
  set_method(destination, method);
  destination.port = destination_port(building, service, said.port, destination.forwarding, said.address);
  destination.upper_threshold = said.uthreshold.value_or(0);
  destination.lower_threshold = said.lthreshold.value_or(0);
  destination.id = building.identities.id<DestinationId>(identity_text(
      {"destination", identity_of(service.key), destination.address.to_string(), std::to_string(destination.port)}));
  if (!seen.insert(destination.id).second) {
    building.error(said.at, "duplicate-server",
                   "real server " + endpoint(said.address, service.key.protocol, destination.port) + " of " + name_of(service.key) +
                       " is there twice, the second one is removed");
    return false;
  }
  CheckedServer server;
  server.id = destination.id;
  server.name = endpoint(said.address, service.key.protocol, destination.port);
  server.weight = said.weight ? *said.weight : block.said.weight.value_or(1);
  if (server.weight > kWeightMax) {
    building.warn(said.weight.at, "weight-too-large",
                  "real server " + server.name + ": weight " + std::to_string(server.weight) + " is too large, 2147483647 is used", "0 to 2147483647");
    server.weight = kWeightMax;
  }
  server.inhibit_on_failure =
      said.inhibit_on_failure ? *said.inhibit_on_failure : block.said.inhibit_on_failure.value_or(false);
  for (const model::Check& wanted : said.checks) build_check(building, {block.said, said, destination.id, destination.port}, wanted, server.checks);
  if (scripts == Scripts::kHere) {
    const UpDownScripts told{building.script(said.notify_up), building.script(said.notify_down)};
    if (!(told == UpDownScripts{})) building.plan.notify.servers.emplace(server.id, told);
  }
  checked.servers.push_back(std::move(server));
  building.plan.ipvs.destinations.push_back(std::move(destination));
  return true;
}

void add_sorry(Building& building, const Block& block, const Service& service, CheckedService& checked,
               const std::set<DestinationId>& seen) {
  if (!block.said.sorry) return;
  const model::SorryServer& said = *block.said.sorry;
  Destination destination;
  destination.service = service.id;
  destination.address = said.address;
  set_method(destination, method_of(block, said.lvs_method));
  if (said.address.family() != service.key.family && destination.forwarding != Forwarding::kTunnel) {
    building.error(said.at, "server-family", "sorry server " + said.address.to_string() + " of " + name_of(service.key) +
                                                 ": another address family needs TUN, removed");
    return;
  }
  destination.port = destination_port(building, service, said.port, destination.forwarding, said.address);
  destination.id = building.identities.id<DestinationId>(identity_text(
      {"destination", identity_of(service.key), destination.address.to_string(), std::to_string(destination.port)}));
  if (seen.contains(destination.id)) {
    building.error(said.at, "sorry-is-real", "sorry server " + said.address.to_string() + " of " + name_of(service.key) +
                                                 " is one of the real servers, removed");
    return;
  }
  CheckedServer server;
  server.id = destination.id;
  server.name = endpoint(said.address, service.key.protocol, destination.port);
  server.inhibit_on_failure = said.inhibit.value_or(false);
  checked.sorry = std::move(server);
  building.plan.ipvs.destinations.push_back(std::move(destination));
}

void set_quorum(Building& building, const Block& block, CheckedService& checked) {
  const model::VirtualServer& said = block.said;
  checked.quorum = said.quorum.value_or(1);
  checked.hysteresis = said.hysteresis.value_or(0);
  std::uint64_t total = 0;
  for (const CheckedServer& server : checked.servers) total += server.weight;
  if (checked.quorum > total && !checked.servers.empty()) {
    building.warn(said.quorum.set ? said.quorum.at : said.at, "quorum-too-large",
                  "virtual server " + checked.name + ": quorum " + std::to_string(checked.quorum) + " is more than all weights, " +
                      std::to_string(total) + " is used");
    checked.quorum = static_cast<unsigned>(total);
  }
  if (checked.hysteresis != 0 && checked.hysteresis >= checked.quorum) {
    const unsigned possible = checked.quorum == 0 ? 0 : checked.quorum - 1;
    building.warn(said.hysteresis.at, "hysteresis-too-large",
                  "virtual server " + checked.name + ": hysteresis " + std::to_string(checked.hysteresis) + " is not below the quorum, " +
                      std::to_string(possible) + " is used");
    checked.hysteresis = possible;
  }
}

void build_service(Building& building, const Block& block, const ServiceKey& key, Scripts scripts) {
  const model::VirtualServer& said = block.said;
  Service made = service(building, block, key);
  CheckedService checked;
  checked.id = made.id;
  checked.name = name_of(key);
  checked.alpha = said.settings.alpha.value_or(false);
  checked.omega = said.omega.value_or(false);
  std::set<DestinationId> seen;
  for (const model::RealServer& server : said.servers) add_server(building, block, made, checked, server, seen, scripts);
  add_sorry(building, block, made, checked, seen);
  set_quorum(building, block, checked);
  if (scripts == Scripts::kHere) {
    const UpDownScripts told{building.script(said.quorum_up), building.script(said.quorum_down)};
    if (!(told == UpDownScripts{})) building.plan.notify.services.emplace(made.id, told);
  }
  building.plan.ipvs.services.push_back(std::move(made));
  building.plan.check.services.push_back(std::move(checked));
}

// Somebody has to read what servers answer.
bool needs_workers(const CheckPlan& plan) {
  const auto reads = [](const Check& check) {
    return !std::holds_alternative<TcpCheck>(check.what) && !std::holds_alternative<MiscCheck>(check.what);
  };
  return std::ranges::any_of(plan.services, [&](const CheckedService& service) {
    return std::ranges::any_of(service.servers, [&](const CheckedServer& server) { return std::ranges::any_of(server.checks, reads); });
  });
}

}  // namespace

void build_services(Building& building) {
  const model::Configuration& configuration = building.configuration;
  building.plan.check.seed = configuration.globals.random_seed ? *configuration.globals.random_seed
                                                               : fnv1a(building.plan.settings.router_id);
  building.plan.ipvs.lvs_flush = configuration.globals.lvs_flush.value_or(false);
  std::set<ServiceId> seen;
  for (const model::VirtualServer& said : configuration.virtual_servers) {
    const Block block{said, said.protocol.value_or(Protocol::kUdp)};
    const bool by_mark = std::holds_alternative<model::ServiceMark>(said.key);
    if (!said.protocol && !by_mark) {
      building.warn(said.at, "protocol-missing", "virtual server has no protocol, UDP is used", "protocol TCP, UDP or SCTP");
    }
    if (!said.scheduler) building.warn(said.at, "scheduler-missing", "virtual server has no lvs_sched, wlc is used");
    if (!said.lvs_method) building.warn(said.at, "method-missing", "virtual server has no lvs_method, NAT is used");
    Scripts scripts = Scripts::kHere;
    for (const ServiceKey& key : keys(building, block)) {
      if (!seen.insert(building.identities.id<ServiceId>(identity_of(key))).second) {
        building.note(said.at, "duplicate-service", "virtual server " + name_of(key) + " is defined twice, the second one is ignored");
        continue;
      }
      build_service(building, block, key, scripts);
      scripts = Scripts::kNone;
    }
  }
  building.plan.check.workers = needs_workers(building.plan.check) ? building.surroundings.workers : 0;
  building.plan.ipvs.uses_ipvs = !building.plan.ipvs.services.empty();
}

}  // namespace holdfast
