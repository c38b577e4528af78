// See verbs.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/verbs.h"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast {
namespace {

constexpr std::array<std::pair<std::string_view, Verb>, 7> kVerbs = {{{"status", Verb::kStatus}, {"json", Verb::kJson},
    {"stats", Verb::kStatistics}, {"data", Verb::kData}, {"explain", Verb::kExplain}, {"reload", Verb::kReload}, {"stop", Verb::kStop}}};

std::string seconds(Duration duration) {
  const auto tenths = duration.count() / 100'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string trackers_text(const Board& board, const VrrpInstance& instance) {
  std::string text;
  for (const TrackedScript& tracked : instance.tracked_scripts) {
    const auto& trackers = board.plan->vrrp.trackers;
    const auto named = std::ranges::find(trackers, tracked.tracker, &ScriptTracker::id);
    const auto report = board.trackers.find(tracked.tracker);
    if (named == trackers.end()) continue;
    const bool known = report != board.trackers.end() && report->second.known;
    text += "  script " + named->name + (known ? report->second.up ? " succeeds" : " fails" : " has not run yet") + ", weight " +
            std::to_string(tracked.weight) + (tracked.weight == 0 ? " (its failure is a fault)\n" : "\n");
  }
  for (const TrackedInterface& tracked : instance.tracked_interfaces) {
    text += "  interface " + tracked.interface + ", weight " + std::to_string(tracked.weight) +
            (tracked.weight == 0 ? " (down is a fault)\n" : "\n");
  }
  return text;
}

std::string reason_text(const VrrpInstance& instance, const InstanceReport& report) {
  switch (report.state) {
    case VrrpState::kInit: return "  it has not started yet\n";
    case VrrpState::kFault: return "  it takes no part until every fault above is gone; then it is BACKUP and listens for a down interval\n";
    case VrrpState::kMaster: return "  it yields to an advert of higher priority, to a fault, and to a stop\n";
    case VrrpState::kBackup: break;
  }
  if (!report.master) return "  it has heard no master; it takes over when its down timer ends\n";
  if (report.master_priority > report.effective_priority) {
    return "  the master's priority is higher: it takes over when the master falls silent, says priority 0, or falls below " +
           std::to_string(report.effective_priority) + "\n";
  }
  if (report.master_priority == report.effective_priority) return "  the priorities are equal: whoever is master stays\n";
  if (instance.nopreempt) return "  its priority is higher, but nopreempt keeps it from taking over while the master speaks\n";
  if (instance.preempt_delay != Duration{0}) {
    return "  its priority is higher: it takes over after preempt_delay of " + seconds(instance.preempt_delay) + "\n";
  }
  return "  its priority is higher: it takes over at the end of its down timer\n";
}

}  // namespace

std::optional<Question> parse_question(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text.size() > kQuestionMax) return std::nullopt;
  const auto blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  const auto known = std::ranges::find(kVerbs, word, &std::pair<std::string_view, Verb>::first);
  if (known == kVerbs.end()) return std::nullopt;
  Question question{known->second, blank == std::string_view::npos ? "" : std::string(text.substr(blank + 1))};
  const bool wants_name = question.verb == Verb::kExplain;
  if (wants_name == question.name.empty()) return std::nullopt;
  return question;
}

std::string verbs_text() { return "status, json, stats, data, explain INSTANCE, reload, stop"; }

std::string status_text(const Board& board) {
  std::string text;
  for (const VrrpInstance& instance : board.plan->vrrp.instances) {
    const InstanceReport& report = board.of(instance.id);
    text += instance.name + " " + std::string(state_word(report.state)) + " for " + seconds(report.since_transition) + ", priority " +
            std::to_string(report.effective_priority);
    if (report.master && report.state != VrrpState::kMaster) {
      text += ", master " + report.master->to_string() + " with priority " + std::to_string(report.master_priority);
    }
    for (const std::string& fault : report.faults) text += ", " + fault;
    text += "\n";
  }
  for (const SyncGroup& group : board.plan->vrrp.groups) {
    const auto state = board.groups.find(group.id);
    text += "group " + group.name + " " + std::string(state == board.groups.end() ? "INIT" : state_word(state->second)) + "\n";
  }
  text += "generation " + std::to_string(board.plan->generation) + ", " + std::to_string(board.plan->vrrp.instances.size()) +
          " instances, " + std::to_string(board.plan->check.services.size()) + " virtual servers\n";
  return text;
}

std::string explain_text(const Board& board, std::string_view name) {
  const auto& instances = board.plan->vrrp.instances;
  const auto found = std::ranges::find(instances, name, &VrrpInstance::name);
  if (found == instances.end()) return "no vrrp_instance is called " + std::string(name) + "\n";
  const InstanceReport& report = board.of(found->id);
  std::string text = found->name + " is " + std::string(state_word(report.state)) + " for " + seconds(report.since_transition) + "\n";
  text += "  priority " + std::to_string(report.effective_priority) + " (configured " + std::to_string(found->priority) + ")\n";
  if (report.master && report.state == VrrpState::kBackup) {
    text += "  master is " + report.master->to_string() + " with priority " + std::to_string(report.master_priority) +
            ", it speaks every " + seconds(report.master_advert_int) + "\n";
  }
  for (const std::string& fault : report.faults) text += "  fault: " + fault + "\n";
  text += trackers_text(board, *found);
  return text + reason_text(*found, report);
}

}  // namespace holdfast
