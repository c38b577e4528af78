// What an operator asks for on the control socket beyond a look: reload and its outcome, what a reload would change, maintenance, events.
// See driver.h.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "parent/driver/driver.h"
#include "parent/plan/difference/delta.h"
#include "parent/plan/difference/without.h"
#include "proto/runtime/log.h"

namespace holdfast {

void Driver::asked(ControlSocket::AskerId asker, const Question& question) {
  switch (question.verb) {
    case Verb::kReload: return reload_for(asker);
    case Verb::kStop:
      control_.answer(asker, {"stopping\n"});
      return loop_.later([this] { stop(); });
    case Verb::kPlan: return control_.answer(asker, plan_of_reload());
    case Verb::kEvents: return control_.follow(asker);
    case Verb::kMaintenance: return control_.answer(asker, maintain(question));
    case Verb::kStatus:
    case Verb::kJson:
    case Verb::kStatistics:
    case Verb::kData:
    case Verb::kExplain: break;
  }
  questions_.emplace_back(asker, question);
  want_dump(kServices);
}

// The answer comes with the outcome. What is asked during a reload is about the one after it.
void Driver::reload_for(ControlSocket::AskerId asker) {
  next_askers_.push_back(asker);
  loop_.later([this] { reload(); });
}

void Driver::reload_answered(const Answer& answer) {
  for (const ControlSocket::AskerId asker : std::exchange(reload_askers_, {})) {
    control_.answer(asker, {reload_text_ + (answer.text.empty() ? "Reload complete\n" : answer.text), answer.status});
  }
}

Answer Driver::plan_of_reload() {
  Loaded loaded = load_configuration(reading_, Purpose::kTest, files_, surroundings());
  std::string text;
  for (const std::string& line : loaded.lines()) text += line + "\n";
  if (loaded.start_status() != 0) return {text + "a reload would be refused: the configuration could not be started with\n", 1};
  const std::set<std::string> errors = loaded.errors();
  const bool fresh = std::ranges::any_of(errors, [&](const std::string& error) { return !allowed_errors_.contains(error); });
  if (fresh) return {text + "a reload would be refused: there are errors that the running configuration does not have\n", 1};
  const Plan& running = supervisor_.plan();
  Plan next = without(std::move(loaded.built.plan), refused_scripts_);
  apply_intents(intents_, next);
  next.vrrp.startup_delay = running.vrrp.startup_delay;
  const Delta difference = delta(running, next);
  return {text + describe(difference, running, next) + "a reload would change " + difference.summary() + "\n"};
}

// Written down before it is done.
Answer Driver::maintain(const Question& question) {
  const auto& instances = supervisor_.plan().vrrp.instances;
  const bool known = question.name.empty() || std::ranges::find(instances, question.name, &VrrpInstance::name) != instances.end();
  Intents next = intents_;
  if (question.name.empty()) {
    next = {};
    next.all = question.on;
  } else if (question.on) {
    if (!known) return {"no vrrp_instance is called " + question.name + "\n", 1};
    next.instances.insert(question.name);
  } else {
    if (next.all) return {"every instance is in maintenance: `maintenance off` without a name ends it\n", 1};
    if (next.instances.erase(question.name) == 0) return {question.name + " is not in maintenance\n", 1};
  }
  if (next == intents_) return {"nothing to change\n"};
  if (auto written = write_intents(intents_path_, next); !written) return {"not done, because it cannot be kept: " + written.error().message + "\n", 1};
  intents_ = std::move(next);
  const std::string what = question.name.empty() ? std::string("every instance") : question.name;
  log_notice(LogEvent::kMessage, "Maintenance of " + what + (question.on ? " begins" : " ends"));
  apply_intents_now();
  return {what + (question.on ? " goes into maintenance\n" : " leaves maintenance\n")};
}

// The running plan with other marks; nothing else of it changes.
void Driver::apply_intents_now() {
  if (phase_ == Phase::kStopping) return;
  if (phase_ != Phase::kRunning) {
    intents_pending_ = true;
    return;
  }
  Plan next = supervisor_.plan();
  apply_intents(intents_, next);
  if (next == supervisor_.plan()) return;
  previous_ = supervisor_.plan();
  phase_ = Phase::kReloading;
  next.stamp(++last_generation_);
  run_plan(std::move(next));
}

void Driver::tell_event(const std::string& kind, const std::string& name, const std::string& state, unsigned priority, const std::string& reason) {
  nlohmann::ordered_json line = {{"event", kind}, {"time", wall_clock()}, {"name", name}, {"state", state}};
  if (kind == "instance" || kind == "priority") line["priority"] = priority;
  if (!reason.empty()) line["reason"] = reason;
  control_.tell(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace holdfast
