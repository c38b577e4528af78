// vrrp_instance and vrrp_sync_group: keywords and what they set. Rules over several keywords or instances are in parent/plan.
// keepalived.conf(5), RFC 9568. The first item with an address fixes the family of an instance.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "parent/model/keywords/address.h"
#include "parent/model/keywords/routing/route.h"
#include "parent/model/keywords/signing.h"
#include "parent/model/keywords/track.h"
#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::about;
using config::ErrorClass;
constexpr std::size_t kPasswordOctets = 8;

Instance& instance(Use& use) { return use.target.as<Instance>(); }

// False, with an error: the address is of the other family than what came before.
bool fits_family(Use& use, const IpAddress& address) {
  Located<Family>& family = instance(use).family;
  if (!family) family = {address.family(), use.word.at, true};
  if (*family == address.family()) return true;
  use.problem("other-family", "'" + address.to_string() + "' is of another address family than this instance: it is ignored",
              *family == Family::kIpv4 ? "an IPv4 address" : "an IPv6 address");
  return false;
}

template <auto Member>
void own_address(Use& use) {
  if (fits_family(use, use.value().prefix.address)) into<Member>(use);
}

// The same setting as lvs_sync_daemon of global_defs, which counts when both are there. The number is not the instance's: keepalived
// starts the daemon with 0, and a daemon with a number hears no messages of another.
void lvs_sync_daemon_interface(Use& use) {
  Located<SyncDaemonSettings>& daemon = use.configuration().globals.lvs_sync_daemon;
  if (daemon) return use.problem("already-set", "the sync daemon already has an interface: this one is ignored");
  SyncDaemonSettings settings;
  settings.interface = use.value().text;
  settings.instance = {instance(use).name, use.word.at, true};
  settings.id = {0, use.word.at, true};
  daemon = {std::move(settings), use.word.at, true};
}

void mcast_dst_ip(Use& use) {
  if (!use.value().prefix.address.is_multicast()) {
    use.problem("not-multicast", "'" + std::string(use.value().text) + "' is not a multicast address: it is ignored");
    return;
  }
  own_address<&Instance::mcast_dst_ip>(use);
}

void state(Use& use) {
  const bool master = use.value().number == 0;
  if (!master && instance(use).wants_master.value_or(false)) {
    use.problem("state-contradiction", "state BACKUP after state MASTER is ignored");
    return;
  }
  assign(instance(use).wants_master, use, master);
}

void version(Use& use) {
  Located<unsigned>& version = instance(use).version;
  const auto wanted = static_cast<unsigned>(use.value().number);
  const bool ipv6 = instance(use).family && *instance(use).family == Family::kIpv6;
  if ((version && *version != wanted) || (ipv6 && wanted == 2)) {
    use.problem("version-conflict", "version " + std::to_string(wanted) + " contradicts what was said before: it is ignored");
    return;
  }
  assign(version, use, wanted);
}

void native_ipv6(Use& use) {
  Located<Family>& family = instance(use).family;
  if (family && *family == Family::kIpv4) {
    use.problem("other-family", "'native_ipv6' after IPv4 addresses is ignored");
    return;
  }
  family = {Family::kIpv6, use.word.at, true};
  assign(instance(use).version, use, 3u);
}

// keepalived sets this one whatever truth value follows.
void skip_check_adv_addr(Use& use) {
  if (use.value().present && !use.value().flag) {
    use.warn("value-ignored", "'skip_check_adv_addr' is set whatever value follows, as in keepalived");
  }
  assign(instance(use).skip_check_adv_addr, use, true);
}

void old_unicast_checksum(Use& use) {
  const bool never = use.value().present;
  assign(instance(use).old_unicast_checksum, use, never ? OldUnicastChecksum::kNever : OldUnicastChecksum::kAlways);
}

// An address on an interface: what an instance can have once.
struct PlaceHash {
  std::size_t operator()(const AddressEntry* entry) const {
    const auto octets = entry->prefix.address.octets();
    std::uint64_t hash = std::hash<std::string_view>{}(*entry->dev);
    for (const std::uint8_t octet : octets) hash = hash * 0x100000001b3u + octet;
    return static_cast<std::size_t>(hash ^ hash >> 29);
  }
};
struct SamePlace {
  bool operator()(const AddressEntry* one, const AddressEntry* other) const {
    return one->prefix.address == other->prefix.address && *one->dev == *other->dev;
  }
};

void addresses(Use& use, std::vector<AddressEntry>& entries, bool one_family) {
  use.done = true;
  Located<Family>& family = instance(use).family;
  entries.reserve(entries.size() + use.node.children.size());  // places of entries stay while `known` points at them
  std::unordered_set<const AddressEntry*, PlaceHash, SamePlace> known;
  known.reserve(instance(use).addresses.size() + instance(use).excluded.size() + use.node.children.size());
  for (const auto* list : {&instance(use).addresses, &instance(use).excluded}) {
    for (const AddressEntry& entry : *list) known.insert(&entry);
  }
  for (const config::Node& line : use.node.children) {
    const auto required = one_family && family ? std::optional<Family>(*family) : std::nullopt;
    auto entry = read_address_line(use.binder, line, use.inside, required);
    if (!entry) continue;
    if (known.contains(&*entry)) {
      use.binder.problem(about(line), "duplicate-entry", "the instance already has this address: the line is ignored");
      continue;
    }
    if (one_family && !family) family = {entry->prefix.address.family(), entry->at, true};
    known.insert(&entries.emplace_back(std::move(*entry)));
  }
}

void virtual_ipaddress(Use& use) { addresses(use, instance(use).addresses, true); }
void virtual_ipaddress_excluded(Use& use) { addresses(use, instance(use).excluded, false); }

void unicast_peer(Use& use) {
  use.done = true;
  Instance& router = instance(use);
  router.unicast_peer = {true, use.word.at, true};
  const Argument argument = address().arguments[0];
  for (const config::Node& line : use.node.children) {
    const config::Word& word = line.words.front();
    const Value value = use.binder.read(line, word, argument);
    if (!value.present) continue;
    UnicastPeerEntry peer{value.prefix.address, word.at, {}, {}};
    if (!router.family) router.family = {peer.address.family(), word.at, true};
    if (*router.family != peer.address.family()) {
      use.binder.problem(about(line, word), "other-family", "the peer is of another address family than this instance: it is ignored");
      continue;
    }
    const auto same = [&](const UnicastPeerEntry& other) { return other.address == peer.address; };
    if (std::any_of(router.peers.begin(), router.peers.end(), same)) {
      use.binder.problem(about(line, word), "duplicate-entry", "this peer is already there: the line is ignored");
      continue;
    }
    use.binder.entry_options(line, use.inside, Target(peer));
    if (peer.min_ttl && peer.max_ttl && *peer.min_ttl > *peer.max_ttl) {
      use.binder.problem(about(line), "min-above-max", "min_ttl is above max_ttl: nothing is accepted from this peer");
    }
    router.peers.push_back(std::move(peer));
  }
}

void auth_type(Use& use) {
  assign(use.target.as<Authenticating>().type, use, use.value().number == 0 ? Authentication::kPass : Authentication::kHeader);
}

void auth_pass(Use& use) {
  std::string password(use.value().text);
  if (password.size() > kPasswordOctets) {
    use.binder.report(about(use.node, use.words.front()), config::Severity::warning, ErrorClass::general_error, "password-truncated",
                      "the password is longer than 8 characters: only the first 8 are used", "1 to 8 characters");
    password.resize(kPasswordOctets);
    use.values[0].text = use.values[0].text.substr(0, kPasswordOctets);
  }
  assign(use.target.as<Authenticating>().password, use, std::move(password));
}

void authentication(Use& use) {
  Authenticating wanted;
  use.block(wanted);
  instance(use).authentication = {std::move(wanted), use.word.at, true};
}

template <class Owner>
void interfaces(Use& use) {
  track_interfaces(use, use.target.as<Owner>().tracking);
}
template <class Owner>
void scripts(Use& use) {
  track_scripts(use, use.target.as<Owner>().tracking);
}
template <class Owner>
void files(Use& use) {
  track_files(use, use.target.as<Owner>().tracking);
}
template <class Owner>
void processes(Use& use) {
  track_processes(use, use.target.as<Owner>().tracking);
}
template <class Owner>
void bfds(Use& use) {
  track_bfds(use, use.target.as<Owner>().tracking);
}

void timer_expired_backup(Use& use) {
  constexpr unsigned kAnyPriority = 254;
  const unsigned highest = use.value().present ? static_cast<unsigned>(use.value().number) : kAnyPriority;
  assign(instance(use).timer_expired_backup, use, highest);
}

void garp_extra_if(Use& use) {
  const bool all = !use.words.empty() && use.words.front().is("all");
  assign(instance(use).garp_extra_if, use, ExtraAnnouncing{Duration(use.value().number * kSecond), all});
}

void members(Use& use) {
  SyncGroup& group = use.target.as<SyncGroup>();
  if (!group.members.empty()) {
    use.problem("already-set", "the group already has members: this block is ignored");
    return;
  }
  for (const config::Node& line : use.node.children) {
    for (const config::Word& word : line.words) group.members.push_back({std::string(word.text), word.at, true});
  }
}

// A name that is missing or taken skips the block, with an error.
template <class T>
bool takes_name(Use& use, const T& existing) {
  const std::string_view name = use.value().text;
  if (!use.value().present) {
    use.problem("missing-name", "'" + std::string(use.row.name) + "' needs a name: the block is skipped");
    return false;
  }
  if (!use.binder.defined(use.row.name, name)) return true;
  const auto it = std::find_if(existing.begin(), existing.end(), [&](const auto& one) { return one.name == name; });
  if (it == existing.end()) return true;
  use.problem("duplicate-definition", std::string(use.row.name) + " '" + std::string(name) + "' is already defined in line " +
                                          std::to_string(it->at.line) + ": this block is skipped");
  return false;
}

void vrrp_sync_group(Use& use) {
  if (!takes_name(use, use.configuration().sync_groups)) return;
  SyncGroup group;
  group.name = use.value().text;
  group.at = use.word.at;
  use.block(group);
  if (group.members.empty()) {
    use.problem("group-without-members", "vrrp_sync_group '" + group.name + "' has no members: it is left out");
    return;
  }
  use.binder.define(use.row.name, group.name);
  use.configuration().sync_groups.push_back(std::move(group));
}

// What global_defs said so far is where an instance starts.
void vrrp_instance(Use& use) {
  if (!takes_name(use, use.configuration().instances)) return;
  const Globals& globals = use.configuration().globals;
  Instance router;
  router.name = use.value().text;
  router.at = use.word.at;
  router.announcing = globals.announcing;
  router.down_timer_adverts = globals.vrrp_down_timer_adverts;
  router.v3_checksum_as_v2 = globals.v3_checksum_as_v2;
  router.skip_check_adv_addr = globals.vrrp_skip_check_adv_addr;
  use.block(router);
  use.binder.define(use.row.name, router.name);
  use.configuration().instances.push_back(std::move(router));
}

constexpr Takes kNamedBlock = optional(word("NAME")) + block();
constexpr Takes kExtraInterval = after("all", integer("SECONDS", 0, 86400));
constexpr Takes kWholeSeconds = integer("SECONDS", 0, 4294);
constexpr Takes kCount = integer("COUNT", 0, kMaxInt);

constexpr Keyword kRoot[] = {
    {"vrrp_sync_group", kNamedBlock, "", "Instances that change their state together.", vrrp_sync_group},
    {"vrrp_instance", kNamedBlock, "", "One virtual router.", vrrp_instance},
};

template <class Owner, auto Script>
constexpr Keyword on_state(std::string_view name, std::string_view text) {
  return once({name, script(), "none", text, into<&Owner::notify, Script>});
}

constexpr Keyword kGroup[] = {
    {"group", list(), "required", "Names of the instances.", members},
    {"track_interface", lines(), "none", "Interfaces that every member tracks.", interfaces<SyncGroup>},
    {"track_script", lines(), "none", "Scripts that every member tracks.", scripts<SyncGroup>},
    {"track_file", lines(), "none", "Files that every member tracks.", files<SyncGroup>},
    {"track_process", lines(), "none", "Processes that every member tracks.", processes<SyncGroup>},
    {"track_bfd", lines(), "none", "BFD sessions that every member tracks.", bfds<SyncGroup>},
    on_state<SyncGroup, &Notify::backup>("notify_backup", "Script for the group's change to BACKUP."),
    on_state<SyncGroup, &Notify::master>("notify_master", "Script for the group's change to MASTER."),
    on_state<SyncGroup, &Notify::fault>("notify_fault", "Script for the group's change to FAULT."),
    on_state<SyncGroup, &Notify::stop>("notify_stop", "Script for the end of the daemon."),
    on_state<SyncGroup, &Notify::any>("notify", "Script for every change; GROUP, name, state and priority 0 are appended."),
    not_yet({"smtp_alert", boolean(), "smtp_alert_vrrp", "Sends mail on changes.", into<&SyncGroup::smtp_alert>}),
    old("sync_group_tracking_weight", ErrorClass::general_error, {"global_tracking", nothing(), "off",
        "Old spelling of sync_group_tracking_weight.", into<&SyncGroup::tracking_weight>}),
    {"sync_group_tracking_weight", nothing(), "off", "Members keep trackers that have a weight.", into<&SyncGroup::tracking_weight>},
    {"notify_priority_changes", boolean(), "vrrp_notify_priority_changes", "Default for the members.",
     into<&SyncGroup::notify_priority_changes>},
};
constexpr Keyword kMember[] = {
    {"<instance>", word("vrrp_instance"), "", "A member; it may be defined later, and be in one group only.", read_by_block},
};

constexpr Keyword kBasics[] = {
    {"state", choice("MASTER|BACKUP"), "BACKUP", "State to begin with; MASTER shortens the first wait.", state},
    {"interface", interface(), "required unless unicast", "Interface of the router.", into<&Instance::interface>},
    not_yet({"vrf", interface(), "none", "VRF of unicast without an interface.", into<&Instance::vrf>}),
    {"virtual_router_id", strict("ID", 1, 255), "required", "Number of the router, the same on all its peers.", into<&Instance::vrid>},
    {"version", strict("VERSION", 2, 3), "vrrp_version; 3 for IPv6", "Version of the protocol.", version},
    {"priority", strict("PRIORITY", 1, 255), "100", "Base priority; 255 is the owner of the addresses.", into<&Instance::priority>},
    {"advert_int", decimal("SECONDS", 10'000, 255 * kSecond), "1", "Time between two adverts; whole seconds for version 2.",
     into<&Instance::advert_int>},
    old("", ErrorClass::general_error, {"native_ipv6", nothing(), "off", "Says that the router is an IPv6 one.", native_ipv6}),
    {"virtual_ipaddress", lines(), "required", "Addresses of the router: in every advert, and on the master.", virtual_ipaddress},
    {"virtual_ipaddress_excluded", lines(), "none", "More addresses for the master that are not in the adverts; any family.",
     virtual_ipaddress_excluded},
    since("2.2.8", {"no_virtual_ipaddress", nothing(), "off", "Allows a router without addresses.",
                    into<&Instance::no_virtual_ipaddress>}),
    {"virtual_routes", lines(), "none", "Routes that only the master has.", virtual_routes},
    {"virtual_rules", lines(), "none", "Policy rules that only the master has.", virtual_rules},
    {"promote_secondaries", nothing(), "off", "Sets promote_secondaries on the interface.", into<&Instance::promote_secondaries>},
    {"accept", nothing(), "on; off in strict mode", "Accepts packets to the addresses.", constant<true, &Instance::accept>},
    {"no_accept", nothing(), "off; on in strict mode", "Drops packets to the addresses, unless the priority is 255.",
     constant<false, &Instance::accept>},
    {"strict_mode", boolean(), "vrrp_strict", "Holds to the RFC to the letter.", into<&Instance::strict_mode>},
    meaningless({"debug", integer("LEVEL", 0, 4), "0", "Accepted for old files."}),
};

constexpr Keyword kPreemption[] = {
    {"preempt", nothing(), "on", "Takes back nopreempt.", constant<false, &Instance::nopreempt>},
    {"nopreempt", nothing(), "off", "Leaves a master of lower priority in place.", constant<true, &Instance::nopreempt>},
    {"preempt_delay", decimal("SECONDS", 0, 1000 * kSecond), "0", "How long a master of lower priority is tolerated.",
     into<&Instance::preempt_delay>},
    {"lower_prio_no_advert", boolean(), "vrrp_lower_prio_no_advert", "A master does not answer adverts of lower priority.",
     into<&Instance::lower_prio_no_advert>},
    {"higher_prio_send_advert", boolean(), "vrrp_higher_prio_send_advert", "A master sends a last advert before it yields.",
     into<&Instance::higher_prio_send_advert>},
    since("2.3.3", {"owner_ignore_adverts", boolean(), "vrrp_owner_ignore_adverts", "A router of priority 255 drops adverts.",
                    into<&Instance::owner_ignore_adverts>}),
    {"down_timer_adverts", integer("COUNT", 1, 100), "vrrp_down_timer_adverts", "Adverts that may be missed before taking over.",
     into<&Instance::down_timer_adverts>},
    since("2.2.8", {"timer_expired_backup", optional(integer("PRIORITY", 1, 254)), "off; 254",
                    "With nopreempt: the highest priority of another router that may have taken over while this process was late.",
                    timer_expired_backup}),
    old("timer_expired_backup", ErrorClass::general_error, since("2.3.2", {"thread_timer_expired",
        optional(integer("PRIORITY", 1, 254)), "off; 254", "Old spelling of timer_expired_backup.", timer_expired_backup})),
};

constexpr Keyword kWire[] = {
    {"mcast_src_ip", address(), "the interface's first address", "Source of the adverts.", own_address<&Instance::mcast_src_ip>},
    {"unicast_src_ip", address(), "the interface's first address", "Source of the adverts; makes the router a unicast one.",
     own_address<&Instance::unicast_src_ip>},
    {"mcast_dst_ip", address(), "vrrp_mcast_group4 or 6", "Group that adverts are sent to.", mcast_dst_ip},
    {"track_src_ip", nothing(), "off", "Loss of the configured source address is a fault.", into<&Instance::track_src_ip>},
    {"unicast_peer", lines(), "multicast", "Peers that adverts are sent to, instead of a group.", unicast_peer},
    {"unicast_ttl", strict("TTL", 0, 255), "255", "TTL or hop limit of unicast adverts.", into<&Instance::unicast_ttl>},
    {"unicast_fault_no_peer", nothing(), "off", "A unicast router without peers is in FAULT instead of using multicast.",
     into<&Instance::unicast_fault_no_peer>},
    {"check_unicast_src", nothing(), "vrrp_check_unicast_src", "Drops adverts that do not come from a peer.",
     into<&Instance::check_unicast_src>},
    {"old_unicast_checksum", optional(choice("never")), "found out",
     "Checksum of unicast adverts as before keepalived 1.3.7, or never that.", old_unicast_checksum},
    since("2.2.8", {"v3_checksum_as_v2", boolean(), "the one of global_defs",
                    "Leaves the pseudo header out of the checksum of version 3.", into<&Instance::v3_checksum_as_v2>}),
    {"skip_check_adv_addr", boolean(), "vrrp_skip_check_adv_addr", "Does not compare addresses with a master that is already known.",
     skip_check_adv_addr},
    gentle({"kernel_rx_buf_size", integer("BYTES", 0, kMax32), "vrrp_rx_bufs_policy", "Share of the receive buffer."}),
    {"authentication", block(), "none", "Authentication of version 2.", authentication},
    since("2.4.0", {"auth_hmac", block(), "none", "Keyed digest after every advert.", auth_hmac}),
};

constexpr Keyword kPeer[] = {
    {"<peer>", address(), "", "Address of a peer.", read_by_block},
    {"min_ttl", strict("TTL", 0, 255), "0", "Lowest TTL accepted from this peer.", into<&UnicastPeerEntry::min_ttl>},
    {"max_ttl", strict("TTL", 0, 255), "255", "Highest TTL accepted from this peer.", into<&UnicastPeerEntry::max_ttl>},
};

constexpr Keyword kAuthentication[] = {
    {"auth_type", choice("PASS|AH"), "none", "Password in the packet, or an authentication header.", auth_type},
    secret({"auth_pass", word("PASSWORD"), "none", "The password, at most 8 characters.", auth_pass}),
};

constexpr Keyword kAnnouncing[] = {
    {"garp_master_delay", kWholeSeconds, "vrrp_garp_master_delay", "Time until the second burst of announcements after becoming master.",
     into<&Instance::announcing, &Announcing::master_delay>},
    {"garp_master_refresh", integer("SECONDS", 0, 4294), "vrrp_garp_master_refresh", "Time between announcements while master; 0: none.",
     into<&Instance::announcing, &Announcing::master_refresh>},
    {"garp_master_repeat", kCount, "vrrp_garp_master_repeat", "Announcements of each address in a burst.",
     at_least_one<&Instance::announcing, &Announcing::master_repeat>},
    {"garp_master_refresh_repeat", kCount, "vrrp_garp_master_refresh_repeat", "Announcements of each address at a refresh.",
     at_least_one<&Instance::announcing, &Announcing::master_refresh_repeat>},
    {"garp_lower_prio_delay", kWholeSeconds, "vrrp_garp_lower_prio_delay",
     "Time until the second burst after an advert of lower priority.", into<&Instance::announcing, &Announcing::lower_prio_delay>},
    {"garp_lower_prio_repeat", kCount, "vrrp_garp_lower_prio_repeat", "Announcements after an advert of lower priority; 0: none.",
     into<&Instance::announcing, &Announcing::lower_prio_repeat>},
    gentle({"garp_extra_if", kExtraInterval, "vrrp_garp_extra_if",
            "Announces on the other interfaces of its addresses again and again.", garp_extra_if}),
    old("garp_extra_if", ErrorClass::deprecated, gentle({"vmac_garp_intvl", kExtraInterval, "vrrp_garp_extra_if",
        "Old spelling of garp_extra_if.", garp_extra_if})),
};
constexpr Keyword kExtraAll[] = {{"all", nothing(), "VMACs only", "On every interface."}};

constexpr Keyword kTracking[] = {
    {"dont_track_primary", nothing(), "off", "The link of the interface does not matter.", into<&Instance::dont_track_primary>},
    {"track_interface", lines(), "none", "Interfaces that are tracked.", interfaces<Instance>},
    {"track_script", lines(), "none", "Scripts that are tracked.", scripts<Instance>},
    {"track_file", lines(), "none", "Files that are tracked.", files<Instance>},
    {"track_process", lines(), "none", "Processes that are tracked.", processes<Instance>},
    {"track_bfd", lines(), "none", "BFD sessions that are tracked.", bfds<Instance>},
    old("linkbeat_interfaces", ErrorClass::general_error, {"linkbeat_use_polling", nothing(), "off", "Polls the link."}),
};

constexpr Keyword kNotify[] = {
    on_state<Instance, &Notify::backup>("notify_backup", "Script for the change to BACKUP."),
    on_state<Instance, &Notify::master>("notify_master", "Script for the change to MASTER."),
    on_state<Instance, &Notify::fault>("notify_fault", "Script for the change to FAULT."),
    on_state<Instance, &Notify::stop>("notify_stop", "Script for the end of the daemon."),
    once({"notify_deleted", optional_script(), "off", "A removal at a reload is told as DELETED instead of FAULT, with this script.",
          into<&Instance::notify, &Notify::deleted>}),
    on_state<Instance, &Notify::any>("notify", "Script for every change; INSTANCE, name, state and priority are appended."),
    on_state<Instance, &Notify::master_rx_lower_pri>("notify_master_rx_lower_pri", "Script for an advert of lower priority while master."),
    not_yet({"smtp_alert", boolean(), "smtp_alert_vrrp", "Sends mail on changes.", into<&Instance::smtp_alert>}),
    {"notify_priority_changes", boolean(), "that of the group", "Tells FIFOs of changes of the priority.",
     into<&Instance::notify_priority_changes>},
    old("lvs_sync_daemon in global_defs", ErrorClass::general_error, {"lvs_sync_daemon_interface", interface(), "none",
        "Old way to say lvs_sync_daemon INTERFACE inst THIS id 0.", lvs_sync_daemon_interface}),
};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"vrrp_sync_group", kGroup},
    {"vrrp_sync_group>group", kMember},
    {"vrrp_instance", kBasics},
    {"vrrp_instance", kPreemption},
    {"vrrp_instance", kWire},
    {"vrrp_instance", kAnnouncing},
    {"vrrp_instance", kTracking},
    {"vrrp_instance", kNotify},
    {"vrrp_instance>unicast_peer", kPeer},
    {"vrrp_instance>authentication", kAuthentication},
    {"vrrp_instance>garp_extra_if", kExtraAll},
};

}  // namespace

std::span<const Table> vrrp_tables() { return kTables; }

}  // namespace holdfast::model
