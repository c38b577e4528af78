// One row of scriptd's table: which program may be run, as whom, for how long. Decided by the parent, checked again by scriptd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/value/identifier.h"
#include "proto/value/instant.h"

namespace holdfast {

struct ScriptRow {
  ScriptId id;
  std::vector<std::string> argv;  // argv[0]: absolute path, or a name looked up in a fixed PATH by scriptd
  std::string user;               // empty: script_user's default (keepalived_script if it exists, else root)
  std::string group;              // empty: the user's
  Duration timeout{0};            // 0: none
  bool operator==(const ScriptRow&) const = default;
};

// A track_file: read by scriptd whenever it is written or replaced. An absent one counts as 0.
struct WatchedFile {
  TrackerId id;
  std::string name;
  std::string path;               // absolute
  bool create = false;            // init_file: made with `value` at the first start if it is not there
  bool overwrite = false;         // and written even if it is
  int value = 0;
  bool operator==(const WatchedFile&) const = default;
};

// How a run ended.
struct ScriptOutcome {
  enum class Kind : std::uint8_t { kExited = 0, kSignalled = 1, kTimedOut = 2, kNotRun = 3 };
  Kind kind = Kind::kExited;
  int status = 0;                 // exit status or signal number
  bool operator==(const ScriptOutcome&) const = default;
};

}  // namespace holdfast
