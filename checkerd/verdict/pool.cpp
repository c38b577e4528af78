// Quorum, sorry server and wishes of one service. See pool.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/verdict/pool.h"

#include <utility>

namespace holdfast {

Pool::Pool(const CheckedService& plan, const Remembered& remembered, const KnownVerdicts& known, const Numbers& told, Actions& out)
    : id_(plan.id) {
  take_settings(plan);
  sorry_ = plan.sorry;
  servers_.reserve(plan.servers.size());
  for (const CheckedServer& server : plan.servers) servers_.emplace_back(server, known, told);
  index();
  weigh();
  if (remembered.restored) {
    quorum_up_ = remembered.quorum_up;
    const bool was_serving = sorry_serves();
    settle(false, was_serving, out);
    say_all(out);
    return;
  }
  for (const Server& server : servers_) {
    if (server.alive()) out.push_back(ServerTurned{id_, server.id(), true, true});
  }
  settle(true, false, out);
  say_all(out);
}

void Pool::take_settings(const CheckedService& plan) {
  name_ = plan.name;
  quorum_ = plan.quorum;
  hysteresis_ = plan.hysteresis;
  omega_ = plan.omega;
}

void Pool::index() {
  place_.clear();
  for (std::size_t at = 0; at < servers_.size(); ++at) place_.emplace(servers_[at].id(), at);
}

void Pool::weigh() {
  weight_ = 0;
  for (const Server& server : servers_) {
    if (server.alive()) weight_ += server.weight();
  }
}

Server* Pool::find(DestinationId server) {
  const auto at = place_.find(server);
  return at == place_.end() ? nullptr : &servers_[at->second];
}

const Server* Pool::find(DestinationId server) const {
  const auto at = place_.find(server);
  return at == place_.end() ? nullptr : &servers_[at->second];
}

void Pool::replan(const CheckedService& plan, const Numbers& told, Actions& out) {
  const bool was_serving = sorry_serves();
  take_settings(plan);
  sorry_ = plan.sorry;
  std::vector<Server> before = std::exchange(servers_, {});
  const auto place_before = std::exchange(place_, {});
  std::unordered_map<DestinationId, DestinationWish> said_before = std::exchange(said_, {});
  servers_.reserve(plan.servers.size());
  for (const CheckedServer& server : plan.servers) {
    const auto old = place_before.find(server.id);
    if (old == place_before.end()) {
      servers_.emplace_back(server, KnownVerdicts{}, told);
      if (servers_.back().alive()) out.push_back(ServerTurned{id_, server.id, true, true});
      continue;
    }
    const bool was_alive = before[old->second].alive();
    servers_.push_back(std::move(before[old->second]));
    Server& now = servers_.back();
    for (const CheckId check : now.replan(server, told)) out.push_back(CheckAssumed{now.verdict(*now.opinion(check))});
    if (now.alive() != was_alive) out.push_back(ServerTurned{id_, server.id, now.alive(), false});
    if (const auto said = said_before.find(server.id); said != said_before.end()) said_.insert(*said);
  }
  if (sorry_) {
    if (const auto said = said_before.find(sorry_->id); said != said_before.end()) said_.insert(*said);
  }
  index();
  weigh();
  settle(false, was_serving && sorry_, out);
  say_all(out);
}

void Pool::hear(DestinationId id, const Server::Opinion& opinion, Actions& out) {
  Server* server = find(id);
  if (!server) return;
  const Server::Opinion* before = server->opinion(opinion.check);
  if (!before) return;
  const bool was_alive = server->alive();
  const bool first_failure = !before->known && !before->up && !opinion.up && opinion.known;
  const std::uint32_t was_weight = server->weight();
  server->hear(opinion);
  const std::uint32_t weight = server->weight();
  if (weight != was_weight) out.push_back(WeightChanged{id_, id, was_weight, weight, was_alive});
  if (server->alive() != was_alive) {
    out.push_back(ServerTurned{id_, id, server->alive(), false});
  } else if (first_failure) {
    out.push_back(ServerTurned{id_, id, false, false, true});
  }
  weight_ += (server->alive() ? std::int64_t{weight} : 0) - (was_alive ? std::int64_t{was_weight} : 0);
  const bool was_serving = sorry_serves();
  settle(false, was_serving, out);
  if (sorry_serves() != was_serving) {
    say_all(out);
  } else {
    say(wish(*server), out);
  }
}

void Pool::settle(bool initial, bool was_serving, Actions& out) {
  // Weight 0 is no quorum, whatever was asked for: it could not be lost again without coming and going at every result.
  if (!quorum_up_ && weight_ > 0 && weight_ >= quorum_ + hysteresis_) {
    quorum_up_ = true;
    out.push_back(QuorumTurned{id_, true, initial, quorum_ + hysteresis_, weight_});
  } else if ((quorum_up_ && (weight_ == 0 || weight_ < quorum_ - hysteresis_)) || (initial && sorry_ && !quorum_up_)) {
    quorum_up_ = false;
    out.push_back(QuorumTurned{id_, false, initial, quorum_ - hysteresis_, weight_});
  }
  if (sorry_serves() != was_serving && sorry_) out.push_back(SorryTurned{id_, !was_serving});
}

DestinationWish Pool::wish(const Server& server) const {
  if (sorry_serves() && sorry_->id == server.id()) return sorry_wish();  // the sorry server is also one of the real ones
  if (server.kept_out()) return {server.id(), false, 0};
  if (server.alive() && !sorry_serves()) return {server.id(), true, server.weight()};
  return {server.id(), server.inhibit(), 0};
}

DestinationWish Pool::sorry_wish() const {
  if (sorry_serves()) return {sorry_->id, true, sorry_->weight};
  return {sorry_->id, sorry_->inhibit_on_failure, 0};
}

std::vector<DestinationWish> Pool::wishes() const {
  std::vector<DestinationWish> all;
  all.reserve(servers_.size() + 1);
  if (sorry_serves()) all.push_back(sorry_wish());
  for (const Server& server : servers_) {
    if (!sorry_ || server.id() != sorry_->id) all.push_back(wish(server));
  }
  if (sorry_ && !sorry_serves()) {
    const Server* twin = find(sorry_->id);
    all.push_back(twin ? wish(*twin) : sorry_wish());
  }
  return all;
}

void Pool::say(const DestinationWish& wish, Actions& out) {
  DestinationWish& said = said_.try_emplace(wish.id, DestinationWish{wish.id, false, 0}).first->second;
  if (said == wish) return;
  said = wish;
  out.push_back(WishChanged{wish});
}

void Pool::say_all(Actions& out) {
  for (const DestinationWish& each : wishes()) say(each, out);
}

void Pool::stop(Actions& out) const {
  for (const Server& server : servers_) {
    out.push_back(ServerShutDown{id_, server.id()});
    if (omega_ && server.alive()) out.push_back(ServerTurned{id_, server.id(), false, false});
  }
  if (omega_ && quorum_up_) out.push_back(QuorumTurned{id_, false, false, quorum_ - hysteresis_, weight_});
}

}  // namespace holdfast
