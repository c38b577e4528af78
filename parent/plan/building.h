// What the parts of build share while one plan is made: the plan so far, its identities, and the way to complain. Private to parent/plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "parent/plan/build.h"
#include "parent/plan/identity.h"

namespace holdfast {

// An object that is defined, with what a line without own words gets.
struct Trackable {
  TrackerId id;
  int weight = 0;
  bool reverse = false;
};
using Trackables = std::map<std::string, Trackable>;

class Building {
 public:
  Building(const model::Configuration& configuration, const Surroundings& surroundings, config::Diagnostics& diagnostics)
      : configuration(configuration), surroundings(surroundings), diagnostics_(diagnostics) {}

  const model::Configuration& configuration;
  const Surroundings& surroundings;
  Plan plan;
  Identities identities;
  std::set<InstanceId> instances;  // whose identity is given
  Trackables files;                // track_file
  std::set<std::string> link_names;  // of plan.ipvs.links

  // The value is corrected or the item left out; a configuration test counts it as keepalived does.
  void warn(config::Position at, config::Code code, std::string message, std::string expected = {});
  // Worth knowing; keepalived accepts it silently, so a configuration test does not count it.
  void note(config::Position at, config::Code code, std::string message, std::string expected = {});
  // The item is left out and the operator has to see it.
  void error(config::Position at, config::Code code, std::string message, std::string expected = {});
  // Nothing can run on this.
  void refuse(config::Position at, config::ErrorClass error_class, config::Code code, std::string message,
              std::string expected = {});
  // The same, for what follows from something that was said already.
  void refuse_silently() { refused_ = true; }
  bool refused() const { return refused_; }
  // An error was found between this block's start and the next block's: what is missing in it may be what was wrong.
  bool has_error_in_block(config::Position block) const;
  // The machine has no such interface, the plan makes none, and the configuration does not allow that it comes later.
  bool is_missing(const std::string& interface) const;

  // The row of scriptd's table for this command; the same command with the same identity and limit is one row. 0 for no command.
  ScriptId script(const model::ScriptCommand& command, Duration timeout = Duration{0});
  ScriptId script(const model::Located<model::ScriptCommand>& command, Duration timeout = Duration{0}) {
    return command ? script(*command, timeout) : ScriptId{};
  }

 private:
  void add(config::Severity severity, config::ErrorClass error_class, config::Position at, config::Code code, std::string message,
           std::string expected);
  config::Diagnostics& diagnostics_;
  std::set<ScriptId> scripts_;
  bool refused_ = false;
};

// Where a check stands.
struct CheckPlace {
  const model::VirtualServer& service;
  const model::RealServer& server;
  DestinationId destination;
  std::uint16_t port = 0;        // where a check connects to when it does not say
};
// Adds what `said` asks for: nothing if it is of no use, several for a mail check with hosts.
void build_check(Building&, const CheckPlace&, const model::Check& said, std::vector<Check>& checks);

// The parts, in the order in which build() calls them.
void build_files(Building&);
void build_vrrp(Building&);
void build_services(Building&);
void build_ipvs_settings(Building&);
void apply_rules(Building&);

}  // namespace holdfast
