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
    case Verb::kDrain:
    case Verb::kReady:
    case Verb::kDown:
    case Verb::kWeight: return control_.answer(asker, serve(question));
    case Verb::kCheckNow: return control_.answer(asker, check_now(question));
    case Verb::kStatus:
    case Verb::kMetrics:
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

Status Driver::keep(Intents next) {
  HF_OK(write_intents(intents_path_, next));
  intents_ = std::move(next);
  return ok();
}

namespace {

constexpr Duration kDrainLookMax{60'000'000};  // the wall clock may be set meanwhile

std::string done_text(const Question& question) {
  switch (question.verb) {
    case Verb::kDrain: return question.number ? " is drained, and down in " + std::to_string(*question.number) + " s" : " is drained";
    case Verb::kDown: return " is taken out";
    case Verb::kWeight: return question.number ? " has weight " + std::to_string(*question.number) : " has the configured weight";
    default: return " is in the hands of its checks";
  }
}

void change(ServerIntent& intent, const Question& question, std::int64_t now) {
  if (question.verb == Verb::kWeight) {
    intent.weight = question.number;
    return;
  }
  intent.duty = question.verb == Verb::kDrain ? Duty::kDrain : question.verb == Verb::kDown ? Duty::kDown : Duty::kReady;
  intent.until = question.verb == Verb::kDrain && question.number ? now + *question.number : 0;
}

Answer unknown_server(const Question& question) {
  return {"no real_server is called " + question.name + (question.service.empty() ? "" : " in " + question.service) + "\n", 1};
}

}  // namespace

// As maintenance: written down first, then the running plan with other marks.
Answer Driver::serve(const Question& question) {
  const std::vector<ServerPlace> places = servers_named(supervisor_.plan(), intents_, question.name, question.service);
  if (places.empty()) return unknown_server(question);
  Intents next = intents_;
  std::string text;
  for (const ServerPlace& place : places) {
    ServerIntent& intent = next.servers[place];
    const ServerIntent before = intent;
    change(intent, question, static_cast<std::int64_t>(wall_clock()));
    if (intent != before) text += place.server + " of " + place.service + done_text(question) + "\n";
    if (intent == ServerIntent{}) next.servers.erase(place);
  }
  if (text.empty()) return {"nothing to change\n"};
  if (auto kept = keep(std::move(next)); !kept) return {"not done, because it cannot be kept: " + kept.error().message + "\n", 1};
  std::string line = text.substr(0, text.find('\n'));
  if (places.size() > 1) line += " (and " + std::to_string(places.size() - 1) + " more)";
  log_notice(LogEvent::kMessage, "By an operator: " + line);
  apply_intents_now();
  wait_for_drains();
  return {text};
}

Answer Driver::check_now(const Question& question) {
  if (question.name.empty()) {
    supervisor_.check_now({});
    return {"the checks of all servers are run now\n"};
  }
  std::string text;
  for (const ServerPlace& place : servers_named(supervisor_.plan(), {}, question.name, question.service)) {
    for (const auto& [id, both] : server_of_) {
      if (both.first->name != place.service || both.second->name != place.server) continue;
      supervisor_.check_now(id);
      text += "the checks of " + place.server + " of " + place.service + " are run now\n";
    }
  }
  return text.empty() ? unknown_server(question) : Answer{text};
}

// Drained servers with a deadline.
void Driver::wait_for_drains() {
  const auto now = static_cast<std::int64_t>(wall_clock());
  Intents next = intents_;
  if (end_drains(next, now)) {
    if (auto kept = keep(std::move(next)); !kept) log_error(LogEvent::kDegraded, kept.error().message);
    else apply_intents_now();
  }
  const auto end = next_end(intents_);
  if (!end) return drain_timer_.cancel();
  const Duration rest{std::max<std::int64_t>(*end - now, 1) * 1'000'000};
  drain_timer_.arm(loop_.now() + std::min(rest, kDrainLookMax));
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
  if (auto kept = keep(std::move(next)); !kept) return {"not done, because it cannot be kept: " + kept.error().message + "\n", 1};
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
