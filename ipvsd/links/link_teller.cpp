// Comparison with what was told last.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/links/link_teller.h"

namespace holdfast {

LinkTeller::News LinkTeller::changed(const std::set<std::uint32_t>& links) {
  News news;
  for (std::uint32_t index : links) {
    LinkFacts foreign = facts(index, LinkWatch::Addresses::kForeign);
    LinkFacts whole = facts(index);
    LinkFacts& last = foreign_[index];
    if (foreign != last) {
      news.vrrpd.push_back(whole);
      news.parent.push_back(whole);
      overdue_.erase(index);
      last = std::move(foreign);
      whole_[index] = std::move(whole);
    } else if (whole != whole_[index]) {
      overdue_.insert(index);
    }
    if (!watch_.facts(index).present) {
      foreign_.erase(index);
      whole_.erase(index);
    }
  }
  news.later = !overdue_.empty();
  return news;
}

std::vector<LinkFacts> LinkTeller::overdue() {
  std::vector<LinkFacts> late;
  for (std::uint32_t index : overdue_) {
    LinkFacts whole = facts(index);
    if (whole == whole_[index]) continue;
    late.push_back(whole);
    whole_[index] = std::move(whole);
  }
  overdue_.clear();
  return late;
}

std::vector<LinkFacts> LinkTeller::all() const {
  std::vector<LinkFacts> all;
  for (std::uint32_t index : watch_.links()) all.push_back(facts(index));
  return all;
}

}  // namespace holdfast
