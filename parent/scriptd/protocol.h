// What parent and scriptd say to each other: one plain head per datagram, then numbers and strings with their length. No protobuf, because
// scriptd may run scripts as root. Host byte order; version, kind, size and every length are checked; a violation ends the link.
// A table is Begin, Row..., Commit and takes effect at Commit; scriptd checks every row itself and answers with what it refused.
// Runs of an old table go on; a Run names a row of the committed table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/runtime/result.h"
#include "proto/value/identifier.h"
#include "proto/value/script_plan.h"

namespace holdfast::scriptd {

inline constexpr std::uint16_t kProtocolVersion = 1;
inline constexpr std::size_t kMessageMax = 65536;
inline constexpr std::size_t kRowsMax = 65536;       // rows of one table
inline constexpr std::size_t kRunsMax = 1024;        // scripts running at one time; one more is reported as kNotRun
inline constexpr std::size_t kFilesMax = 4096;       // watched at one time; one more is refused
inline constexpr std::size_t kArgumentsMax = 512;    // strings of one row or one run

using RunId = std::uint64_t;                         // chosen by the parent, unique while it runs

// parent -> scriptd
struct BeginTable {
  Generation generation = 0;
  bool security = false;                             // enable_script_security: insecure scripts are refused, not just reported
  bool operator==(const BeginTable&) const = default;
};
struct CommitTable {
  Generation generation = 0;
  std::uint64_t rows = 0;                            // as many as were sent, refused ones included
  bool operator==(const CommitTable&) const = default;
};
struct Run {
  RunId run = 0;
  ScriptId script;
  std::vector<std::string> arguments;                // appended to the row's argv
  bool operator==(const Run&) const = default;
};
struct Cancel {                                      // SIGTERM to its group, SIGKILL after kKillDelay; Finished follows
  RunId run = 0;
  bool operator==(const Cancel&) const = default;
};
struct KillAll {                                     // the same for everything that runs; each is reported by Finished
  bool operator==(const KillAll&) const = default;
};
// A notify FIFO must exist where root says: created if missing (0644), must be a FIFO of the service's or the row's user.
struct OpenFifo {
  std::uint64_t cookie = 0;
  std::string path, user, group;                     // user, group: empty for the service's
  bool operator==(const OpenFifo&) const = default;
};
struct WatchFile {                                   // FileRead follows, now and whenever it is written, replaced or removed
  WatchedFile file;
  bool operator==(const WatchFile&) const = default;
};
struct ForgetFile {
  TrackerId id;
  bool operator==(const ForgetFile&) const = default;
};
using ToScriptd = std::variant<BeginTable, ScriptRow, CommitTable, Run, Cancel, KillAll, OpenFifo, WatchFile, ForgetFile>;

// scriptd -> parent
struct RowChecked {                                  // one for each row with something to say, before TableReady
  ScriptId script;
  bool refused = false;                              // false: will run, but `reason` is worth a warning
  std::string reason;
  bool operator==(const RowChecked&) const = default;
};
struct TableReady {
  Generation generation = 0;
  bool operator==(const TableReady&) const = default;
};
struct Finished {
  RunId run = 0;
  ScriptOutcome outcome;
  bool operator==(const Finished&) const = default;
};
struct FifoOpened {                                  // with a descriptor (read-write, non-blocking) when error is 0
  std::uint64_t cookie = 0;
  std::int32_t error = 0;
  bool created = false;
  bool operator==(const FifoOpened&) const = default;
};
struct FileRead {
  TrackerId id;
  std::int64_t value = 0;                            // 0 if it is not there or holds no number
  bool operator==(const FileRead&) const = default;
};
using FromScriptd = std::variant<RowChecked, TableReady, Finished, FifoOpened, FileRead>;

std::string encode(const ToScriptd& message);
std::string encode(const FromScriptd& message);
Result<ToScriptd> decode_to_scriptd(std::string_view bytes);
Result<FromScriptd> decode_from_scriptd(std::string_view bytes);

}  // namespace holdfast::scriptd
