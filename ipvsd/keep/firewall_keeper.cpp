// Differences of the firewall, counted by instance.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/keep/firewall_keeper.h"

#include <algorithm>

namespace holdfast {

std::vector<Blocked> FirewallKeeper::wanted_of(const ClaimLedger::Instance& instance) const {
  std::vector<Blocked> wanted;
  if (!instance.rights.no_accept || !claims_.active(instance.rights.id)) return wanted;
  for (const Address& address : instance.addresses) {
    const IpAddress& ip = address.key.prefix.address;
    Blocked blocked{ip, 0};
    if (!ip.is_v4() && ip.is_link_local()) {
      const LinkState* link = watch_.by_name(address.key.interface);
      if (link == nullptr) continue;  // comes with its link
      blocked.link = link->index;
    }
    wanted.push_back(blocked);
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  return wanted;
}

void FirewallKeeper::want(InstanceId id, std::vector<Blocked> wanted, ChangeFirewall& change) {
  const auto known = by_instance_.find(id);
  if (known == by_instance_.end() ? wanted.empty() : known->second == wanted) return;
  const std::vector<Blocked> before = known == by_instance_.end() ? std::vector<Blocked>{} : std::move(known->second);
  for (const Blocked& one : wanted) {
    if (!std::binary_search(before.begin(), before.end(), one) && ++blocked_[one] == 1) change.block.push_back(one);
  }
  for (const Blocked& one : before) {
    if (std::binary_search(wanted.begin(), wanted.end(), one)) continue;
    if (--blocked_[one] > 0) continue;
    blocked_.erase(one);
    change.unblock.push_back(one);
  }
  if (wanted.empty()) {
    by_instance_.erase(id);
  } else {
    by_instance_[id] = std::move(wanted);
  }
}

std::vector<Refused> FirewallKeeper::send(ChangeFirewall change) {
  const bool fresh = !cleared_;
  change.settings = settings_;
  change.there = fresh ? FirewallParts{} : parts_;
  change.wanted = change.there;
  if (fresh) {  // nothing of what is there counts: all that is wanted is said
    change.clear = true;
    change.unblock.clear();
    change.unquiet.clear();
    change.block.clear();
    for (const auto& [blocked, count] : blocked_) change.block.push_back(blocked);
    change.quiet.assign(quiet_.begin(), quiet_.end());
  }
  if (change.block.empty() && change.unblock.empty() && change.quiet.empty() && change.unquiet.empty()) return {};
  for (const Blocked& one : change.block) {
    (one.address.is_v4() ? change.wanted.blocked4 : change.wanted.blocked6) = true;
    change.wanted.link_local = change.wanted.link_local || one.link != 0;
  }
  change.wanted.quiet = change.wanted.quiet || !change.quiet.empty();
  const Change step = change;
  const int code = kernel_.apply(std::span(&step, 1)).front();
  if (code == 0) {
    parts_ = change.wanted;
    cleared_ = true;
    return {};
  }
  cleared_ = false;  // whatever is there now: the next change makes everything anew
  return {Refused{step, code}};
}

void FirewallKeeper::use(const Firewall& settings) {
  if (settings == settings_) return;
  if (parts_ != FirewallParts{}) (void)finish();
  settings_ = settings;
}

std::vector<Refused> FirewallKeeper::hold(InstanceId id) {
  const ClaimLedger::Instance* instance = claims_.find(id);
  if (instance == nullptr || (!instance->rights.no_accept && !by_instance_.contains(id))) return {};
  ChangeFirewall change;
  want(id, wanted_of(*instance), change);
  if (change.block.empty() && change.unblock.empty()) return {};
  return send(std::move(change));
}

std::vector<Refused> FirewallKeeper::reconcile() {
  ChangeFirewall change;
  std::vector<InstanceId> left;
  for (const auto& [id, blocked] : by_instance_) {
    if (claims_.find(id) == nullptr) left.push_back(id);
  }
  for (const InstanceId id : left) want(id, {}, change);
  for (const ClaimLedger::Instance& instance : claims_.instances()) want(instance.rights.id, wanted_of(instance), change);
  return send(std::move(change));
}

std::vector<Refused> FirewallKeeper::quiet(std::set<QuietLink> links) {
  ChangeFirewall change;
  std::set_difference(links.begin(), links.end(), quiet_.begin(), quiet_.end(), std::back_inserter(change.quiet));
  std::set_difference(quiet_.begin(), quiet_.end(), links.begin(), links.end(), std::back_inserter(change.unquiet));
  quiet_ = std::move(links);
  if (change.quiet.empty() && change.unquiet.empty()) return {};
  return send(std::move(change));
}

bool FirewallKeeper::may_have_tables() const {
  return parts_ != FirewallParts{} || !quiet_.empty() || std::ranges::any_of(claims_.instances(), [](const ClaimLedger::Instance& one) {
           return one.rights.no_accept;
         });
}

std::vector<Refused> FirewallKeeper::finish() {
  if (!may_have_tables()) return {};
  ChangeFirewall change;
  change.settings = settings_;
  change.clear = true;
  const Change step = change;
  const int code = kernel_.apply(std::span(&step, 1)).front();
  if (code != 0 && parts_ != FirewallParts{}) return {Refused{step, code}};
  parts_ = {};
  cleared_ = false;
  by_instance_.clear();
  blocked_.clear();
  return {};
}

}  // namespace holdfast
