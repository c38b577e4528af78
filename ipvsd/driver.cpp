// Messages of the parent, of vrrpd and of checkerd. The kernel's side is in driver_kernel.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/driver.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proto/codec/ipvs_codec.h"
#include "proto/codec/values_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {

namespace {

constexpr int kExitBroken = 1;  // the parent's link carried nonsense

using Descriptors = ChannelSocket::Descriptors;

}  // namespace

Driver::Driver(Loop& loop, Fd parent_link, std::unique_ptr<Kernel> kernel, ProcessSource processes)
    : loop_(loop),
      kernel_(std::move(kernel)),
      links_(*kernel_, watch_),
      settings_keeper_(*kernel_, watch_, [this](const std::vector<KeptSetting>& kept) { tell_kept(kept); }),
      teller_(watch_, [this](LinkFacts facts) { return judged(std::move(facts)); }),
      holdings_(*kernel_, claims_, watch_),
      table_(*kernel_, wishes_),
      marking_(*kernel_),
      ipvs_settings_(*kernel_),
      announcer_([this](const announce::Target& target) -> std::optional<announce::Outlet> {
        const LinkState* link = watch_.by_name(target.interface);
        if (link == nullptr || !link->up || !link->arp) return std::nullopt;
        const std::vector<AddressKey> keys = claims_.wanted_as(target.interface, target.address);
        if (std::none_of(keys.begin(), keys.end(), [this](const AddressKey& key) { return watch_.has(key); })) return std::nullopt;
        return announce::Outlet{link->index, link->hardware, link->forwarding6.value_or(true)};
      }),
      processes_(loop, std::move(processes), [this](TrackerId id, std::uint32_t count) { tell_count(id, count); }),
      table_timer_(loop.timer([this] { table_step(); })),
      announce_timer_(loop.timer([this] { send_announcements(); })),
      absence_timer_(loop.timer([this] { absence_over(); })),
      tell_timer_(loop.timer([this] { tell_links(teller_.overdue(), false); })),
      links_timer_(loop.timer([this] { links_due(); })),
      parent_(loop, std::move(parent_link), Descriptors::kAccepted,
              [this](wire::ParentToIpvsd& message, Fd descriptor) { from_parent(message, std::move(descriptor)); },
              [this](const Error& error) { parent_gone(error); }) {
  set_log_sink([this](LogLevel level, LogEvent event, std::string_view text) { log_relay_(level, event, text); });
}

Status Driver::start() {
  kernel_watch_ = loop_.on_readable(kernel_->events_fd(), [this] { hear_kernel(); });
  HF_TRY(const NetworkState network, kernel_->read_network());
  const LinkWatch::News news = watch_.reset(network);
  wire::IpvsdToParent ready;
  ready.mutable_ready()->set_self_checks(1);
  to_parent(ready);
  tell_links(teller_.changed(news.changed).parent, false);
  wire::IpvsdToParent complete;
  complete.mutable_links_complete()->set_count(static_cast<std::uint32_t>(watch_.links().size()));
  to_parent(complete);
  return ok();
}

// ---- the parent

void Driver::from_parent(wire::ParentToIpvsd& message, Fd descriptor) {
  if (ended_) return;
  switch (message.body_case()) {
    case wire::ParentToIpvsd::kBegin:
      if (auto status = intake_.begin(message.begin()); !status) sender_at_fault(status.error());
      return;
    case wire::ParentToIpvsd::kChunk:
      if (auto status = intake_.chunk(message.chunk()); !status) sender_at_fault(status.error());
      return;
    case wire::ParentToIpvsd::kCommit: return commit(message.commit());
    case wire::ParentToIpvsd::kPeerLink: return connect_peer(message.peer_link().peer(), std::move(descriptor));
    case wire::ParentToIpvsd::kAnnounceSocket:
      if (!descriptor) return sender_at_fault(Error{"AnnounceSocket without a descriptor"});
      announcer_.use(std::move(descriptor));
      return send_announcements();
    case wire::ParentToIpvsd::kDropOldLinks: return drop_old_links();
    case wire::ParentToIpvsd::kReleaseAll: return release_all(message.release_all().peer());
    case wire::ParentToIpvsd::kStop: {
      withdraw(message.stop().keep_vrrp() || settings_.keep_vrrp, message.stop().keep_ipvs() || settings_.keep_ipvs);
      wire::IpvsdToParent stopped;
      stopped.mutable_stopped();
      to_parent(stopped);
      return loop_.stop(0);
    }
    case wire::ParentToIpvsd::kPing: {
      wire::IpvsdToParent pong;
      pong.mutable_pong()->set_cookie(message.ping().cookie());
      return to_parent(pong);
    }
    case wire::ParentToIpvsd::BODY_NOT_SET: return;
  }
}

void Driver::sender_at_fault(const Error& error) {
  log_error(LogEvent::kLinkBroken, "link to the parent: " + error.message);
  withdraw(settings_.keep_vrrp, settings_.keep_ipvs);
  loop_.stop(kExitBroken);
}

// Nobody can start, stop or configure anything any more: hand over cleanly, at once.
void Driver::parent_gone(const Error& error) {
  withdraw(settings_.keep_vrrp, settings_.keep_ipvs);
  loop_.stop(error.code == EPROTO ? kExitBroken : 0);
}

void Driver::commit(const wire::PlanCommit& message) {
  auto plan = intake_.commit(message);
  if (!plan && plan.error().code == EPROTO) return sender_at_fault(plan.error());
  Status possible = plan ? ok() : Status(plan.error());
  if (plan && plan->uses_ipvs) possible = table_.open(plan->lvs_flush);
  if (plan && plan->sync && !table_.opened()) {  // vrrpd does its work without it
    if (auto opened = table_.open(false); !opened) log_error(LogEvent::kMessage, "lvs_sync_daemon: " + opened.error().message);
  }
  if (possible) return adopt(*std::move(plan));
  wire::IpvsdToParent refused;
  refused.mutable_plan_refused()->set_generation(message.generation());
  refused.mutable_plan_refused()->set_reason(possible.error().message);
  to_parent(refused);
}

void Driver::adopt(IpvsPlan plan) {
  std::vector<InstanceId> early;  // claimed before this plan named them
  for (const InstanceRights& rights : plan.instances) {
    if (claims_.find(rights.id) == nullptr) early.push_back(rights.id);
  }
  claims_.set_plan(plan);
  adopt_links(plan);
  const WishLedger::Touched touched = wishes_.set_plan(plan);
  holdings_.use(plan.firewall);
  const std::vector<Refused> refused = holdings_.reconcile();
  claims_.forget_orphans();
  for (InstanceId id : early) {
    if (claims_.active(id)) tell_claim(id, claims_.generation(id), true, 0);
  }
  table_.touch_refused();
  touch(touched);
  marking_.use(plan.marking, plan.marked);
  table_timer_.arm(loop_.now());
  processes_.set_plan(plan.processes);
  settings_ = std::move(plan);
  settings_.statics = {};
  settings_.instances.clear();
  settings_.services.clear();
  settings_.destinations.clear();
  settings_.marked.clear();
  settings_.links.clear();
  planned_ = true;
  if (table_.opened()) tell_refused(ipvs_settings_.keep_timeouts(settings_.timeouts));
  follow();
  wire::IpvsdToParent applied;
  applied.mutable_plan_applied()->set_generation(settings_.generation);
  to_parent(applied);
  tell_refused(refused);
}

void Driver::connect_peer(wire::PeerLink::Peer peer, Fd descriptor) {
  if (!descriptor) return sender_at_fault(Error{"PeerLink without a descriptor"});
  switch (peer) {
    case wire::PeerLink::VRRPD: {
      claims_.linked(loop_.now());
      arm_absence();
      vrrpd_audits_ = 0;
      vrrpd_ = VrrpdLink(loop_, std::move(descriptor), Descriptors::kRefused,
                         [this](wire::VrrpdToIpvsd& message, Fd) { from_vrrpd(message); },
                         [this](const Error& error) { vrrpd_gone(error); });
      const std::vector<LinkFacts> facts = teller_.all();
      for (const LinkFacts& link : facts) tell_vrrpd(link);
      wire::IpvsdToVrrpd complete;
      complete.mutable_all_links_told()->set_count(static_cast<std::uint32_t>(facts.size()));
      (void)vrrpd_.send(complete);
      return processes_.tell_all();
    }
    case wire::PeerLink::CHECKERD:
      wishes_.linked();
      checkerd_audits_ = 0;
      checkerd_ = CheckerdLink(loop_, std::move(descriptor), Descriptors::kRefused,
                               [this](wire::CheckerdToIpvsd& message, Fd) { from_checkerd(message); },
                               [this](const Error& error) { checkerd_gone(error); });
      return;
    default: return sender_at_fault(Error{"PeerLink to an unknown peer"});
  }
}

void Driver::release_all(wire::PeerLink::Peer peer) {
  if (peer == wire::PeerLink::VRRPD) {
    claims_.release_all();
    const std::vector<Refused> refused = holdings_.reconcile();
    arm_absence();
    tell_refused(refused);
    follow();
  } else if (peer == wire::PeerLink::CHECKERD) {
    touch(wishes_.release_all());
  }
}

// ---- vrrpd

void Driver::from_vrrpd(wire::VrrpdToIpvsd& message) {
  if (ended_) return;
  switch (message.body_case()) {
    case wire::VrrpdToIpvsd::kClaim: return claim(message.claim());
    case wire::VrrpdToIpvsd::kRelease: return release(message.release());
    case wire::VrrpdToIpvsd::kClaimsComplete: {
      claims_.complete();
      const std::vector<Refused> refused = holdings_.reconcile();
      arm_absence();
      tell_refused(refused);
      return follow();
    }
    case wire::VrrpdToIpvsd::kAnnounce: return announce(message.announce());
    case wire::VrrpdToIpvsd::BODY_NOT_SET: return;
  }
}

void Driver::claim(const wire::ClaimAddresses& message) {
  const InstanceId id{message.instance()};
  switch (claims_.claim(id, message.claim())) {
    case ClaimVerdict::kAccepted: {
      const InstanceRights& rights = claims_.find(id)->rights;
      rounds_.begin(id, rights.extra_delay, rights.extra_every, loop_.now());
      arm_links();
      const std::vector<Refused> refused = holdings_.hold(id);
      tell_claim(id, message.claim(), true, refused.size());
      tell_refused(refused);
      return follow();
    }
    case ClaimVerdict::kStale: return;
    case ClaimVerdict::kUnknown:
      tell_claim(id, message.claim(), false, 0);
      return audit(vrrpd_audits_, "vrrpd claims instance " + std::to_string(id.value) + ", which the plan does not name");
  }
}

void Driver::release(const wire::ReleaseAddresses& message) {
  const InstanceId id{message.instance()};
  if (claims_.release(id, message.claim()) != ClaimVerdict::kAccepted) return;
  rounds_.end(id);
  const std::vector<Refused> refused = holdings_.withdraw(id);
  tell_claim(id, message.claim(), false, refused.size());
  tell_refused(refused);
  follow();
}

void Driver::announce(const wire::AnnounceAddresses& message) {
  const InstanceId id{message.instance()};
  const ClaimLedger::Instance* instance = claims_.find(id);
  if (instance == nullptr || id == kStatics || !claims_.active(id)) return;  // it may have been released since
  const Instant now = loop_.now();
  const unsigned repeat = std::min(message.repeat(), kAnnounceRepeatMax);
  for (const Address& address : instance->addresses) {
    const IpAddress& ip = address.key.prefix.address;
    const Duration interval = ip.is_v4() ? instance->rights.garp_interval : instance->rights.gna_interval;
    if (!announcer_.add({address.key.interface, ip}, repeat, interval, now)) {
      audit(vrrpd_audits_, "too many announcements are waiting: " + instance->rights.name + " is not announced");
      break;
    }
  }
  send_announcements();
}

void Driver::vrrpd_gone(const Error& error) {
  if (ended_) return;
  claims_.link_lost(loop_.now());
  arm_absence();
  if (error.code == EPROTO) log_error(LogEvent::kLinkBroken, "link to vrrpd: " + error.message);
}

// ---- checkerd

void Driver::from_checkerd(wire::CheckerdToIpvsd& message) {
  if (ended_) return;
  switch (message.body_case()) {
    case wire::CheckerdToIpvsd::kWant: return want(message.want());
    case wire::CheckerdToIpvsd::kComplete: {
      applied_due_ = true;
      const WishLedger::Touched touched = wishes_.complete();
      touch(touched);
      if (touched.empty()) table_step();  // nothing to do: say so
      return;
    }
    case wire::CheckerdToIpvsd::BODY_NOT_SET: return;
  }
}

void Driver::want(const wire::WantDestinations& message) {
  WishLedger::Touched touched;
  for (const auto& entry : message.wishes()) {
    const auto wish = decode(entry);
    if (!wish) {
      log_error(LogEvent::kLinkBroken, "link to checkerd: " + wish.error().message);
      loop_.later([this] { checkerd_.close(); });
      break;
    }
    if (wishes_.wish(message.plan(), *wish, touched) != WishVerdict::kUnknown) continue;
    wire::IpvsdToCheckerd refused;
    refused.mutable_refused()->set_destination(wish->id.value);
    refused.mutable_refused()->set_code(ENOENT);
    (void)checkerd_.send(refused);
    audit(checkerd_audits_, "checkerd wishes destination " + std::to_string(wish->id.value) + ", which the plan does not name");
  }
  touch(touched);
}

void Driver::checkerd_gone(const Error& error) {
  if (!ended_ && error.code == EPROTO) log_error(LogEvent::kLinkBroken, "link to checkerd: " + error.message);
}

// The sync daemon sends while its instance is active here and receives while it is not.
void Driver::follow() {
  if (!table_.opened()) return;
  const bool active = settings_.sync && settings_.sync->instance && claims_.active(settings_.sync->instance);
  tell_refused(ipvs_settings_.keep_sync(settings_.sync, active));
}

void Driver::touch(const WishLedger::Touched& touched) {
  if (touched.empty() || !table_.opened()) return;
  table_.touch(touched);
  table_timer_.arm(loop_.now());
}

}  // namespace holdfast
