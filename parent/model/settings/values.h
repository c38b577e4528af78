// What the typed configuration is made of: commands and who runs them, a line as it was understood.
// Must not know a keyword.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "parent/model/settings/located.h"

namespace holdfast::model {

// USER [[:]GROUP]. Empty user: script_user. `supplementary`: the group was written with a leading colon.
struct ScriptIdentity {
  std::string user;
  std::string group;
  bool supplementary = false;
};

// argv[0] is the program; the arguments that a notification appends are not here.
struct ScriptCommand {
  std::vector<std::string> argv;
  ScriptIdentity identity;
};

struct NotifyFifo {
  Located<std::string> path;
  ScriptIdentity owner;
  Located<ScriptCommand> script;
};

// A line as it was understood, whether or not it has a field above: keyword and values in one writing (model::canonical). What was
// wrong with it is not here; entries of lists and options stand as they were written.
struct Statement {
  std::vector<std::string> words;
  std::vector<Statement> children;
  bool has_block = false;
  bool script = false;
  bool secret = false;
  bool operator==(const Statement&) const = default;
};

}  // namespace holdfast::model
