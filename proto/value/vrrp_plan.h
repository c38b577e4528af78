// What vrrpd is told to do: one plan, whole and checked. Made by parent/plan, carried by proto/schema/parent_vrrpd.proto,
// used by vrrpd/protocol. Names follow keepalived.conf(5) and RFC 9568; times are microseconds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/value/address.h"
#include "proto/value/bfd_plan.h"
#include "proto/value/identifier.h"
#include "proto/value/instant.h"

namespace holdfast {

enum class VrrpState : std::uint8_t { kInit = 0, kBackup = 1, kMaster = 2, kFault = 3 };  // numbers: keepalived's JSON
enum class Authentication : std::uint8_t { kNone = 0, kPass = 1, kHeader = 2 };           // the packet's auth type, RFC 2338
enum class OldUnicastChecksum : std::uint8_t { kDetect = 0, kAlways = 1, kNever = 2 };

// vrrp_script as a tracked object. `rise` and `fall` are counts of results, at least 1.
struct ScriptTracker {
  TrackerId id;
  std::string name;
  ScriptId script;
  Duration interval{1'000'000};
  Duration timeout{1'000'000};
  unsigned rise = 1;
  unsigned fall = 1;
  bool init_fail = false;
  bool operator==(const ScriptTracker&) const = default;
};

// What is told from outside: the number in a track_file, or the state (1 up, 0 down) of a BFD session or of the items of a track_group.
enum class ToldKind : std::uint8_t { kFile = 0, kBfd = 1, kStatic = 2 };
struct ToldTracker {
  TrackerId id;
  std::string name;
  ToldKind kind = ToldKind::kFile;
  bool operator==(const ToldTracker&) const = default;
};

// vrrp_track_process: up while the number of processes that ipvsd counts is within the quorum. A change counts after its delay.
struct ProcessTracker {
  TrackerId id;
  std::string name;
  std::uint32_t quorum = 1;
  std::uint32_t quorum_max = 0xffffffff;
  Duration fork_delay{0};
  Duration terminate_delay{0};
  bool operator==(const ProcessTracker&) const = default;
};

// weight 0: its failure is a fault. Otherwise -253..253 is added (positive: while up; negative: while down); reverse turns it around.
struct TrackedScript {
  TrackerId tracker;
  int weight = 0;
  bool reverse = false;
  bool operator==(const TrackedScript&) const = default;
};
// A ToldTracker or a ProcessTracker. Of a file the number times the weight is added; weight 0: another number than 0 is a fault.
struct TrackedObject {
  TrackerId tracker;
  int weight = 0;
  bool reverse = false;
  bool operator==(const TrackedObject&) const = default;
};
struct TrackedInterface {
  std::string interface;
  int weight = 0;
  bool reverse = false;
  bool operator==(const TrackedInterface&) const = default;
};

// auth_hmac of keepalived 2.4: a signed trailer behind every advert. Keys are 32 to 64 octets.
enum class SigningMode : std::uint8_t { kEnforce = 0, kPermissive = 1, kReceiveOnly = 2 };
struct SigningKey {
  std::uint8_t id = 0;               // 1..255
  std::string secret;
  bool operator==(const SigningKey&) const = default;
};
struct AdvertSigning {
  SigningMode mode = SigningMode::kEnforce;
  std::uint8_t active_key = 0;       // one of `keys`
  bool check_time = true;            // anti_replay time: fresh and growing; monotonic: growing
  Duration window{5'000'000};        // whole seconds, 1..300
  std::vector<SigningKey> keys;
  bool operator==(const AdvertSigning&) const = default;
};

struct UnicastPeer {
  IpAddress address;
  std::uint8_t ttl_min = 0;
  std::uint8_t ttl_max = 255;
  bool operator==(const UnicastPeer&) const = default;
};

// When addresses are announced (gratuitous ARP, unsolicited NA). Zero delay or refresh: that burst is off.
struct Announcement {
  unsigned master_repeat = 5;
  Duration master_delay{5'000'000};
  Duration master_refresh{0};
  unsigned master_refresh_repeat = 1;
  Duration lower_prio_delay{5'000'000};
  unsigned lower_prio_repeat = 5;
  bool operator==(const Announcement&) const = default;
};

inline const IpAddress kVrrpGroup4 = IpAddress::v4({224, 0, 0, 18});
inline const IpAddress kVrrpGroup6 = IpAddress::v6({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12});

struct VrrpInstance {
  InstanceId id;
  std::string name;
  std::string interface;             // that adverts use; empty: unicast without an interface
  std::string base_interface;        // below a VMAC or ipvlan that adverts use; empty: none
  Family family = Family::kIpv4;
  std::uint8_t vrid = 0;             // 1..255
  std::uint8_t version = 2;          // 2 or 3
  std::uint8_t priority = 100;       // base priority, 1..255
  Duration advert_int{1'000'000};    // v2: whole seconds 1..255; v3: 10 ms..40.95 s
  bool wants_master = false;         // state MASTER
  bool nopreempt = false;
  Duration preempt_delay{0};
  bool strict = false;
  bool lower_prio_no_advert = false;
  bool higher_prio_send_advert = false;
  bool owner_ignore_adverts = false;
  bool skip_check_adv_addr = false;
  bool v3_checksum_as_v2 = false;
  OldUnicastChecksum old_unicast_checksum = OldUnicastChecksum::kDetect;
  unsigned down_timer_adverts = 3;   // 1..100
  std::optional<IpAddress> source;   // mcast_src_ip / unicast_src_ip; none: the interface's first primary (IPv6: link-local) address
  bool track_source = false;         // track_src_ip
  bool unicast = false;
  std::vector<UnicastPeer> peers;
  bool check_unicast_source = false;
  std::uint8_t ttl = 255;            // of what is sent
  IpAddress group_address;           // 224.0.0.18 or ff02::12 unless configured
  Authentication authentication = Authentication::kNone;
  std::array<std::uint8_t, 8> password{};
  std::optional<AdvertSigning> signing;
  std::vector<IpAddress> addresses;  // virtual_ipaddress in configuration order: what the advert lists
  bool track_primary = true;         // dont_track_primary turns it off
  std::vector<std::string> fault_interfaces;  // interfaces of virtual addresses: down means fault
  std::vector<TrackedInterface> tracked_interfaces;
  std::vector<TrackedScript> tracked_scripts;
  std::vector<TrackedObject> tracked_objects;
  unsigned timer_expired_backup = 0;  // the highest priority of any other router, 0: not said
  Announcement announcement;
  GroupId sync_group;                // 0: none
  bool maintenance = false;          // an operator took it out: a fault of its own
  bool operator==(const VrrpInstance&) const = default;
};

struct SyncGroup {
  GroupId id;
  std::string name;
  std::vector<InstanceId> members;
  bool tracking_weight = false;      // sync_group_tracking_weight: weights of members count
  std::vector<TrackedInterface> tracked_interfaces;
  std::vector<TrackedScript> tracked_scripts;
  std::vector<TrackedObject> tracked_objects;
  bool operator==(const SyncGroup&) const = default;
};

struct VrrpPlan {
  Generation generation = 0;
  Duration startup_delay{0};         // vrrp_startup_delay and vrrp_delay_after_boot, resolved by the parent
  unsigned resume_limit = 3;         // --vrrp-resume-limit: resumptions as master in 60 s, then release and back-off
  std::vector<ScriptTracker> trackers;
  std::vector<ToldTracker> told_trackers;
  std::vector<ProcessTracker> process_trackers;
  std::vector<SyncGroup> groups;
  std::vector<VrrpInstance> instances;
  std::vector<BfdSession> sessions;
  bool operator==(const VrrpPlan&) const = default;
};

// What a restarted vrrpd continues with.
struct ResumedInstance {
  InstanceId id;
  VrrpState state = VrrpState::kBackup;
  Generation claim = 0;              // last claim generation that ipvsd saw; the next one is higher
  bool operator==(const ResumedInstance&) const = default;
};

}  // namespace holdfast
