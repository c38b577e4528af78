// See census.h.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/census.h"

#include <algorithm>
#include <span>

namespace holdfast {

namespace {

constexpr std::size_t kNameMax = 15;  // of a process name, TASK_COMM_LEN
constexpr std::uint32_t kNeverTold = 0xffffffff;

bool matches_parameters(std::span<const std::string> wanted, std::span<const std::string> have, ParameterMatch match) {
  switch (match) {
    case ParameterMatch::kAny: return true;
    case ParameterMatch::kExact: return std::ranges::equal(wanted, have);
    case ParameterMatch::kPartial:
      return wanted.size() <= have.size() && std::equal(wanted.begin(), wanted.end(), have.begin());
    case ParameterMatch::kInitial: {
      if (wanted.empty()) return true;
      const std::size_t last = wanted.size() - 1;
      return wanted.size() <= have.size() && std::equal(wanted.begin(), wanted.end() - 1, have.begin()) && have[last].starts_with(wanted[last]);
    }
  }
  return false;
}

}  // namespace

bool matches(const CountedProcesses& wanted, const ProcessText& process) {
  const std::string& command = wanted.command.front();
  if (!wanted.whole_command) return process.name == command.substr(0, kNameMax);
  if (process.words.empty() || process.words.front() != command) return false;
  return matches_parameters(std::span(wanted.command).subspan(1), std::span(process.words).subspan(1), wanted.match);
}

void Census::set_plan(std::vector<CountedProcesses> wanted) {
  wanted_ = std::move(wanted);
  counts_.assign(wanted_.size(), 0);
  told_.assign(wanted_.size(), kNeverTold);
  known_.clear();
}

bool Census::reads_words() const {
  return std::ranges::any_of(wanted_, [](const CountedProcesses& one) { return one.whole_command; });
}

void Census::count(const Kinds& kinds, int difference) {
  for (const std::uint16_t kind : kinds) counts_[kind] = static_cast<std::uint32_t>(static_cast<int>(counts_[kind]) + difference);
}

void Census::saw(ProcessNumber process, const ProcessText& text) {
  ended(process);
  Kinds kinds;
  for (std::size_t kind = 0; kind < wanted_.size(); ++kind) {
    if (matches(wanted_[kind], text)) kinds.push_back(static_cast<std::uint16_t>(kind));
  }
  if (kinds.empty()) return;
  count(kinds, 1);
  known_.emplace(process, std::move(kinds));
}

void Census::forked(ProcessNumber parent, ProcessNumber child) {
  ended(child);
  const auto known = known_.find(parent);
  if (known == known_.end()) return;
  const Kinds kinds = known->second;
  count(kinds, 1);
  known_.emplace(child, kinds);
}

void Census::ended(ProcessNumber process) {
  const auto known = known_.find(process);
  if (known == known_.end()) return;
  count(known->second, -1);
  known_.erase(known);
}

void Census::keep_only(const std::set<ProcessNumber>& alive) {
  std::vector<ProcessNumber> gone;
  for (const auto& [process, kinds] : known_) {
    if (!alive.contains(process)) gone.push_back(process);
  }
  for (const ProcessNumber process : gone) ended(process);
}

Census::Counts Census::all() const {
  Counts counts;
  for (std::size_t kind = 0; kind < wanted_.size(); ++kind) counts.emplace_back(wanted_[kind].id, counts_[kind]);
  return counts;
}

Census::Counts Census::changed() {
  Counts counts;
  for (std::size_t kind = 0; kind < wanted_.size(); ++kind) {
    if (told_[kind] == counts_[kind]) continue;
    told_[kind] = counts_[kind];
    counts.emplace_back(wanted_[kind].id, counts_[kind]);
  }
  return counts;
}

}  // namespace holdfast
