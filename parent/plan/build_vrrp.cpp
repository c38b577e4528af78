// The VRRP half of a plan: instances, sync groups, tracked scripts, the addresses each instance may hold, advert sockets.
// Defaults and effects of strict mode as in keepalived.conf(5). Pure.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "parent/plan/parts/build_tracking.h"
#include "parent/plan/building.h"
#include "parent/plan/instance/instance_rules.h"
#include "parent/plan/instance/virtual_links.h"
#include "parent/plan/routing/resolve.h"

namespace holdfast {
namespace {

constexpr unsigned kDefaultPriority = 100;
constexpr unsigned kOwnerPriority = 255;
constexpr std::uint32_t kFlagNoDad = 0x02;              // linux/if_addr.h, IFA_F_*
constexpr std::uint32_t kFlagHomeAddress = 0x10;
constexpr std::uint32_t kFlagManageTempAddress = 0x100;
constexpr std::uint32_t kFlagNoPrefixRoute = 0x200;
constexpr std::uint32_t kFlagMulticastAutoJoin = 0x400;

// What of Announcing is set, with keepalived's defaults for the rest.
Announcement announcement(const model::Announcing& said, const model::Announcing& global, bool strict) {
  Announcement result;
  const auto pick = [](const auto& own, const auto& common, auto fallback) { return own ? *own : common.value_or(fallback); };
  result.master_delay = pick(said.master_delay, global.master_delay, result.master_delay);
  result.master_repeat = pick(said.master_repeat, global.master_repeat, result.master_repeat);
  result.master_refresh = pick(said.master_refresh, global.master_refresh, result.master_refresh);
  result.master_refresh_repeat = pick(said.master_refresh_repeat, global.master_refresh_repeat, result.master_refresh_repeat);
  result.lower_prio_delay = pick(said.lower_prio_delay, global.lower_prio_delay, result.master_delay);
  result.lower_prio_repeat = pick(said.lower_prio_repeat, global.lower_prio_repeat, result.master_repeat);
  constexpr unsigned kRepeatMax = 65535;
  constexpr Duration kRefreshMax = std::chrono::hours(24 * 365);
  for (unsigned* repeat : {&result.master_repeat, &result.master_refresh_repeat, &result.lower_prio_repeat}) {
    *repeat = std::min(*repeat, kRepeatMax);
  }
  result.master_refresh = std::min(result.master_refresh, kRefreshMax);
  if (strict) {
    result.lower_prio_delay = Duration{0};
    result.lower_prio_repeat = 0;
  }
  return result;
}

std::uint32_t address_flags(const model::AddressEntry& entry) {
  std::uint32_t flags = 0;
  if (entry.home) flags |= kFlagHomeAddress;
  if (entry.mngtmpaddr) flags |= kFlagManageTempAddress;
  if (entry.noprefixroute) flags |= kFlagNoPrefixRoute;
  if (entry.autojoin) flags |= kFlagMulticastAutoJoin;
  if (!entry.prefix.address.is_v4() && !entry.dad) flags |= kFlagNoDad;
  return flags;
}

VirtualAddress virtual_address(const model::AddressEntry& entry, std::string interface) {
  constexpr std::uint32_t kForever = 0xffffffff;
  VirtualAddress address;
  address.prefix = entry.prefix;
  address.interface = std::move(interface);
  address.scope = entry.scope.value_or(0);
  address.label = entry.label.value_or({});
  if (entry.broadcast) address.broadcast = *entry.broadcast;
  if (entry.peer) address.peer = *entry.peer;
  address.flags = address_flags(entry);
  if (entry.preferred_lft) {
    if (*entry.preferred_lft != kForever) address.preferred = *entry.preferred_lft;
  } else if (!entry.prefix.address.is_v4() && entry.prefix.length == 128) {
    address.preferred = 0;
  }
  address.no_track = entry.no_track;
  return address;
}

// An advert of an Ethernet frame with the usual MTU has room for this many addresses; further ones are held but not listed.
std::size_t listed_addresses_max(Family family, unsigned version) {
  constexpr std::size_t kRoom = 1500 - 14;
  if (family == Family::kIpv6) return (kRoom - 40 - 8) / 16;
  const std::size_t authentication = version == 2 ? 8 : 0;
  return std::min<std::size_t>(255, (kRoom - 20 - 8 - authentication) / 4);
}

// Two instances that differ only in their unicast peers are told apart by name as well.
InstanceId instance_id(Building& building, const VrrpInstance& instance) {
  const std::string text = identity_text(
      {"instance", instance.interface, instance.family == Family::kIpv4 ? "4" : "6", std::to_string(instance.vrid),
       instance.unicast ? "unicast" : "multicast", instance.unicast && instance.source ? instance.source->to_string() : "",
       instance.unicast ? "" : instance.group_address.to_string(), instance.base_interface});
  const InstanceId id = building.identities.id<InstanceId>(text);
  return building.instances.insert(id).second ? id : building.identities.id<InstanceId>(text + instance.name);
}

void fill_addresses(Building& building, const model::Instance& said, VirtualLinks& links, VrrpInstance& instance, InstanceRights& rights) {
  const std::size_t listed_max = listed_addresses_max(instance.family, instance.version);
  std::set<std::string> fault_interfaces(instance.fault_interfaces.begin(), instance.fault_interfaces.end());
  const auto hold = [&](const model::AddressEntry& entry) {
    VirtualAddress address = virtual_address(entry, links.holder_of(entry, instance));
    if (entry.dev && building.is_missing(*entry.dev)) {
      building.refuse(entry.dev.at, config::ErrorClass::general_error, "unknown-interface",
                      "(" + instance.name + ") interface " + *entry.dev + " of address " + entry.prefix.to_string() + " does not exist",
                      "dynamic_interfaces, if it comes later");
    }
    if (address.interface.empty()) {
      building.refuse(entry.at, config::ErrorClass::general_error, "address-without-interface",
                      "(" + instance.name + ") address " + entry.prefix.to_string() + " has no interface: the instance has none either",
                      "dev INTERFACE");
    }
    if (!entry.no_track && !address.interface.empty() && address.interface != instance.interface) {
      fault_interfaces.insert(address.interface);
    }
    if (!address.prefix.address.is_v4()) {  // the router's own link too, as keepalived does, whoever holds the address
      links.carry_ipv6(address.interface);
      links.carry_ipv6(links.own());
    }
    rights.addresses.push_back(std::move(address));
  };
  for (const model::AddressEntry& entry : said.addresses) {
    if (instance.addresses.size() < listed_max) {
      instance.addresses.push_back(entry.prefix.address);
    } else if (instance.addresses.size() == listed_max && &entry == &said.addresses[listed_max]) {
      building.warn(entry.at, "too-many-addresses",
                    "(" + instance.name + ") an advert has room for " + std::to_string(listed_max) +
                        " addresses, the rest is held but not listed");
    }
    hold(entry);
  }
  for (const model::AddressEntry& entry : said.excluded) hold(entry);
  instance.fault_interfaces.assign(fault_interfaces.begin(), fault_interfaces.end());
  if (instance.family == Family::kIpv6 && !instance.addresses.empty() && !instance.addresses.front().is_link_local()) {
    const std::string message = "(" + instance.name + ") the first IPv6 virtual address " + instance.addresses.front().to_string() +
                                " is not a link-local one, RFC 9568 section 5.2.9 asks for that";
    if (instance.strict) building.error(said.addresses.front().at, "first-address-not-link-local", message);
    else building.note(said.addresses.front().at, "first-address-not-link-local", message);
  }
}

std::vector<TrackedInterface> tracked_interfaces(Building& building, const std::vector<model::TrackEntry>& entries, Weights weights,
                                                 const std::string& who, bool may_be_absent, const std::string& own = {}) {
  std::vector<TrackedInterface> result;
  for (const model::TrackEntry& entry : entries) {
    if (!may_be_absent && building.surroundings.interface && !building.surroundings.interface(entry.name)) {
      building.refuse(entry.at, config::ErrorClass::general_error, "unknown-interface",
                      "(" + who + ") tracked interface " + entry.name + " does not exist", "dynamic_interfaces, if it comes later");
      continue;
    }
    if (entry.name == own) {
      building.warn(entry.at, "own-interface", "(" + who + ") interface " + own + " is tracked as the instance's own already, ignored");
      continue;
    }
    TrackedInterface tracked{entry.name, entry.weight.value_or(0), entry.reverse.value_or(false)};
    if (weights == Weights::kDropped && tracked.weight != 0) {
      building.warn(entry.at, "weight-ignored", "(" + who + ") weight of tracked interface " + entry.name + " set to 0");
      tracked.weight = 0;
    }
    result.push_back(std::move(tracked));
  }
  return result;
}

std::vector<TrackedScript> tracked_scripts(Building& building, const std::vector<model::TrackEntry>& entries, Weights weights,
                                           const std::string& who, const std::map<std::string, TrackerId>& trackers) {
  std::vector<TrackedScript> result;
  for (const model::TrackEntry& entry : entries) {
    const auto tracker = trackers.find(entry.name);
    const model::Script* script = building.configuration.script(entry.name);
    if (tracker == trackers.end() || script == nullptr) {
      building.error(entry.at, "unknown-script", "(" + who + ") track script " + entry.name + " is not usable, ignored");
      continue;
    }
    TrackedScript tracked{tracker->second, entry.weight ? *entry.weight : script->weight.value_or(0),
                          entry.reverse ? *entry.reverse : script->reverse.value_or(false)};
    if (weights == Weights::kDropped && tracked.weight != 0) {
      building.warn(entry.at, "weight-ignored", "(" + who + ") weighted track script " + entry.name + " ignored");
      continue;
    }
    result.push_back(tracked);
  }
  return result;
}

// Everything that can be tracked by name.
struct Trackers {
  std::map<std::string, TrackerId> scripts;
  TrackableObjects objects;
};

std::map<std::string, TrackerId> build_trackers(Building& building) {
  std::map<std::string, TrackerId> trackers;
  for (const model::Script& script : building.configuration.scripts) {
    if (!script.command || script.command->argv.empty()) {
      building.error(script.at, "script-missing", "vrrp_script " + script.name + " has no script, removed");
      continue;
    }
    ScriptTracker tracker;
    tracker.id = building.identities.id<TrackerId>(identity_text({"tracker", script.name}));
    tracker.name = script.name;
    tracker.interval = script.interval.value_or(tracker.interval);
    tracker.timeout = script.timeout.value_or(tracker.interval);
    tracker.rise = script.rise.value_or(1);
    tracker.fall = script.fall.value_or(1);
    tracker.init_fail = script.init_fail.value_or(false);
    tracker.script = building.script(script.command, tracker.timeout);
    trackers.emplace(script.name, tracker.id);
    building.plan.vrrp.trackers.push_back(std::move(tracker));
  }
  return trackers;
}

StateScripts state_scripts(Building& building, const model::Notify& notify) {
  StateScripts scripts;
  scripts.master = building.script(notify.master);
  scripts.backup = building.script(notify.backup);
  scripts.fault = building.script(notify.fault);
  scripts.stop = building.script(notify.stop);
  scripts.deleted = building.script(notify.deleted);
  scripts.master_rx_lower_pri = building.script(notify.master_rx_lower_pri);
  scripts.any = building.script(notify.any);
  scripts.notify_deleted = static_cast<bool>(notify.deleted);
  return scripts;
}

void fill_protocol(Building& building, const model::Instance& said, VrrpInstance& instance) {
  const model::Globals& globals = building.configuration.globals;
  instance.vrid = static_cast<std::uint8_t>(said.vrid.value_or(0));
  instance.family = said.family.value_or(Family::kIpv4);
  instance.strict = said.strict_mode ? *said.strict_mode : globals.vrrp_strict.value_or(false);
  instance.version = choose_version(building, said, instance);
  const unsigned unset = said.wants_master.value_or(false) ? kOwnerPriority : kDefaultPriority;
  instance.priority = static_cast<std::uint8_t>(said.priority.value_or(unset));
  instance.wants_master = said.wants_master ? *said.wants_master : instance.priority == kOwnerPriority;
  instance.advert_int = choose_advert_interval(building, said, instance);
  instance.nopreempt = said.nopreempt.value_or(false);
  instance.preempt_delay = said.preempt_delay.value_or(Duration{0});
  instance.lower_prio_no_advert = said.lower_prio_no_advert ? *said.lower_prio_no_advert : globals.vrrp_lower_prio_no_advert.value_or(false);
  instance.higher_prio_send_advert =
      said.higher_prio_send_advert ? *said.higher_prio_send_advert : globals.vrrp_higher_prio_send_advert.value_or(false);
  instance.owner_ignore_adverts =
      said.owner_ignore_adverts ? *said.owner_ignore_adverts : globals.vrrp_owner_ignore_adverts.value_or(instance.strict);
  instance.skip_check_adv_addr =
      said.skip_check_adv_addr ? *said.skip_check_adv_addr : globals.vrrp_skip_check_adv_addr.value_or(false);
  instance.v3_checksum_as_v2 = said.v3_checksum_as_v2 ? *said.v3_checksum_as_v2 : globals.v3_checksum_as_v2.value_or(false);
  instance.old_unicast_checksum = said.old_unicast_checksum.value_or(OldUnicastChecksum::kDetect);
  instance.down_timer_adverts =
      said.down_timer_adverts ? *said.down_timer_adverts : globals.vrrp_down_timer_adverts.value_or(3);
  instance.track_primary = !said.dont_track_primary.value_or(false);
  instance.announcement = announcement(said.announcing, globals.announcing, instance.strict);
  apply_strict(building, said, instance);
  apply_preemption(building, said, instance);
  apply_stall(building, said, instance);
  apply_authentication(building, said, instance);
  apply_signing(building, said, instance);
}

// A word that only unicast knows, and nobody to send to.
void says_no_peer(Building& building, const model::Instance& said, bool unicast) {
  if (!said.peers.empty()) return;
  if (said.unicast_ttl) building.warn(said.unicast_ttl.at, "no-unicast-peer", "(" + said.name + ") unicast_ttl without unicast_peer is ignored");
  const config::Position at = said.unicast_peer        ? said.unicast_peer.at
                              : said.unicast_src_ip    ? said.unicast_src_ip.at
                              : said.check_unicast_src ? said.check_unicast_src.at
                                                       : said.old_unicast_checksum.at;
  if (unicast || at.line == 0) return;
  building.warn(at, "no-unicast-peer", "(" + said.name + ") a word for unicast, but unicast_peer lists nobody: multicast is used", "unicast_peer");
}

void fill_transport(Building& building, const model::Instance& said, VrrpInstance& instance) {
  const model::Globals& globals = building.configuration.globals;
  const bool fault_without_peer = said.unicast_fault_no_peer.value_or(false);
  instance.interface = said.interface.value_or({});
  instance.unicast = !said.peers.empty() || (fault_without_peer && (said.unicast_peer || said.unicast_src_ip || said.check_unicast_src));
  says_no_peer(building, said, instance.unicast);
  bool peer_ttl = false;
  for (const model::UnicastPeerEntry& entry : said.peers) {
    UnicastPeer peer{entry.address, entry.min_ttl.value_or(0), entry.max_ttl.value_or(255)};
    peer_ttl = peer_ttl || entry.min_ttl || entry.max_ttl;
    instance.peers.push_back(peer);
  }
  instance.check_unicast_source =
      instance.unicast &&
      (peer_ttl || (said.check_unicast_src ? *said.check_unicast_src : globals.vrrp_check_unicast_src.value_or(false)));
  // One of the two keywords names the address that is sent from; both mean the same in the packet.
  if (said.unicast_src_ip) instance.source = *said.unicast_src_ip;
  else if (said.mcast_src_ip) instance.source = *said.mcast_src_ip;
  instance.track_source = said.track_src_ip.value_or(false) && instance.source.has_value();
  constexpr unsigned kKernelHopLimit = 64;
  const unsigned unicast_default = instance.family == Family::kIpv4 ? 255 : kKernelHopLimit;
  const unsigned unicast_ttl = said.unicast_ttl.value_or(0);
  instance.ttl = static_cast<std::uint8_t>(!instance.unicast ? 255 : unicast_ttl == 0 ? unicast_default : unicast_ttl);
  const IpAddress group4 = globals.vrrp_mcast_group4.value_or(IpAddress::v4({224, 0, 0, 18}));
  const IpAddress group6 =
      globals.vrrp_mcast_group6.value_or(IpAddress::v6({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12}));
  instance.group_address = instance.family == Family::kIpv4 ? group4 : group6;
  if (!instance.unicast && said.mcast_dst_ip) instance.group_address = *said.mcast_dst_ip;
}

// notify_priority_changes of the instance, then of its sync group, then the global default.
bool tells_priority(const Building& building, const model::Instance& said) {
  if (said.notify_priority_changes) return *said.notify_priority_changes;
  for (const model::SyncGroup& group : building.configuration.sync_groups) {
    if (!group.notify_priority_changes) continue;
    const bool member = std::ranges::any_of(group.members, [&](const auto& name) { return *name == said.name; });
    if (member) return *group.notify_priority_changes;
  }
  return building.configuration.globals.vrrp_notify_priority_changes.value_or(false);
}

void build_instance(Building& building, const model::Instance& said, const Trackers& trackers) {
  const model::Globals& globals = building.configuration.globals;
  VrrpInstance instance;
  instance.name = said.name;
  instance.family = said.family.value_or(Family::kIpv4);
  fill_transport(building, said, instance);
  fill_protocol(building, said, instance);
  if (!check_place(building, said, instance)) return;
  VirtualLinks links(building, said);
  links.place(instance);
  instance.id = instance_id(building, instance);

  InstanceRights rights;
  rights.id = instance.id;
  rights.name = instance.name;
  rights.interface = links.own().empty() ? instance.interface : links.own();
  rights.promote_secondaries = said.promote_secondaries.value_or(false);
  rights.garp_interval = globals.vrrp_garp_interval.value_or(Duration{0});
  rights.gna_interval = globals.vrrp_gna_interval.value_or(Duration{0});
  const auto& extra = said.garp_extra_if ? said.garp_extra_if : globals.vrrp_garp_extra_if;
  rights.extra_every = extra.value_or({}).every;
  rights.extra_delay = instance.announcement.master_delay;
  rights.advert_interface = instance.interface;
  rights.extra_everywhere = extra.value_or({}).all_interfaces;
  fill_addresses(building, said, links, instance, rights);
  rights.routes = resolve_routes(building, "(" + instance.name + ") ", said.routes);
  rights.rules = resolve_rules(building, "(" + instance.name + ") ", said.rules);

  const Weights weights = instance.priority == kOwnerPriority ? Weights::kDropped : Weights::kKept;
  const bool may_be_absent = globals.dynamic_interfaces.value_or(false);
  instance.tracked_interfaces =
      tracked_interfaces(building, said.tracking.interfaces, weights, said.name, may_be_absent, instance.interface);
  instance.tracked_scripts = tracked_scripts(building, said.tracking.scripts, weights, said.name, trackers.scripts);
  instance.tracked_objects = tracked_objects(building, said.tracking, trackers.objects, weights, said.name);

  StateScripts scripts = state_scripts(building, said.notify);
  scripts.priority_changes = tells_priority(building, said);
  if (!(scripts == StateScripts{})) building.plan.notify.instances.emplace(instance.id, scripts);
  InstanceShown shown;
  shown.id = instance.id;
  shown.smtp_alert = said.smtp_alert ? *said.smtp_alert
                                     : globals.smtp_alert_vrrp ? *globals.smtp_alert_vrrp : globals.smtp_alert.value_or(false);
  shown.vmac_interface = said.use_vmac || said.use_ipvlan ? links.own() : "";
  const bool strictly = instance.strict && instance.version == 2;
  shown.accept = instance.priority == kOwnerPriority || (said.accept.value_or(!instance.strict) && !strictly);
  rights.no_accept = !shown.accept;
  building.plan.shown.push_back(std::move(shown));
  building.plan.vrrp.instances.push_back(std::move(instance));
  building.plan.ipvs.instances.push_back(std::move(rights));
}

// An interface that a member is on is tracked by the member itself.
void says_own_interface(Building& building, const model::SyncGroup& said, const SyncGroup& group,
                        const std::map<std::string, VrrpInstance*>& instances) {
  for (const model::TrackEntry& entry : said.tracking.interfaces) {
    for (const auto& [name, instance] : instances) {
      if (instance->sync_group != group.id || instance->interface != entry.name) continue;
      building.warn(entry.at, "own-interface", "(" + said.name + ") interface " + entry.name + " is that of " + name + " and tracked by it already");
      break;
    }
  }
}

void build_group(Building& building, const model::SyncGroup& said, const Trackers& trackers,
                 std::map<std::string, VrrpInstance*>& instances) {
  SyncGroup group;
  group.id = building.identities.id<GroupId>(identity_text({"group", said.name}));
  group.name = said.name;
  group.tracking_weight = said.tracking_weight.value_or(false);
  for (const auto& member : said.members) {
    const auto found = instances.find(*member);
    if (found == instances.end() && building.configuration.instance(*member) != nullptr) continue;  // left out, and that was said
    if (found == instances.end()) {
      building.error(member.at, "unknown-instance", "(" + said.name + ") member " + *member + " is not a vrrp_instance, ignored");
      continue;
    }
    if (found->second->sync_group) {
      building.error(member.at, "already-grouped", "(" + said.name + ") " + *member + " is in another sync group already, ignored");
      continue;
    }
    found->second->sync_group = group.id;
    group.members.push_back(found->second->id);
  }
  if (group.members.empty()) {
    if (!said.members.empty()) return;  // each of them was explained
    building.error(said.at, "empty-group", "sync group " + said.name + " has no members, removed");
    return;
  }
  if (group.members.size() == 1) building.warn(said.at, "lonely-group", "sync group " + said.name + " has only one member");
  const Weights weights = group.tracking_weight ? Weights::kKept : Weights::kDropped;
  const bool may_be_absent = building.configuration.globals.dynamic_interfaces.value_or(false);
  group.tracked_interfaces = tracked_interfaces(building, said.tracking.interfaces, weights, said.name, may_be_absent);
  says_own_interface(building, said, group, instances);
  group.tracked_scripts = tracked_scripts(building, said.tracking.scripts, weights, said.name, trackers.scripts);
  group.tracked_objects = tracked_objects(building, said.tracking, trackers.objects, weights, said.name);
  if (!group.tracking_weight) drop_member_weights(building, said, group, instances);
  const StateScripts scripts = state_scripts(building, said.notify);
  if (!(scripts == StateScripts{})) building.plan.notify.groups.emplace(group.id, scripts);
  building.plan.vrrp.groups.push_back(std::move(group));
}

void build_statics(Building& building) {
  const model::Configuration& configuration = building.configuration;
  StaticHoldings& statics = building.plan.ipvs.statics;
  constexpr const char* kUsual = "eth0";  // keepalived.conf(5): default_interface
  const std::string usual = configuration.globals.default_interface.value_or(building.is_missing(kUsual) ? "" : kUsual);
  for (const model::AddressEntry& entry : configuration.static_addresses) {
    statics.addresses.push_back(virtual_address(entry, entry.dev.value_or(usual)));
    const std::string interface = statics.addresses.back().interface;
    if (interface.empty()) {
      building.refuse(entry.at, config::ErrorClass::fatal, "address-without-interface",
                      "static address " + entry.prefix.to_string() + " has no interface", "dev INTERFACE, or default_interface");
      statics.addresses.pop_back();
    } else if (building.is_missing(interface)) {
      building.refuse(entry.dev ? entry.dev.at : entry.at, config::ErrorClass::general_error, "unknown-interface",
                      "interface " + interface + " of static address " + entry.prefix.to_string() + " does not exist",
                      "dynamic_interfaces, if it comes later");
    }
  }
  statics.routes = resolve_routes(building, "", configuration.static_routes);
  statics.rules = resolve_rules(building, "", configuration.static_rules);
  Firewall& firewall = building.plan.ipvs.firewall;
  firewall.table = configuration.globals.nftables.value_or(firewall.table);
  firewall.priority = configuration.globals.nftables_priority.value_or(firewall.priority);
  firewall.counters = configuration.globals.nftables_counters.value_or(false);
}

void collect_sockets(Building& building) {
  std::map<std::tuple<std::string, Family, bool, bool, IpAddress>, AdvertSocketWish> wishes;
  for (const VrrpInstance& instance : building.plan.vrrp.instances) {
    AdvertSocketWish wish{instance.interface, instance.family, instance.unicast, {}, instance.ttl};
    wish.header = instance.authentication == Authentication::kHeader;
    if (instance.unicast) {
      if (instance.source) wish.source = *instance.source;
    } else {
      wish.group = instance.group_address;
    }
    const IpAddress& address = instance.unicast ? wish.source : wish.group;
    AdvertSocketWish& made = wishes.try_emplace({wish.interface, wish.family, wish.unicast, wish.header, address}, wish).first->second;
    made.foreign_source = made.foreign_source || (!instance.unicast && instance.source);
  }
  for (auto& [key, wish] : wishes) building.plan.sockets.push_back(std::move(wish));
}

}  // namespace

void build_vrrp(Building& building) {
  const model::Globals& globals = building.configuration.globals;
  VrrpPlan& plan = building.plan.vrrp;
  const Duration after_boot = globals.vrrp_delay_after_boot.value_or(Duration{0}) - building.surroundings.since_boot;
  plan.startup_delay = std::max({Duration{0}, after_boot, globals.vrrp_startup_delay.value_or(Duration{0})});
  plan.resume_limit = building.surroundings.resume_limit;
  build_statics(building);
  const Trackers trackers{build_trackers(building), build_trackables(building)};
  for (const model::Instance& said : building.configuration.instances) build_instance(building, said, trackers);
  std::map<std::string, VrrpInstance*> by_name;
  for (VrrpInstance& instance : plan.instances) by_name.emplace(instance.name, &instance);
  for (const model::SyncGroup& said : building.configuration.sync_groups) build_group(building, said, trackers, by_name);
  collect_sockets(building);
  build_link_watching(building);
  Duration longest{0};
  for (const VrrpInstance& instance : plan.instances) longest = std::max(longest, instance.advert_int);
  if (longest > Duration{0}) building.plan.ipvs.vrrpd_absence = 2 * longest;
}

}  // namespace holdfast
