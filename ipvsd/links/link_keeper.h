// Makes and keeps the links that the plan names (VMACs and ipvlans): creates, takes over, sets up, makes again what somebody deleted,
// deletes what no plan names any more. Level-triggered: step() compares what is there with what is wanted and does what can be done
// now; the owner then hears the kernel and calls again until nothing is left to do. Knows no message and no clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ipvsd/kernel/kernel.h"
#include "ipvsd/kernel/link_watch.h"
#include "proto/value/instant.h"

namespace holdfast {

inline constexpr Duration kLinkRetryFirst{100'000};  // after a failure, or when somebody deletes what was just made; then doubled
inline constexpr Duration kLinkRetryMax{10'000'000};

struct RefusedLink {
  std::string text;
  int code = 0;
};

class LinkKeeper {
 public:
  LinkKeeper(Kernel& kernel, const LinkWatch& watch) : kernel_(kernel), watch_(watch) {}

  // Links of the last plan that are not in this one stay until drop_old(). `none`: nothing is made, what is named is to be deleted.
  void set_plan(std::vector<VirtualLink> links, bool none);
  // True: something was changed. Hear the kernel, then step again.
  bool step(Instant now, std::vector<RefusedLink>& refused);
  Instant deadline() const;  // when a link may be tried again; kNever: nothing waits
  void drop_old(std::vector<RefusedLink>& refused);
  // At the end: everything that was made or taken over.
  void finish(std::vector<RefusedLink>& refused);

  const std::vector<VirtualLink>& links() const { return links_; }
  bool made_here(const std::string& name) const;
  // Links that were created or taken over since the last call, for the log.
  std::vector<std::string> fresh() { return std::exchange(fresh_, {}); }

 private:
  struct Kept {
    std::uint32_t prepared = 0;  // index of the link that has been set up; 0: none
    bool created = false;        // by us; false: it was there
    Instant again{};             // not tried before
    Duration pause{kLinkRetryFirst};
    bool complained = false;     // what is wrong has been said
  };
  using Changes = std::vector<LinkChange>;
  void consider(const VirtualLink& link, Instant now, Changes& files, Changes& changes, std::vector<RefusedLink>& refused);
  void create(const VirtualLink& link, const LinkState& base, Kept& kept, Instant now, Changes& changes);
  void prepare(const VirtualLink& link, const LinkState& state, const LinkState& base, Kept& kept, Changes& files, Changes& changes);
  void keep_right(const VirtualLink& link, const LinkState& state, const LinkState& base, Kept& kept, Instant now, Changes& changes);
  std::optional<Prefix> address_for(const VirtualLink& link, const LinkState& base) const;
  bool is_it(const VirtualLink& link, const LinkState& state) const;
  void apply(const Changes& changes, std::vector<RefusedLink>& refused);
  void erase(const std::vector<VirtualLink>& links, std::vector<RefusedLink>& refused);
  std::uint32_t unused_group() const;

  Kernel& kernel_;
  const LinkWatch& watch_;
  std::vector<VirtualLink> links_;
  std::vector<VirtualLink> old_;       // of earlier plans
  std::map<std::string, Kept> kept_;
  std::vector<std::string> fresh_;
  std::set<std::string> said_;         // refusals of this plan: each is told once
};

}  // namespace holdfast
