// See json.h. Names and order of the fields are keepalived's.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace holdfast {
namespace {

using Json = nlohmann::ordered_json;

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

// Arguments as keepalived shows them: each in quotes.
std::string command_text(const Plan& plan, ScriptId script) {
  const auto row = std::ranges::find(plan.scripts, script, &ScriptRow::id);
  std::string text;
  if (row == plan.scripts.end()) return text;
  for (const std::string& argument : row->argv) text += (text.empty() ? "'" : " '") + argument + "'";
  return text;
}

void put_scripts(Json& data, const Plan& plan, InstanceId id) {
  const auto found = plan.notify.instances.find(id);
  if (found == plan.notify.instances.end()) return;
  const StateScripts& scripts = found->second;
  const std::pair<const char*, ScriptId> named[] = {
      {"script_backup", scripts.backup}, {"script_master", scripts.master},   {"script_fault", scripts.fault},
      {"script_stop", scripts.stop},     {"script_deleted", scripts.deleted}, {"script_master_rx_lower_pri", scripts.master_rx_lower_pri},
      {"script", scripts.any}};
  for (const auto& [name, script] : named) {
    if (script) data[name] = command_text(plan, script);
  }
}

void put_lists(Json& data, const Plan& plan, const VrrpInstance& instance, const InstanceRights& rights, bool held) {
  Json listed = Json::array();
  Json excluded = Json::array();
  for (std::size_t index = 0; index < rights.addresses.size(); ++index) {
    (index < instance.addresses.size() ? listed : excluded).push_back(address_text(rights.addresses[index], held));
  }
  Json interfaces = Json::array();
  for (const TrackedInterface& tracked : instance.tracked_interfaces) interfaces.push_back(tracked.interface);
  Json scripts = Json::array();
  for (const TrackedScript& tracked : instance.tracked_scripts) {
    const auto named = std::ranges::find(plan.vrrp.trackers, tracked.tracker, &ScriptTracker::id);
    if (named != plan.vrrp.trackers.end()) scripts.push_back(named->name);
  }
  for (auto& [name, list] : {std::pair{"vips", &listed}, std::pair{"evips", &excluded}, std::pair{"track_ifp", &interfaces},
                             std::pair{"track_script", &scripts}}) {
    if (!list->empty()) data[name] = std::move(*list);
  }
}

Json data_of(const Board& board, std::size_t index) {
  const Plan& plan = *board.plan;
  const VrrpInstance& instance = plan.vrrp.instances[index];
  const InstanceRights& rights = plan.ipvs.instances[index];
  const InstanceShown& shown = plan.shown[index];
  const InstanceReport& report = board.of(instance.id);
  const Announcement& announcement = instance.announcement;
  const auto notify = plan.notify.instances.find(instance.id);
  Json data;
  data["iname"] = instance.name;
  data["dont_track_primary"] = instance.track_primary ? 0 : 1;
  data["skip_check_adv_addr"] = instance.skip_check_adv_addr ? 1 : 0;
  data["strict_mode"] = instance.strict ? 1 : 0;
  data["vmac_ifname"] = shown.vmac_interface;
  data["ifp_ifname"] = shown.vmac_interface.empty() ? instance.interface : shown.vmac_interface;
  data["master_priority"] = report.master_priority;
  data["last_transition"] = board.wall_clock - seconds(report.since_transition);
  data["garp_delay"] = seconds(announcement.master_delay);
  data["garp_refresh"] = seconds(announcement.master_refresh);
  data["garp_rep"] = announcement.master_repeat;
  data["garp_refresh_rep"] = announcement.master_refresh_repeat;
  data["garp_lower_prio_delay"] = seconds(announcement.lower_prio_delay);
  data["garp_lower_prio_rep"] = announcement.lower_prio_repeat;
  data["lower_prio_no_advert"] = instance.lower_prio_no_advert ? 1 : 0;
  data["higher_prio_send_advert"] = instance.higher_prio_send_advert ? 1 : 0;
  data["vrid"] = instance.vrid;
  data["base_priority"] = instance.priority;
  data["effective_priority"] = report.effective_priority;
  data["vipset"] = report.state == VrrpState::kMaster;
  data["promote_secondaries"] = rights.promote_secondaries;
  data["adver_int"] = seconds(instance.advert_int);
  data["master_adver_int"] = seconds(report.master_advert_int);
  data["accept"] = shown.accept ? 1 : 0;
  data["nopreempt"] = instance.nopreempt;
  data["preempt_delay"] = seconds(instance.preempt_delay);
  data["state"] = static_cast<int>(report.state);
  data["wantstate"] = static_cast<int>(instance.wants_master ? VrrpState::kMaster : VrrpState::kBackup);
  data["version"] = instance.version;
  data["smtp_alert"] = shown.smtp_alert;
  data["notify_deleted"] = notify != plan.notify.instances.end() && notify->second.notify_deleted;
  put_scripts(data, plan, instance.id);
  put_lists(data, plan, instance, rights, report.state == VrrpState::kMaster);
  data["auth_type"] = static_cast<int>(instance.authentication);
  if (instance.authentication != Authentication::kNone) data["auth_data"] = "********";
  return data;
}

Json stats_of(const InstanceCounters& counters, bool is_signed) {
  Json stats;
  stats["advert_rcvd"] = counters.adverts_received;
  stats["advert_sent"] = counters.adverts_sent;
  stats["become_master"] = counters.became_master;
  stats["release_master"] = counters.released_master;
  stats["packet_len_err"] = counters.length_errors;
  stats["advert_interval_err"] = counters.interval_errors;
  stats["ip_ttl_err"] = counters.ttl_errors;
  stats["invalid_type_rcvd"] = counters.type_errors;
  stats["addr_list_err"] = counters.address_list_errors;
  stats["invalid_authtype"] = counters.invalid_auth_type;
  stats["authtype_mismatch"] = counters.auth_type_mismatch;
  stats["auth_failure"] = counters.auth_failures;
  if (is_signed) {
    stats["auth_ext_missing"] = counters.unsigned_errors;
    stats["auth_ext_malformed"] = counters.trailer_errors;
    stats["auth_ext_unknown_key"] = counters.unknown_keys;
    stats["auth_ext_invalid_hmac"] = counters.signature_errors;
    stats["auth_ext_stale"] = counters.stale_signatures;
    stats["auth_ext_replay"] = counters.replayed_signatures;
  }
  stats["pri_zero_rcvd"] = counters.priority_zero_received;
  stats["pri_zero_sent"] = counters.priority_zero_sent;
  return stats;
}

}  // namespace

std::string json_text(const Board& board) {
  Json instances = Json::array();
  for (std::size_t index = 0; index < board.plan->vrrp.instances.size(); ++index) {
    Json one;
    one["data"] = data_of(board, index);
    const VrrpInstance& instance = board.plan->vrrp.instances[index];
    one["stats"] = stats_of(board.of(instance.id).counters, instance.signing.has_value());
    instances.push_back(std::move(one));
  }
  Json whole = std::move(instances);
  if (board.plan->settings.json_version >= 2) {
    Json wrapped;
    wrapped["vrrp"] = std::move(whole);
    wrapped["track_process"] = Json::array();
    whole = std::move(wrapped);
  }
  const std::string plain = whole.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string text;
  text.reserve(plain.size());
  for (const char letter : plain) {
    if (letter == '/') text += '\\';  // a slash is only ever inside a string
    text += letter;
  }
  return text;
}

}  // namespace holdfast
