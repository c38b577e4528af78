// The wires and the machines. Mirrors the order in which the driver does things, and nothing else of it.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/network.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "vrrpd/phrases.h"

namespace holdfast::vrrp::simulation {

namespace {
constexpr std::uint32_t kIndex = 2;
constexpr SocketKey kSocket{kIndex, Family::kIpv4, false};
constexpr Duration kScriptTime{10'000};
}  // namespace

void Network::at(Instant when, std::function<void()> what) { schedule_.emplace(std::pair{when, ++sequence_}, std::move(what)); }

std::size_t Network::add(VrrpPlan plan) {
  const std::size_t number = nodes_.size();
  Node& node = nodes_.emplace_back();
  node.plan = std::move(plan);
  node.address = IpAddress::v4({192, 0, 2, static_cast<std::uint8_t>(number + 1)});
  start(number, false);
  return number;
}

LinkFacts Network::facts(const Node& node) const {
  LinkFacts facts;
  facts.index = kIndex;
  facts.name = "eth0";
  facts.up = node.link_up;
  facts.sources = {node.address};
  facts.addresses = {{node.address, 24}};
  return facts;
}

// In the order of a real start: ipvsd's link and facts, the plan, the socket.
void Network::start(std::size_t number, bool resume) {
  Node& node = nodes_[number];
  ++node.life;
  node.router = std::make_unique<Router>();
  node.intake = std::make_unique<Intake>();
  node.inbox.clear();
  node.complete = false;
  if (node.ipvsd) {
    give(number, IpvsdAttached{});
    give(number, LinkTold{facts(node)});
    give(number, AllLinksTold{});
  }
  std::vector<ResumedInstance> resumed;
  if (resume) {
    for (const auto& [id, hint] : node.told) resumed.push_back(hint);
  }
  perform(number, node.router->apply(node.plan, resumed, now_));
  give(number, SocketOpened{kSocket});
}

void Network::run_until(Instant until) {
  while (true) {
    Instant next = schedule_.empty() ? kNever : schedule_.begin()->first.first;
    std::size_t due = nodes_.size();
    for (std::size_t number = 0; number < nodes_.size(); ++number) {
      const Node& node = nodes_[number];
      if (!node.router) continue;
      const Instant deadline = std::max(node.router->deadline(), node.stalled_until);
      if (deadline < next) {
        next = deadline;
        due = number;
      }
    }
    if (next > until) break;
    now_ = std::max(now_, next);
    if (due < nodes_.size()) {
      wake(due);
    } else {
      auto what = std::move(schedule_.begin()->second);
      schedule_.erase(schedule_.begin());
      what();
    }
    if (observer) observer();
  }
  now_ = until;
}

void Network::wake(std::size_t number) {
  Node& node = nodes_[number];
  if (node.stalled_until > now_) return;
  give(number, TimersDue{false});
  if (!node.router->overdue_listeners(now_).empty()) drain(number);
  give(number, TimersDue{true});
}

void Network::drain(std::size_t number) {
  Node& node = nodes_[number];
  while (node.router && !node.inbox.empty()) {
    const Packed packed = std::move(node.inbox.front());
    node.inbox.pop_front();
    const Packet packet{packed.source, packed.destination, 255, packed.message};
    const auto outcome = node.intake->take(*node.router, kSocket, packet, Clocks{now_, now_.time_since_epoch()});
    give(number, outcome.event ? RouterEvent{*outcome.event} : RouterEvent{TimersDue{false}});
  }
}

void Network::give(std::size_t number, const RouterEvent& event) {
  Node& node = nodes_[number];
  if (node.router) perform(number, node.router->handle(event, now_));
}

void Network::perform(std::size_t number, const Actions& actions) {
  Node& node = nodes_[number];
  for (const Action& action : actions) {
    if (const auto* advert = std::get_if<SendAdvert>(&action)) send(number, *advert);
    if (const auto* claim = std::get_if<ClaimAddresses>(&action)) {
      note(number, "claim");
      apply_claim(number, claim->instance, claim->claim, true);
    }
    if (const auto* release = std::get_if<ReleaseAddresses>(&action)) {
      note(number, "release");
      apply_claim(number, release->instance, release->claim, false);
    }
    if (const auto* announce = std::get_if<AnnounceAddresses>(&action)) note(number, "announce " + std::to_string(announce->repeat));
    if (const auto* changed = std::get_if<StateChanged>(&action)) {
      note(number, name_of(changed->state));
      node.told[changed->instance] = {changed->instance, changed->state, changed->claim};
    }
    if (const auto* group = std::get_if<GroupStateChanged>(&action)) note(number, std::string("group ") + name_of(group->state));
    if (const auto* run = std::get_if<RunScript>(&action)) {
      at(now_ + kScriptTime, [this, number, life = node.life, run = *run] {
        Node& owner = nodes_[number];
        const ScriptOutcome outcome{ScriptOutcome::Kind::kExited, owner.script_succeeds ? 0 : 1};
        if (owner.life == life && owner.stalled_until <= now_) give(number, ScriptEnded{run.script, run.run, outcome});
      });
    }
  }
  if (node.router && node.ipvsd && !node.complete && node.router->settled()) complete(number);
  if (!node.router || !node.router->stopped()) return;
  at(now_, [this, number, life = node.life] {
    if (nodes_[number].life == life) power_off(number);
  });
}

// ipvsd: a claim number is never used for two things, and an older one never undoes a newer one.
void Network::apply_claim(std::size_t number, InstanceId id, Generation claim, bool active) {
  Node& node = nodes_[number];
  Held& held = node.held[id];
  EXPECT_TRUE(claim > held.claim || (claim == held.claim && held.active == active)) << "claim " << claim << " after " << held.claim;
  if (!node.ipvsd) return;  // nobody listens; it is said again on the next link
  held = {claim, active};
}

void Network::complete(std::size_t number) {
  Node& node = nodes_[number];
  node.complete = true;
  std::map<InstanceId, Generation> claimed;
  for (const ClaimAddresses& claim : node.router->claims()) claimed[claim.instance] = claim.claim;
  for (auto& [id, held] : node.held) {
    if (!claimed.contains(id)) held.active = false;
  }
}

void Network::send(std::size_t number, const SendAdvert& action) {
  Node& node = nodes_[number];
  note(number, "advert " + std::to_string(action.priority));
  const auto view = node.router->view(action.instance);
  if (!view || !view->source || !node.link_up) return;
  const AdvertDetails details{action.priority, listed_addresses(view->config, view->mtu), *view->source, view->config.group_address, false};
  const Packed packed{encode(view->config, details), *view->source, view->config.group_address};
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other == number || nodes_[other].component != node.component || blocked_.contains({number, other}) || chance(loss_)) continue;
    const Duration delay{std::uniform_int_distribution<std::int64_t>(1, std::max<std::int64_t>(1, delay_max_.count()))(random_)};
    at(now_ + delay, [this, other, life = nodes_[other].life, packed] { deliver(other, life, packed); });
  }
}

void Network::deliver(std::size_t number, std::uint64_t life, Packed packed) {
  Node& node = nodes_[number];
  if (node.life != life || !node.router || !node.link_up) return;
  if (node.stalled_until > now_) {
    if (!node.deaf) node.inbox.push_back(std::move(packed));
    return;
  }
  node.inbox.push_back(std::move(packed));
  drain(number);
}

void Network::inject(std::size_t number, std::vector<std::uint8_t> message, const IpAddress& source) {
  deliver(number, nodes_[number].life, {std::move(message), source, IpAddress::v4({224, 0, 0, 18})});
}

void Network::heal() {
  blocked_.clear();
  for (Node& node : nodes_) node.component = 0;
}

// Afterwards either the sockets or the timers are looked at first, as the kernel pleases.
void Network::stall(std::size_t number, Duration duration, bool deaf) {
  Node& node = nodes_[number];
  if (!node.router || node.stalled_until > now_) return;
  node.stalled_until = now_ + duration;
  node.deaf = deaf;
  if (!chance(0.5)) return;
  at(node.stalled_until, [this, number, life = node.life] {
    if (nodes_[number].life == life) drain(number);
  });
}

// A message of the parent or of ipvsd waits in its link while the process does not run; it is lost with the process.
void Network::when_awake(std::size_t number, std::function<void()> what) {
  Node& node = nodes_[number];
  if (!node.router) return;
  if (node.stalled_until <= now_) return what();
  at(node.stalled_until, [this, number, life = node.life, what = std::move(what)] {
    if (nodes_[number].life == life) what();
  });
}

void Network::kill(std::size_t number, Duration away) {
  Node& node = nodes_[number];
  if (!node.router) return;
  ++node.life;
  node.router.reset();
  node.inbox.clear();
  node.stalled_until = {};
  at(now_ + away, [this, number, life = node.life] {
    if (nodes_[number].life == life && nodes_[number].on) start(number, true);
  });
}

void Network::restart_ipvsd(std::size_t number, Duration away) {
  Node& node = nodes_[number];
  if (!node.on || !node.ipvsd) return;
  node.ipvsd = false;
  node.complete = false;
  when_awake(number, [this, number] {
    if (!nodes_[number].ipvsd) give(number, IpvsdGone{});
  });
  at(std::max(now_ + away, node.stalled_until), [this, number] {
    Node& back = nodes_[number];
    if (back.ipvsd) return;  // switched off and on meanwhile
    back.ipvsd = true;
    if (!back.router) return;
    for (const ClaimAddresses& claim : back.router->claims()) apply_claim(number, claim.instance, claim.claim, true);
    give(number, IpvsdAttached{});
    give(number, LinkTold{facts(back)});
    give(number, AllLinksTold{});
  });
}

void Network::power_off(std::size_t number) {
  Node& node = nodes_[number];
  ++node.life;
  node.on = false;
  node.router.reset();
  node.stalled_until = {};
  for (auto& [id, held] : node.held) held.active = false;
  note(number, "off");
}

void Network::power_on(std::size_t number) {
  Node& node = nodes_[number];
  if (node.on) return;
  node.on = true;
  node.ipvsd = true;
  node.held.clear();
  node.told.clear();
  start(number, false);
}

void Network::stop(std::size_t number) {
  if (!nodes_[number].router) return;
  give(number, StopAll{true});
  power_off(number);
}

void Network::hand_over(std::size_t number) {
  when_awake(number, [this, number] { give(number, StopAll{true, true}); });
}

void Network::tell(std::size_t number, TrackerId tracker, std::int64_t value) {
  when_awake(number, [this, number, tracker, value] { give(number, TrackerTold{tracker, value}); });
}

void Network::link(std::size_t number, bool up) {
  Node& node = nodes_[number];
  if (node.link_up == up) return;
  node.link_up = up;
  when_awake(number, [this, number] {
    if (nodes_[number].ipvsd) give(number, LinkTold{facts(nodes_[number])});
  });
}

void Network::reload(std::size_t number, VrrpPlan plan) {
  Node& node = nodes_[number];
  node.plan = std::move(plan);
  when_awake(number, [this, number] { perform(number, nodes_[number].router->apply(nodes_[number].plan, {}, now_)); });
}

void Network::delete_address(std::size_t number, InstanceId id) {
  when_awake(number, [this, number, id] { give(number, AddressDeleted{id}); });
}

VrrpState Network::state(std::size_t number, InstanceId id) const {
  const Node& node = nodes_[number];
  const auto view = node.router ? node.router->view(id) : std::nullopt;
  return view ? view->state.state : VrrpState::kInit;
}

std::uint8_t Network::priority(std::size_t number, InstanceId id) const {
  const Node& node = nodes_[number];
  const auto view = node.router ? node.router->view(id) : std::nullopt;
  return view ? view->state.priority : std::uint8_t{0};
}

std::vector<std::size_t> Network::holders(InstanceId id) const {
  std::vector<std::size_t> all;
  for (std::size_t number = 0; number < nodes_.size(); ++number) {
    const auto held = nodes_[number].held.find(id);
    if (held != nodes_[number].held.end() && held->second.active) all.push_back(number);
  }
  return all;
}

std::string Network::story(const std::vector<std::string>& words, Instant since) const {
  std::string text;
  for (const Entry& entry : trace) {
    const bool wanted = std::any_of(words.begin(), words.end(), [&](const std::string& word) { return entry.what.starts_with(word); });
    if (!wanted || entry.at < since) continue;
    if (!text.empty()) text += ' ';
    text += std::to_string(entry.node) + ":" + entry.what;
  }
  return text;
}

}  // namespace holdfast::vrrp::simulation
