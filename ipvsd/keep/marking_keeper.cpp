// Differences of the table of marks.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/keep/marking_keeper.h"

#include <algorithm>
#include <iterator>

namespace holdfast {

void MarkingKeeper::use(const std::optional<Firewall>& settings, const std::vector<MarkedTarget>& targets) {
  wanted_settings_ = settings;
  wanted_ = settings ? std::set<MarkedTarget>(targets.begin(), targets.end()) : std::set<MarkedTarget>{};
}

std::vector<Refused> MarkingKeeper::reconcile() {
  if (made_ && made_ != wanted_settings_) {
    auto refused = remove_tables();
    if (!refused.empty()) return refused;
  }
  if (!wanted_settings_) return {};
  ChangeMarking change;
  change.settings = *wanted_settings_;
  change.clear = !made_;
  change.there = parts_;
  std::ranges::set_difference(marked_, wanted_, std::back_inserter(change.remove));
  std::ranges::set_difference(wanted_, marked_, std::back_inserter(change.add));
  if (change.remove.empty() && change.add.empty()) return {};
  const Change step = change;
  const int code = kernel_.apply(std::span(&step, 1)).front();
  if (code == 0) {
    made_ = wanted_settings_;
    marked_ = wanted_;
    parts_ = parts_after(change);
    return {};
  }
  made_.reset();  // whatever is there now: the next change makes everything anew
  marked_.clear();
  parts_.clear();
  return {Refused{step, code}};
}

std::vector<Refused> MarkingKeeper::remove_tables() {
  ChangeMarking change;
  change.settings = made_ ? *made_ : *wanted_settings_;
  change.clear = true;
  const Change step = change;
  const int code = kernel_.apply(std::span(&step, 1)).front();
  if (code != 0 && made_) return {Refused{step, code}};
  made_.reset();
  marked_.clear();
  parts_.clear();
  return {};
}

std::vector<Refused> MarkingKeeper::finish() {
  if (!made_ && (!wanted_settings_ || wanted_.empty())) return {};
  return remove_tables();
}

}  // namespace holdfast
