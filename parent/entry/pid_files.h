// The pid files: made, locked and later removed on behalf of a parent that may not write where they are. The keeper, which removes them,
// also clears the way for the parent's dumps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parent/entry/options.h"
#include "proto/runtime/fd.h"

namespace holdfast::entry {

struct PidFile {
  int number = -1;        // the descriptor that the parent finds it at
  std::string path;
  std::string directory;
  std::string name;
  Fd file;                // locked, empty
  Fd directory_handle;
};

struct WantedPidFile {
  int number;
  std::string path;
  bool demanded;          // named on the command line: not being able to make it is an error
  bool operator==(const WantedPidFile&) const = default;
};

// Which files this command line asks for. Pure.
std::vector<WantedPidFile> wanted_pid_files(const Options& options);

// Code EWOULDBLOCK: another process holds one of them, the daemon is already running.
Result<std::vector<PidFile>> open_pid_files(const Options& options);

// Forks the keeper and returns the pipe whose end it waits for.
Result<Fd> start_keeper(const std::vector<PidFile>& files);

}  // namespace holdfast::entry
