// See instance_rules.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/instance/instance_rules.h"

#include <algorithm>
#include <cctype>

#include "parent/plan/parts/build_tracking.h"

namespace holdfast {
namespace {

constexpr unsigned kOwnerPriority = 255;

std::string named(const model::Instance& said) { return "(" + said.name + ") "; }

}  // namespace

std::uint8_t choose_version(Building& building, const model::Instance& said, const VrrpInstance& instance) {
  const unsigned common = building.configuration.globals.vrrp_version.value_or(2);
  const unsigned wanted = said.version ? *said.version : instance.family == Family::kIpv6 ? 3 : common;
  if (instance.family == Family::kIpv6 && wanted != 3) {
    building.note(said.version.at, "version-for-ipv6", named(said) + "IPv6 needs VRRP version 3, version " + std::to_string(wanted) +
                                                           " is not used");
    return 3;
  }
  return static_cast<std::uint8_t>(wanted);
}

Duration choose_advert_interval(Building& building, const model::Instance& said, const VrrpInstance& instance) {
  constexpr Duration kSecond{1'000'000};
  constexpr Duration kCentisecond{10'000};
  const Duration step = instance.version == 2 ? kSecond : kCentisecond;
  const Duration longest = instance.version == 2 ? 255 * kSecond : 4095 * kCentisecond;
  if (!said.advert_int) return kSecond;
  const Duration wanted = *said.advert_int;
  Duration interval = (wanted + step / 2) / step * step;
  interval = std::clamp(interval, step, longest);
  if (interval != wanted) {
    building.warn(said.advert_int.at, "advert-interval",
                  named(said) + "advert_int of " + std::to_string(wanted.count() / 1000) + " ms becomes " +
                      std::to_string(interval.count() / 1000) + " ms in VRRP version " + std::to_string(instance.version),
                  instance.version == 2 ? "whole seconds from 1 to 255" : "0.01 to 40.95 seconds in steps of 0.01");
  }
  return interval;
}

void apply_strict(Building& building, const model::Instance& said, VrrpInstance& instance) {
  const bool owner = instance.priority == kOwnerPriority;
  if (instance.strict) {
    if (instance.wants_master != owner) {
      building.warn(said.wants_master.set ? said.wants_master.at : said.at, "strict-state",
                    named(said) + "strict mode: the state is that of priority " + std::to_string(instance.priority));
      instance.wants_master = owner;
    }
    if (said.down_timer_adverts && *said.down_timer_adverts != 3) {
      building.warn(said.down_timer_adverts.at, "strict-down-timer", named(said) + "strict mode: down_timer_adverts is 3");
    }
    instance.down_timer_adverts = 3;
    if (said.lower_prio_no_advert && !*said.lower_prio_no_advert) {
      building.warn(said.lower_prio_no_advert.at, "strict-lower-prio", named(said) + "strict mode: lower_prio_no_advert is on");
    }
    instance.lower_prio_no_advert = true;
    if (instance.higher_prio_send_advert) {
      building.warn(said.higher_prio_send_advert.at, "strict-higher-prio",
                    named(said) + "strict mode: higher_prio_send_advert is off");
      instance.higher_prio_send_advert = false;
    }
    if (owner) instance.owner_ignore_adverts = true;
    if (said.accept.value_or(false) && !owner && instance.version == 2) {
      building.warn(said.accept.at, "strict-accept", named(said) + "strict mode: only the owner of the addresses accepts packets to them");
    }
  }
  if (instance.owner_ignore_adverts && !owner) {
    if (said.owner_ignore_adverts && *said.owner_ignore_adverts) {
      building.warn(said.owner_ignore_adverts.at, "owner-ignore-adverts",
                    named(said) + "owner_ignore_adverts needs priority 255, cleared");
    }
    instance.owner_ignore_adverts = false;
  }
}

void apply_preemption(Building& building, const model::Instance& said, VrrpInstance& instance) {
  const bool first = instance.wants_master || instance.priority == kOwnerPriority;
  if (instance.nopreempt && first) {
    building.warn(said.nopreempt.at, "nopreempt-with-master",
                  named(said) + "nopreempt has no effect with state MASTER or priority 255, cleared", "state BACKUP");
    instance.nopreempt = false;
  }
  if (instance.preempt_delay != Duration{0} && (instance.wants_master || instance.nopreempt || instance.strict)) {
    building.warn(said.preempt_delay.at, "preempt-delay",
                  named(said) + "preempt_delay has no effect with state MASTER, nopreempt or strict mode, cleared");
    instance.preempt_delay = Duration{0};
  }
}

void apply_authentication(Building& building, const model::Instance& said, VrrpInstance& instance) {
  if (!said.authentication) return;
  const model::Authenticating& wanted = *said.authentication;
  const auto drop = [&](const std::string& why) {
    building.warn(said.authentication.at, "authentication-dropped", named(said) + "authentication is not used: " + why);
  };
  const Authentication type = wanted.type.value_or(Authentication::kNone);
  if (type == Authentication::kNone) return;
  if (instance.strict) return drop("strict mode forbids it");
  if (instance.version == 3) return drop("VRRP version 3 has none");
  if (!wanted.password || wanted.password->empty()) return drop("auth_pass is missing");
  if (type == Authentication::kHeader && instance.family == Family::kIpv6) return drop("AH is for IPv4 only");
  instance.authentication = type;
  std::copy_n(wanted.password->begin(), std::min<std::size_t>(wanted.password->size(), instance.password.size()),
              instance.password.begin());
  if (type == Authentication::kHeader && instance.wants_master && instance.priority != kOwnerPriority) {
    building.warn(said.authentication.at, "header-authentication-master", named(said) + "state MASTER has no effect with AH, cleared");
    instance.wants_master = false;
  }
}

void apply_stall(Building& building, const model::Instance& said, VrrpInstance& instance) {
  if (!said.timer_expired_backup) return;
  if (instance.nopreempt) {
    instance.timer_expired_backup = *said.timer_expired_backup;
    return;
  }
  building.warn(said.timer_expired_backup.at, "no-effect", named(said) + "timer_expired_backup has a meaning only with nopreempt, ignored");
}

bool check_place(Building& building, const model::Instance& said, VrrpInstance& instance) {
  using config::ErrorClass;
  if (!said.vrid && building.has_error_in_block(said.at)) {
    building.refuse_silently();
    return false;
  }
  if (!said.vrid) {
    building.refuse(said.at, ErrorClass::general_error, "vrid-missing", named(said) + "the virtual router id must be set",
                    "virtual_router_id 1 to 255");
    return false;
  }
  const bool dynamic = building.configuration.globals.dynamic_interfaces.value_or(false);
  if (instance.interface.empty()) {
    if (!instance.unicast || !instance.source) {
      building.refuse(said.at, ErrorClass::general_error, "interface-missing",
                      named(said) + (instance.unicast ? "unicast without an interface needs unicast_src_ip" : "no interface is set"),
                      "interface NAME");
      return false;
    }
    return true;
  }
  if (!building.surroundings.interface) return true;
  const auto known = building.surroundings.interface(instance.interface);
  if (!known && !dynamic) {
    building.refuse(said.interface.at, ErrorClass::general_error, "unknown-interface",
                    named(said) + "interface " + instance.interface + " does not exist", "dynamic_interfaces, if it comes later");
    return false;
  }
  if (known && known->loopback) {
    building.refuse(said.interface.at, ErrorClass::general_error, "loopback-interface",
                    named(said) + "interface " + instance.interface + " is a loopback and cannot carry VRRP");
    return false;
  }
  if (known && !known->multicast && !instance.unicast) {
    building.error(said.interface.at, "no-multicast",
                   named(said) + "interface " + instance.interface + " has no multicast: unicast_peer is needed");
  }
  return true;
}

void drop_member_weights(Building& building, const model::SyncGroup& said, const SyncGroup& group,
                         std::map<std::string, VrrpInstance*>& instances) {
  for (auto& [name, instance] : instances) {
    if (instance->sync_group != group.id) continue;
    const auto block = std::ranges::find(building.configuration.instances, name, &model::Instance::name);
    const auto place = [&](const std::vector<model::TrackEntry>& entries, const std::string& tracked) {
      const auto entry = std::ranges::find(entries, tracked, &model::TrackEntry::name);
      return entry != entries.end() ? entry->at : block->at;
    };
    for (TrackedInterface& tracked : instance->tracked_interfaces) {
      if (tracked.weight == 0) continue;
      building.warn(place(block->tracking.interfaces, tracked.interface), "weight-ignored",
                    "(" + name + ") weight of tracked interface " + tracked.interface + " set to 0 in sync group " + said.name,
                    "sync_group_tracking_weight");
      tracked.weight = 0;
    }
    drop_object_weights(building, said, *instance);
    const auto dropped = std::erase_if(instance->tracked_scripts, [](const TrackedScript& tracked) { return tracked.weight != 0; });
    if (dropped != 0) {
      building.warn(block->tracking.scripts.empty() ? block->at : block->tracking.scripts.front().at, "weight-ignored",
                    "(" + name + ") " + std::to_string(dropped) + " weighted track scripts ignored in sync group " + said.name,
                    "sync_group_tracking_weight");
    }
  }
}

}  // namespace holdfast
