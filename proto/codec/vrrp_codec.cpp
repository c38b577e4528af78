// VRRP plan items <-> messages. Field by field, in the order of proto/value/vrrp_plan.h.
// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/vrrp_codec.h"

#include <algorithm>

#include "proto/codec/bounds.h"
#include "proto/codec/values_codec.h"

namespace holdfast {

static constexpr int kListMax = 4096;  // members, peers, addresses, trackers of one item

static void encode(const TrackedScript& tracked, wire::TrackedScript& message) {
  message.set_tracker(tracked.tracker.value);
  message.set_weight(tracked.weight);
  message.set_reverse(tracked.reverse);
}

static void encode(const TrackedObject& tracked, wire::TrackedObject& message) {
  message.set_tracker(tracked.tracker.value);
  message.set_weight(tracked.weight);
  message.set_reverse(tracked.reverse);
}

static void encode(const TrackedInterface& tracked, wire::TrackedInterface& message) {
  message.set_interface(tracked.interface);
  message.set_weight(tracked.weight);
  message.set_reverse(tracked.reverse);
}

static void encode(const Announcement& announcement, wire::Announcement& message) {
  message.set_master_repeat(announcement.master_repeat);
  message.set_master_delay_us(announcement.master_delay.count());
  message.set_master_refresh_us(announcement.master_refresh.count());
  message.set_master_refresh_repeat(announcement.master_refresh_repeat);
  message.set_lower_prio_delay_us(announcement.lower_prio_delay.count());
  message.set_lower_prio_repeat(announcement.lower_prio_repeat);
}

static Result<TrackedScript> decode(const wire::TrackedScript& message) {
  TrackedScript tracked;
  HF_TRY(tracked.tracker, bounds::identifier<TrackerId>("tracked script", message.tracker()));
  HF_TRY(tracked.weight, bounds::within<int>("weight", message.weight(), -254, 254));
  tracked.reverse = message.reverse();
  return tracked;
}

static Result<TrackedObject> decode(const wire::TrackedObject& message) {
  TrackedObject tracked;
  HF_TRY(tracked.tracker, bounds::identifier<TrackerId>("tracked object", message.tracker()));
  HF_TRY(tracked.weight, bounds::within<int>("weight", message.weight(), -254, 254));
  tracked.reverse = message.reverse();
  return tracked;
}

static Result<TrackedInterface> decode(const wire::TrackedInterface& message) {
  TrackedInterface tracked;
  HF_TRY(tracked.interface, bounds::text("tracked interface", message.interface(), kInterfaceNameMax, 1));
  HF_TRY(tracked.weight, bounds::within<int>("weight", message.weight(), -254, 254));
  tracked.reverse = message.reverse();
  return tracked;
}

static Result<Announcement> decode(const wire::Announcement& message) {
  constexpr int kRepeatMax = 65535;
  Announcement announcement;
  HF_TRY(announcement.master_repeat, bounds::within<unsigned>("garp_master_repeat", message.master_repeat(), 0, kRepeatMax));
  HF_TRY(announcement.master_delay, bounds::duration("garp_master_delay", message.master_delay_us()));
  HF_TRY(announcement.master_refresh, bounds::duration("garp_master_refresh", message.master_refresh_us()));
  HF_TRY(announcement.master_refresh_repeat,
         bounds::within<unsigned>("garp_master_refresh_repeat", message.master_refresh_repeat(), 0, kRepeatMax));
  HF_TRY(announcement.lower_prio_delay, bounds::duration("garp_lower_prio_delay", message.lower_prio_delay_us()));
  HF_TRY(announcement.lower_prio_repeat,
         bounds::within<unsigned>("garp_lower_prio_repeat", message.lower_prio_repeat(), 0, kRepeatMax));
  return announcement;
}

static void encode(const AdvertSigning& signing, wire::AdvertSigning& message) {
  message.set_mode(static_cast<std::uint32_t>(signing.mode));
  message.set_active_key(signing.active_key);
  message.set_check_time(signing.check_time);
  message.set_window_us(signing.window.count());
  for (const SigningKey& key : signing.keys) {
    auto* entry = message.add_keys();
    entry->set_id(key.id);
    entry->set_secret(key.secret);
  }
}

static Result<AdvertSigning> decode(const wire::AdvertSigning& message) {
  constexpr int kKeysMax = 255;
  constexpr std::size_t kSecretMin = 32;
  constexpr std::size_t kSecretMax = 64;
  AdvertSigning signing;
  HF_TRY(signing.mode, bounds::within<SigningMode>("auth_hmac mode", message.mode(), 0, 2));
  HF_TRY(signing.active_key, bounds::within<std::uint8_t>("active_key", message.active_key(), 1, 255));
  signing.check_time = message.check_time();
  HF_TRY(signing.window, bounds::duration("time_window", message.window_us(), 1'000'000));
  HF_OK(bounds::count("keys", message.keys_size(), kKeysMax));
  for (const auto& entry : message.keys()) {
    SigningKey key;
    HF_TRY(key.id, bounds::within<std::uint8_t>("key id", entry.id(), 1, 255));
    if (entry.secret().size() < kSecretMin || entry.secret().size() > kSecretMax) return Error{"a key of auth_hmac is not 32 to 64 octets"};
    key.secret = entry.secret();
    signing.keys.push_back(std::move(key));
  }
  const bool known = std::ranges::any_of(signing.keys, [&](const SigningKey& key) { return key.id == signing.active_key; });
  if (!known) return Error{"the active key of auth_hmac is not among its keys"};
  return signing;
}

template <class Message, class Item>
static Status decode_all(const char* field, const Message& messages, std::vector<Item>& items) {
  HF_OK(bounds::count(field, messages.size(), kListMax));
  items.reserve(static_cast<std::size_t>(messages.size()));
  for (const auto& message : messages) {
    HF_TRY(Item item, decode(message));
    items.push_back(std::move(item));
  }
  return ok();
}

static Status decode_timing(const wire::VrrpInstance& message, VrrpInstance& instance) {
  HF_TRY(instance.version, bounds::within<std::uint8_t>("version", message.version(), 2, 3));
  HF_TRY(instance.priority, bounds::within<std::uint8_t>("priority", message.priority(), 1, 255));
  HF_TRY(instance.advert_int, bounds::duration("advert_int", message.advert_int_us(), 10'000));
  HF_TRY(instance.preempt_delay, bounds::duration("preempt_delay", message.preempt_delay_us()));
  HF_TRY(instance.down_timer_adverts, bounds::within<unsigned>("down_timer_adverts", message.down_timer_adverts(), 1, 100));
  if (!message.has_announcement()) return ok();
  HF_TRY(instance.announcement, decode(message.announcement()));
  return ok();
}

static Status decode_peering(const wire::VrrpInstance& message, VrrpInstance& instance) {
  if (message.has_source()) {
    HF_TRY(instance.source, decode(message.source()));
  }
  instance.track_source = message.track_source();
  instance.unicast = message.unicast();
  HF_OK(bounds::count("peers", message.peers_size(), kListMax));
  for (const auto& entry : message.peers()) {
    UnicastPeer peer;
    HF_TRY(peer.address, decode(entry.address()));
    HF_TRY(peer.ttl_min, bounds::within<std::uint8_t>("min_ttl", entry.ttl_min(), 0, 255));
    HF_TRY(peer.ttl_max, bounds::within<std::uint8_t>("max_ttl", entry.ttl_max(), 0, 255));
    instance.peers.push_back(peer);
  }
  instance.check_unicast_source = message.check_unicast_source();
  HF_TRY(instance.ttl, bounds::within<std::uint8_t>("ttl", message.ttl(), 1, 255));
  HF_TRY(instance.group_address, decode(message.group_address()));
  HF_TRY(instance.authentication, bounds::within<Authentication>("authentication", message.authentication(), 0, 2));
  if (message.password().size() != instance.password.size()) return Error{"password is not 8 octets"};
  std::copy(message.password().begin(), message.password().end(), instance.password.begin());
  if (message.has_signing()) {
    HF_TRY(instance.signing, decode(message.signing()));
  }
  HF_TRY(instance.old_unicast_checksum, bounds::within<OldUnicastChecksum>("old_unicast_checksum", message.old_unicast_checksum(), 0, 2));
  return ok();
}

static Status decode_tracking(const wire::VrrpInstance& message, VrrpInstance& instance) {
  instance.track_primary = message.track_primary();
  HF_OK(bounds::count("fault interfaces", message.fault_interfaces_size(), kListMax));
  for (const auto& bytes : message.fault_interfaces()) {
    HF_TRY(std::string interface, bounds::text("fault interface", bytes, kInterfaceNameMax, 1));
    instance.fault_interfaces.push_back(std::move(interface));
  }
  HF_OK(decode_all("tracked interfaces", message.tracked_interfaces(), instance.tracked_interfaces));
  HF_OK(decode_all("tracked scripts", message.tracked_scripts(), instance.tracked_scripts));
  HF_OK(decode_all("tracked objects", message.tracked_objects(), instance.tracked_objects));
  HF_TRY(instance.timer_expired_backup, bounds::within<unsigned>("timer_expired_backup", message.timer_expired_backup(), 0, 254));
  instance.sync_group = GroupId{message.sync_group()};
  return ok();
}

void encode(const ScriptTracker& tracker, wire::ScriptTracker& message) {
  message.set_id(tracker.id.value);
  message.set_name(tracker.name);
  message.set_script(tracker.script.value);
  message.set_interval_us(tracker.interval.count());
  message.set_timeout_us(tracker.timeout.count());
  message.set_rise(tracker.rise);
  message.set_fall(tracker.fall);
  message.set_init_fail(tracker.init_fail);
}

void encode(const ToldTracker& tracker, wire::ToldTracker& message) {
  message.set_id(tracker.id.value);
  message.set_name(tracker.name);
  message.set_kind(static_cast<std::uint32_t>(tracker.kind));
}

void encode(const ProcessTracker& tracker, wire::ProcessTracker& message) {
  message.set_id(tracker.id.value);
  message.set_name(tracker.name);
  message.set_quorum(tracker.quorum);
  message.set_quorum_max(tracker.quorum_max);
  message.set_fork_delay_us(tracker.fork_delay.count());
  message.set_terminate_delay_us(tracker.terminate_delay.count());
}

void encode(const VrrpInstance& instance, wire::VrrpInstance& message) {
  message.set_id(instance.id.value);
  message.set_name(instance.name);
  message.set_interface(instance.interface);
  message.set_base_interface(instance.base_interface);
  message.set_family(static_cast<std::uint32_t>(instance.family));
  message.set_vrid(instance.vrid);
  message.set_version(instance.version);
  message.set_priority(instance.priority);
  message.set_advert_int_us(instance.advert_int.count());
  message.set_wants_master(instance.wants_master);
  message.set_nopreempt(instance.nopreempt);
  message.set_preempt_delay_us(instance.preempt_delay.count());
  message.set_strict(instance.strict);
  message.set_lower_prio_no_advert(instance.lower_prio_no_advert);
  message.set_higher_prio_send_advert(instance.higher_prio_send_advert);
  message.set_owner_ignore_adverts(instance.owner_ignore_adverts);
  message.set_skip_check_adv_addr(instance.skip_check_adv_addr);
  message.set_maintenance(instance.maintenance);
  message.set_v3_checksum_as_v2(instance.v3_checksum_as_v2);
  message.set_old_unicast_checksum(static_cast<std::uint32_t>(instance.old_unicast_checksum));
  message.set_down_timer_adverts(instance.down_timer_adverts);
  if (instance.source) encode(*instance.source, *message.mutable_source());
  message.set_track_source(instance.track_source);
  message.set_unicast(instance.unicast);
  for (const auto& peer : instance.peers) {
    auto* entry = message.add_peers();
    encode(peer.address, *entry->mutable_address());
    entry->set_ttl_min(peer.ttl_min);
    entry->set_ttl_max(peer.ttl_max);
  }
  message.set_check_unicast_source(instance.check_unicast_source);
  message.set_ttl(instance.ttl);
  encode(instance.group_address, *message.mutable_group_address());
  message.set_authentication(static_cast<std::uint32_t>(instance.authentication));
  message.set_password(instance.password.data(), instance.password.size());
  for (const auto& address : instance.addresses) encode(address, *message.add_addresses());
  message.set_track_primary(instance.track_primary);
  for (const auto& interface : instance.fault_interfaces) message.add_fault_interfaces(interface);
  for (const auto& tracked : instance.tracked_interfaces) encode(tracked, *message.add_tracked_interfaces());
  for (const auto& tracked : instance.tracked_scripts) encode(tracked, *message.add_tracked_scripts());
  for (const auto& tracked : instance.tracked_objects) encode(tracked, *message.add_tracked_objects());
  message.set_timer_expired_backup(instance.timer_expired_backup);
  encode(instance.announcement, *message.mutable_announcement());
  message.set_sync_group(instance.sync_group.value);
  if (instance.signing) encode(*instance.signing, *message.mutable_signing());
}

void encode(const SyncGroup& group, wire::SyncGroup& message) {
  message.set_id(group.id.value);
  message.set_name(group.name);
  for (const auto& member : group.members) message.add_members(member.value);
  message.set_tracking_weight(group.tracking_weight);
  for (const auto& tracked : group.tracked_interfaces) encode(tracked, *message.add_tracked_interfaces());
  for (const auto& tracked : group.tracked_scripts) encode(tracked, *message.add_tracked_scripts());
  for (const auto& tracked : group.tracked_objects) encode(tracked, *message.add_tracked_objects());
}

void encode(const ResumedInstance& resumed, wire::ResumedInstance& message) {
  message.set_id(resumed.id.value);
  message.set_state(static_cast<std::uint32_t>(resumed.state));
  message.set_claim(resumed.claim);
}

Result<ScriptTracker> decode(const wire::ScriptTracker& message) {
  constexpr int kCountMax = 1'000'000'000;
  ScriptTracker tracker;
  HF_TRY(tracker.id, bounds::identifier<TrackerId>("tracker", message.id()));
  HF_TRY(tracker.name, bounds::text("tracker name", message.name(), kNameMax, 1));
  HF_TRY(tracker.script, bounds::identifier<ScriptId>("script", message.script()));
  HF_TRY(tracker.interval, bounds::duration("interval", message.interval_us(), 1));
  HF_TRY(tracker.timeout, bounds::duration("timeout", message.timeout_us()));
  HF_TRY(tracker.rise, bounds::within<unsigned>("rise", message.rise(), 1, kCountMax));
  HF_TRY(tracker.fall, bounds::within<unsigned>("fall", message.fall(), 1, kCountMax));
  tracker.init_fail = message.init_fail();
  return tracker;
}

Result<ToldTracker> decode(const wire::ToldTracker& message) {
  ToldTracker tracker;
  HF_TRY(tracker.id, bounds::identifier<TrackerId>("tracker", message.id()));
  HF_TRY(tracker.name, bounds::text("tracker name", message.name(), kNameMax, 1));
  HF_TRY(tracker.kind, bounds::within<ToldKind>("kind of tracker", message.kind(), 0, 2));
  return tracker;
}

Result<ProcessTracker> decode(const wire::ProcessTracker& message) {
  ProcessTracker tracker;
  HF_TRY(tracker.id, bounds::identifier<TrackerId>("tracker", message.id()));
  HF_TRY(tracker.name, bounds::text("tracker name", message.name(), kNameMax, 1));
  tracker.quorum = message.quorum();
  tracker.quorum_max = message.quorum_max();
  HF_TRY(tracker.fork_delay, bounds::duration("fork_delay", message.fork_delay_us()));
  HF_TRY(tracker.terminate_delay, bounds::duration("terminate_delay", message.terminate_delay_us()));
  return tracker;
}

Result<VrrpInstance> decode(const wire::VrrpInstance& message) {
  VrrpInstance instance;
  HF_TRY(instance.id, bounds::identifier<InstanceId>("instance", message.id()));
  HF_TRY(instance.name, bounds::text("instance name", message.name(), kNameMax, 1));
  HF_TRY(instance.interface, bounds::text("interface", message.interface(), kInterfaceNameMax));
  HF_TRY(instance.base_interface, bounds::text("base interface", message.base_interface(), kInterfaceNameMax));
  if (message.family() != 4 && message.family() != 6) return Error{"family is " + std::to_string(message.family()) + ", expected 4 or 6"};
  instance.family = static_cast<Family>(message.family());
  HF_TRY(instance.vrid, bounds::within<std::uint8_t>("virtual_router_id", message.vrid(), 1, 255));
  HF_OK(decode_timing(message, instance));
  instance.wants_master = message.wants_master();
  instance.nopreempt = message.nopreempt();
  instance.strict = message.strict();
  instance.lower_prio_no_advert = message.lower_prio_no_advert();
  instance.higher_prio_send_advert = message.higher_prio_send_advert();
  instance.owner_ignore_adverts = message.owner_ignore_adverts();
  instance.skip_check_adv_addr = message.skip_check_adv_addr();
  instance.maintenance = message.maintenance();
  instance.v3_checksum_as_v2 = message.v3_checksum_as_v2();
  HF_OK(decode_peering(message, instance));
  HF_OK(bounds::count("addresses", message.addresses_size(), 255));
  for (const auto& entry : message.addresses()) {
    HF_TRY(const IpAddress address, decode(entry));
    if (address.family() != instance.family) return Error{"address " + address.to_string() + " is not of the instance's family"};
    instance.addresses.push_back(address);
  }
  HF_OK(decode_tracking(message, instance));
  return instance;
}

Result<SyncGroup> decode(const wire::SyncGroup& message) {
  SyncGroup group;
  HF_TRY(group.id, bounds::identifier<GroupId>("group", message.id()));
  HF_TRY(group.name, bounds::text("group name", message.name(), kNameMax, 1));
  HF_OK(bounds::count("members", message.members_size(), kListMax));
  for (const auto member : message.members()) {
    HF_TRY(const auto id, bounds::identifier<InstanceId>("member", member));
    group.members.push_back(id);
  }
  group.tracking_weight = message.tracking_weight();
  HF_OK(decode_all("tracked interfaces", message.tracked_interfaces(), group.tracked_interfaces));
  HF_OK(decode_all("tracked scripts", message.tracked_scripts(), group.tracked_scripts));
  HF_OK(decode_all("tracked objects", message.tracked_objects(), group.tracked_objects));
  return group;
}

Result<ResumedInstance> decode(const wire::ResumedInstance& message) {
  ResumedInstance resumed;
  HF_TRY(resumed.id, bounds::identifier<InstanceId>("resumed instance", message.id()));
  HF_TRY(resumed.state, bounds::within<VrrpState>("state", message.state(), 0, 3));
  resumed.claim = message.claim();
  return resumed;
}

}  // namespace holdfast
