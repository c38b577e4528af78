// See service_keys.h. keepalived.conf(5): virtual_server_group, persistence_*, flag-N; linux/ip_vs.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/parts/service_keys.h"

#include <algorithm>
#include <array>

namespace holdfast {
namespace {

constexpr std::uint32_t kServicePersistent = 0x0001;  // linux/ip_vs.h, IP_VS_SVC_F_*
constexpr std::uint32_t kServiceOnePacket = 0x0004;
constexpr std::uint32_t kServiceFlag1 = 0x0008;
constexpr std::uint32_t kServiceFlag2 = 0x0010;
constexpr std::uint32_t kServiceFlag3 = 0x0020;
constexpr std::uint32_t kPersistenceDefault = 360;

std::string_view word(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp: return "tcp";
    case Protocol::kUdp: return "udp";
    case Protocol::kSctp: return "sctp";
  }
  return "";
}

std::string endpoint(const IpAddress& address, std::string_view protocol, std::uint16_t port) {
  return "[" + address.to_string() + "]:" + std::string(protocol) + ":" + std::to_string(port);
}

Family family_of_mark(const Block& block, const model::Located<Family>& of_mark) {
  if (of_mark) return *of_mark;
  if (block.said.ip_family) return *block.said.ip_family;
  return block.said.servers.empty() ? Family::kIpv4 : block.said.servers.front().address.family();
}

ServiceKey key_of(const Block& block, const IpAddress& address, std::uint16_t port) {
  return {address.family(), block.protocol, address, port, 0};
}

ServiceKey key_of(const Block& block, std::uint32_t mark, const model::Located<Family>& family) {
  return {family_of_mark(block, family), Protocol::kTcp, {}, 0, mark};
}

std::vector<ServiceKey> members(Building& building, const Block& block, const model::ServerGroup& group) {
  std::vector<ServiceKey> keys;
  for (const model::AddressRange& range : group.ranges) {
    for (IpAddress address = range.first; keys.size() < kServicesPerBlockMax; address = next_address(address)) {
      keys.push_back(key_of(block, address, range.port));
      if (address == range.last) break;
    }
  }
  for (const model::FirewallMark& mark : group.marks) keys.push_back(key_of(block, mark.mark, mark.family));
  if (keys.size() >= kServicesPerBlockMax) {
    building.error(group.at, "group-too-large",
                   "virtual_server_group " + group.name + " has more than " + std::to_string(kServicesPerBlockMax) + " addresses");
  }
  return keys;
}

void set_persistence(Building& building, const Block& block, Service& service) {
  const model::VirtualServer& said = block.said;
  service.timeout = said.persistence_timeout.value_or(0);
  service.netmask = service.key.family == Family::kIpv4 ? 0xffffffff : 128;
  if (said.persistence_granularity) {
    if (said.granularity_is_ipv6.value_or(false) == (service.key.family == Family::kIpv6)) {
      service.netmask = *said.persistence_granularity;
      if (service.timeout == 0) service.timeout = kPersistenceDefault;
    } else {
      building.error(said.persistence_granularity.at, "granularity-family",
                     "virtual server " + name_of(service.key) + ": persistence_granularity is of the other address family, ignored");
    }
  }
  const auto takes_every_port = [](const ServiceKey& key) { return key.fwmark == 0 && key.port == 0; };
  const bool stands_for_addresses = service.key.fwmark != 0 && building.plan.marks.contains(service.id);  // nftables_ipvs
  const bool every_port = takes_every_port(service.key) || (stands_for_addresses && std::ranges::any_of(block.keys, takes_every_port));
  if (every_port && service.timeout == 0) {
    building.warn(said.at, "port-zero-persistence",
                  "virtual server " + name_of(service.key) + ": every port means persistence, persistence_timeout 360 is used");
    service.timeout = kPersistenceDefault;
  }
  if (service.timeout != 0) service.flags |= kServicePersistent;
}

std::string identity_of(const ServiceKey& key) {
  return identity_text({"service", key.family == Family::kIpv4 ? "4" : "6", key.fwmark != 0 ? "" : word(key.protocol),
                        key.fwmark != 0 ? "" : key.address.to_string(), std::to_string(key.port), std::to_string(key.fwmark)});
}

}  // namespace

IpAddress next_address(const IpAddress& address) {
  std::array<std::uint8_t, 16> octets{};
  std::ranges::copy(address.octets(), octets.begin());
  for (std::size_t index = address.octets().size(); index-- > 0;) {
    if (++octets[index] != 0) break;
  }
  return *IpAddress::from_octets(std::span(octets).first(address.octets().size()));
}

std::string server_name(const Block& block, const IpAddress& address, std::uint16_t port) {
  return endpoint(address, block.marks_only() ? "none" : word(block.protocol), port);
}

std::string name_of(const ServiceKey& key) {
  if (key.fwmark != 0) return "FWM " + std::to_string(key.fwmark);
  return endpoint(key.address, word(key.protocol), key.port);
}

std::string name_of(const Block& block) {
  if (const std::string* group = block.group()) return "[" + *group + "]:" + std::to_string(block.earlier);
  return name_of(block.keys.front());
}

std::string identity_of(const Block& block) {
  if (const std::string* group = block.group()) return identity_text({"group of services", *group, word(block.protocol)});
  return identity_of(block.keys.front());
}

std::vector<ServiceKey> keys_of(Building& building, const Block& block) {
  if (const auto* address = std::get_if<model::ServiceAddress>(&block.said.key)) return {key_of(block, address->address, address->port)};
  if (const auto* mark = std::get_if<model::ServiceMark>(&block.said.key)) return {key_of(block, mark->mark, {})};
  const model::ServerGroup* group = building.configuration.server_group(*block.group());
  if (group != nullptr) return members(building, block, *group);
  building.note(block.said.at, "unknown-group", "virtual_server group " + *block.group() + " is not defined, ignored");
  return {};
}

Service service_of(Building& building, const Block& block, const ServiceKey& key) {
  const model::VirtualServer& said = block.said;
  Service service;
  service.id = building.identities.id<ServiceId>(identity_of(block));
  service.key = key;
  service.scheduler = said.scheduler.value_or("wlc");
  service.persistence_engine = said.persistence_engine.value_or({});
  if (said.ops.value_or(false)) {
    if (key.fwmark == 0 && block.protocol != Protocol::kUdp) {
      building.warn(said.ops.at, "ops-not-udp", "virtual server " + name_of(block) + ": ops is for UDP only, cleared");
    } else {
      service.flags |= kServiceOnePacket;
    }
  }
  if (said.flag_1.value_or(false)) service.flags |= kServiceFlag1;
  if (said.flag_2.value_or(false)) service.flags |= kServiceFlag2;
  if (said.flag_3.value_or(false)) service.flags |= kServiceFlag3;
  set_persistence(building, block, service);
  return service;
}

}  // namespace holdfast
