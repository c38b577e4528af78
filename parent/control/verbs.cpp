// See verbs.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/verbs.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace holdfast {
namespace {

constexpr std::array kVerbs = {
    VerbRow{"status", Verb::kStatus, Access::kView, " [--json]", "Every instance, group and server; --json for programs"},
    VerbRow{"explain", Verb::kExplain, Access::kView, " INSTANCE", "Why it is in its state, and what would change that"},
    VerbRow{"plan", Verb::kPlan, Access::kView, "", "What a reload of the configuration file would change"},
    VerbRow{"events", Verb::kEvents, Access::kView, "", "One line of JSON for each change, until interrupted"},
    VerbRow{"metrics", Verb::kMetrics, Access::kView, "", "The state and the counters as OpenMetrics"},
    VerbRow{"json", Verb::kJson, Access::kView, "", "The state as keepalived's JSON"},
    VerbRow{"stats", Verb::kStatistics, Access::kView, "", "The counters as keepalived's text"},
    VerbRow{"data", Verb::kData, Access::kView, "", "The state as keepalived's text"},
    VerbRow{"maintenance", Verb::kMaintenance, Access::kOperate, " on|off [INSTANCE]",
            "Take it out of service, or back; remembered over restarts. Without a name: all"},
    VerbRow{"drain", Verb::kDrain, Access::kOperate, " SERVER [--deadline TIME] [SERVICE]",
            "Weight 0: what is connected stays. After TIME (90, 15m, 2h) it goes down; remembered. SERVER: ADDRESS or ADDRESS:PORT"},
    VerbRow{"down", Verb::kDown, Access::kOperate, " SERVER [SERVICE]", "Take a server out of the table whatever its checks say; remembered"},
    VerbRow{"ready", Verb::kReady, Access::kOperate, " SERVER [SERVICE]", "The checks of a server decide again"},
    VerbRow{"weight", Verb::kWeight, Access::kOperate, " SERVER NUMBER|configured [SERVICE]", "Another weight than the configured one; remembered"},
    VerbRow{"check-now", Verb::kCheckNow, Access::kOperate, " [SERVER] [SERVICE]", "Run the checks of a server, or all, at once"},
    VerbRow{"reload", Verb::kReload, Access::kAdmin, "", "Reload, wait for the outcome and tell it; status 1 when it was refused"},
    VerbRow{"stop", Verb::kStop, Access::kAdmin, "", "Stop the daemon"},
};

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

Access needed(Verb verb) { return std::ranges::find(kVerbs, verb, &VerbRow::verb)->access; }

namespace {

std::string_view take_word(std::string_view& text);

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// Seconds, or minutes, hours, days with their letter.
std::optional<std::uint32_t> seconds_of(std::string_view text) {
  constexpr std::uint32_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour, kLongest = 366 * kDay;
  std::uint32_t unit = 1;
  const char letter = text.empty() ? '\0' : text.back();
  if (letter == 'm') unit = kMinute;
  if (letter == 'h') unit = kHour;
  if (letter == 'd') unit = kDay;
  if (unit != 1 || letter == 's') text.remove_suffix(1);
  const auto number = number_of(text);
  return number && *number > 0 && *number <= kLongest / unit ? std::optional(*number * unit) : std::nullopt;
}

// SERVER, what belongs to the verb, SERVICE. False: that is not how it is written.
bool parse_server(std::string_view text, Question& question) {
  question.name = take_word(text);
  if (question.name.empty()) return question.verb == Verb::kCheckNow;
  if (question.verb == Verb::kDrain && text.starts_with("--deadline")) {
    text.remove_prefix(sizeof "--deadline" - 1);
    if (text.empty() || (text.front() != ' ' && text.front() != '=')) return false;
    text.remove_prefix(1);
    question.number = seconds_of(take_word(text));
    if (!question.number) return false;
  }
  if (question.verb == Verb::kWeight) {
    const std::string_view word = take_word(text);
    question.number = number_of(word);
    if (!question.number && word != "configured") return false;
    if (question.number && *question.number > INT32_MAX) return false;
  }
  question.service = text;
  return true;
}

std::string_view take_word(std::string_view& text) {
  const auto blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  return word;
}

}  // namespace

std::optional<Question> parse_question(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text.size() > kQuestionMax) return std::nullopt;
  const auto known = std::ranges::find(kVerbs, take_word(text), &VerbRow::word);
  if (known == kVerbs.end()) return std::nullopt;
  Question question{known->verb};
  switch (question.verb) {
    case Verb::kStatus:
      question.json = text == "--json";
      if (question.json) text = {};
      break;
    case Verb::kMaintenance: {
      const std::string_view word = take_word(text);
      if (word != "on" && word != "off") return std::nullopt;
      question.on = word == "on";
      question.name = std::exchange(text, {});
      break;
    }
    case Verb::kDrain:
    case Verb::kReady:
    case Verb::kDown:
    case Verb::kWeight:
    case Verb::kCheckNow:
      if (!parse_server(std::exchange(text, {}), question)) return std::nullopt;
      break;
    case Verb::kExplain:
      if (text.empty()) return std::nullopt;
      question.name = std::exchange(text, {});
      break;
    default: break;
  }
  return text.empty() ? std::optional(question) : std::nullopt;
}

std::span<const VerbRow> verbs() { return kVerbs; }

std::string verbs_text() {
  std::string text;
  for (const VerbRow& row : kVerbs) text += (text.empty() ? "" : ", ") + std::string(row.word) + std::string(row.arguments);
  return text;
}

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

Answer explain(const Board& board, std::string_view name) {
  const auto& instances = board.plan->vrrp.instances;
  const auto found = std::ranges::find(instances, name, &VrrpInstance::name);
  if (found == instances.end()) return {"no vrrp_instance is called " + std::string(name) + "\n", 1};
  const InstanceReport& report = board.of(found->id);
  std::string text = found->name + " is " + std::string(state_word(report.state)) + " for " + seconds(report.since_transition) + "\n";
  text += "  priority " + std::to_string(report.effective_priority) + " (configured " + std::to_string(found->priority) + ")\n";
  if (report.master && report.state == VrrpState::kBackup) {
    text += "  master is " + report.master->to_string() + " with priority " + std::to_string(report.master_priority) +
            ", it speaks every " + seconds(report.master_advert_int) + "\n";
  }
  for (const std::string& fault : report.faults) text += "  fault: " + fault + "\n";
  text += trackers_text(board, *found);
  return {text + reason_text(*found, report), 0};
}

}  // namespace holdfast
