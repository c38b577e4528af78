// A value with the place where the file says it, and a command with who runs it: what the structs of the model are made of.
// Must not know what is configured.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "parent/config/diagnostic.h"

namespace holdfast::model {

using config::Position;

template <class T>
struct Located {
  T value{};
  Position at{};
  bool set = false;
  explicit operator bool() const { return set; }
  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }
  T value_or(T fallback) const { return set ? value : std::move(fallback); }
};

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

}  // namespace holdfast::model
