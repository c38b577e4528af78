// Rules that concern more than one block: virtual routers that exclude each other, instances without addresses, plans without work.
// Sources: keepalived.conf(5), RFC 9568 section 5. Pure.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "parent/plan/building.h"

namespace holdfast {
namespace {

bool share_a_peer(const VrrpInstance& one, const VrrpInstance& other) {
  return std::ranges::any_of(one.peers, [&](const UnicastPeer& peer) {
    return std::ranges::any_of(other.peers, [&](const UnicastPeer& candidate) { return candidate.address == peer.address; });
  });
}

// Both would answer to the same adverts.
bool exclude_each_other(const VrrpInstance& one, const VrrpInstance& other) {
  if (one.unicast != other.unicast) return false;
  if (one.unicast) return share_a_peer(one, other);
  return one.group_address == other.group_address;
}

void each_router_once(Building& building, const std::map<std::string, const model::Instance*>& said) {
  std::map<std::tuple<std::string, Family, std::uint8_t>, std::vector<const VrrpInstance*>> places;
  for (const VrrpInstance& instance : building.plan.vrrp.instances) {
    const std::string& below = instance.base_interface.empty() ? instance.interface : instance.base_interface;
    auto& there = places[{below, instance.family, instance.vrid}];
    for (const VrrpInstance* other : there) {
      if (!exclude_each_other(*other, instance)) continue;
      const model::Instance* block = said.at(instance.name);
      building.refuse(block->vrid.at, config::ErrorClass::general_error, "duplicate-vrid",
                      other->name + " and " + instance.name + " both use VRID " + std::to_string(instance.vrid) + " with IPv" +
                          (instance.family == Family::kIpv4 ? "4" : "6") + " on interface " + instance.interface);
      break;
    }
    there.push_back(&instance);
  }
}

void every_instance_has_addresses(Building& building, const std::map<std::string, const model::Instance*>& said) {
  for (const VrrpInstance& instance : building.plan.vrrp.instances) {
    const model::Instance& block = *said.at(instance.name);
    if (!block.addresses.empty()) continue;
    if (block.no_virtual_ipaddress.value_or(false) && !instance.strict) continue;
    const std::string message = "(" + instance.name + ") no virtual_ipaddress is configured";
    if (instance.version == 3 || instance.strict) {
      building.refuse(block.at, config::ErrorClass::general_error, "no-addresses", message, "virtual_ipaddress or no_virtual_ipaddress");
    } else {
      building.warn(block.at, "no-addresses", message);
    }
  }
}

void strict_is_multicast(Building& building, const std::map<std::string, const model::Instance*>& said) {
  for (const VrrpInstance& instance : building.plan.vrrp.instances) {
    if (!instance.strict || !instance.unicast || instance.interface.empty()) continue;
    const auto known = building.surroundings.interface ? building.surroundings.interface(instance.interface) : KnownInterface{};
    if (!known || !known->multicast) continue;
    building.note(said.at(instance.name)->at, "strict-unicast",
                  "(" + instance.name + ") unicast on the multicast interface " + instance.interface + " is not strictly the RFC's VRRP");
  }
}

void every_name_once(Building& building) {
  std::set<std::string> names;
  for (const model::Instance& block : building.configuration.instances) {
    if (!names.insert(block.name).second) {
      building.error(block.at, "duplicate-instance", "vrrp_instance " + block.name + " is defined more than once");
    }
  }
}

}  // namespace

void apply_rules(Building& building) {
  std::map<std::string, const model::Instance*> said;
  for (const model::Instance& block : building.configuration.instances) said.emplace(block.name, &block);
  every_name_once(building);
  each_router_once(building, said);
  every_instance_has_addresses(building, said);
  strict_is_multicast(building, said);
}

}  // namespace holdfast
