// What the kernel says of processes: its process connector (fork, exec, end) and /proc. Both are opened before the sandbox; the connector
// needs CAP_NET_ADMIN and exists only in the initial network and process namespaces, which shows when it does not acknowledge.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "ipvsd/kernel/census.h"
#include "proto/runtime/fd.h"

namespace holdfast {

struct ProcessEvent {
  enum class Kind : std::uint8_t { kAcknowledged, kForked, kChanged, kEnded, kLost };
  Kind kind = Kind::kLost;  // kLost: some were lost, look at all
  ProcessNumber process = 0;
  ProcessNumber parent = 0;
};

// Events of one datagram of the connector. Anything else gives none. Pure.
std::vector<ProcessEvent> process_events(const void* octets, std::size_t size);

class ProcessSource {
 public:
  ProcessSource() = default;
  static ProcessSource open();

  bool readable() const { return static_cast<bool>(directory_); }
  // False where /proc hides what other users run (hidepid=, ProtectProc=): counts are wrong then.
  bool sees_others() const;
  int events_fd() const { return connector_.get(); }  // -1: there is no connector
  // Asks for events or no more of them.
  void listen(bool wanted);
  std::vector<ProcessEvent> events();
  std::set<ProcessNumber> list() const;
  // Nothing: it has ended.
  std::optional<ProcessText> read(ProcessNumber process, bool words) const;

 private:
  Fd connector_;
  Fd directory_;  // /proc
};

}  // namespace holdfast
