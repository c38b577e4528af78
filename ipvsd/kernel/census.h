// How many processes there are of each kind that the plan counts. A process is known by its number and belongs to the kinds that it
// matches; a fork belongs to those of its parent until it executes something else. keepalived.conf(5), vrrp_track_process.
// Pure: who reads /proc and who hears of processes is not known here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proto/value/ipvs_plan.h"

namespace holdfast {

using ProcessNumber = std::uint32_t;

struct ProcessText {
  std::string name;                // of the process, at most 15 characters: /proc/PID/comm
  std::vector<std::string> words;  // of its command line; empty for kernel threads
};

bool matches(const CountedProcesses& wanted, const ProcessText& process);

class Census {
 public:
  // What was counted before counts no more: every process has to be seen again.
  void set_plan(std::vector<CountedProcesses> wanted);
  bool empty() const { return wanted_.empty(); }
  bool reads_words() const;

  void saw(ProcessNumber process, const ProcessText& text);
  void forked(ProcessNumber parent, ProcessNumber child);
  void ended(ProcessNumber process);
  // These are all that there are.
  void keep_only(const std::set<ProcessNumber>& alive);

  using Counts = std::vector<std::pair<TrackerId, std::uint32_t>>;
  Counts all() const;
  Counts changed();  // since the last call; at first all

 private:
  using Kinds = std::vector<std::uint16_t>;
  void count(const Kinds& kinds, int difference);

  std::vector<CountedProcesses> wanted_;
  std::vector<std::uint32_t> counts_;
  std::vector<std::uint32_t> told_;
  std::unordered_map<ProcessNumber, Kinds> known_;  // those that match something
};

}  // namespace holdfast
