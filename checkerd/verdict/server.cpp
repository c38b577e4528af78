// Counting opinions, adding weights. See server.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/verdict/server.h"

#include <algorithm>

#include "checkerd/verdict/told.h"

namespace holdfast {

static std::optional<std::uint32_t> asked_weight(std::uint32_t configured, int delta) {
  if (delta == 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(std::int64_t{configured} + delta, 0, kWeightLimit));
}

void Server::take_settings(const CheckedServer& plan) {
  name_ = plan.name;
  configured_ = plan.asked_weight.value_or(plan.weight);
  inhibit_ = plan.inhibit_on_failure;
  duty_ = plan.duty;
}

Server::Server(const CheckedServer& plan, const KnownVerdicts& known, const Numbers& told) : id_(plan.id) {
  take_settings(plan);
  for (const Check& check : plan.checks) {
    if (told_by(check)) {
      opinions_.push_back(opinion_of(check, told));
      continue;
    }
    Opinion opinion{.check = check.id, .up = !check.alpha};
    if (const auto said = known.find(check.id); said != known.end()) {
      opinion.up = said->second.up;
      opinion.known = said->second.known;
      opinion.weight = asked_weight(configured_, said->second.weight_delta);
    }
    opinions_.push_back(opinion);
  }
  count();
}

std::vector<CheckId> Server::replan(const CheckedServer& plan, const Numbers& told) {
  const bool was_alive = alive();
  std::vector<Opinion> before = std::move(opinions_);
  opinions_.clear();
  take_settings(plan);
  const auto kept = [&](const Opinion& old) { return std::ranges::find(plan.checks, old.check, &Check::id) != plan.checks.end(); };
  const bool lost_failure = std::ranges::any_of(before, [&](const Opinion& old) { return !old.up && !kept(old); });
  std::vector<CheckId> assumed;
  for (const Check& check : plan.checks) {
    const auto old = std::ranges::find(before, check.id, &Opinion::check);
    if (old != before.end()) {
      opinions_.push_back(*old);
      continue;
    }
    if (told_by(check)) {
      opinions_.push_back(opinion_of(check, told));
      continue;
    }
    const bool failed = !was_alive && (lost_failure || check.alpha);
    opinions_.push_back({.check = check.id, .up = !failed});
    if (failed) assumed.push_back(check.id);
  }
  count();
  return assumed;
}

bool Server::hear(const Opinion& opinion) {
  const auto at = std::ranges::find(opinions_, opinion.check, &Opinion::check);
  if (at == opinions_.end()) return false;
  *at = opinion;
  count();
  return true;
}

const Server::Opinion* Server::opinion(CheckId check) const {
  const auto at = std::ranges::find(opinions_, check, &Opinion::check);
  return at == opinions_.end() ? nullptr : &*at;
}

std::uint32_t Server::weight() const {
  if (duty_ != Duty::kReady) return 0;
  std::int64_t sum = configured_;
  for (const Opinion& opinion : opinions_) {
    if (opinion.weight) sum += std::int64_t{*opinion.weight} - configured_;
    sum += opinion.added;
  }
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(sum, 0, kWeightLimit));
}

CheckVerdict Server::verdict(const Opinion& opinion) const {
  const std::int64_t delta = opinion.weight ? std::int64_t{*opinion.weight} - configured_ : 0;
  return {.id = opinion.check, .up = opinion.up, .known = opinion.known, .failures = 0, .weight_delta = static_cast<int>(delta)};
}

void Server::count() {
  failed_ = static_cast<std::size_t>(std::ranges::count_if(opinions_, [](const Opinion& opinion) { return !opinion.up; }));
}

}  // namespace holdfast
