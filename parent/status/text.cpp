// See text.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/text.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace holdfast {
namespace {

// " KEY = VALUE" lines; two blanks more per level below the first.
class Lines {
 public:
  void title(std::string_view text) { text_ += "------< " + std::string(text) + " >------\n"; }
  void line(int depth, std::string_view text) {
    text_.append(static_cast<std::size_t>(1 + 2 * depth), ' ');
    text_ += text;
    text_ += '\n';
  }
  void pair(int depth, std::string_view key, std::string_view value) { line(depth, std::string(key) + " = " + std::string(value)); }
  void pair(int depth, std::string_view key, long long value) { pair(depth, key, std::to_string(value)); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string seconds(Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(duration.count()) / 1e6);
  std::string trimmed(text);
  trimmed.erase(trimmed.find_last_not_of('0') + 1);
  if (trimmed.ends_with('.')) trimmed.pop_back();
  return trimmed;
}

std::string_view yes_no(bool value) { return value ? "yes" : "no"; }

std::string_view authentication_word(Authentication type) {
  switch (type) {
    case Authentication::kNone: return "none";
    case Authentication::kPass: return "SIMPLE_PASSWORD";
    case Authentication::kHeader: return "IPSEC_AH";
  }
  return "";
}

void addresses(Lines& lines, const VrrpInstance& instance, const InstanceRights& rights, bool held) {
  const std::size_t listed = instance.addresses.size();
  const std::size_t all = rights.addresses.size();
  if (listed != 0) {
    lines.line(1, "Virtual IP (" + std::to_string(listed) + "):");
    for (std::size_t index = 0; index < listed && index < all; ++index) lines.line(2, address_text(rights.addresses[index], held));
  }
  if (all > listed) {
    lines.line(1, "Virtual IP Excluded (" + std::to_string(all - listed) + "):");
    for (std::size_t index = listed; index < all; ++index) lines.line(2, address_text(rights.addresses[index], held));
  }
}

void instance_lines(Lines& lines, const Board& board, const VrrpInstance& instance, const InstanceRights& rights) {
  const InstanceReport& report = board.of(instance.id);
  lines.pair(0, "VRRP Instance", instance.name);
  lines.line(1, "Using VRRPv" + std::to_string(instance.version));
  lines.pair(1, "Wantstate", instance.wants_master ? "MASTER" : "BACKUP");
  lines.pair(1, "State", state_word(report.state));
  lines.pair(1, "Interface", instance.interface);
  char transition[48];
  std::snprintf(transition, sizeof transition, "%.6f", board.wall_clock - static_cast<double>(report.since_transition.count()) / 1e6);
  lines.pair(1, "Last transition", transition);
  for (const std::string& fault : report.faults) lines.pair(1, "Fault", fault);
  lines.pair(1, "Virtual Router ID", instance.vrid);
  lines.pair(1, "Priority", instance.priority);
  lines.pair(1, "Effective priority", report.effective_priority);
  lines.pair(1, "Total priority", report.effective_priority);
  lines.pair(1, "Advert interval", seconds(instance.advert_int) + " sec");
  if (report.master) {
    lines.pair(1, "Master router", report.master->to_string());
    lines.pair(1, "Master priority", report.master_priority);
    lines.pair(1, "Master advert interval", seconds(report.master_advert_int) + " sec");
  }
  if (instance.source) lines.pair(1, instance.unicast ? "Using src_ip" : "Using mcast_src_ip", instance.source->to_string());
  if (!instance.unicast) lines.pair(1, "Multicast address", instance.group_address.to_string());
  const Announcement& announcement = instance.announcement;
  lines.pair(1, "Gratuitous ARP delay", announcement.master_delay.count() / 1'000'000);
  lines.pair(1, "Gratuitous ARP repeat", announcement.master_repeat);
  lines.pair(1, "Gratuitous ARP refresh", announcement.master_refresh.count() / 1'000'000);
  lines.pair(1, "Gratuitous ARP refresh repeat", announcement.master_refresh_repeat);
  lines.pair(1, "Gratuitous ARP lower priority delay", announcement.lower_prio_delay.count() / 1'000'000);
  lines.pair(1, "Gratuitous ARP lower priority repeat", announcement.lower_prio_repeat);
  lines.pair(1, "Down timer adverts", instance.down_timer_adverts);
  lines.pair(1, "Send advert after receive lower priority advert", instance.lower_prio_no_advert ? "false" : "true");
  lines.pair(1, "Send advert after receive higher priority advert", instance.higher_prio_send_advert ? "true" : "false");
  lines.pair(1, "Preempt", instance.nopreempt ? "disabled" : "enabled");
  if (instance.preempt_delay != Duration{0}) lines.pair(1, "Preempt delay", seconds(instance.preempt_delay) + " sec");
  lines.pair(1, "Promote_secondaries", rights.promote_secondaries ? "enabled" : "disabled");
  lines.pair(1, "Authentication type", authentication_word(instance.authentication));
  if (!instance.tracked_interfaces.empty()) {
    lines.line(1, "Tracked interfaces (" + std::to_string(instance.tracked_interfaces.size()) + "):");
    for (const TrackedInterface& tracked : instance.tracked_interfaces) {
      lines.line(2, tracked.interface + " weight " + std::to_string(tracked.weight) + (tracked.reverse ? " reverse" : ""));
    }
  }
  if (!instance.tracked_scripts.empty()) {
    lines.line(1, "Tracked scripts (" + std::to_string(instance.tracked_scripts.size()) + "):");
    for (const TrackedScript& tracked : instance.tracked_scripts) {
      const auto& trackers = board.plan->vrrp.trackers;
      const auto named = std::ranges::find(trackers, tracked.tracker, &ScriptTracker::id);
      if (named != trackers.end()) {
        lines.line(2, named->name + " weight " + std::to_string(tracked.weight) + (tracked.reverse ? " reverse" : ""));
      }
    }
  }
  if (!instance.peers.empty()) {
    lines.line(1, "Unicast peers (" + std::to_string(instance.peers.size()) + "):");
    for (const UnicastPeer& peer : instance.peers) lines.line(2, peer.address.to_string());
  }
  addresses(lines, instance, rights, report.state == VrrpState::kMaster);
}

void group_lines(Lines& lines, const Board& board) {
  for (const SyncGroup& group : board.plan->vrrp.groups) {
    const auto state = board.groups.find(group.id);
    lines.pair(0, "VRRP Sync Group", group.name);
    lines.pair(1, "State", state == board.groups.end() ? "INIT" : state_word(state->second));
    lines.line(1, "VRRP member instances (" + std::to_string(group.members.size()) + "):");
    for (const InstanceId member : group.members) {
      const auto& instances = board.plan->vrrp.instances;
      const auto named = std::ranges::find(instances, member, &VrrpInstance::id);
      if (named != instances.end()) lines.line(2, named->name);
    }
  }
}

void script_lines(Lines& lines, const Board& board) {
  for (const ScriptTracker& tracker : board.plan->vrrp.trackers) {
    const auto found = board.trackers.find(tracker.id);
    const TrackerReport report = found == board.trackers.end() ? TrackerReport{} : found->second;
    const auto row = std::ranges::find(board.plan->scripts, tracker.script, &ScriptRow::id);
    std::string command;
    if (row != board.plan->scripts.end()) {
      for (const std::string& argument : row->argv) command += (command.empty() ? "'" : " '") + argument + "'";
    }
    lines.pair(0, "VRRP Script", tracker.name);
    lines.pair(1, "Command", command);
    lines.pair(1, "Interval", seconds(tracker.interval) + " sec");
    lines.pair(1, "Timeout", seconds(tracker.timeout) + " sec");
    lines.pair(1, "Rise", tracker.rise);
    lines.pair(1, "Fall", tracker.fall);
    lines.pair(1, "Status", !report.known ? "INIT" : report.up ? "GOOD" : "BAD");
    lines.pair(1, "State", "idle");
  }
}

}  // namespace

std::string statistics_text(const Board& board) {
  std::string text;
  const auto put = [&](std::size_t depth, const std::string& line) { text += std::string(2 * depth, ' ') + line + "\n"; };
  const auto count = [&](std::string_view name, std::uint64_t value) { put(2, std::string(name) + ": " + std::to_string(value)); };
  for (const VrrpInstance& instance : board.plan->vrrp.instances) {
    const InstanceCounters& counters = board.of(instance.id).counters;
    put(0, "VRRP Instance: " + instance.name);
    put(1, "Advertisements:");
    count("Received", counters.adverts_received);
    count("Sent", counters.adverts_sent);
    put(1, "Became master: " + std::to_string(counters.became_master));
    put(1, "Released master: " + std::to_string(counters.released_master));
    put(1, "Packet Errors:");
    count("Length", counters.length_errors);
    count("TTL", counters.ttl_errors);
    count("Invalid Type", counters.type_errors);
    count("Advertisement Interval", counters.interval_errors);
    count("Address List", counters.address_list_errors);
    put(1, "Authentication Errors:");
    count("Invalid Type", counters.invalid_auth_type);
    count("Type Mismatch", counters.auth_type_mismatch);
    count("Failure", counters.auth_failures);
    put(1, "Priority Zero:");
    count("Received", counters.priority_zero_received);
    count("Sent", counters.priority_zero_sent);
  }
  return text;
}

std::string data_text(const Board& board, const std::map<std::string, LinkFacts>& interfaces) {
  Lines lines;
  lines.title("Global definitions");
  lines.pair(0, "Router ID", board.plan->settings.router_id);
  lines.pair(0, "Dynamic interfaces", yes_no(board.plan->settings.dynamic_interfaces));
  lines.pair(0, "Script security", board.plan->settings.script_security ? "enabled" : "disabled");
  lines.title("VRRP Topology");
  for (std::size_t index = 0; index < board.plan->vrrp.instances.size(); ++index) {
    instance_lines(lines, board, board.plan->vrrp.instances[index], board.plan->ipvs.instances[index]);
  }
  if (!board.plan->vrrp.groups.empty()) {
    lines.title("VRRP Sync groups");
    group_lines(lines, board);
  }
  if (!board.plan->vrrp.trackers.empty()) {
    lines.title("VRRP Scripts");
    script_lines(lines, board);
  }
  lines.title("Interfaces");
  for (const auto& [name, facts] : interfaces) {
    if (!facts.present) continue;
    lines.pair(0, "Name", name);
    lines.pair(1, "index", facts.index);
    lines.pair(1, "State", facts.up ? "UP, RUNNING" : "DOWN");
    lines.pair(1, "MTU", facts.mtu);
    lines.pair(1, "HWaddr", to_string(facts.hardware));
    for (const Prefix& address : facts.addresses) lines.pair(1, "Address", address.to_string());
  }
  return lines.take();
}

std::string check_data_text(const ServicesBoard& board) {
  Lines lines;
  lines.title("LVS Topology");
  std::map<ServiceId, const Service*> in_kernel;  // one of its addresses: their options are the same
  for (const Service& service : board.plan->ipvs.services) in_kernel.emplace(service.id, &service);
  for (const CheckedService& service : board.plan->check.services) {
    const Service& kernel = *in_kernel.at(service.id);
    const auto quorum = board.quorum.find(service.id);
    lines.pair(0, "Virtual Server", service.name);
    lines.pair(1, "lvs_sched", kernel.scheduler);
    if (kernel.timeout != 0) lines.pair(1, "persistence timeout", kernel.timeout);
    lines.pair(1, "quorum", service.quorum);
    lines.pair(1, "hysteresis", service.hysteresis);
    lines.pair(1, "Quorum status", quorum == board.quorum.end() ? "unknown" : quorum->second ? "up" : "down");
    if (service.sorry) lines.pair(1, "Sorry server", service.sorry->name);
    for (const CheckedServer& server : service.servers) {
      const auto found = board.servers.find(server.id);
      const ServerReport report = found == board.servers.end() ? ServerReport{} : found->second;
      lines.pair(1, "Real server", server.name);
      lines.pair(2, "weight", server.weight);
      lines.pair(2, "effective weight", report.weight);
      lines.pair(2, "Alive", yes_no(report.up));
      lines.pair(2, "In table", yes_no(report.present));
      lines.pair(2, "Checks", static_cast<long long>(server.checks.size()));
    }
  }
  return lines.take();
}

std::string parent_data_text(const Plan& plan) {
  Lines lines;
  lines.title("Global definitions");
  lines.pair(0, "Router ID", plan.settings.router_id);
  lines.pair(0, "Generation", static_cast<long long>(plan.generation));
  lines.pair(0, "VRRP instances", static_cast<long long>(plan.vrrp.instances.size()));
  lines.pair(0, "Virtual servers", static_cast<long long>(plan.check.services.size()));
  lines.pair(0, "Scripts", static_cast<long long>(plan.scripts.size()));
  return lines.take();
}

}  // namespace holdfast
