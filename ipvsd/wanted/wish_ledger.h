// Which IPVS services must exist, with which destinations: the plan and what checkerd wishes of it. Wishes survive a dead
// checkerd without limit (the last verdicts stay); after a new link they stay until checkerd has said Complete on it.
// Pure: refusals are values; every step tells which services it touched. Knows no message type, no kernel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "ipvsd/reconcile/change.h"
#include "proto/value/identifier.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

enum class WishVerdict : std::uint8_t {
  kAccepted,
  kEarly,    // belongs to a plan that has not come yet: kept for it
  kStale,    // belongs to an older plan and to a destination that has left: dropped
  kUnknown,  // the plan does not name this destination: refused, one audit event
};

inline constexpr std::size_t kEarlyWishesMax = 262'144;
inline constexpr std::uint32_t kWeightMax = 0x7fffffff;  // the kernel's weight is a signed integer

class WishLedger {
 public:
  using Touched = std::set<ServiceKey>;

  Touched set_plan(const IpvsPlan&);  // touches what the plan changes
  WishVerdict wish(Generation plan, const DestinationWish&, Touched& touched);
  Touched complete();     // touches nothing when all was known and nothing goes: what was not wished on this link is not wanted
  Touched release_all();  // checkerd will not come back
  void linked();

  // None: the plan does not name it. Destinations: those that are wished.
  std::optional<VirtualService> wanted(const ServiceKey&) const;
  bool names(const ServiceKey& key) const { return by_key_.contains(key); }
  Touched keys() const;
  // checkerd has said Complete at least once since the last new link: what it has not wished may be deleted.
  bool wishes_complete() const { return complete_; }
  Generation plan() const { return plan_; }

 private:
  struct Target {
    std::size_t pool;
    IpAddress address;
    std::uint16_t port;
    DestinationOptions options;  // without the weight
    DestinationId id;
    bool same(const Target& other) const {
      return id == other.id && port == other.port && address == other.address && options == other.options;
    }
  };
  // What a virtual server's addresses and marks have in common.
  struct Pool {
    std::vector<ServiceKey> keys;
    std::vector<std::size_t> targets;
  };
  struct Planned {
    std::size_t pool;
    ServiceOptions options;
  };
  struct Wish {
    std::uint32_t weight = 0;
    bool present = false;
    std::uint64_t epoch = 0;
  };
  void touch(DestinationId, Touched&) const;
  void index(const IpvsPlan&);
  bool same_targets(std::size_t pool, const WishLedger& other, std::size_t other_pool) const;

  Generation plan_ = 0;
  std::vector<Pool> pools_;
  std::vector<Target> targets_;
  std::map<ServiceKey, Planned> by_key_;
  std::unordered_map<DestinationId, std::size_t> by_id_;
  std::unordered_map<DestinationId, Wish> wishes_;
  std::uint64_t epoch_ = 1;
  bool complete_ = false;
};

}  // namespace holdfast
