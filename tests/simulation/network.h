// A network of routers in virtual time: each node is a whole Router with intake and wire codec, a model of its ipvsd (what it holds) and
// of its parent (what it would resume). Adverts travel as octets with delay, loss and partitions; nodes stall, die, restart, reload.
// Everything is driven by a seed; time starts at 1 s.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "vrrpd/intake.h"
#include "vrrpd/protocol/router.h"

namespace holdfast::vrrp::simulation {

struct Entry {
  Instant at;
  std::size_t node;
  std::string what;  // "advert 100", "claim", "release", "announce 5", "MASTER", ...
};

class Network {
 public:
  explicit Network(std::uint64_t seed) : random_(seed) {}

  // Node 0 has 192.0.2.1 and so on. It starts at once.
  std::size_t add(VrrpPlan plan);
  void run_for(Duration duration) { run_until(now_ + duration); }
  void run_until(Instant until);
  Instant now() const { return now_; }
  std::mt19937_64& random() { return random_; }

  // Disturbances.
  void set_loss(double probability) { loss_ = probability; }
  void set_delay(Duration delay) { delay_max_ = delay; }
  void place(std::size_t node, int component) { nodes_[node].component = component; }
  void heal();
  void stall(std::size_t node, Duration duration, bool deaf);  // deaf: what arrives meanwhile is lost (a paused machine)
  void kill(std::size_t node, Duration away);                  // vrrpd dies, is restarted and resumes; addresses stay
  void restart_ipvsd(std::size_t node, Duration away);
  void power_off(std::size_t node);                            // everything at once
  void power_on(std::size_t node);
  void stop(std::size_t node);                                 // in order
  void hand_over(std::size_t node);                            // in order, answering until the next router is heard
  void block(std::size_t from, std::size_t to) { blocked_.insert({from, to}); }  // one way; heal() ends it
  void tell(std::size_t node, TrackerId tracker, std::int64_t value);
  void link(std::size_t node, bool up);
  void reload(std::size_t node, VrrpPlan plan);
  void set_script(std::size_t node, bool succeeds) { nodes_[node].script_succeeds = succeeds; }
  void delete_address(std::size_t node, InstanceId id);
  void inject(std::size_t node, std::vector<std::uint8_t> message, const IpAddress& source);

  const VrrpPlan& plan(std::size_t node) const { return nodes_[node].plan; }
  bool on(std::size_t node) const { return nodes_[node].on; }
  bool running(std::size_t node) const { return nodes_[node].router != nullptr && nodes_[node].stalled_until <= now_; }
  VrrpState state(std::size_t node, InstanceId id) const;
  std::uint8_t priority(std::size_t node, InstanceId id) const;
  std::vector<std::size_t> holders(InstanceId id) const;  // whose ipvsd has the addresses
  int component(std::size_t node) const { return nodes_[node].component; }
  std::size_t size() const { return nodes_.size(); }

  std::vector<Entry> trace;
  // "1:claim 0:release" of the entries that start with one of the words.
  std::string story(const std::vector<std::string>& words, Instant since = {}) const;
  // Called after each moment at which something happened.
  std::function<void()> observer;

 private:
  struct Held {
    Generation claim = 0;
    bool active = false;
  };
  struct Packed {
    std::vector<std::uint8_t> message;
    IpAddress source;
    IpAddress destination;
  };
  struct Node {
    VrrpPlan plan;
    IpAddress address;
    std::unique_ptr<Router> router;
    std::unique_ptr<Intake> intake;
    bool on = true;
    bool link_up = true;
    bool ipvsd = true;
    bool complete = false;
    bool deaf = false;
    bool script_succeeds = true;
    int component = 0;
    Instant stalled_until{};
    std::uint64_t life = 0;  // counts processes: late events of an old one are dropped
    std::deque<Packed> inbox;
    std::map<InstanceId, Held> held;
    std::map<InstanceId, ResumedInstance> told;
  };

  void at(Instant when, std::function<void()> what);
  void when_awake(std::size_t number, std::function<void()> what);
  void start(std::size_t number, bool resume);
  void wake(std::size_t number);
  void drain(std::size_t number);
  void give(std::size_t number, const RouterEvent& event);
  void perform(std::size_t number, const Actions& actions);
  void send(std::size_t number, const SendAdvert& action);
  void deliver(std::size_t number, std::uint64_t life, Packed packed);
  void apply_claim(std::size_t number, InstanceId id, Generation claim, bool active);
  void complete(std::size_t number);
  LinkFacts facts(const Node& node) const;
  void note(std::size_t number, std::string what) { trace.push_back({now_, number, std::move(what)}); }
  bool chance(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }

  Instant now_{Duration{1'000'000}};
  std::mt19937_64 random_;
  double loss_ = 0;
  std::set<std::pair<std::size_t, std::size_t>> blocked_;
  Duration delay_max_{200};
  std::uint64_t sequence_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> schedule_;
  std::vector<Node> nodes_;
};

}  // namespace holdfast::vrrp::simulation
