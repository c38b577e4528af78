// What an operator asked for that must outlive this process: instances in maintenance. Written to disk before anything is done, so that
// after a power cut no router is demoted without its status saying so. One file per daemon, read at start, removed when nothing is left.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "parent/plan/plan.h"
#include "proto/runtime/result.h"

namespace holdfast {

inline constexpr std::size_t kIntentsFileMax = 1u << 20;

struct Intents {
  bool all = false;                   // also instances that a later configuration adds
  std::set<std::string> instances;    // by name
  bool empty() const { return !all && instances.empty(); }
  bool covers(const std::string& instance) const { return all || instances.contains(instance); }
  bool operator==(const Intents&) const = default;
};

// One line per intent: "maintenance *" or "maintenance NAME".
std::string to_text(const Intents&);
// Unknown lines are an error: a newer version may have meant something by them.
Result<Intents> parse_intents(std::string_view text);

// The directory is the first of these that this process may write: /var/lib/holdfast (survives a reboot), /run/holdfast.
std::string intents_path(const std::string& daemon_name);
Result<Intents> read_intents(const std::string& path);  // no file: no intents
Status write_intents(const std::string& path, const Intents&);  // on disk when it returns

// Marks the instances of a plan.
void apply_intents(const Intents&, Plan&);

}  // namespace holdfast
