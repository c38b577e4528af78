// The driver's part that makes links and judges them: what the plan wants of them meets what the kernel tells.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "ipvsd/driver.h"
#include "proto/codec/link_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {

namespace {

constexpr int kLinkRoundsMax = 8;     // create, set up, and what follows from that
constexpr int kHearRoundsMax = 256;   // thousands of links tell several things each

}  // namespace

LinkFacts Driver::judged(LinkFacts facts) {
  const LinkState* state = watch_.by_index(facts.index);
  if (state != nullptr) facts.up = judge_.up(facts.name, facts.up, state->enabled, loop_.now());
  else judge_.forget(facts.name);
  return facts;
}

void Driver::adopt_links(const IpvsPlan& plan) {
  settings_keeper_.remember(plan.kept);
  links_.set_plan(plan.links, plan.withdraw_only);
  judge_.set_plan(plan.link_delays, plan.link_polls, links_.links(), loop_.now());
  quiet_igmp_ = plan.quiet_igmp && !plan.withdraw_only;
  keep_links();
}

void Driver::keep_links() {
  std::vector<RefusedLink> refused;
  links_touched_ = false;
  for (int round = 0; round < kLinkRoundsMax && links_.step(loop_.now(), refused); ++round) hear_all();
  if (settings_keeper_.reconcile(links_.links(), quiet_igmp_, refused)) hear_all();
  for (const std::string& text : links_.fresh()) log_info(LogEvent::kMessage, text);
  tell_refused_links(refused);
  arm_links();
}

void Driver::hear_all() {
  for (int round = 0; round < kHearRoundsMax && hear_once(); ++round) {
  }
}

void Driver::arm_links() { links_timer_.arm(std::min({links_.deadline(), judge_.deadline(), rounds_.deadline()})); }

void Driver::drop_old_links() {
  std::vector<RefusedLink> refused;
  links_.drop_old(refused);
  hear_all();
  keep_links();
  tell_refused_links(refused);
}

void Driver::links_due() {
  if (ended_) return;
  const Instant now = loop_.now();
  std::set<std::uint32_t> changed;
  const auto touched = [&](const std::string& name) {
    if (const LinkState* link = watch_.by_name(name)) changed.insert(link->index);
  };
  for (const LinkPoll& poll : judge_.to_poll(now)) {
    const LinkState* link = watch_.by_name(poll.interface);
    if (link == nullptr || !judge_.polled(poll.interface, poll_carrier(*link, poll.method))) continue;
    touched(poll.interface);
    for (const VirtualLink& above : links_.links()) {
      if (above.base == poll.interface) touched(above.name);
    }
  }
  for (const std::string& name : judge_.ended(now)) {
    touched(name);
    if (watch_.by_name(name) == nullptr) judge_.forget(name);
  }
  if (!changed.empty()) {
    const LinkTeller::News told = teller_.changed(changed);
    for (const LinkFacts& facts : told.vrrpd) tell_vrrpd(facts);
    for (const LinkFacts& facts : told.parent) tell_parent(facts);
  }
  for (const InstanceId id : rounds_.due(now)) announce_elsewhere(id);
  keep_links();
}

// What MII registers say is what a driver tells ethtool. IOCTL reads the flags, which are told anyhow.
std::optional<bool> Driver::poll_carrier(const LinkState& link, LinkPolling method) {
  return method == LinkPolling::kIoctl ? std::nullopt : kernel_->carrier(link.index);
}

void Driver::announce_elsewhere(InstanceId id) {
  const ClaimLedger::Instance* instance = claims_.find(id);
  if (instance == nullptr || !claims_.active(id)) return rounds_.end(id);
  const InstanceRights& rights = instance->rights;
  for (const Address& address : instance->addresses) {
    const LinkState* link = watch_.by_name(address.key.interface);
    if (link == nullptr || address.key.interface == rights.advert_interface) continue;
    if (!rights.extra_everywhere && link->kind != "macvlan") continue;
    const IpAddress& ip = address.key.prefix.address;
    if (!announcer_.add({address.key.interface, ip}, 1, ip.is_v4() ? rights.garp_interval : rights.gna_interval, loop_.now())) break;
  }
  send_announcements();
}

void Driver::tell_kept(const std::vector<KeptSetting>& kept) {
  wire::IpvsdToParent message;
  for (const KeptSetting& one : kept) encode(one, *message.mutable_kept_settings()->add_kept());
  message.mutable_kept_settings();
  to_parent(message);
}

void Driver::tell_refused_links(const std::vector<RefusedLink>& refused) {
  for (std::size_t told = 0; told < std::min(refused.size(), kRefusedMax); ++told) {
    const auto& [text, code] = refused[told];
    if (code == 0) {
      log_info(LogEvent::kMessage, text);
    } else {
      log_error(LogEvent::kChangeRefused, "cannot " + text + ": " + std::strerror(code));
    }
  }
}

}  // namespace holdfast
