// Lines that tools match are keepalived's: "(NAME) Entering Up state", "(NAME) Expired after ...".
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/net/bfd_service.h"

#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proto/runtime/log.h"

namespace holdfast::vrrp {
namespace {

constexpr int kPacketsPerWakeup = 32;
constexpr std::size_t kPayloadMax = 512;
constexpr std::uint16_t kPort = 3784;
constexpr std::uint16_t kMultihopPort = 4784;
constexpr Duration kRejectionSpacing{1'000'000};  // between lines of one cause, whoever sends

std::uint32_t random_number() {
  std::uint32_t value = 0;
  HF_CHECK(::getrandom(&value, sizeof value, 0) == static_cast<ssize_t>(sizeof value));
  return value;
}

// Source and TTL or hop limit of a datagram.
bool read_head(const sockaddr_storage& from, msghdr& header, bfd::Arrived& arrived) {
  if (from.ss_family == AF_INET) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(&from);
    arrived.source = *IpAddress::from_octets(std::span(reinterpret_cast<const std::uint8_t*>(&address->sin_addr), 4));
  } else {
    const auto* address = reinterpret_cast<const sockaddr_in6*>(&from);
    arrived.source = *IpAddress::from_octets(std::span(reinterpret_cast<const std::uint8_t*>(&address->sin6_addr), 16));
  }
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
    const bool ttl = (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_TTL) || (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_HOPLIMIT);
    if (!ttl || item->cmsg_len < CMSG_LEN(sizeof(int))) continue;
    int hops = 0;
    std::memcpy(&hops, CMSG_DATA(item), sizeof hops);
    arrived.ttl = static_cast<std::uint8_t>(std::clamp(hops, 0, 255));
    return true;
  }
  return false;
}

Status send_to(int socket, const IpAddress& neighbour, std::uint16_t port, std::span<const std::uint8_t> payload) {
  sockaddr_storage to{};
  socklen_t length = sizeof(sockaddr_in);
  const auto octets = neighbour.octets();
  if (neighbour.is_v4()) {
    auto* address = reinterpret_cast<sockaddr_in*>(&to);
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    std::copy(octets.begin(), octets.end(), reinterpret_cast<std::uint8_t*>(&address->sin_addr));
  } else {
    auto* address = reinterpret_cast<sockaddr_in6*>(&to);
    address->sin6_family = AF_INET6;
    address->sin6_port = htons(port);
    std::copy(octets.begin(), octets.end(), reinterpret_cast<std::uint8_t*>(&address->sin6_addr));
    length = sizeof(sockaddr_in6);
  }
  const ssize_t sent = ::sendto(socket, payload.data(), payload.size(), MSG_DONTWAIT | MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), length);
  if (sent >= 0) return ok();
  const int code = errno;
  return Error{"BFD packet to " + neighbour.to_string() + ": " + std::strerror(code), code};
}

}  // namespace

BfdService::BfdService(Loop& loop, Changed changed)
    : loop_(loop), changed_(std::move(changed)), sessions_(random_number), timer_(loop.timer([this] {
        armed_ = kNever;
        perform(sessions_.tick(loop_.now()));
      })) {}

void BfdService::apply(const std::vector<BfdSession>& sessions) {
  for (const BfdSession& session : sessions) known_[session.id] = session;
  perform(sessions_.apply(sessions, loop_.now()));
  std::erase_if(known_, [this](const auto& entry) { return sessions_.session(entry.first) == nullptr; });
  std::erase_if(senders_, [this](const auto& entry) { return !known_.contains(entry.first); });
  std::erase_if(send_errors_, [this](const auto& entry) { return !known_.contains(entry.first); });
  if (known_.empty()) receivers_.clear();
}

void BfdService::open_receiver(Family family, bool multihop, Fd socket) {
  Receiver& receiver = receivers_[{family, multihop}];
  receiver.readable = {};
  receiver.socket = std::move(socket);
  receiver.readable = loop_.on_readable(receiver.socket.get(), [this, family, multihop, fd = receiver.socket.get()] { drain(family, multihop, fd); });
}

void BfdService::open_sender(TrackerId session, Fd socket) { senders_[session] = std::move(socket); }

void BfdService::close() { perform(sessions_.close(loop_.now())); }

bool BfdService::up(TrackerId session) const {
  const bfd::Session* known = sessions_.session(session);
  return known != nullptr && known->up();
}

void BfdService::drain(Family family, bool multihop, int socket) {
  for (int count = 0; count < kPacketsPerWakeup; ++count) {
    std::array<std::uint8_t, kPayloadMax> buffer;
    iovec part{buffer.data(), buffer.size()};
    sockaddr_storage from{};
    alignas(cmsghdr) std::uint8_t control[128];
    msghdr header{};
    header.msg_name = &from;
    header.msg_namelen = sizeof from;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    const ssize_t length = ::recvmsg(socket, &header, MSG_DONTWAIT);
    if (length < 0) return;
    bfd::Arrived arrived{{}, multihop, 0, std::span<const std::uint8_t>(buffer).first(static_cast<std::size_t>(length))};
    if (from.ss_family != (family == Family::kIpv4 ? AF_INET : AF_INET6) || !read_head(from, header, arrived)) continue;
    const auto heard = sessions_.hear(arrived, loop_.now());
    if (heard.rejection) say_rejected(*heard.rejection, arrived.source);
    perform(heard.happened);
  }
}

void BfdService::perform(const std::vector<bfd::Happened>& happened) {
  for (const bfd::Happened& one : happened) {
    const auto session = known_.find(one.session);
    if (session == known_.end()) continue;
    std::visit([&](const auto& effect) { act(session->second, effect); }, one.effect);
  }
  arm();
}

void BfdService::arm() {
  const Instant deadline = sessions_.deadline();
  if (deadline != armed_) timer_.arm(armed_ = deadline);
}

void BfdService::act(const BfdSession& session, const bfd::Send& send) {
  const auto sender = senders_.find(session.id);
  if (sender == senders_.end()) return;  // on its way
  const Status status = send_to(sender->second.get(), session.neighbour, session.multihop ? kMultihopPort : kPort, bfd::encode(send.packet));
  int& logged = send_errors_[session.id];
  const int code = status ? 0 : status.error().code;
  if (code != 0 && code != logged) log_warning(LogEvent::kMessage, "(" + session.name + ") " + status.error().message);
  logged = code;
}

void BfdService::act(const BfdSession& session, const bfd::Entered& entered) {
  std::string text = "(" + session.name + ") Entering " + bfd::name_of(entered.state) + " state";
  if (entered.state == bfd::State::kDown) {
    text += std::string(" (Local diagnostic - ") + bfd::describe(entered.local) + ", Remote diagnostic - " + bfd::describe(entered.remote) + ")";
  }
  log(entered.state == bfd::State::kDown ? LogLevel::kWarning : LogLevel::kInfo, LogEvent::kStateChanged, text);
  if (entered.state == bfd::State::kUp || entered.state == bfd::State::kDown) changed_(session, entered.state == bfd::State::kUp);
}

void BfdService::act(const BfdSession& session, const bfd::Expired& expired) {
  log_info(LogEvent::kStateChanged, "(" + session.name + ") Expired after " + std::to_string((expired.after + expired.overdue).count() / 1000) + " ms (" +
                                        std::to_string(expired.overdue.count()) + " usec overdue)");
}

void BfdService::say_rejected(bfd::Rejection reason, const IpAddress& source) {
  Instant& quiet_until = quiet_until_[static_cast<std::size_t>(reason)];
  const Instant now = loop_.now();
  if (now < quiet_until) return;
  quiet_until = now + kRejectionSpacing;
  log_notice(LogEvent::kAdvertRejected, "BFD packet from " + source.to_string() + " rejected: " + bfd::describe(reason));
}

}  // namespace holdfast::vrrp
