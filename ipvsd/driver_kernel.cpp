// The driver's other half: what the kernel tells, what is told of it, timers, and the end.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>

#include "ipvsd/driver.h"
#include "proto/codec/values_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {

namespace {

constexpr Duration kTellLater{50'000};  // our own addresses, to the parent

}  // namespace

void Driver::hear_kernel() {
  if (ended_ || !hear_once()) return;
  if (links_touched_ && !links_.links().empty()) keep_links();
}

bool Driver::hear_once() {
  LinkWatch::News news;
  bool lost_some = false;
  const std::vector<KernelEvent> events = kernel_->events();
  for (const KernelEvent& event : events) {
    if (const auto* route = std::get_if<RouteGone>(&event)) lost(holdings_.lost(route->route));
    if (const auto* rule = std::get_if<RuleGone>(&event)) lost(holdings_.lost(rule->rule));
    if (!std::holds_alternative<NotificationsLost>(event)) {
      watch_.hear(event, news);
      continue;
    }
    lost_some = true;
    const auto network = kernel_->read_network();
    if (!network) {
      log_error(LogEvent::kMessage, "cannot read the interfaces: " + network.error().message);
      continue;
    }
    news = watch_.reset(*network);
  }
  act_on(news);
  if (lost_some && planned_) tell_refused(holdings_.restore_all());
  return !events.empty();
}

void Driver::act_on(const LinkWatch::News& news) {
  links_touched_ = links_touched_ || !news.changed.empty();
  teller_.own_changed(news.own);
  const LinkTeller::News told = teller_.changed(news.changed);
  for (const LinkFacts& facts : told.vrrpd) tell_vrrpd(facts);
  for (const LinkWatch::Lost& address : news.lost) lost(address);
  // A link that comes back has to hold what is still claimed on it (IPv6 addresses go when a link goes down).
  if (!news.came_up.empty() && planned_) tell_refused(holdings_.restore(news.came_up));
  for (const LinkFacts& facts : told.parent) tell_parent(facts);
  if (told.later && tell_timer_.deadline() == kNever) tell_timer_.arm(loop_.now() + kTellLater);
  arm_links();
}

void Driver::lost(const LinkWatch::Lost& address) {
  if (!address.link_up || !claims_.wants(address.key)) return;
  if (address.by_us) return tell_refused(holdings_.restore(address.key));
  bool tracked = false;
  for (const ClaimLedger::Holder& holder : claims_.holders(address.key)) {
    if (!holder.tracked) continue;
    if (holder.instance == kStatics) {
      log_info(LogEvent::kMessage, "static address " + to_string(address.key) + " was deleted by somebody else; it is added again");
      tell_refused(holdings_.restore(address.key));
      continue;
    }
    tracked = true;
    wire::IpvsdToVrrpd to_vrrpd;
    to_vrrpd.mutable_address_lost()->set_instance(holder.instance.value);
    encode(address.key.prefix, *to_vrrpd.mutable_address_lost()->mutable_prefix());
    (void)vrrpd_.send(to_vrrpd);
    wire::IpvsdToParent message;
    message.mutable_address_lost()->set_instance(holder.instance.value);
    encode(address.key.prefix, *message.mutable_address_lost()->mutable_prefix());
    to_parent(message);
  }
  if (tracked) log_warning(LogEvent::kAddressLost, "address " + to_string(address.key) + " was deleted by somebody else");
}

// A route or a rule: to vrrpd the same as an address.
void Driver::lost(const std::vector<Holdings::Loss>& losses) {
  for (const Holdings::Loss& loss : losses) {
    log_warning(LogEvent::kAddressLost, "'" + loss.what + "' was deleted by somebody else");
    tell_refused(loss.refused);
    for (const ClaimLedger::Holder& holder : loss.holders) {
      if (!holder.tracked) continue;
      wire::IpvsdToVrrpd to_vrrpd;
      to_vrrpd.mutable_address_lost()->set_instance(holder.instance.value);
      (void)vrrpd_.send(to_vrrpd);
    }
  }
}

void Driver::tell_links(const std::vector<LinkFacts>& links, bool vrrpd_too) {
  for (const LinkFacts& facts : links) {
    if (vrrpd_too) tell_vrrpd(facts);
    tell_parent(facts);
  }
}

void Driver::tell_parent(const LinkFacts& facts) {
  wire::IpvsdToParent message;
  encode(facts, *message.mutable_link_facts());
  if (parent_.open()) (void)parent_.send(message, {}, facts.index);
}

void Driver::tell_vrrpd(const LinkFacts& facts) {
  if (!vrrpd_.open()) return;
  wire::IpvsdToVrrpd message;
  encode(facts, *message.mutable_link_facts());
  (void)vrrpd_.send(message, {}, facts.index);
}

void Driver::tell_claim(InstanceId id, Generation generation, bool active, std::size_t failed) {
  if (!vrrpd_.open()) return;
  wire::IpvsdToVrrpd message;
  wire::ClaimApplied& applied = *message.mutable_claim_applied();
  applied.set_instance(id.value);
  applied.set_claim(generation);
  applied.set_active(active);
  applied.set_failed(static_cast<std::uint32_t>(failed));
  (void)vrrpd_.send(message);
}

void Driver::tell_refused(const std::vector<Refused>& refused) {
  std::size_t told = 0;
  for (const Refused& refusal : refused) {
    if (++told > kRefusedMax) {
      log_error(LogEvent::kChangeRefused, std::to_string(refused.size() - kRefusedMax) + " more changes were refused by the kernel");
      return;
    }
    const std::string text = to_string(refusal.change);
    log_error(LogEvent::kChangeRefused, "cannot " + text + ": " + std::strerror(refusal.code));
    wire::IpvsdToParent message;
    message.mutable_change_refused()->set_change(text);
    message.mutable_change_refused()->set_code(refusal.code);
    to_parent(message);
  }
}

void Driver::tell_count(TrackerId id, std::uint32_t count) {
  if (!vrrpd_.open()) return;
  wire::IpvsdToVrrpd message;
  message.mutable_tracker_told()->set_tracker(id.value);
  message.mutable_tracker_told()->set_value(count);
  (void)vrrpd_.send(message, {}, id.value);
}

void Driver::audit(unsigned& count, const std::string& text) {
  if (++count <= kAuditsMax) log_warning(LogEvent::kChangeRefused, "refused: " + text);
}

void Driver::table_step() {
  if (ended_) return;
  std::vector<Refused> refused = table_.busy() ? table_.step() : std::vector<Refused>{};
  // Services first: a mark that leads nowhere would take packets away from whoever they are for.
  if (!table_.busy() && !settings_.withdraw_only) {
    for (Refused& refusal : marking_.reconcile()) refused.push_back(std::move(refusal));
  }
  if (table_.busy()) {
    table_timer_.arm(loop_.now());
  } else if (applied_due_) {
    applied_due_ = false;
    wire::IpvsdToCheckerd message;
    message.mutable_applied()->set_plan(wishes_.plan());
    if (checkerd_.open()) (void)checkerd_.send(message);
  }
  tell_refused(refused);
}

void Driver::send_announcements() {
  if (ended_) return;
  announcer_.send(loop_.now());
  announce_timer_.arm(announcer_.deadline());
}

void Driver::arm_absence() { absence_timer_.arm(claims_.deadline()); }

void Driver::absence_over() {
  if (ended_ || !claims_.expire(loop_.now())) return;
  const std::vector<Refused> refused = holdings_.reconcile();
  log_warning(LogEvent::kMessage, "vrrpd has been silent for too long: addresses that it does not claim are withdrawn");
  tell_refused(refused);
  follow();
}

void Driver::withdraw(bool keep_vrrp, bool keep_ipvs) {
  if (ended_) return;
  ended_ = true;
  kernel_watch_ = {};
  std::vector<Refused> refused = holdings_.finish(keep_vrrp);
  std::vector<RefusedLink> refused_links;
  if (!keep_vrrp) {
    links_.finish(refused_links);
    (void)hear_once();
    settings_keeper_.finish(refused_links);
  }
  tell_refused_links(refused_links);
  if (!keep_ipvs) {
    for (Refused& refusal : marking_.finish()) refused.push_back(std::move(refusal));
    for (Refused& refusal : table_.finish(settings_.flush_on_stop)) refused.push_back(std::move(refusal));
  }
  if (table_.opened()) {
    for (Refused& refusal : ipvs_settings_.finish()) refused.push_back(std::move(refusal));
  }
  tell_refused(refused);
}

void Driver::to_parent(const wire::IpvsdToParent& message) {
  if (parent_.open()) (void)parent_.send(message);
}

}  // namespace holdfast
