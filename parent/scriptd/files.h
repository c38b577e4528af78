// The files of track_file: made where that was asked for, read at once and again when inotify(7) tells of a change. A file system that tells
// nothing, a directory that is not there yet and a symbolic link are looked at once a second instead.
// Knows nothing of what a number means.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "parent/scriptd/protocol.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"
#include "proto/runtime/result.h"

namespace holdfast::scriptd {

inline constexpr Duration kFilePolling{1'000'000};
inline constexpr std::size_t kFileOctetsMax = 128;  // of a file are read

// The number that a file holds, with blanks around it. Nothing: none. An empty file is 0.
std::optional<std::int64_t> number_in(std::string_view text);

class FileWatch {
 public:
  using OnValue = std::function<void(TrackerId, std::int64_t value)>;
  FileWatch(Loop& loop, OnValue on_value);

  // Says the value at once. An error is a violation of the limits.
  Status watch(const WatchedFile& file);
  void forget(TrackerId id);

 private:
  struct Entry {
    WatchedFile file;
    std::string directory;
    std::string leaf;
    int watch = -1;          // of its directory; -1: looked at once a second
    std::int64_t value = 0;
    std::string fault;       // what was said about it
  };
  void attach(Entry& entry);
  void read_again(Entry& entry, bool say_anyway);
  void hear();
  void look_at_all();
  void arm();
  void release(int watch);

  Loop& loop_;
  OnValue on_value_;
  Fd notifications_;
  Loop::Watch readable_;
  Loop::Timer timer_;
  std::map<TrackerId, Entry> entries_;
};

}  // namespace holdfast::scriptd
