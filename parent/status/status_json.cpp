// See status_json.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/status_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace holdfast {
namespace {

using Json = nlohmann::ordered_json;

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

Json counters_of(const InstanceCounters& counters) {
  return {{"adverts_received", counters.adverts_received},
          {"adverts_sent", counters.adverts_sent},
          {"became_master", counters.became_master},
          {"released_master", counters.released_master},
          {"length_errors", counters.length_errors},
          {"interval_errors", counters.interval_errors},
          {"ttl_errors", counters.ttl_errors},
          {"type_errors", counters.type_errors},
          {"address_list_errors", counters.address_list_errors},
          {"invalid_auth_type", counters.invalid_auth_type},
          {"auth_type_mismatch", counters.auth_type_mismatch},
          {"auth_failures", counters.auth_failures},
          {"priority_zero_received", counters.priority_zero_received},
          {"priority_zero_sent", counters.priority_zero_sent}};
}

Json addresses_of(const Plan& plan, InstanceId id) {
  Json all = Json::array();
  const auto rights = std::ranges::find(plan.ipvs.instances, id, &InstanceRights::id);
  if (rights == plan.ipvs.instances.end()) return all;
  for (const VirtualAddress& address : rights->addresses) all.push_back(address.prefix.to_string());
  return all;
}

Json instance_of(const Board& board, const VrrpInstance& instance) {
  const InstanceReport& report = board.of(instance.id);
  Json one = {{"name", instance.name},
              {"state", state_word(report.state)},
              {"since_seconds", seconds(report.since_transition)},
              {"interface", instance.interface},
              {"family", instance.family == Family::kIpv4 ? "ipv4" : "ipv6"},
              {"version", instance.version},
              {"virtual_router_id", instance.vrid},
              {"priority", {{"base", instance.priority}, {"effective", report.effective_priority}}},
              {"advert_interval_seconds", seconds(instance.advert_int)},
              {"maintenance", instance.maintenance},
              {"faults", report.faults},
              {"addresses", addresses_of(*board.plan, instance.id)}};
  if (report.master && report.state != VrrpState::kMaster) {
    one["master"] = {{"address", report.master->to_string()},
                     {"priority", report.master_priority},
                     {"advert_interval_seconds", seconds(report.master_advert_int)}};
  }
  one["counters"] = counters_of(report.counters);
  return one;
}

const char* duty_word(Duty duty) {
  switch (duty) {
    case Duty::kReady: return "ready";
    case Duty::kDrain: return "drain";
    case Duty::kDown: return "down";
  }
  return "";
}

Json service_of(const ServicesBoard& board, const CheckedService& service) {
  const auto quorum = board.quorum.find(service.id);
  Json servers = Json::array();
  for (const CheckedServer& server : service.servers) {
    const auto report = board.servers.find(server.id);
    const ServerReport known = report == board.servers.end() ? ServerReport{} : report->second;
    Json one = {{"name", server.name}, {"up", known.up}, {"in_table", known.present}, {"weight", known.weight}, {"duty", duty_word(server.duty)}};
    if (server.asked_weight) one["asked_weight"] = *server.asked_weight;
    servers.push_back(std::move(one));
  }
  return {{"name", service.name}, {"quorum", service.quorum}, {"quorum_reached", quorum != board.quorum.end() && quorum->second}, {"servers", servers}};
}

}  // namespace

std::string status_json(const Board& board, const ServicesBoard& services) {
  const Plan& plan = *board.plan;
  Json instances = Json::array();
  for (const VrrpInstance& instance : plan.vrrp.instances) instances.push_back(instance_of(board, instance));
  Json groups = Json::array();
  for (const SyncGroup& group : plan.vrrp.groups) {
    const auto state = board.groups.find(group.id);
    Json members = Json::array();
    for (const InstanceId id : group.members) {
      const auto member = std::ranges::find(plan.vrrp.instances, id, &VrrpInstance::id);
      if (member != plan.vrrp.instances.end()) members.push_back(member->name);
    }
    groups.push_back({{"name", group.name}, {"state", state == board.groups.end() ? "INIT" : state_word(state->second)}, {"members", members}});
  }
  Json checked = Json::array();
  for (const CheckedService& service : plan.check.services) checked.push_back(service_of(services, service));
  const Json whole = {{"schema", kStatusSchema}, {"time", board.wall_clock},  {"generation", plan.generation},
                      {"instances", instances},  {"groups", groups},          {"virtual_servers", checked}};
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace holdfast
