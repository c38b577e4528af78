// The part of vrrpd: instances, groups, what they track, BFD sessions. See outline.h; names follow keepalived.conf(5).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parent/status/outline/writer.h"

namespace holdfast::outlining {
namespace {

template <class Tracked>
std::string weighted(const std::string& what, const Tracked& tracked) {
  Facts facts;
  facts.add(what);
  facts.differing(tracked, "weight", &Tracked::weight, "reverse", &Tracked::reverse);
  return facts.together();
}

template <class Owner>
void tracking(const Writer& writer, const Owner& owner, Facts& facts) {
  for (const TrackedInterface& one : owner.tracked_interfaces) facts.add(weighted("track_interface " + one.interface, one));
  for (const TrackedScript& one : owner.tracked_scripts) facts.add(weighted("track_script " + writer.name(one.tracker), one));
  for (const TrackedObject& one : owner.tracked_objects) facts.add(weighted("track " + writer.name(one.tracker), one));
}

void announcing(const Announcement& announcement, Facts& facts) {
  facts.differing(announcement, "garp_master_repeat", &Announcement::master_repeat, "garp_master_delay", &Announcement::master_delay,
                  "garp_master_refresh", &Announcement::master_refresh, "garp_master_refresh_repeat", &Announcement::master_refresh_repeat,
                  "garp_lower_prio_delay", &Announcement::lower_prio_delay, "garp_lower_prio_repeat", &Announcement::lower_prio_repeat);
}

void authentication(const Writer& writer, const VrrpInstance& instance, Facts& facts) {
  if (instance.authentication != Authentication::kNone) facts.add("auth_type " + word(instance.authentication, {"none", "PASS", "AH"}));
  std::string password(instance.password.begin(), instance.password.end());
  password.erase(std::find(password.begin(), password.end(), '\0'), password.end());
  facts.add_if(!password.empty(), "auth_pass " + writer.secret(words(password)));
  if (!instance.signing) return;
  const AdvertSigning& signing = *instance.signing;
  facts.add("auth_hmac " + word(signing.mode, {"enforce", "permissive", "receive-only"}));
  facts.differing(signing, "auth_hmac active key", &AdvertSigning::active_key, "auth_hmac checks time", &AdvertSigning::check_time,
                  "auth_hmac window", &AdvertSigning::window);
  for (const SigningKey& key : signing.keys) facts.add("auth_hmac key " + words(key.id) + " " + writer.secret(words(key.secret)));
}

void peers(const VrrpInstance& instance, Facts& facts) {
  for (const UnicastPeer& peer : instance.peers) {
    Facts one;
    one.add("unicast_peer " + words(peer.address));
    one.differing(peer, "min_ttl", &UnicastPeer::ttl_min, "max_ttl", &UnicastPeer::ttl_max);
    facts.add(one.together());
  }
}

void instance(Writer& writer, const VrrpInstance& instance) {
  Facts facts;
  facts.add(instance.family == Family::kIpv4 ? "IPv4" : "IPv6");
  facts.differing(instance, "interface", &VrrpInstance::interface, "below", &VrrpInstance::base_interface, "virtual_router_id", &VrrpInstance::vrid,
                  "version", &VrrpInstance::version, "priority", &VrrpInstance::priority, "advert_int", &VrrpInstance::advert_int,
                  "nopreempt", &VrrpInstance::nopreempt, "preempt_delay", &VrrpInstance::preempt_delay,
                  "strict_mode", &VrrpInstance::strict, "lower_prio_no_advert", &VrrpInstance::lower_prio_no_advert,
                  "higher_prio_send_advert", &VrrpInstance::higher_prio_send_advert, "owner_ignore_adverts", &VrrpInstance::owner_ignore_adverts,
                  "skip_check_adv_addr", &VrrpInstance::skip_check_adv_addr, "v3_checksum_as_v2", &VrrpInstance::v3_checksum_as_v2);
  if (instance.old_unicast_checksum != OldUnicastChecksum::kDetect) facts.add("old_unicast_checksum " + word(instance.old_unicast_checksum, {"", "on", "never"}));
  facts.differing(instance, "down_timer_adverts", &VrrpInstance::down_timer_adverts, "source", &VrrpInstance::source, "track_src_ip",
                  &VrrpInstance::track_source, "unicast", &VrrpInstance::unicast, "check_unicast_src", &VrrpInstance::check_unicast_source, "ttl",
                  &VrrpInstance::ttl, "group", &VrrpInstance::group_address, "timer_expired_backup", &VrrpInstance::timer_expired_backup,
                  "maintenance", &VrrpInstance::maintenance);
  facts.add_if(instance.wants_master, "state MASTER");
  peers(instance, facts);
  authentication(writer, instance, facts);
  facts.add("advertises " + words(instance.addresses));
  facts.add_if(!instance.track_primary, "dont_track_primary");
  facts.add_if(!instance.fault_interfaces.empty(), "fault without " + words(instance.fault_interfaces));
  tracking(writer, instance, facts);
  announcing(instance.announcement, facts);
  facts.add_if(bool(instance.sync_group), "in group " + writer.name(instance.sync_group));
  writer.lines("instance " + instance.name, facts);
}

void group(Writer& writer, const SyncGroup& group) {
  Facts facts;
  for (const InstanceId member : group.members) facts.add("member " + writer.name(member));
  facts.differing(group, "sync_group_tracking_weight", &SyncGroup::tracking_weight);
  tracking(writer, group, facts);
  writer.lines("group " + group.name, facts);
}

void trackers(Writer& writer) {
  for (const ScriptTracker& one : writer.plan().vrrp.trackers) {
    Facts facts;
    facts.add("script " + writer.name(one.script));
    facts.differing(one, "interval", &ScriptTracker::interval, "timeout", &ScriptTracker::timeout, "rise", &ScriptTracker::rise, "fall",
                    &ScriptTracker::fall, "init_fail", &ScriptTracker::init_fail);
    writer.lines("vrrp_script " + one.name, facts);
  }
  for (const ToldTracker& one : writer.plan().vrrp.told_trackers) writer.line("tracked " + one.name, word(one.kind, {"file", "BFD session", "static items"}));
  for (const ProcessTracker& one : writer.plan().vrrp.process_trackers) {
    Facts facts;
    facts.add("tracked");
    facts.differing(one, "quorum", &ProcessTracker::quorum, "quorum_max", &ProcessTracker::quorum_max, "fork_delay", &ProcessTracker::fork_delay,
                    "terminate_delay", &ProcessTracker::terminate_delay);
    writer.lines("vrrp_track_process " + one.name, facts);
  }
}

void session(Writer& writer, const BfdSession& session) {
  Facts facts;
  facts.differing(session, "neighbor_ip", &BfdSession::neighbour, "source_ip", &BfdSession::source, "min_rx", &BfdSession::min_rx, "min_tx",
                  &BfdSession::min_tx, "idle_tx", &BfdSession::idle_tx, "multiplier", &BfdSession::multiplier, "passive", &BfdSession::passive,
                  "multihop", &BfdSession::multihop, "ttl", &BfdSession::ttl, "least ttl", &BfdSession::ttl_min, "heard by instances",
                  &BfdSession::for_vrrp, "heard by checks", &BfdSession::for_checker);
  writer.lines("bfd_instance " + session.name, facts);
}

}  // namespace

void outline_vrrp(Writer& writer) {
  const VrrpPlan& plan = writer.plan().vrrp;
  Facts facts;
  facts.differing(plan, "vrrp_startup_delay", &VrrpPlan::startup_delay, "vrrp-resume-limit", &VrrpPlan::resume_limit);
  writer.lines("vrrp", facts);
  for (const VrrpInstance& one : plan.instances) instance(writer, one);
  for (const SyncGroup& one : plan.groups) group(writer, one);
  trackers(writer);
  for (const BfdSession& one : plan.sessions) session(writer, one);
}

}  // namespace holdfast::outlining
