// The plan: everything that the processes are told, made from one validated configuration. Three process plans, the table of
// scripts, who is notified of what, and the settings that the parent itself follows. No name is left to look up.
// Pure values; knows neither the configuration's text nor a message type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/value/check_plan.h"
#include "proto/value/identifier.h"
#include "proto/value/ipvs_plan.h"
#include "proto/value/script_plan.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast {

// What an instance or a sync group runs when its state changes. 0: nothing. `any` gets TYPE NAME STATE PRIORITY appended.
struct StateScripts {
  ScriptId master;
  ScriptId backup;
  ScriptId fault;
  ScriptId stop;
  ScriptId deleted;
  ScriptId master_rx_lower_pri;
  ScriptId any;
  bool notify_deleted = false;   // a removed instance is told as DELETED, not FAULT
  bool priority_changes = false; // notify_priority_changes: pipes hear of the effective priority
  bool operator==(const StateScripts&) const = default;
};

// What a virtual server or a real server runs.
struct UpDownScripts {
  ScriptId up;
  ScriptId down;
  bool operator==(const UpDownScripts&) const = default;
};

struct NotifyTable {
  std::map<InstanceId, StateScripts> instances;
  std::map<GroupId, StateScripts> groups;
  std::map<ServiceId, UpDownScripts> services;       // quorum_up, quorum_down
  std::map<DestinationId, UpDownScripts> servers;    // notify_up, notify_down
  bool operator==(const NotifyTable&) const = default;
};

// What an advert socket is opened for. One per interface, family, way of sending and address; instances share it.
struct AdvertSocketWish {
  std::string interface;         // empty: any (unicast only)
  Family family = Family::kIpv4;
  bool unicast = false;
  IpAddress group;               // multicast: the group to join
  std::uint8_t ttl = 255;        // of what is sent
  bool header = false;           // auth_type AH: protocol 51
  IpAddress source{};            // unicast: the address it is bound to; unspecified: any
  bool foreign_source = false;   // multicast: mcast_src_ip need not be an address of this host
  auto operator<=>(const AdvertSocketWish&) const = default;
};

// A named pipe that changes are written to. An empty path: none.
struct FifoWish {
  std::string path;
  std::string user;
  std::string group;
  ScriptId script;               // started with the path as its last argument, lives as long as the daemon
  bool operator==(const FifoWish&) const = default;
};

// Settings that the parent follows itself.
struct ParentSettings {
  std::string router_id;
  bool script_security = false;  // enable_script_security
  std::string script_user;       // script_user; empty: keepalived_script if it exists, else root
  std::string script_group;
  ScriptId startup_script;
  ScriptId shutdown_script;
  unsigned json_version = 1;
  bool dynamic_interfaces = false;
  bool initial_servers = false;  // rs_init_notifies: servers that are up from the start are told
  bool states_on_reload = false; // fifo_write_vrrp_states_on_reload
  Duration child_wait_time{5'000'000};
  FifoWish notify_fifo;          // every event
  FifoWish vrrp_notify_fifo;     // of instances and groups
  FifoWish lvs_notify_fifo;      // of services and servers
  bool operator==(const ParentSettings&) const = default;
};

// What status output shows and no process needs, one row per instance in the order of the vrrp plan.
struct InstanceShown {
  InstanceId id;
  bool smtp_alert = false;
  bool accept = true;
  std::string track_interface_text;
  std::string vmac_interface;      // its VMAC or ipvlan; empty: none
  bool operator==(const InstanceShown&) const = default;
};

// ha_suspend: checkerd is told under this number whether one of these addresses is on this machine.
struct ServicePresence {
  TrackerId id;
  std::vector<IpAddress> addresses;
  bool operator==(const ServicePresence&) const = default;
};

struct Plan {
  Generation generation = 0;
  VrrpPlan vrrp;
  IpvsPlan ipvs;
  CheckPlan check;
  std::vector<ScriptRow> scripts;
  std::vector<WatchedFile> files;
  std::vector<AdvertSocketWish> sockets;
  NotifyTable notify;
  ParentSettings settings;
  std::vector<InstanceShown> shown;
  std::vector<ServicePresence> presences;
  std::map<ServiceId, std::uint32_t> marks;  // that groups got by nftables_ipvs
  bool operator==(const Plan&) const = default;

  // Gives this plan and its parts one generation.
  void stamp(Generation number) { generation = vrrp.generation = ipvs.generation = check.generation = number; }
};

}  // namespace holdfast
