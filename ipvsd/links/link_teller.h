// Which link facts have to be told to whom: the parent hears all of it, vrrpd what is not its own doing. Our own addresses come
// and go by the hundred in a failover; that alone is told to the parent a little later, and not to vrrpd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "ipvsd/kernel/link_watch.h"
#include "proto/value/link_facts.h"

namespace holdfast {

class LinkTeller {
 public:
  // `judge` has the last word about facts: whether the link counts as up.
  using Judge = std::function<LinkFacts(LinkFacts)>;
  LinkTeller(const LinkWatch& watch, Judge judge) : watch_(watch), judge_(std::move(judge)) {}

  struct News {
    std::vector<LinkFacts> parent;
    std::vector<LinkFacts> vrrpd;
    bool later = false;  // the parent has to be told of the rest: call overdue() soon
  };
  News changed(const std::set<std::uint32_t>& links);
  // Only our own addresses came or went there: the parent is told by the next overdue().
  void own_changed(const std::set<std::uint32_t>& links) { overdue_.insert(links.begin(), links.end()); }
  // What the parent has not been told yet.
  std::vector<LinkFacts> overdue();
  // Everything that exists, for a peer that has just come.
  std::vector<LinkFacts> all() const;

 private:
  LinkFacts facts(std::uint32_t index, LinkWatch::Addresses which = LinkWatch::Addresses::kAll) const {
    return judge_(watch_.facts(index, which));
  }
  const LinkWatch& watch_;
  Judge judge_;
  std::map<std::uint32_t, LinkFacts> foreign_;  // last told: without our own addresses
  std::map<std::uint32_t, LinkFacts> whole_;    // last told to the parent
  std::set<std::uint32_t> overdue_;
};

}  // namespace holdfast
