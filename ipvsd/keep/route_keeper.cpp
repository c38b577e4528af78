// Differences of routes and rules, applied and noted.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/keep/route_keeper.h"

#include <algorithm>

namespace holdfast {

namespace {

constexpr auto kEverybody = [](const ClaimLedger::Instance&) { return true; };
constexpr auto kEveryRoute = [](const Route&) { return true; };

}  // namespace

std::vector<Refused> RouteKeeper::apply(std::span<const Change> changes) {
  std::vector<Refused> refused;
  if (changes.empty()) return refused;
  const std::vector<int> codes = kernel_.apply(changes);
  for (std::size_t at = 0; at < changes.size(); ++at) {
    const Change& change = changes[at];
    if (judge(change, codes[at]) != Outcome::kDone) {
      refused.push_back({change, codes[at]});
    } else if (const auto* route = std::get_if<AddRoute>(&change)) {
      routes_.insert(route->route);
      gone_routes_.erase(route->route);
    } else if (const auto* no_route = std::get_if<DeleteRoute>(&change)) {
      routes_.erase(no_route->route);
      gone_routes_.insert(no_route->route);
    } else if (const auto* rule = std::get_if<AddRule>(&change)) {
      rules_.insert(rule->rule);
      gone_rules_.erase(rule->rule);
    } else if (const auto* no_rule = std::get_if<DeleteRule>(&change)) {
      rules_.erase(no_rule->rule);
      gone_rules_.insert(no_rule->rule);
    }
  }
  return refused;
}

std::vector<Refused> RouteKeeper::add(const Chosen& chosen, bool again, const Needs& needs) {
  std::vector<Change> changes;
  const auto each = [&](auto visit) {
    for (const ClaimLedger::Instance& instance : claims_.instances()) {
      if (chosen(instance) && claims_.active(instance.rights.id)) visit(instance.rights);
    }
  };
  each([&](const InstanceRights& rights) {
    for (const Route& route : rights.routes) {
      if (needs(route) && (again || !routes_.contains(route))) changes.push_back(AddRoute{route});
    }
  });
  each([&](const InstanceRights& rights) {
    for (const Rule& rule : rights.rules) {
      if (again || !rules_.contains(rule)) changes.push_back(AddRule{rule});
    }
  });
  return apply(changes);
}

std::vector<Refused> RouteKeeper::remove(const Chosen& chosen, bool even_wanted) {
  std::vector<Change> changes;
  const auto& instances = claims_.instances();
  for (auto instance = instances.rbegin(); instance != instances.rend(); ++instance) {
    if (!chosen(*instance)) continue;
    const auto& rules = instance->rights.rules;
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
      if ((even_wanted || !claims_.wants(*rule)) && !gone_rules_.contains(*rule)) changes.push_back(DeleteRule{*rule});
    }
  }
  for (auto instance = instances.rbegin(); instance != instances.rend(); ++instance) {
    if (!chosen(*instance)) continue;
    const auto& routes = instance->rights.routes;
    for (auto route = routes.rbegin(); route != routes.rend(); ++route) {
      if ((even_wanted || !claims_.wants(*route)) && !gone_routes_.contains(*route)) changes.push_back(DeleteRoute{*route});
    }
  }
  return apply(changes);
}

std::vector<Refused> RouteKeeper::hold(InstanceId id) {
  const ClaimLedger::Instance* held = claims_.find(id);
  if (held == nullptr || (held->rights.routes.empty() && held->rights.rules.empty())) return {};
  return add([held](const ClaimLedger::Instance& instance) { return &instance == held; }, false, kEveryRoute);
}

std::vector<Refused> RouteKeeper::withdraw(InstanceId id) {
  const ClaimLedger::Instance* released = claims_.find(id);
  if (released == nullptr || (released->rights.routes.empty() && released->rights.rules.empty())) return {};
  return remove([released](const ClaimLedger::Instance& instance) { return &instance == released; }, false);
}

// What earlier plans of this run have made and this one does not name.
void RouteKeeper::forget_strangers(std::vector<Change>& changes) const {
  for (const Rule& rule : rules_) {
    if (!claims_.names(rule)) changes.push_back(DeleteRule{rule});
  }
  for (const Route& route : routes_) {
    if (!claims_.names(route)) changes.push_back(DeleteRoute{route});
  }
}

std::vector<Refused> RouteKeeper::remove_unwanted() {
  std::vector<Change> strangers;
  forget_strangers(strangers);
  std::vector<Refused> refused = apply(strangers);
  std::erase_if(gone_routes_, [this](const Route& route) { return !claims_.names(route); });
  std::erase_if(gone_rules_, [this](const Rule& rule) { return !claims_.names(rule); });
  for (Refused& refusal : remove([this](const ClaimLedger::Instance& instance) { return claims_.settled(instance); }, false)) {
    refused.push_back(std::move(refusal));
  }
  return refused;
}

std::vector<Refused> RouteKeeper::add_wanted() { return add(kEverybody, false, kEveryRoute); }
std::vector<Refused> RouteKeeper::refresh() { return add(kEverybody, true, kEveryRoute); }

std::vector<Refused> RouteKeeper::refresh(const std::set<std::uint32_t>& links) {
  std::set<std::string> names;
  for (const std::uint32_t index : links) {
    if (const LinkState* link = watch_.by_index(index)) names.insert(link->name);
  }
  const auto uses = [&names](const std::string& interface) { return names.contains(interface); };
  return add(kEverybody, true, [&](const Route& route) {
    const bool anywhere = route.way.interface.empty() && route.vrf.empty();
    return anywhere || uses(route.way.interface) || uses(route.vrf) ||
           std::any_of(route.hops.begin(), route.hops.end(), [&](const RouteHop& hop) { return uses(hop.interface); });
  });
}

std::vector<Refused> RouteKeeper::finish() {
  std::vector<Change> strangers;
  forget_strangers(strangers);
  std::vector<Refused> refused = apply(strangers);
  for (Refused& refusal : remove(kEverybody, true)) refused.push_back(std::move(refusal));
  return refused;
}

std::uint32_t RouteKeeper::table_of(const Route& route) const {
  return route.vrf.empty() ? route.table : kernel_.vrf_table(route.vrf);
}

std::vector<Route> RouteKeeper::lost(const RouteMark& mark) {
  Route first;  // the least of all routes with this destination
  first.family = mark.destination.address.family();
  first.type = mark.type;
  first.destination = mark.destination;
  const LinkState* link = mark.link == 0 ? nullptr : watch_.by_index(mark.link);
  const bool with_its_link = mark.link != 0 && (link == nullptr || !link->up);
  std::vector<Route> lost;
  for (auto route = routes_.lower_bound(first); route != routes_.end() && route->destination == mark.destination;) {
    const bool same_link = route->way.interface.empty() || link == nullptr || route->way.interface == link->name;
    if (!same_link || !is_of(mark, *route, table_of(*route))) {
      ++route;
      continue;
    }
    if (!with_its_link) lost.push_back(*route);
    gone_routes_.insert(*route);
    route = routes_.erase(route);
  }
  return lost;
}

std::vector<Rule> RouteKeeper::lost(const RuleMark& mark) {
  std::vector<Rule> lost;
  for (auto rule = rules_.begin(); rule != rules_.end();) {
    if (!is_of(mark, *rule)) {
      ++rule;
      continue;
    }
    lost.push_back(*rule);
    gone_rules_.insert(*rule);
    rule = rules_.erase(rule);
  }
  return lost;
}

}  // namespace holdfast
