// Actions out, each kind in the order in which the protocol asked for them: first what other routers and hosts wait for (packets,
// claims, announcements), then news and log lines.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "vrrpd/driver.h"

namespace holdfast::vrrp {
namespace {

// Coalescing keys: one kind of state of one object per link. Ids are hashes, so a small number per kind keeps them apart.
std::uint64_t key_of(std::uint64_t id, std::uint64_t kind) { return (id << 2 | id >> 62) ^ kind; }

constexpr std::uint64_t kKeyClaim = 1;
constexpr std::uint64_t kKeyPriority = 2;

}  // namespace

void Driver::perform(const Actions& actions) {
  for (const Action& action : actions) std::visit([this](const auto& what) { act(what); }, action);
  for (const Action& action : actions) std::visit([this](const auto& what) { report(what); }, action);
  say_afterwards();
  complete_claims();
  const Instant deadline = router_.stopped() ? kNever : router_.deadline();
  if (deadline != armed_) timer_.arm(armed_ = deadline);
  if (router_.stopped()) stopped();
}

void Driver::act(const SendAdvert& action) {
  const auto view = router_.view(action.instance);
  if (!view || !view->source) return;
  const auto port = ports_.find(view->socket);
  if (port == ports_.end()) return;
  const VrrpInstance& config = view->config;
  AdvertDetails details{action.priority, listed_addresses(config, view->mtu), *view->source, config.group_address, false};
  details.old_unicast_checksum = config.unicast && (config.old_unicast_checksum == OldUnicastChecksum::kAlways || intake_.traffic(action.instance).old_checksum);
  const Clocks now = clocks();
  const bool header = config.authentication == Authentication::kHeader;
  const std::uint32_t sequence = header ? intake_.next_header_sequence(config.id, now) : 0;
  std::optional<Trailer> trailer;  // one for all peers: it does not cover the destination
  Status status;
  const auto send = [&](const IpAddress& destination) {
    details.destination = destination;
    std::vector<std::uint8_t> message = encode(config, details);
    if (header) message = with_header(config.password, {*view->source, destination, config.ttl, config.unicast, sequence}, message);
    if (config.signing && config.signing->mode != SigningMode::kReceiveOnly) {
      if (!trailer) trailer = intake_.sign(config, message, *view->source, now);
      message.insert(message.end(), trailer->begin(), trailer->end());
    }
    Status sent = port->second->socket.send(message, *view->source, destination, config.ttl);
    if (!sent) status = std::move(sent);
  };
  if (config.unicast) {
    for (const UnicastPeer& peer : config.peers) send(peer.address);
  } else {
    send(config.group_address);
  }
  account(action, config, status);
}

void Driver::account(const SendAdvert& action, const VrrpInstance& config, const Status& status) {
  Traffic& traffic = intake_.traffic(action.instance);
  int& logged = send_errors_[action.instance];
  if (status) {
    logged = 0;
    ++traffic.sent;
    if (action.priority != 0) return;
    ++traffic.priority_zero_sent;
    return log_debug(LogEvent::kStateChanged, "(" + config.name + ") sent 0 priority");
  }
  // The last advert of a router whose link is gone is expected to fail.
  if (action.priority == 0 || status.error().code == logged) return;
  logged = status.error().code;
  log_warning(LogEvent::kMessage, "(" + config.name + ") " + status.error().message);
}

void Driver::act(const ClaimAddresses& action) { say_claim(action); }

void Driver::report(const ClaimAddresses& action) { afterwards_.push_back(phrase(router_, action)); }

void Driver::say_claim(const ClaimAddresses& claim) {
  wire::VrrpdToIpvsd message;
  message.mutable_claim()->set_instance(claim.instance.value);
  message.mutable_claim()->set_claim(claim.claim);
  tell_ipvsd(message, key_of(claim.instance.value, kKeyClaim));
}

void Driver::act(const ReleaseAddresses& action) {
  wire::VrrpdToIpvsd message;
  message.mutable_release()->set_instance(action.instance.value);
  message.mutable_release()->set_claim(action.claim);
  tell_ipvsd(message, key_of(action.instance.value, kKeyClaim));
}

void Driver::report(const ReleaseAddresses& action) { afterwards_.push_back(phrase(router_, action)); }

// keepalived's order of lines: the state first, then what follows from it.
void Driver::say_afterwards() {
  for (const Line& line : std::exchange(afterwards_, {})) say(line);
}

void Driver::act(const AnnounceAddresses& action) {
  wire::VrrpdToIpvsd message;
  message.mutable_announce()->set_instance(action.instance.value);
  message.mutable_announce()->set_repeat(action.repeat);
  tell_ipvsd(message);
}

void Driver::report(const StateChanged& action) {
  intake_.state_changed(action.instance);
  wire::VrrpdToParent message;
  auto& changed = *message.mutable_state_changed();
  changed.set_instance(action.instance.value);
  changed.set_state(static_cast<std::uint32_t>(action.state));
  changed.set_priority(action.priority);
  changed.set_claim(action.claim);
  changed.set_reason(action.reason);
  tell_parent(message);
  say(phrase(router_, action));
  say_afterwards();
}

void Driver::report(const GroupStateChanged& action) {
  wire::VrrpdToParent message;
  message.mutable_group_state_changed()->set_group(action.group.value);
  message.mutable_group_state_changed()->set_state(static_cast<std::uint32_t>(action.state));
  tell_parent(message);
  say(phrase(router_, action));
}

void Driver::report(const PriorityChanged& action) {
  wire::VrrpdToParent message;
  auto& changed = *message.mutable_priority_changed();
  changed.set_instance(action.instance.value);
  changed.set_from(action.from);
  changed.set_to(action.to);
  tell_parent(message, key_of(action.instance.value, kKeyPriority));
  say(phrase(router_, action));
}

void Driver::report(const LowerPriorityHeard& action) {
  wire::VrrpdToParent message;
  message.mutable_lower_priority_heard()->set_instance(action.instance.value);
  tell_parent(message);
}

void Driver::report(const RunScript& action) {
  wire::VrrpdToParent message;
  message.mutable_run_script()->set_script(action.script.value);
  message.mutable_run_script()->set_run(action.run);
  tell_parent(message);
}

// Lines that any router on the wire can cause are spaced.
void Driver::report(const Noted& action) {
  const bool caused_by_packet = action.peer != IpAddress{};
  if (caused_by_packet) {
    Instant& quiet_until = quiet_until_[{action.instance, action.note}];
    const Instant now = loop_.now();
    if (now < quiet_until) return;
    quiet_until = now + kNoteSpacing;
  }
  say(phrase(router_, action));
}

void Driver::report(const ScriptNoted& action) { say(phrase(router_, action)); }
void Driver::report(const ObjectNoted& action) { say(phrase(router_, action)); }

// Once per link, as soon as nobody waits to resume: from then on ipvsd may withdraw what is not claimed.
void Driver::complete_claims() {
  if (claims_complete_ || !ipvsd_ || !ipvsd_->open() || !router_.settled()) return;
  claims_complete_ = true;
  wire::VrrpdToIpvsd message;
  message.mutable_claims_complete()->set_count(static_cast<std::uint32_t>(router_.claims().size()));
  tell_ipvsd(message);
}

// A link that fails reports its end by itself; what could not be said is said again on the next one or shown by the next status.
void Driver::tell_parent(const wire::VrrpdToParent& message, std::uint64_t key) {
  if (parent_.open()) static_cast<void>(parent_.send(message, {}, key).has_value());
}

void Driver::tell_ipvsd(const wire::VrrpdToIpvsd& message, std::uint64_t key) {
  if (ipvsd_ && ipvsd_->open()) static_cast<void>(ipvsd_->send(message, {}, key).has_value());
}

void Driver::say(const Line& line) {
  if (!line.text.empty()) log(line.level, line.event, line.text);
}

}  // namespace holdfast::vrrp
