// Messages and packets in. What goes out: performance.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/driver.h"

#include <cerrno>
#include <utility>

#include "proto/codec/values_codec.h"
#include "proto/codec/vrrp_codec.h"
#include "vrrpd/status_report.h"

namespace holdfast::vrrp {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitProtocol = 76;  // EX_PROTOCOL: the parent sent what its link does not allow

}  // namespace

Driver::Driver(Loop& loop, Fd parent)
    : loop_(loop),
      bfd_(loop, [this](const BfdSession& session, bool up) { session_changed(session, up); }),
      timer_(loop.timer([this] { timers_due(); })),
      parent_(loop, std::move(parent), ChannelSocket::Descriptors::kAccepted,
              [this](wire::ParentToVrrpd& message, Fd descriptor) { from_parent(message, std::move(descriptor)); },
              [this](const Error& error) { stop(StopAll{}, error.code == EPIPE ? kExitOk : kExitProtocol); }) {
  set_log_sink([this](LogLevel level, LogEvent event, std::string_view text) { log_relay_(level, event, text); });
}

void Driver::ready() {
  wire::VrrpdToParent message;
  message.mutable_ready()->set_self_checks(1);
  tell_parent(message);
}

// ===== links =====

void Driver::from_parent(wire::ParentToVrrpd& message, Fd descriptor) {
  if (stopping_) return;
  Status status;
  switch (message.body_case()) {
    case wire::ParentToVrrpd::kBegin: status = assembly_.begin(message.begin()); break;
    case wire::ParentToVrrpd::kChunk: status = assembly_.chunk(message.chunk()); break;
    case wire::ParentToVrrpd::kCommit: return commit(message.commit());
    case wire::ParentToVrrpd::kIpvsdLink: return attach_ipvsd(std::move(descriptor));
    case wire::ParentToVrrpd::kAdvertSocket: return open_socket(message.advert_socket(), std::move(descriptor));
    case wire::ParentToVrrpd::kBfdSocket: return open_bfd_socket(message.bfd_socket(), std::move(descriptor));
    case wire::ParentToVrrpd::kScriptFinished: {
      const auto& finished = message.script_finished();
      const auto outcome = holdfast::decode(finished);
      if (!outcome) return nonsense(outcome.error());
      return handle(ScriptEnded{ScriptId{finished.script()}, finished.run(), *outcome});
    }
    case wire::ParentToVrrpd::kTrackerTold:
      return handle(TrackerTold{TrackerId{message.tracker_told().tracker()}, message.tracker_told().value()});
    case wire::ParentToVrrpd::kStop: return stop(StopAll{message.stop().release(), message.stop().hand_over()}, kExitOk);
    case wire::ParentToVrrpd::kPing: {
      wire::VrrpdToParent answer;
      answer.mutable_pong()->set_cookie(message.ping().cookie());
      return tell_parent(answer);
    }
    case wire::ParentToVrrpd::kQueryStatus:
      for (auto& report : status_reports(router_, intake_, message.query_status().cookie(), loop_.now())) {
        wire::VrrpdToParent answer;
        *answer.mutable_status_report() = std::move(report);
        tell_parent(answer);
      }
      return;
    case wire::ParentToVrrpd::BODY_NOT_SET: return;  // the link refuses it
  }
  if (!status) nonsense(status.error());
}

void Driver::commit(const wire::PlanCommit& message) {
  if (const Status status = assembly_.commit(message); !status) return nonsense(status.error());
  wire::VrrpdToParent answer;
  auto plan = assembly_.take();
  if (!plan) {
    answer.mutable_plan_refused()->set_generation(message.generation());
    answer.mutable_plan_refused()->set_reason(plan.error().message);
    return tell_parent(answer);
  }
  const std::vector<BfdSession> sessions = std::move(plan->plan.sessions);
  perform(router_.apply(std::move(plan->plan), plan->resumed, loop_.now()));
  bfd_.apply(sessions);
  ++plans_;
  close_unused_sockets();
  intake_.forget(router_);
  std::erase_if(send_errors_, [this](const auto& entry) { return !router_.view(entry.first); });
  std::erase_if(quiet_until_, [this](const auto& entry) { return !router_.view(entry.first.first); });
  answer.mutable_plan_applied()->set_generation(message.generation());
  tell_parent(answer);
}

void Driver::open_socket(const wire::AdvertSocket& message, Fd descriptor) {
  if (!descriptor) return nonsense(Error{"advert socket without a descriptor"});
  if (message.family() != 4 && message.family() != 6) return nonsense(Error{"advert socket of no known family"});
  SocketKey key{message.interface_index(), static_cast<Family>(message.family()), message.unicast(), {}, message.header()};
  if (message.has_address()) {
    const auto address = holdfast::decode(message.address());
    if (!address) return nonsense(address.error());
    key.address = *address;
  }
  if (ports_.size() >= kSocketsMax && !ports_.contains(key)) return nonsense(Error{"more than " + std::to_string(kSocketsMax) + " advert sockets"});
  ports_[key] = std::make_unique<Port>(Port{AdvertSocket(std::move(descriptor), key), plans_, {}});
  Port* port = ports_[key].get();
  port->readable = loop_.on_readable(port->socket.fd(), [this, port] { drain(*port); });
  handle(SocketOpened{key});
}

void Driver::open_bfd_socket(const wire::BfdSocket& message, Fd descriptor) {
  if (!descriptor) return nonsense(Error{"BFD socket without a descriptor"});
  if (message.family() != 4 && message.family() != 6) return nonsense(Error{"BFD socket of no known family"});
  if (message.session() != 0) return bfd_.open_sender(TrackerId{message.session()}, std::move(descriptor));
  bfd_.open_receiver(static_cast<Family>(message.family()), message.multihop(), std::move(descriptor));
}

void Driver::session_changed(const BfdSession& session, bool up) {
  if (stopping_) return;
  if (session.for_vrrp) handle(TrackerTold{session.id, up ? 1 : 0});
  if (session.for_checker) {
    wire::VrrpdToParent message;
    message.mutable_session_changed()->set_session(session.id.value);
    message.mutable_session_changed()->set_up(up);
    tell_parent(message);
  }
}

// A socket may come before the plan that needs it, so one that is not needed is kept for one plan.
void Driver::close_unused_sockets() {
  std::erase_if(ports_, [this](const auto& entry) {
    const bool unused = router_.knows_links() && !router_.uses(entry.first) && entry.second->plans + 1 < plans_;
    if (unused) perform(router_.handle(SocketClosed{entry.first}, loop_.now()));
    return unused;
  });
}

void Driver::close_sockets_of(std::uint32_t index) {
  std::erase_if(ports_, [&](const auto& entry) {
    const bool gone = entry.first.index == index;
    if (gone) handle(SocketClosed{entry.first});
    return gone;
  });
}

void Driver::attach_ipvsd(Fd descriptor) {
  if (!descriptor) return nonsense(Error{"ipvsd link without a descriptor"});
  const std::uint64_t epoch = ++ipvsd_epoch_;
  ipvsd_ = std::make_unique<Link<wire::VrrpdToIpvsd, wire::IpvsdToVrrpd>>(
      loop_, std::move(descriptor), ChannelSocket::Descriptors::kRefused,
      [this](wire::IpvsdToVrrpd& message, Fd) { from_ipvsd(message); },
      [this, epoch](const Error& error) {
        if (epoch == ipvsd_epoch_) ipvsd_gone(error);
      });
  claims_complete_ = false;
  for (const ClaimAddresses& claim : router_.claims()) say_claim(claim);
  handle(IpvsdAttached{});
}

void Driver::ipvsd_gone(const Error& error) {
  if (error.code != EPIPE) log_error(LogEvent::kLinkBroken, "ipvsd: " + error.message);
  handle(IpvsdGone{});
}

void Driver::from_ipvsd(wire::IpvsdToVrrpd& message) {
  switch (message.body_case()) {
    case wire::IpvsdToVrrpd::kLinkFacts: {
      auto facts = holdfast::decode(message.link_facts());
      if (!facts) return log_error(LogEvent::kLinkBroken, "ipvsd: " + facts.error().message);
      const bool present = facts->present;
      const std::uint32_t index = facts->index;
      handle(LinkTold{*std::move(facts)});
      if (!present && index != 0) close_sockets_of(index);
      return;
    }
    case wire::IpvsdToVrrpd::kAllLinksTold: return handle(AllLinksTold{});
    case wire::IpvsdToVrrpd::kAddressLost: return handle(AddressDeleted{InstanceId{message.address_lost().instance()}});
    case wire::IpvsdToVrrpd::kTrackerTold:
      return handle(TrackerTold{TrackerId{message.tracker_told().tracker()}, message.tracker_told().value()});
    case wire::IpvsdToVrrpd::kClaimApplied:
      if (const std::uint32_t failed = message.claim_applied().failed(); failed != 0) {
        const auto view = router_.view(InstanceId{message.claim_applied().instance()});
        if (view) log_warning(LogEvent::kStateChanged, "(" + view->config.name + ") " + std::to_string(failed) + " virtual addresses were refused by the kernel");
      }
      return;
    case wire::IpvsdToVrrpd::BODY_NOT_SET: return;
  }
}

void Driver::nonsense(const Error& error) {
  log_error(LogEvent::kLinkBroken, "parent: " + error.message);
  stop(StopAll{}, kExitProtocol);
}

// A second time: at once, whatever the first one was waiting for.
void Driver::stop(const StopAll& how, int code) {
  if (ended_) return;
  if (!std::exchange(stopping_, true)) exit_code_ = code;
  handle(how);
}

void Driver::stopped() {
  if (std::exchange(ended_, true)) return;
  bfd_.close();
  wire::VrrpdToParent message;
  message.mutable_stopped();
  tell_parent(message);
  loop_.later([this] { loop_.stop(exit_code_); });
}

// ===== the loop =====

void Driver::handle(const RouterEvent& event) { perform(router_.handle(event, loop_.now())); }

// What active routers owe first; then adverts that already wait; only then the down timers that they would have stopped.
void Driver::timers_due() {
  armed_ = kNever;
  handle(TimersDue{/*listening=*/false});
  for (const SocketKey& key : router_.overdue_listeners(loop_.now())) {
    if (const auto port = ports_.find(key); port != ports_.end()) drain(*port->second);
  }
  handle(TimersDue{/*listening=*/true});
}

void Driver::drain(Port& port) {
  for (int count = 0; count < kPacketsPerWakeup; ++count) {
    const AdvertSocket::Received received = port.socket.receive(buffer_);
    if (!received.any) return;
    if (!received.packet) continue;
    const Clocks now = clocks();
    Intake::Outcome outcome = intake_.take(router_, port.socket.key(), *received.packet, now);
    if (outcome.event) outcome.event->waited = received.waited;
    perform(router_.handle(outcome.event ? RouterEvent{*outcome.event} : RouterEvent{TimersDue{/*listening=*/false}}, now.steady));
    if (!outcome.line.empty()) log_notice(LogEvent::kAdvertRejected, outcome.line);
  }
}

}  // namespace holdfast::vrrp
