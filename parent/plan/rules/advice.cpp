// See advice.h. One function per piece of advice, with the reason for its threshold.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/rules/advice.h"

#include <algorithm>
#include <map>
#include <set>

namespace holdfast {
namespace {

constexpr unsigned kOwnerPriority = 255;
constexpr int kLowest = 1;    // an effective priority that is not the owner's
constexpr int kHighest = 254;

class Advisor {
 public:
  Advisor(const model::Configuration& said, const Plan& plan, const HostFacts& host, config::Diagnostics& diagnostics)
      : said_(said), plan_(plan), host_(host), diagnostics_(diagnostics) {}

  void say(config::Position at, config::Code code, std::string message, std::string expected = {}) {
    config::Diagnostic diagnostic{.at = at};
    diagnostics_.error(std::move(diagnostic), config::ErrorClass::none, code, std::move(message), std::move(expected));
  }
  const model::Configuration& said() const { return said_; }
  const Plan& plan() const { return plan_; }
  const HostFacts& host() const { return host_; }

 private:
  const model::Configuration& said_;
  const Plan& plan_;
  const HostFacts& host_;
  config::Diagnostics& diagnostics_;
};

std::string named(const VrrpInstance& instance) { return "(" + instance.name + ") "; }

config::Position first_of(std::initializer_list<config::Position> places) {
  const auto known = std::ranges::find_if(places, [](const config::Position& at) { return at.line != 0; });
  return known == places.end() ? config::Position{} : *known;
}

// In strict mode accept is off unless it is written: the address is there and does not answer, RFC 9568 section 6.1, Accept_Mode.
void unreachable(Advisor& advisor, const VrrpInstance& instance, const model::Instance& block) {
  if (!instance.strict || instance.priority == kOwnerPriority || block.addresses.empty()) return;
  if (block.accept && *block.accept) return;
  advisor.say(first_of({block.strict_mode.at, advisor.said().globals.vrrp_strict.at, block.at}), "strict-unreachable",
              named(instance) + "strict mode: its addresses do not answer, not even to ping, while priority " + std::to_string(instance.priority) +
                  " is not the owner's",
              "accept, or no strict mode");
}

// Everything that can be added or taken away, and the priority that remains at its ends.
void weights(Advisor& advisor, const VrrpInstance& instance, const model::Instance& block) {
  int up = 0, down = 0;
  bool any = false;
  const auto count = [&](int weight) {
    any = any || weight != 0;
    (weight > 0 ? up : down) += weight;
  };
  for (const TrackedInterface& tracked : instance.tracked_interfaces) count(tracked.weight);
  for (const TrackedScript& tracked : instance.tracked_scripts) count(tracked.weight);
  if (!any) return;
  const auto first = [](const std::vector<model::TrackEntry>& entries) { return entries.empty() ? config::Position{} : entries.front().at; };
  const config::Position at = first_of({first(block.tracking.scripts), first(block.tracking.interfaces), block.at});
  const int base = instance.priority;
  const auto effective = [&](int change) { return std::clamp(base + change, kLowest, kHighest); };
  if (base == static_cast<int>(kOwnerPriority) || effective(up) == effective(down)) {
    advisor.say(at, "weight-without-effect", named(instance) + "no weight can change priority " + std::to_string(base),
                "a priority and weights between 1 and 254");
  } else if (instance.nopreempt) {
    advisor.say(at, "nopreempt-with-weights", named(instance) + "with nopreempt on all routers no weight moves the addresses: nobody takes over from a lower priority",
                "no nopreempt, or trackers without weight");
  }
}

void unauthenticated(Advisor& advisor, const VrrpInstance& instance, const model::Instance& block) {
  if (!instance.unicast || instance.authentication != Authentication::kNone) return;
  if (block.signing) return;
  advisor.say(first_of({block.unicast_peer.at, block.at}), "unauthenticated-unicast",
              named(instance) + "whoever can send from a peer's address decides who is master", "auth_hmac");
}

// A process that does not run for three intervals loses its addresses. 50 ms are three time slices of a busy CPU.
void short_interval(Advisor& advisor, const VrrpInstance& instance, const model::Instance& block) {
  constexpr Duration kLeast{50'000};
  const bool real_time = advisor.said().globals.vrrp_process.rt_priority.set;
  if (instance.advert_int >= kLeast || real_time) return;
  advisor.say(first_of({block.advert_int.at, block.at}), "short-interval",
              named(instance) + "adverts every " + std::to_string(instance.advert_int.count() / 1000) + " ms: a pause of " +
                  std::to_string(instance.advert_int.count() * instance.down_timer_adverts / 1000) + " ms is a failover",
              "advert_int of 0.05 or more, or vrrp_rt_priority");
}

// About 20 microseconds each, and at most a fifth of one CPU for what is not the machine's work.
void rate(Advisor& advisor) {
  constexpr double kMostPerSecond = 10'000;
  double per_second = 0;
  for (const VrrpInstance& instance : advisor.plan().vrrp.instances) {
    const double copies = instance.unicast ? static_cast<double>(std::max<std::size_t>(instance.peers.size(), 1)) : 1;
    per_second += copies * 1e6 / static_cast<double>(std::max<std::int64_t>(instance.advert_int.count(), 1));
  }
  const double most = advisor.host().cpus > 1 ? kMostPerSecond : kMostPerSecond / 2;
  if (per_second <= most) return;
  advisor.say(advisor.said().instances.front().at, "too-many-adverts",
              "all instances together send " + std::to_string(static_cast<long>(per_second)) + " adverts per second",
              "at most " + std::to_string(static_cast<long>(most)));
}

struct NamedScript {
  config::Position at;
  const model::ScriptCommand* command;
};

void add(std::vector<NamedScript>& scripts, const model::Located<model::ScriptCommand>& script) {
  if (script.set && !script->argv.empty()) scripts.push_back({script.at, &script.value});
}

void add(std::vector<NamedScript>& scripts, const model::Notify& notify) {
  for (const auto* one : {&notify.backup, &notify.master, &notify.fault, &notify.stop, &notify.any, &notify.master_rx_lower_pri, &notify.deleted}) {
    add(scripts, *one);
  }
}

std::vector<NamedScript> scripts_of(const model::Configuration& said) {
  std::vector<NamedScript> scripts;
  const model::Globals& globals = said.globals;
  for (const auto* one : {&globals.startup_script, &globals.shutdown_script, &globals.notify_fifo.script, &globals.vrrp_notify_fifo.script,
                          &globals.lvs_notify_fifo.script}) {
    add(scripts, *one);
  }
  for (const model::Script& script : said.scripts) add(scripts, script.command);
  for (const model::SyncGroup& group : said.sync_groups) add(scripts, group.notify);
  for (const model::Instance& instance : said.instances) add(scripts, instance.notify);
  for (const model::VirtualServer& service : said.virtual_servers) {
    add(scripts, service.quorum_up);
    add(scripts, service.quorum_down);
    for (const model::RealServer& server : service.servers) {
      add(scripts, server.notify_up);
      add(scripts, server.notify_down);
      for (const model::Check& check : server.checks) {
        if (const auto* misc = std::get_if<model::MiscSettings>(&check.what)) add(scripts, misc->command);
      }
    }
  }
  return scripts;
}

void writable_scripts(Advisor& advisor) {
  constexpr std::size_t kMostLookedAt = 1000;
  if (!advisor.host().writable_by_others) return;
  std::set<std::string> seen;
  for (const NamedScript& script : scripts_of(advisor.said())) {
    const std::string& path = script.command->argv.front();
    if (!path.starts_with('/') || seen.size() >= kMostLookedAt || !seen.insert(path).second) continue;
    const auto found = advisor.host().writable_by_others(path);
    if (!found || found->empty()) continue;
    advisor.say(script.at, "script-writable", "'" + *found + "' can be changed by its group or by others, and so what '" + path + "' does",
                "no right to write for group and others");
  }
}

void slow_scripts(Advisor& advisor) {
  for (const model::Script& script : advisor.said().scripts) {
    constexpr Duration kInterval{1'000'000};
    const Duration interval = script.interval.value_or(kInterval);
    if (!script.timeout || *script.timeout <= interval) continue;
    advisor.say(script.timeout.at, "slow-script", "vrrp_script " + script.name + ": its timeout is longer than its interval, so that one that hangs is noticed late",
                "a timeout of at most the interval");
  }
}

void services(Advisor& advisor) {
  constexpr std::size_t kManyOnOldKernels = 5000;
  std::size_t entries = 0;
  for (const model::VirtualServer& service : advisor.said().virtual_servers) {
    entries += 1 + service.servers.size();
    const bool checked = std::ranges::any_of(service.servers, [](const model::RealServer& server) { return !server.checks.empty(); });
    if (!checked) advisor.say(service.at, "unchecked-server", "no real server of this service has a check: a dead one stays", "TCP_CHECK { } or another check");
  }
  const HostFacts& host = advisor.host();
  const bool old = host.kernel_major != 0 && (host.kernel_major < 6 || (host.kernel_major == 6 && host.kernel_minor < 2));
  if (!old || entries <= kManyOnOldKernels) return;
  advisor.say(advisor.said().virtual_servers.front().at, "many-services",
              std::to_string(entries) + " services and servers on kernel " + std::to_string(host.kernel_major) + "." + std::to_string(host.kernel_minor) +
                  ": its estimators delay packets every two seconds",
              "net.ipv4.vs.run_estimation 0, or a kernel from 6.2 on");
}

}  // namespace

void advise(const model::Configuration& configuration, const Plan& plan, const HostFacts& host, config::Diagnostics& diagnostics) {
  Advisor advisor(configuration, plan, host, diagnostics);
  std::map<std::string, const model::Instance*> blocks;
  for (const model::Instance& block : configuration.instances) blocks.emplace(block.name, &block);
  for (const VrrpInstance& instance : plan.vrrp.instances) {
    const auto block = blocks.find(instance.name);
    if (block == blocks.end()) continue;
    unreachable(advisor, instance, *block->second);
    weights(advisor, instance, *block->second);
    unauthenticated(advisor, instance, *block->second);
    short_interval(advisor, instance, *block->second);
  }
  if (!plan.vrrp.instances.empty()) rate(advisor);
  slow_scripts(advisor);
  if (!configuration.virtual_servers.empty()) services(advisor);
  writable_scripts(advisor);
}

}  // namespace holdfast
