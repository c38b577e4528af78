// From a path to a plan in one step, with everything that was found wrong on the way. Knows where files come from, not who runs the plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "parent/config/diagnostic.h"
#include "parent/config/reading.h"
#include "parent/config/tree.h"
#include "parent/model/model.h"
#include "parent/plan/build.h"

namespace holdfast {

enum class Purpose : bool { kRun, kTest };

struct Loaded {
  config::Tree tree;
  config::Diagnostics diagnostics;
  model::Configuration model;
  Built built;
  bool strict = false;         // errors keep it from being started with
  std::string first_service;   // FILE:LINE of the first virtual_server; empty: none

  // Lines for the log, one per diagnostic, in the order of the files.
  std::vector<std::string> lines() const;
  // What is wrong with it, without its place: a reload may repeat what the running configuration was allowed.
  std::set<std::string> errors() const;
  // keepalived would end when it starts with this: the status it ends with, 0 if it would run.
  int start_status() const;
};

struct Reading {
  std::string path;            // absolute; may be a pattern
  std::string config_id;
  bool all_checks = false;     // -e
  std::string working_directory;
  std::string net;             // the network namespace, as a name of this daemon
  unsigned cpus = 1;
  unsigned kernel_major = 0;   // 0: not known
  unsigned kernel_minor = 0;
  bool strict = false;         // --strict
  bool advice = true;          // --no-advice: false
  bool statements = false;     // the model is to be shown: -d, --dump=model
};

Loaded load_configuration(const Reading& reading, Purpose purpose, config::Files& files, const Surroundings& surroundings);

}  // namespace holdfast
