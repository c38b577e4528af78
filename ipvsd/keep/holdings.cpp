// The order of things.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/keep/holdings.h"

#include <algorithm>

namespace holdfast {

namespace {

std::vector<Refused> joined(std::vector<Refused> first, std::vector<Refused> second) {
  for (Refused& refusal : second) first.push_back(std::move(refusal));
  return first;
}

}  // namespace

std::vector<Refused> Holdings::hold(InstanceId id) {
  std::vector<Refused> refused = firewall_.hold(id);
  refused = joined(std::move(refused), addresses_.hold(id));
  return joined(std::move(refused), routes_.hold(id));
}

std::vector<Refused> Holdings::withdraw(InstanceId id) {
  std::vector<Refused> refused = routes_.withdraw(id);
  refused = joined(std::move(refused), addresses_.withdraw(id));
  return joined(std::move(refused), firewall_.withdraw(id));
}

std::vector<Refused> Holdings::reconcile() {
  std::vector<Refused> refused = firewall_.reconcile();
  refused = joined(std::move(refused), routes_.remove_unwanted());
  refused = joined(std::move(refused), addresses_.reconcile());
  return joined(std::move(refused), routes_.add_wanted());
}

std::vector<Refused> Holdings::restore(const std::set<std::uint32_t>& links) {
  std::vector<Refused> refused = firewall_.reconcile();
  refused = joined(std::move(refused), addresses_.reconcile());
  return joined(std::move(refused), routes_.refresh(links));
}

std::vector<Refused> Holdings::restore_all() {
  std::vector<Refused> refused = addresses_.reconcile();
  return joined(std::move(refused), routes_.refresh());
}

std::vector<Refused> Holdings::finish(bool keep) {
  std::vector<Refused> refused = keep ? std::vector<Refused>{} : routes_.finish();
  refused = joined(std::move(refused), addresses_.finish(keep));
  return keep ? refused : joined(std::move(refused), firewall_.finish());
}

template <class Item>
std::vector<Holdings::Loss> Holdings::losses(const std::vector<Item>& items) {
  std::vector<Loss> losses;
  for (const Item& item : items) {
    Loss loss{to_string(item), claims_.holders(item), {}};
    const bool is_static = std::erase_if(loss.holders, [](const ClaimLedger::Holder& holder) { return holder.instance == kStatics; }) != 0;
    if (is_static && !item.no_track) loss.refused = routes_.hold(kStatics);
    losses.push_back(std::move(loss));
  }
  return losses;
}

std::vector<Holdings::Loss> Holdings::lost(const RouteMark& mark) { return losses(routes_.lost(mark)); }
std::vector<Holdings::Loss> Holdings::lost(const RuleMark& mark) { return losses(routes_.lost(mark)); }

}  // namespace holdfast
