// Identifiers that cross process boundaries. Stable: made from what the thing is (plan/identity), not from its place in the file,
// so that a reload recognises what it already runs. 0 is never a valid identifier.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace holdfast {

template <class Tag>
struct Id {
  std::uint64_t value = 0;
  auto operator<=>(const Id&) const = default;
  explicit operator bool() const { return value != 0; }
};

using InstanceId = Id<struct InstanceTag>;        // one vrrp_instance: VRID + family + interface (+ unicast source)
using GroupId = Id<struct GroupTag>;              // one vrrp_sync_group, by name
using ScriptId = Id<struct ScriptTag>;            // one row of scriptd's table: argv, user, time limit
using TrackerId = Id<struct TrackerTag>;          // one tracked object (vrrp_script, track_file, ...), by kind and name
using ServiceId = Id<struct ServiceTag>;          // one virtual server: protocol + address + port, family + fwmark, or a group's name
using DestinationId = Id<struct DestinationTag>;  // one real or sorry server of one service
using CheckId = Id<struct CheckTag>;              // one check of one destination, by its whole configuration

// Counts plans (reloads) and claims (state changes of one instance). A message with an older one is dropped.
using Generation = std::uint64_t;

}  // namespace holdfast

template <class Tag>
struct std::hash<holdfast::Id<Tag>> {
  std::size_t operator()(const holdfast::Id<Tag>& id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
