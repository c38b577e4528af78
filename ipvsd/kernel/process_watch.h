// Keeps the census of processes true: by events where the kernel tells them, by looking once a second where it does not. Looking is done in
// small steps, so that no address waits for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <vector>

#include "ipvsd/kernel/process_source.h"
#include "ipvsd/kernel/census.h"
#include "proto/runtime/loop.h"

namespace holdfast {

inline constexpr Duration kProcessPolling{1'000'000};
inline constexpr std::size_t kProcessesPerStep = 100;

class ProcessWatch {
 public:
  using OnCount = std::function<void(TrackerId, std::uint32_t)>;
  ProcessWatch(Loop& loop, ProcessSource source, OnCount on_count);

  void set_plan(const std::vector<CountedProcesses>& wanted);
  // Everything that is known, for a listener that has just come.
  void tell_all() const;

 private:
  void look();
  void step();
  void hear();
  void tell();

  Loop& loop_;
  ProcessSource source_;
  OnCount on_count_;
  Census census_;
  std::vector<CountedProcesses> wanted_;
  bool told_by_kernel_ = false;
  bool counted_ = false;         // every process has been seen once
  bool said_ = false;            // that there is no connector
  std::set<ProcessNumber> alive_;
  std::deque<ProcessNumber> unseen_;
  Loop::Watch events_;
  Loop::Timer timer_;
};

}  // namespace holdfast
