// The load balancer's half of a plan: virtual servers with their real servers. A virtual_server_group is one virtual server
// with many addresses and marks: its servers are checked once. What IPVS is told of addresses and marks is in service_keys.cpp, the
// checks are in build_checks.cpp. keepalived.conf(5), ipvsadm(8). Pure.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "parent/plan/building.h"
#include "parent/plan/parts/marking.h"
#include "parent/plan/parts/service_keys.h"

namespace holdfast {
namespace {

constexpr std::uint32_t kWeightMax = 2147483647;

void set_method(Destination& destination, const model::LvsMethod& method) {
  destination.forwarding = method.forwarding;
  destination.tunnel = method.tunnel;
  destination.tunnel_port = method.tunnel_port;
  destination.tunnel_flags = method.tunnel_flags;
}

model::LvsMethod method_of(const Block& block, const model::Located<model::LvsMethod>& own) {
  return own ? *own : block.said.lvs_method.value_or(model::LvsMethod{});
}

// The port of a destination. Only masquerading can change it; otherwise it is that of each address of the service, and none for marks.
std::uint16_t destination_port(Building& building, const Block& block, const model::Located<std::uint16_t>& said, Forwarding forwarding,
                               const IpAddress& address) {
  const std::uint16_t wanted = said.value_or(0);
  if (block.group() != nullptr) return forwarding == Forwarding::kMasquerade ? wanted : 0;
  const ServiceKey& key = block.keys.front();
  const std::uint16_t own = key.fwmark != 0 ? 0 : key.port;
  if (forwarding == Forwarding::kMasquerade) return wanted != 0 ? wanted : own;
  if (wanted != 0 && wanted != own) {
    building.warn(said.at, "port-without-nat", "real server " + address.to_string() + " of " + name_of(block) +
                                                   (key.fwmark != 0 ? ": a port needs NAT with firewall marks, cleared"
                                                                    : ": another port needs NAT, the service's is used"));
  }
  return own;
}

// Where a check connects to, when it does not say: the server's own port, or that of the first address of the service.
std::uint16_t check_port(const Block& block, const Destination& destination, const model::RealServer& server) {
  if (destination.port != 0) return destination.port;
  return server.port && *server.port != 0 ? *server.port : block.keys.front().port;
}

std::optional<Destination> destination(Building& building, const Block& block, ServiceId service, const IpAddress& address,
                                       const model::Located<std::uint16_t>& port, const model::LvsMethod& method) {
  const bool reached = std::ranges::any_of(block.keys, [&](const ServiceKey& key) { return reaches(key, address, method.forwarding); });
  if (!reached) return std::nullopt;
  Destination result;
  result.service = service;
  result.address = address;
  set_method(result, method);
  result.port = destination_port(building, block, port, method.forwarding, address);
  result.id = building.identities.id<DestinationId>(
      identity_text({"destination", identity_of(block), address.to_string(), std::to_string(result.port)}));
  return result;
}

// In a group the kernel's port may be that of each address; what is shown is what the file says.
std::uint16_t shown_port(const Block& block, const Destination& destination, const model::Located<std::uint16_t>& said) {
  return block.group() != nullptr ? said.value_or(0) : destination.port;
}

std::uint32_t weight_of(Building& building, const Block& block, const model::RealServer& said, const std::string& name) {
  const std::uint32_t weight = said.weight ? *said.weight : block.said.weight.value_or(1);
  if (weight <= kWeightMax) return weight;
  building.warn(said.weight.at, "weight-too-large",
                "real server " + name + ": weight " + std::to_string(weight) + " is too large, 2147483647 is used", "0 to 2147483647");
  return kWeightMax;
}

void add_server(Building& building, const Block& block, CheckedService& checked, const model::RealServer& said,
                std::set<DestinationId>& seen) {
  auto made = destination(building, block, checked.id, said.address, said.port, method_of(block, said.lvs_method));
  if (!made) {
    building.error(said.at, "server-family", "real server " + said.address.to_string() + " of " + name_of(block) +
                                                 ": another address family needs TUN, removed");
    return;
  }
  made->upper_threshold = said.uthreshold.value_or(0);
  made->lower_threshold = said.lthreshold.value_or(0);
  CheckedServer server;
  server.id = made->id;
  server.name = server_name(block, said.address, shown_port(block, *made, said.port));
  if (!seen.insert(made->id).second) {
    building.error(said.at, "duplicate-server",
                   "real server " + server.name + " of " + name_of(block) + " is there twice, the second one is removed");
    return;
  }
  server.weight = weight_of(building, block, said, server.name);
  server.inhibit_on_failure =
      said.inhibit_on_failure ? *said.inhibit_on_failure : block.said.inhibit_on_failure.value_or(false);
  const std::uint16_t port = check_port(block, *made, said);
  for (const model::Check& wanted : said.checks) build_check(building, {block.said, said, made->id, port}, wanted, server.checks);
  const UpDownScripts told{building.script(said.notify_up), building.script(said.notify_down)};
  if (!(told == UpDownScripts{})) building.plan.notify.servers.emplace(server.id, told);
  checked.servers.push_back(std::move(server));
  building.plan.ipvs.destinations.push_back(*std::move(made));
}

void add_sorry(Building& building, const Block& block, CheckedService& checked, const std::set<DestinationId>& seen) {
  if (!block.said.sorry) return;
  const model::SorryServer& said = *block.said.sorry;
  auto made = destination(building, block, checked.id, said.address, said.port, method_of(block, said.lvs_method));
  if (!made) {
    building.error(said.at, "server-family", "sorry server " + said.address.to_string() + " of " + name_of(block) +
                                                 ": another address family needs TUN, removed");
    return;
  }
  if (seen.contains(made->id)) {
    building.error(said.at, "sorry-is-real", "sorry server " + said.address.to_string() + " of " + name_of(block) +
                                                 " is one of the real servers, removed");
    return;
  }
  CheckedServer server;
  server.id = made->id;
  server.name = server_name(block, said.address, shown_port(block, *made, said.port));
  server.inhibit_on_failure = said.inhibit.value_or(false);
  checked.sorry = std::move(server);
  building.plan.ipvs.destinations.push_back(*std::move(made));
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

// A mark is nowhere: with one, checks cannot depend on where the service is.
void set_presence(Building& building, const Block& block, CheckedService& checked) {
  if (!block.said.ha_suspend.value_or(false)) return;
  ServicePresence presence{building.identities.id<TrackerId>(identity_text({"presence", identity_of(block)})), {}};
  for (const ServiceKey& key : block.keys) {
    if (key.fwmark != 0) {
      return building.error(block.said.ha_suspend.at, "suspend-with-mark",
                            "virtual server " + checked.name + ": ha_suspend has no effect with firewall marks");
    }
    presence.addresses.push_back(key.address);
  }
  checked.presence = presence.id;
  building.plan.presences.push_back(std::move(presence));
}

void build_service(Building& building, const Block& block, Marking& marking) {
  const model::VirtualServer& said = block.said;
  CheckedService checked;
  checked.id = building.identities.id<ServiceId>(identity_of(block));
  checked.name = name_of(block);
  checked.alpha = said.settings.alpha.value_or(false);
  checked.omega = said.omega.value_or(false);
  set_presence(building, block, checked);
  std::set<DestinationId> seen;
  for (const model::RealServer& server : said.servers) add_server(building, block, checked, server, seen);
  add_sorry(building, block, checked, seen);
  set_quorum(building, block, checked);
  const UpDownScripts told{building.script(said.quorum_up), building.script(said.quorum_down)};
  if (!(told == UpDownScripts{})) building.plan.notify.services.emplace(checked.id, told);
  for (const ServiceKey& key : marking.services_of(block, checked.id)) building.plan.ipvs.services.push_back(service_of(building, block, key));
  building.plan.check.services.push_back(std::move(checked));
}

// What an earlier block, or an earlier line of the same group, already has is left to it.
void without_taken(Building& building, Block& block, std::set<ServiceKey>& taken) {
  std::erase_if(block.keys, [&](const ServiceKey& key) {
    if (taken.insert(key).second) return false;
    building.note(block.said.at, "duplicate-service", "virtual server " + name_of(key) + " is defined twice, the second one is ignored");
    return true;
  });
}

// Somebody has to read what servers answer.
bool needs_workers(const CheckPlan& plan) {
  const auto reads = [](const Check& check) {
    return !std::holds_alternative<TcpCheck>(check.what) && !std::holds_alternative<MiscCheck>(check.what) && !told_by(check);
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
  std::set<ServiceKey> taken;
  std::map<std::string, std::size_t> uses;  // of groups
  Marking marking(building);
  for (const model::VirtualServer& said : configuration.virtual_servers) {
    Block block{said, said.protocol.value_or(Protocol::kUdp)};
    const bool by_mark = std::holds_alternative<model::ServiceMark>(said.key);
    if (!said.protocol && !by_mark) {
      building.warn(said.at, "protocol-missing", "virtual server has no protocol, UDP is used", "protocol TCP, UDP or SCTP");
    }
    if (!said.scheduler) building.warn(said.at, "scheduler-missing", "virtual server has no lvs_sched, wlc is used");
    if (!said.lvs_method) building.warn(said.at, "method-missing", "virtual server has no lvs_method, NAT is used");
    if (const std::string* group = block.group()) block.earlier = uses[*group]++;
    block.keys = keys_of(building, block);
    without_taken(building, block, taken);
    if (!block.keys.empty()) build_service(building, block, marking);
  }
  building.plan.check.workers = needs_workers(building.plan.check) ? building.surroundings.workers : 0;
}

}  // namespace holdfast
