// Deadlines of many things by number, ordered: arm and cancel in O(log n) without allocating once a number is known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>

#include "proto/value/instant.h"

namespace holdfast::vrrp {

class DeadlineSet {
 public:
  void arm(std::uint32_t number, Instant deadline) {  // kNever cancels
    const auto known = armed_.find(number);
    if (known == armed_.end()) {
      if (deadline != kNever) armed_[number] = order_.insert({deadline, number}).first;
      return;
    }
    if (known->second->first == deadline) return;
    auto node = order_.extract(known->second);
    if (deadline == kNever) {
      armed_.erase(known);
      return;
    }
    node.value() = {deadline, number};
    known->second = order_.insert(std::move(node)).position;
  }
  Instant first() const { return order_.empty() ? kNever : order_.begin()->first; }
  std::uint32_t first_number() const { return order_.begin()->second; }  // only if first() is not kNever
  void clear() {
    order_.clear();
    armed_.clear();
  }
  const std::set<std::pair<Instant, std::uint32_t>>& order() const { return order_; }

 private:
  using Order = std::set<std::pair<Instant, std::uint32_t>>;
  Order order_;
  std::unordered_map<std::uint32_t, Order::iterator> armed_;
};

}  // namespace holdfast::vrrp
