// IPv4 sources are chosen with IP_PKTINFO (ip(7)), IPv6 ones with IPV6_PKTINFO (RFC 3542); the kernel refuses what is not local.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/net/advert_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>

#include "proto/runtime/loop.h"
#include "vrrpd/wire/header.h"

namespace holdfast::vrrp {
namespace {

constexpr std::size_t kControlOctets = 256;

struct Target {
  sockaddr_storage address{};
  socklen_t length = 0;
};

Target target_of(const IpAddress& destination, std::uint32_t index) {
  Target target;
  const auto octets = destination.octets();
  if (destination.is_v4()) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    std::copy(octets.begin(), octets.end(), reinterpret_cast<std::uint8_t*>(&to.sin_addr));
    std::memcpy(&target.address, &to, sizeof to);
    target.length = sizeof to;
  } else {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    std::copy(octets.begin(), octets.end(), reinterpret_cast<std::uint8_t*>(&to.sin6_addr));
    if (destination.is_link_local() || destination.is_multicast()) to.sin6_scope_id = index;
    std::memcpy(&target.address, &to, sizeof to);
    target.length = sizeof to;
  }
  return target;
}

// Appends one ancillary item to a control buffer that is large enough for all of ours.
class Control {
 public:
  explicit Control(msghdr& header) : header_(header) {
    header.msg_control = octets_;
    header.msg_controllen = sizeof octets_;
    next_ = CMSG_FIRSTHDR(&header_);
  }
  template <class Value>
  void add(int level, int type, const Value& value) {
    next_->cmsg_level = level;
    next_->cmsg_type = type;
    next_->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(next_), &value, sizeof value);
    used_ += CMSG_SPACE(sizeof value);
    next_ = CMSG_NXTHDR(&header_, next_);
  }
  void finish() { header_.msg_controllen = used_; }

 private:
  msghdr& header_;
  alignas(cmsghdr) std::uint8_t octets_[kControlOctets] = {};
  cmsghdr* next_;
  std::size_t used_ = 0;
};

// How long the datagram has been waiting, by the kernel's stamp (SO_TIMESTAMPNS, socket(7)); zero without one.
Duration time_waited(msghdr& header) {
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_TIMESTAMPNS || item->cmsg_len < CMSG_LEN(sizeof(timespec))) continue;
    timespec arrived{};
    std::memcpy(&arrived, CMSG_DATA(item), sizeof arrived);
    return std::clamp(age_of(arrived), Duration::zero(), kWaitedMax);
  }
  return Duration::zero();
}

// Destination and hop limit of an IPv6 datagram; both are needed to judge it.
bool read_ancillary(msghdr& header, Packet& packet) {
  bool destination = false;
  bool hops = false;
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level != IPPROTO_IPV6) continue;
    if (item->cmsg_type == IPV6_PKTINFO && item->cmsg_len >= CMSG_LEN(sizeof(in6_pktinfo))) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(item), sizeof info);
      packet.destination = *IpAddress::from_octets(std::span(reinterpret_cast<const std::uint8_t*>(&info.ipi6_addr), 16));
      destination = true;
    }
    if (item->cmsg_type == IPV6_HOPLIMIT && item->cmsg_len >= CMSG_LEN(sizeof(int))) {
      int limit = 0;
      std::memcpy(&limit, CMSG_DATA(item), sizeof limit);
      packet.ttl = static_cast<std::uint8_t>(std::clamp(limit, 0, 255));
      hops = true;
    }
  }
  return destination && hops;
}

}  // namespace

AdvertSocket::Received AdvertSocket::receive(Buffer& buffer) {
  iovec part{buffer.data(), buffer.size()};
  sockaddr_in6 from{};
  alignas(cmsghdr) std::uint8_t control[kControlOctets];
  msghdr header{};
  header.msg_name = &from;
  header.msg_namelen = sizeof from;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  const ssize_t length = ::recvmsg(descriptor_.get(), &header, MSG_DONTWAIT);
  if (length < 0) return {errno != EAGAIN && errno != EWOULDBLOCK, {}, std::nullopt};
  if ((header.msg_flags & MSG_TRUNC) != 0) return {true, {}, std::nullopt};
  const Duration waited = time_waited(header);
  const auto datagram = std::span<const std::uint8_t>(buffer).first(static_cast<std::size_t>(length));
  if (key_.family == Family::kIpv4) return {true, waited, key_.header ? split_header(datagram) : split_ipv4(datagram)};
  Packet packet;
  if (!read_ancillary(header, packet)) return {true, waited, std::nullopt};
  packet.source = *IpAddress::from_octets(std::span(reinterpret_cast<const std::uint8_t*>(&from.sin6_addr), 16));
  packet.message = datagram;
  return {true, waited, packet};
}

Status AdvertSocket::send(std::span<const std::uint8_t> message, const IpAddress& source, const IpAddress& destination, std::uint8_t ttl) {
  Target target = target_of(destination, key_.index);
  iovec part{const_cast<std::uint8_t*>(message.data()), message.size()};
  msghdr header{};
  header.msg_name = &target.address;
  header.msg_namelen = target.length;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  Control control(header);
  const auto octets = source.octets();
  const int hops = ttl;
  if (key_.family == Family::kIpv4) {
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(key_.index);
    std::copy(octets.begin(), octets.end(), reinterpret_cast<std::uint8_t*>(&info.ipi_spec_dst));
    control.add(IPPROTO_IP, IP_PKTINFO, info);
    control.add(IPPROTO_IP, IP_TTL, hops);
  } else {
    in6_pktinfo info{};
    info.ipi6_ifindex = key_.index;
    std::copy(octets.begin(), octets.end(), reinterpret_cast<std::uint8_t*>(&info.ipi6_addr));
    control.add(IPPROTO_IPV6, IPV6_PKTINFO, info);
    control.add(IPPROTO_IPV6, IPV6_HOPLIMIT, hops);
  }
  control.finish();
  if (::sendmsg(descriptor_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return ok();
  const int code = errno;
  return Error{"advert from " + source.to_string() + " to " + destination.to_string() + ": " + std::strerror(code), code};
}

}  // namespace holdfast::vrrp
