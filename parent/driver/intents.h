// What an operator asked for that must outlive this process: instances in maintenance, servers that get no new work, weights. Written to
// disk before anything is done, so that after a power cut no router is demoted without its status saying so. One file per daemon, read at
// start, removed when nothing is left.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parent/plan/plan.h"
#include "proto/runtime/result.h"

namespace holdfast {

inline constexpr std::size_t kIntentsFileMax = 1u << 20;

// A real server by the names that status shows: "[10.9.1.1]:tcp:80" of "[10.9.0.80]:tcp:80".
struct ServerPlace {
  std::string service;
  std::string server;
  auto operator<=>(const ServerPlace&) const = default;
};

struct ServerIntent {
  Duty duty = Duty::kReady;
  std::int64_t until = 0;                // a drained server goes down at this time, seconds since 1970; 0: it does not
  std::optional<std::uint32_t> weight;
  bool operator==(const ServerIntent&) const = default;
};

struct Intents {
  bool all = false;                   // also instances that a later configuration adds
  std::set<std::string> instances;    // by name
  std::map<ServerPlace, ServerIntent> servers;
  bool empty() const { return !all && instances.empty() && servers.empty(); }
  bool covers(const std::string& instance) const { return all || instances.contains(instance); }
  bool operator==(const Intents&) const = default;
};

// One line per intent: "maintenance *" or "maintenance NAME"; with tabs "drain SERVICE SERVER UNTIL", "down SERVICE SERVER" and
// "weight SERVICE SERVER NUMBER".
std::string to_text(const Intents&);
// Unknown lines are an error: a newer version may have meant something by them.
Result<Intents> parse_intents(std::string_view text);

// The directory is the first of these that this process may write: /var/lib/holdfast (survives a reboot), /run/holdfast.
std::string intents_path(const std::string& daemon_name);
Result<Intents> read_intents(const std::string& path);  // no file: no intents
Status write_intents(const std::string& path, const Intents&);  // on disk when it returns

// Marks the instances and the servers of a plan.
void apply_intents(const Intents&, Plan&);

// The servers of the plan, or with an intent, that an operator may mean: an address, "ADDRESS:PORT", or the name that status shows; of this
// service, or of any where it is empty.
std::vector<ServerPlace> servers_named(const Plan&, const Intents&, std::string_view written, std::string_view service);
// Drained servers whose time has come go down. True when there were any.
bool end_drains(Intents&, std::int64_t now);
// When that happens next; nothing while no drain ends.
std::optional<std::int64_t> next_end(const Intents&);

}  // namespace holdfast
