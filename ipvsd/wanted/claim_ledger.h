// Which addresses must exist: the plan's rights and what vrrpd claims of them. Claims survive a dead vrrpd for a while: after a
// new link they stay wanted until vrrpd has said Complete on it or the absence has run out; then the unconfirmed rest is dropped.
// Pure: (state, message, now) -> state; refusals are values. Knows no message type, no kernel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ipvsd/reconcile/change.h"
#include "proto/value/identifier.h"
#include "proto/value/instant.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

enum class ClaimVerdict : std::uint8_t {
  kAccepted,
  kStale,    // an older generation of an instance, or the release of something that the plan does not name: nothing to do
  kUnknown,  // the plan does not name this instance: refused, one audit event. Kept in mind, because the plan may be on its way
};

// Claims of instances that no plan names (yet).
inline constexpr std::size_t kUnknownClaimsMax = 1024;

// Who holds what is there as long as the daemon runs. Always active; vrrpd cannot claim or release it.
inline constexpr InstanceId kStatics{0};

class ClaimLedger {
 public:
  struct Instance {
    InstanceRights rights;
    std::vector<Address> addresses;  // of the rights, canonical, in configuration order
    std::vector<bool> tracked;       // the same order: its loss matters (not no_track)
  };

  // Claims are kept by identity. What an instance loses in the new plan becomes an orphan.
  void set_plan(const IpvsPlan&);

  ClaimVerdict claim(InstanceId, Generation);
  ClaimVerdict release(InstanceId, Generation);
  void complete();                // vrrpd has said all it claims on this link
  void release_all();             // vrrpd will not come back
  void linked(Instant now);       // a new link; generations may start again
  void link_lost(Instant now);
  Instant deadline() const { return deadline_; }  // when the absence has run out; kNever: nothing to wait for
  // True: it has, and what is not confirmed is dropped: everything without a link, with one what was not said again on it.
  bool expire(Instant now);

  const Instance* find(InstanceId) const;
  const std::vector<Instance>& instances() const { return instances_; }
  bool active(InstanceId) const;
  Generation generation(InstanceId) const;  // of what was last said of it, 0 if nothing was
  bool claims_complete() const { return complete_; }
  std::vector<Address> wanted() const;       // of all active instances, in plan order, each key once
  std::vector<AddressKey> removable() const; // named by rights or orphaned, not wanted, and nobody can still be about to claim it
  bool wants(const AddressKey&) const;
  // The keys of an address on an interface that some active instance wants; its prefix length does not matter.
  std::vector<AddressKey> wanted_as(const std::string& interface, const IpAddress&) const;
  struct Holder {
    InstanceId instance;
    bool tracked;
  };
  std::vector<Holder> holders(const AddressKey&) const;  // active instances
  bool wants(const Route& route) const { return wants_in(by_route_, route); }
  bool wants(const Rule& rule) const { return wants_in(by_rule_, rule); }
  bool names(const Route& route) const { return by_route_.contains(route); }
  bool names(const Rule& rule) const { return by_rule_.contains(rule); }
  std::vector<Holder> holders(const Route& route) const { return holders_in(by_route_, route, !route.no_track); }
  std::vector<Holder> holders(const Rule& rule) const { return holders_in(by_rule_, rule, !rule.no_track); }
  // Nobody can still be about to claim what this instance names and does not want.
  bool settled(const Instance&) const;
  std::set<std::string> promoted() const;                // interfaces where some instance asks for promote_secondaries
  void forget_orphans() { orphans_.clear(); }            // they have been removed

 private:
  struct Claim {
    Generation generation = 0;
    bool active = false;
    bool confirmed = false;  // said on the present link
  };
  using Positions = std::vector<std::size_t>;  // in instances_
  void add(const InstanceRights&);
  bool any_active(const Positions&) const;
  template <class Map, class Key>
  bool wants_in(const Map& map, const Key& key) const {
    const auto found = map.find(key);
    return found != map.end() && any_active(found->second);
  }
  template <class Map, class Key>
  std::vector<Holder> holders_in(const Map& map, const Key& key, bool tracked) const {
    std::vector<Holder> holders;
    const auto found = map.find(key);
    if (found == map.end()) return holders;
    for (const std::size_t position : found->second) {
      if (active(instances_[position].rights.id)) holders.push_back({instances_[position].rights.id, tracked});
    }
    return holders;
  }
  ClaimVerdict say(InstanceId, Generation, bool active);
  void forget_unknown();

  std::vector<Instance> instances_;
  std::unordered_map<InstanceId, std::size_t> by_id_;
  std::map<AddressKey, Positions> by_address_;
  std::map<Route, Positions> by_route_;
  std::map<Rule, Positions> by_rule_;
  std::unordered_map<InstanceId, Claim> claims_;
  std::vector<AddressKey> orphans_;
  Duration absence_{0};
  Instant deadline_ = kNever;
  bool linked_ = false;
  bool complete_ = false;
};

}  // namespace holdfast
