// See marking.h. keepalived.conf(5): nftables_ipvs, nftables_ipvs_start_fwmark.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/parts/marking.h"

#include <algorithm>

namespace holdfast {
namespace {

constexpr std::uint32_t kFirstMark = 1000;

}  // namespace

Marking::Marking(Building& building)
    : building_(building), next_(building.configuration.globals.nftables_ipvs_start_fwmark.value_or(kFirstMark)) {
  for (const auto& [service, mark] : building.surroundings.marks) used_.insert(mark);
  for (const model::VirtualServer& server : building.configuration.virtual_servers) {
    if (const auto* mark = std::get_if<model::ServiceMark>(&server.key)) used_.insert(mark->mark);
    const auto* reference = std::get_if<model::ServiceGroup>(&server.key);
    const model::ServerGroup* group = reference == nullptr ? nullptr : building.configuration.server_group(reference->name);
    if (group == nullptr) continue;
    for (const model::FirewallMark& mark : group->marks) used_.insert(mark.mark);
  }
}

std::uint32_t Marking::mark_of(ServiceId service) {
  const auto kept = building_.surroundings.marks.find(service);
  if (kept != building_.surroundings.marks.end()) return kept->second;
  while (next_ == 0 || used_.contains(next_)) ++next_;
  used_.insert(next_);
  return next_;
}

std::vector<ServiceKey> Marking::distinct(const Block& block) {
  std::vector<ServiceKey> keys;
  for (const ServiceKey& key : block.keys) {
    if (key.fwmark != 0) continue;
    std::set<std::uint16_t>& ports = ports_[{key.protocol, key.address}];
    if (!ports.empty() && (key.port == 0 || ports.contains(0))) {
      building_.error(block.said.at, "duplicate-service",
                      "virtual server " + name_of(key) + ": nftables_ipvs cannot tell every port of an address from one port of it, ignored");
      continue;
    }
    ports.insert(key.port);
    keys.push_back(key);
  }
  return keys;
}

std::vector<ServiceKey> Marking::services_of(const Block& block, ServiceId service) {
  if (!building_.configuration.globals.nftables_ipvs || block.group() == nullptr) return block.keys;
  std::vector<ServiceKey> services;
  std::ranges::copy_if(block.keys, std::back_inserter(services), [](const ServiceKey& key) { return key.fwmark != 0; });
  std::vector<ServiceKey> keys = distinct(block);
  if (keys.empty()) return services;
  const std::uint32_t mark = mark_of(service);
  building_.plan.marks[service] = mark;
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    if (std::ranges::any_of(keys, [family](const ServiceKey& key) { return key.family == family; })) {
      services.push_back({family, Protocol::kTcp, {}, 0, mark});
    }
  }
  std::ranges::sort(keys, {}, [](const ServiceKey& key) { return std::pair(key.port, key.address); });
  std::vector<MarkedTarget> targets;
  for (const ServiceKey& key : keys) {
    if (!targets.empty() && targets.back().port == key.port && targets.back().last.family() == key.family &&
        next_address(targets.back().last) == key.address) {
      targets.back().last = key.address;
    } else {
      targets.push_back({key.protocol, key.address, key.address, key.port, mark});
    }
  }
  std::vector<MarkedTarget>& all = building_.plan.ipvs.marked;
  all.insert(all.end(), targets.begin(), targets.end());
  return services;
}

}  // namespace holdfast
