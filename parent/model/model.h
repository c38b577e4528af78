// The typed configuration: what the file says, in plain structs, before defaults and expansion. Names follow keepalived.conf(5).
// Each value knows whether and where it was said (located.h). No pointers into the tree.
// Order of definition is already resolved: an instance starts with the announcement settings, down_timer_adverts,
// v3_checksum_as_v2 and skip_check_adv_addr that global_defs had when its block opened (still unset when they were unset).
// Must not know: what a value means at run time, interfaces, files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parent/config/diagnostic.h"
#include "parent/model/settings/checks.h"
#include "parent/model/settings/peering.h"
#include "parent/model/settings/link_settings.h"
#include "parent/model/settings/located.h"
#include "parent/model/settings/lvs_globals.h"
#include "parent/model/settings/route_entries.h"
#include "parent/model/settings/values.h"
#include "proto/value/address.h"
#include "proto/value/instant.h"
#include "proto/value/ipvs_plan.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast::model {

// garp_* of an instance, vrrp_garp_* of global_defs. Counts are at least 1 except lower_prio_repeat.
struct Announcing {
  Located<unsigned> master_repeat;
  Located<Duration> master_delay;
  Located<Duration> master_refresh;
  Located<unsigned> master_refresh_repeat;
  Located<Duration> lower_prio_delay;
  Located<unsigned> lower_prio_repeat;
};

struct ExtraAnnouncing {  // garp_extra_if
  Duration every{0};
  bool all_interfaces = false;
};

struct ProcessTuning {  // vrrp_*, checker_*, bfd_*
  Located<std::string> name;
  Located<int> priority;  // nice value
  Located<bool> no_swap;
  Located<unsigned> rt_priority;
  Located<std::vector<unsigned>> cpu_affinity;
  Located<std::uint64_t> rlimit_rttime;  // microseconds
};

struct SmtpServer {
  std::string host;
  std::uint16_t port = 25;
};

// Keywords of the file's top level and of global_defs. What is missing here has no effect yet and says so when it is used.
struct Globals {
  // identity and files
  Located<std::string> router_id;
  Located<std::string> net_namespace;
  Located<std::string> net_namespace_ipvs;  // empty: the initial one
  Located<std::string> instance;
  Located<bool> use_pid_dir;
  Located<std::uint32_t> child_wait_time;  // seconds
  Located<bool> process_names;
  Located<std::string> process_name;
  Located<unsigned> umask;
  Located<std::uint32_t> random_seed;
  Located<bool> data_use_instance;
  Located<unsigned> json_version;
  Located<std::string> state_dump_file;
  Located<std::string> reload_check_config;  // log file, empty: none
  Located<std::string> reload_time_file;
  Located<bool> reload_repeat;
  Located<std::string> reload_file;  // empty: the default one

  // mail
  std::vector<Located<std::string>> notification_email;
  Located<std::string> notification_email_from;
  Located<SmtpServer> smtp_server;
  Located<std::string> smtp_helo_name;
  Located<Duration> smtp_connect_timeout;
  Located<bool> smtp_alert;
  Located<bool> smtp_alert_vrrp;
  Located<bool> smtp_alert_checker;
  Located<bool> no_email_faults;
  Located<bool> no_checker_emails;

  // scripts
  Located<ScriptIdentity> script_user;
  Located<bool> enable_script_security;
  Located<bool> use_symlink_paths;
  Located<bool> set_supplementary_groups;
  Located<ScriptCommand> startup_script;
  Located<Duration> startup_script_timeout;
  Located<ScriptCommand> shutdown_script;
  Located<Duration> shutdown_script_timeout;
  NotifyFifo notify_fifo;
  NotifyFifo vrrp_notify_fifo;
  NotifyFifo lvs_notify_fifo;
  Located<bool> vrrp_notify_priority_changes;
  Located<bool> fifo_write_vrrp_states_on_reload;

  // processes
  Located<int> max_auto_priority;  // -1: off without a notice
  Located<std::uint32_t> min_auto_priority_delay;  // microseconds
  ProcessTuning vrrp_process;
  ProcessTuning checker_process;
  ProcessTuning bfd_process;

  // VRRP
  Located<unsigned> vrrp_version;
  Located<bool> vrrp_strict;
  Located<IpAddress> vrrp_mcast_group4;
  Located<IpAddress> vrrp_mcast_group6;
  Located<std::string> default_interface;
  Located<bool> dynamic_interfaces;
  Located<bool> allow_if_changes;
  Announcing announcing;
  Located<Duration> vrrp_garp_interval;
  Located<Duration> vrrp_gna_interval;
  Located<ExtraAnnouncing> vrrp_garp_extra_if;
  Located<unsigned> vrrp_down_timer_adverts;
  Located<bool> vrrp_lower_prio_no_advert;
  Located<bool> vrrp_higher_prio_send_advert;
  Located<bool> vrrp_owner_ignore_adverts;
  Located<bool> vrrp_check_unicast_src;
  Located<bool> vrrp_skip_check_adv_addr;
  Located<bool> v3_checksum_as_v2;
  Located<Duration> vrrp_startup_delay;
  Located<Duration> vrrp_delay_after_boot;
  Located<bool> log_unknown_vrids;
  Located<bool> disable_local_igmp;
  Located<std::string> nftables;         // name of the table
  Located<int> nftables_priority;
  Located<bool> nftables_counters;
  Located<std::string> nftables_ipvs;    // name of the table
  Located<int> nftables_ipvs_priority;
  Located<std::uint32_t> nftables_ipvs_start_fwmark;
  Located<std::string> vmac_prefix;
  Located<std::string> vmac_addr_prefix;
  std::vector<LinkDelayEntry> link_delays;
  Located<bool> link_polling;        // linkbeat_use_polling: every interface of an instance
  std::vector<LinkPollEntry> link_polls;

  // IPVS and checks
  Located<bool> checker_log_all_failures;
  Located<bool> lvs_flush;
  Located<FlushOnStop> lvs_flush_on_stop;
  LvsTimeouts lvs_timeouts;
  Located<SyncDaemonSettings> lvs_sync_daemon;
  Located<bool> rs_init_notifies;
};

// One line of static_ipaddress, virtual_ipaddress or virtual_ipaddress_excluded.
struct AddressEntry {
  Position at{};
  Prefix prefix;                     // with `peer`: the length is the peer's
  Located<std::string> dev;
  Located<std::uint8_t> scope;       // RT_SCOPE_*
  Located<IpAddress> broadcast;      // brd + and brd - are already worked out
  Located<std::string> label;
  Located<IpAddress> peer;
  Located<std::uint32_t> preferred_lft;  // seconds, UINT32_MAX: forever
  Located<std::string> track_group;
  bool home = false;
  bool dad = false;                  // -nodad
  bool mngtmpaddr = false;
  bool noprefixroute = false;
  bool autojoin = false;
  bool no_track = false;
  bool use_vmac = false;
};

// One line of track_interface, track_script, track_file, track_process or track_bfd.
struct TrackEntry {
  std::string name;
  Position at{};
  Located<int> weight;               // -253..253 (files and processes: -254..254)
  Located<bool> reverse;             // noreverse: set and false
};

struct Tracking {
  std::vector<TrackEntry> interfaces;
  std::vector<TrackEntry> scripts;   // names of vrrp_scripts that exist
  std::vector<TrackEntry> files;
  std::vector<TrackEntry> processes;
  std::vector<TrackEntry> bfds;
};

// Scripts of an instance or a sync group, by state.
struct Notify {
  Located<ScriptCommand> backup;
  Located<ScriptCommand> master;
  Located<ScriptCommand> fault;
  Located<ScriptCommand> stop;
  Located<ScriptCommand> any;        // notify
  Located<ScriptCommand> master_rx_lower_pri;  // instances only
  Located<ScriptCommand> deleted;    // instances only; argv is empty when only the event was asked for
};

struct Script {                      // vrrp_script
  std::string name;
  Position at{};
  Located<ScriptCommand> command;    // the identity is `user`
  Located<Duration> interval;
  Located<Duration> timeout;
  Located<int> weight;
  Located<bool> reverse;
  Located<unsigned> rise;
  Located<unsigned> fall;
  Located<bool> init_fail;
};

struct TrackFile {
  std::string name;
  Position at{};
  Located<std::string> file;
  Located<int> weight;               // unset: 1
  Located<bool> reverse, overwrite;
  Located<int> init_file;            // the number; set even when only the word was there
};

struct TrackProcess {                // vrrp_track_process
  std::string name;
  Position at{};
  Located<std::vector<std::string>> command;
  Located<ParameterMatch> param_match;
  Located<int> weight;
  Located<bool> reverse;
  Located<unsigned> quorum, quorum_max;
  Located<Duration> fork_delay, terminate_delay;
  Located<bool> full_command;
};

struct SyncGroup {
  std::string name;
  Position at{};
  std::vector<Located<std::string>> members;  // as written: resolve after all instances are known
  Tracking tracking;
  Notify notify;
  Located<bool> smtp_alert;
  Located<bool> tracking_weight;     // sync_group_tracking_weight, global_tracking
  Located<bool> notify_priority_changes;
};

struct UnicastPeerEntry {
  IpAddress address;
  Position at{};
  Located<std::uint8_t> min_ttl;
  Located<std::uint8_t> max_ttl;
};

struct Authenticating {              // authentication
  Located<Authentication> type;
  Located<std::string> password;     // at most 8 octets
};

struct Instance {
  std::string name;
  Position at{};
  Located<std::string> interface;
  Located<std::string> vrf;
  Located<Family> family;            // from the first address or from native_ipv6
  Located<unsigned> vrid;            // 1..255
  Located<unsigned> version;         // 2 or 3
  Located<unsigned> priority;        // 1..255
  Located<Duration> advert_int;      // 10 ms..255 s as written: rounding depends on the version
  Located<bool> wants_master;        // state MASTER: true, BACKUP: false
  Located<bool> nopreempt;           // preempt: false
  Located<Duration> preempt_delay;
  Located<bool> strict_mode;
  Located<bool> lower_prio_no_advert;
  Located<bool> higher_prio_send_advert;
  Located<bool> owner_ignore_adverts;
  Located<bool> skip_check_adv_addr;
  Located<bool> v3_checksum_as_v2;
  Located<OldUnicastChecksum> old_unicast_checksum;
  Located<unsigned> down_timer_adverts;
  Located<unsigned> timer_expired_backup;
  Located<IpAddress> mcast_src_ip;
  Located<IpAddress> unicast_src_ip;
  Located<IpAddress> mcast_dst_ip;
  Located<bool> track_src_ip;
  Located<bool> unicast_peer;        // the block is there, even when empty
  std::vector<UnicastPeerEntry> peers;
  Located<unsigned> unicast_ttl;
  Located<bool> unicast_fault_no_peer;
  Located<bool> check_unicast_src;
  Located<bool> dont_track_primary;
  Located<bool> accept;              // no_accept: false
  Located<bool> promote_secondaries;
  std::vector<RouteEntry> routes;
  std::vector<RuleEntry> rules;
  Located<bool> no_virtual_ipaddress;
  Located<VirtualMac> use_vmac;
  Located<bool> use_vmac_addr;
  Located<bool> vmac_xmit_base;
  Located<Ipvlan> use_ipvlan;
  Located<Authenticating> authentication;
  Located<Signing> signing;
  std::vector<AddressEntry> addresses;
  std::vector<AddressEntry> excluded;
  Announcing announcing;
  Located<ExtraAnnouncing> garp_extra_if;
  Tracking tracking;
  Notify notify;
  Located<bool> smtp_alert;
  Located<bool> notify_priority_changes;
};

// NAT, DR or TUN with its tunnel options.
struct LvsMethod {
  Forwarding forwarding = Forwarding::kMasquerade;
  TunnelType tunnel = TunnelType::kIpip;
  std::uint16_t tunnel_port = 0;
  std::uint16_t tunnel_flags = 0;    // IP_VS_TUNNEL_ENCAP_FLAG_*: 0 none, 1 csum, 2 remcsum
};

struct RealServer {
  Position at{};
  IpAddress address;
  Located<std::uint16_t> port;       // unset: the service's
  Located<std::uint32_t> weight;
  Located<LvsMethod> lvs_method;
  Located<std::uint32_t> uthreshold;
  Located<std::uint32_t> lthreshold;
  Located<bool> inhibit_on_failure;
  Located<ScriptCommand> notify_up;
  Located<ScriptCommand> notify_down;
  Located<bool> smtp_alert;
  Located<std::string> virtualhost;
  CheckSettings settings;
  std::vector<Check> checks;
};

struct SorryServer {
  Position at{};
  IpAddress address;
  Located<std::uint16_t> port;
  Located<bool> inhibit;
  Located<LvsMethod> lvs_method;
};

// first == last: one address.
struct AddressRange {
  Position at{};
  IpAddress first;
  IpAddress last;
  std::uint16_t port = 0;            // 0: every port
};
struct FirewallMark {
  Position at{};
  std::uint32_t mark = 0;
  Located<Family> family;
};
struct ServerGroup {                 // virtual_server_group
  std::string name;
  Position at{};
  std::vector<AddressRange> ranges;
  std::vector<FirewallMark> marks;
};

struct ServiceAddress {
  IpAddress address;
  std::uint16_t port = 0;            // 0: every port
};
struct ServiceMark {
  std::uint32_t mark = 0;
};
struct ServiceGroup {
  std::string name;                  // of a ServerGroup, which may be missing: resolve after parsing
};

struct VirtualServer {
  Position at{};
  std::variant<ServiceAddress, ServiceMark, ServiceGroup> key;
  Located<Family> ip_family;
  Located<Protocol> protocol;
  Located<std::string> scheduler;    // lvs_sched, lb_algo: a known name
  Located<bool> ops;
  Located<bool> flag_1;              // flag-1, sh-fallback, mh-fallback
  Located<bool> flag_2;              // flag-2, sh-port, mh-port
  Located<bool> flag_3;
  Located<LvsMethod> lvs_method;
  Located<std::string> persistence_engine;
  Located<std::uint32_t> persistence_timeout;  // seconds
  Located<std::uint32_t> persistence_granularity;  // IPv4: mask in host order; IPv6: prefix length
  Located<bool> granularity_is_ipv6;
  Located<bool> inhibit_on_failure;
  Located<bool> ha_suspend;
  Located<bool> smtp_alert;
  Located<std::string> virtualhost;
  Located<bool> omega;
  Located<ScriptCommand> quorum_up;
  Located<ScriptCommand> quorum_down;
  Located<unsigned> quorum;
  Located<unsigned> hysteresis;
  Located<std::uint32_t> weight;     // default of its real servers
  CheckSettings settings;            // alpha too
  std::optional<SorryServer> sorry;
  std::vector<RealServer> servers;
};

struct Configuration {
  std::vector<Statement> statements;  // all of them, in order, if they were asked for
  Globals globals;
  std::vector<AddressEntry> static_addresses;
  std::vector<RouteEntry> static_routes;
  std::vector<RuleEntry> static_rules;
  std::array<std::uint32_t, 2> next_preference{16384, 16384};  // of a rule without one: IPv4, IPv6
  std::vector<Script> scripts;
  std::vector<BfdInstance> bfd_instances;
  std::vector<TrackFile> track_files;
  std::vector<TrackProcess> track_processes;
  std::vector<SyncGroup> sync_groups;
  std::deque<Instance> instances;              // large: they stay where they are when more come
  std::vector<ServerGroup> server_groups;
  std::deque<VirtualServer> virtual_servers;

  const Script* script(const std::string& name) const;
  const TrackFile* track_file(const std::string& name) const;
  const TrackProcess* track_process(const std::string& name) const;
  const Instance* instance(const std::string& name) const;
  const ServerGroup* server_group(const std::string& name) const;
};

}  // namespace holdfast::model
