// What is known of every instance at one moment: the plan's words beside the numbers that vrrpd reported. Input of the dumps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "parent/plan/plan.h"
#include "proto/schema/parent_vrrpd.pb.h"

namespace holdfast {

// keepalived's statistics of one instance.
struct InstanceCounters {
  std::uint64_t adverts_received = 0;
  std::uint64_t adverts_sent = 0;
  std::uint64_t became_master = 0;
  std::uint64_t released_master = 0;
  std::uint64_t length_errors = 0;
  std::uint64_t interval_errors = 0;
  std::uint64_t ttl_errors = 0;
  std::uint64_t type_errors = 0;
  std::uint64_t address_list_errors = 0;
  std::uint64_t invalid_auth_type = 0;
  std::uint64_t auth_type_mismatch = 0;
  std::uint64_t auth_failures = 0;
  std::uint64_t priority_zero_received = 0;
  std::uint64_t priority_zero_sent = 0;
  // auth_hmac
  std::uint64_t unsigned_errors = 0;
  std::uint64_t trailer_errors = 0;
  std::uint64_t unknown_keys = 0;
  std::uint64_t signature_errors = 0;
  std::uint64_t stale_signatures = 0;
  std::uint64_t replayed_signatures = 0;
  bool operator==(const InstanceCounters&) const = default;
};
InstanceCounters operator-(const InstanceCounters&, const InstanceCounters&);

struct InstanceReport {
  VrrpState state = VrrpState::kInit;
  unsigned effective_priority = 0;
  std::optional<IpAddress> master;
  Duration master_advert_int{0};
  unsigned master_priority = 0;
  std::vector<std::string> faults;
  Duration since_transition{0};
  InstanceCounters counters;
};
// Foreign numbers are taken as they are, foreign text is made printable.
InstanceReport decode(const wire::InstanceStatus&);

struct TrackerReport {
  bool up = false;
  bool known = false;
};

// The whole picture. `wall_clock` is the time of day of the moment, in seconds since 1970.
struct Board {
  const Plan* plan = nullptr;
  double wall_clock = 0;
  std::map<InstanceId, InstanceReport> instances;
  std::map<TrackerId, TrackerReport> trackers;
  std::map<GroupId, VrrpState> groups;

  const InstanceReport& of(InstanceId id) const;
};

std::string_view state_word(VrrpState);   // INIT, BACKUP, MASTER, FAULT
// "10.0.0.1/24 dev eth0 scope global", and " set" while it is held.
std::string address_text(const VirtualAddress&, bool held);

}  // namespace holdfast
