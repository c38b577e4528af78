// What is said about the table of IPVS as a whole: emptying it, time-outs, the sync daemon and the instance that it follows.
// Needs the instances and services of the plan. keepalived.conf(5). Pure.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parent/plan/building.h"

namespace holdfast {
namespace {

// With an instance it follows that; without one it belongs to the virtual servers. Nothing: neither is there.
std::optional<SyncDaemon> sync_daemon(Building& building, const model::Located<model::SyncDaemonSettings>& said) {
  SyncDaemon sync;
  sync.interface = said->interface;
  sync.maxlen = said->maxlen.value_or(0);
  sync.port = said->port.value_or(0);
  sync.ttl = said->ttl.value_or(0);
  if (said->group) sync.group = *said->group;
  sync.id = said->id.value_or(0);
  if (!said->instance) return building.plan.check.services.empty() ? std::nullopt : std::optional(sync);
  if (!building.surroundings.vrrp) return std::nullopt;
  const auto& instances = building.plan.vrrp.instances;
  const auto followed = std::ranges::find(instances, *said->instance, &VrrpInstance::name);
  if (followed == instances.end()) {
    building.error(said->instance.at, "unknown-instance", "lvs_sync_daemon follows the instance " + *said->instance + ", which does not exist, ignored");
    return std::nullopt;
  }
  sync.instance = followed->id;
  if (!said->id) sync.id = followed->vrid;
  return sync;
}

}  // namespace

void build_ipvs_settings(Building& building) {
  const model::Globals& globals = building.configuration.globals;
  IpvsPlan& plan = building.plan.ipvs;
  plan.uses_ipvs = !plan.services.empty();
  if (globals.nftables_ipvs) {
    plan.marking = Firewall{*globals.nftables_ipvs, globals.nftables_ipvs_priority.value_or(-1), globals.nftables_counters.value_or(false)};
  }
  if (plan.uses_ipvs) {
    plan.lvs_flush = globals.lvs_flush.value_or(false);
    plan.flush_on_stop = globals.lvs_flush_on_stop && *globals.lvs_flush_on_stop == model::FlushOnStop::kTable;
    plan.timeouts = {globals.lvs_timeouts.tcp.value_or(0), globals.lvs_timeouts.tcp_fin.value_or(0), globals.lvs_timeouts.udp.value_or(0)};
  }
  if (globals.lvs_sync_daemon) plan.sync = sync_daemon(building, globals.lvs_sync_daemon);
}

}  // namespace holdfast
