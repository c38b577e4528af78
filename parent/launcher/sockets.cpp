// Every option is set here and is an error if the kernel refuses it. ip(7), ipv6(7), packet(7), socket(7).
// SPDX-License-Identifier: Apache-2.0
#include "parent/launcher/sockets.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace holdfast::launcher {

namespace {

constexpr int kVrrpProtocol = 112;
constexpr int kHeaderProtocol = 51;         // authentication header
constexpr int kInternetworkControl = 0xc0;  // TOS and traffic class of adverts
constexpr int kSendPriority = 6;            // the highest without CAP_NET_ADMIN, as keepalived
constexpr int kReceiveBuffer = 1 << 20;     // adverts of thousands of routers during a stall of some milliseconds
constexpr int kChecksumOffset = 6;          // of a VRRP packet
constexpr int kMulticastAllIpv6 = 29;       // IPV6_MULTICAST_ALL, Linux 4.20

Status set(const Fd& socket, int level, int name, const void* value, socklen_t size, const char* text) {
  if (setsockopt(socket.get(), level, name, value, size) != 0) return Error{std::string("socket option ") + text, errno};
  return ok();
}
Status set(const Fd& socket, int level, int name, int value, const char* text) { return set(socket, level, name, &value, sizeof value, text); }
#define HF_SET(socket, level, name, value) HF_OK(set(socket, level, name, value, #name))

Result<Fd> open_socket(int family, int type, int protocol, const char* noun) {
  Fd socket(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (!socket) return Error{noun, errno};
  return socket;
}

Status set_common(const Fd& socket, const Request& request) {
  if (request.interface_index != 0) HF_SET(socket, SOL_SOCKET, SO_BINDTOIFINDEX, static_cast<int>(request.interface_index));
  // The forced form needs CAP_NET_ADMIN in the initial user namespace.
  if (!set(socket, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer, "SO_RCVBUFFORCE")) HF_SET(socket, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  return ok();
}

Status prepare_ipv4(const Fd& socket, const Request& request) {
  HF_SET(socket, IPPROTO_IP, IP_TTL, request.ttl);
  HF_SET(socket, IPPROTO_IP, IP_TOS, kInternetworkControl);
  // An authentication header covers the identification of the IP header, which Linux leaves 0 only where DF is set.
  HF_SET(socket, IPPROTO_IP, IP_MTU_DISCOVER, request.header != 0 ? IP_PMTUDISC_PROBE : IP_PMTUDISC_DONT);
  HF_SET(socket, IPPROTO_IP, IP_PKTINFO, 1);
  HF_SET(socket, IPPROTO_IP, IP_MULTICAST_ALL, 0);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  if (request.unicast != 0) {
    if (request.has_source == 0) return ok();
    HF_SET(socket, IPPROTO_IP, IP_FREEBIND, 1);
    std::memcpy(&own.sin_addr, request.source, sizeof own.sin_addr);
  } else {
    ip_mreqn membership{};
    membership.imr_ifindex = static_cast<int>(request.interface_index);
    std::memcpy(&membership.imr_multiaddr, request.group, sizeof membership.imr_multiaddr);
    if (!IN_MULTICAST(ntohl(membership.imr_multiaddr.s_addr))) return Error{"advert socket: the group is not a multicast address", EINVAL};
    if (request.has_source != 0) HF_SET(socket, IPPROTO_IP, IP_TRANSPARENT, 1);  // mcast_src_ip need not be an address of this host
    HF_SET(socket, IPPROTO_IP, IP_MULTICAST_TTL, request.ttl);
    HF_SET(socket, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    HF_OK(set(socket, IPPROTO_IP, IP_MULTICAST_IF, &membership, sizeof membership, "IP_MULTICAST_IF"));
    HF_OK(set(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership, "IP_ADD_MEMBERSHIP"));
    own.sin_addr = membership.imr_multiaddr;  // receives what is sent to the group; the source of what it sends stays open
  }
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return Error{"advert socket bind", errno};
  return ok();
}

Status prepare_ipv6(const Fd& socket, const Request& request) {
  HF_SET(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, request.ttl);
  HF_SET(socket, IPPROTO_IPV6, IPV6_TCLASS, kInternetworkControl);
  HF_SET(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
  HF_SET(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  HF_SET(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  HF_SET(socket, IPPROTO_IPV6, IPV6_CHECKSUM, kChecksumOffset);
  HF_SET(socket, IPPROTO_IPV6, kMulticastAllIpv6, 0);
  sockaddr_in6 own{};
  own.sin6_family = AF_INET6;
  if (request.unicast != 0) {
    if (request.has_source == 0) return ok();
    HF_SET(socket, IPPROTO_IPV6, IPV6_FREEBIND, 1);
    std::memcpy(&own.sin6_addr, request.source, sizeof own.sin6_addr);
  } else {
    ipv6_mreq membership{};
    membership.ipv6mr_interface = request.interface_index;
    std::memcpy(&membership.ipv6mr_multiaddr, request.group, sizeof membership.ipv6mr_multiaddr);
    if (!IN6_IS_ADDR_MULTICAST(&membership.ipv6mr_multiaddr)) return Error{"advert socket: the group is not a multicast address", EINVAL};
    if (request.has_source != 0) HF_SET(socket, IPPROTO_IPV6, IPV6_FREEBIND, 1);
    HF_SET(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, request.ttl);
    HF_SET(socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
    HF_SET(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(request.interface_index));
    HF_OK(set(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, &membership, sizeof membership, "IPV6_JOIN_GROUP"));
    own.sin6_addr = membership.ipv6mr_multiaddr;
  }
  if (IN6_IS_ADDR_LINKLOCAL(&own.sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL(&own.sin6_addr)) own.sin6_scope_id = request.interface_index;
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return Error{"advert socket bind", errno};
  return ok();
}

Status lock_filter(const Fd& socket, std::uint32_t accepted_octets) {
  sock_filter answer = BPF_STMT(BPF_RET | BPF_K, accepted_octets);
  const sock_fprog program{1, &answer};
  HF_OK(set(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program, "SO_ATTACH_FILTER"));
  return set(socket, SOL_SOCKET, SO_LOCK_FILTER, 1, "SO_LOCK_FILTER");
}

}  // namespace

Result<Fd> open_advert_socket(const Request& request) {
  const bool ipv4 = request.family == 4;
  if ((!ipv4 && request.family != 6) || request.ttl == 0 || (request.unicast == 0 && request.interface_index == 0)) {
    return Error{"advert socket: family 4 or 6, a TTL, and an interface for multicast expected", EINVAL};
  }
  if (request.header > 1 || (request.header == 1 && !ipv4)) return Error{"advert socket: an authentication header is for IPv4", EINVAL};
  HF_TRY(Fd socket, open_socket(ipv4 ? AF_INET : AF_INET6, SOCK_RAW, request.header != 0 ? kHeaderProtocol : kVrrpProtocol, "advert socket"));
  HF_OK(set_common(socket, request));
  HF_OK(ipv4 ? prepare_ipv4(socket, request) : prepare_ipv6(socket, request));
  HF_SET(socket, SOL_SOCKET, SO_TIMESTAMPNS, 1);           // down timers run from the arrival of an advert, not from its reading
  HF_SET(socket, SOL_SOCKET, SO_PRIORITY, kSendPriority);  // after IP_TOS, which sets it too
  return socket;
}

Result<Fd> open_announce_socket() {
  HF_TRY(Fd socket, open_socket(AF_PACKET, SOCK_RAW, 0, "announce socket"));
  HF_OK(lock_filter(socket, 0));
  return socket;
}

namespace {

constexpr std::uint16_t kBfdPort = 3784;
constexpr std::uint16_t kBfdMultihopPort = 4784;
constexpr std::uint16_t kBfdSourceFirst = 49152;
constexpr std::uint32_t kBfdSourcePorts = 65536 - kBfdSourceFirst;

int bind_port(const Fd& socket, const Request& request, std::uint16_t port) {
  if (request.family == 4) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_port = htons(port);
    if (request.has_source != 0) std::memcpy(&own.sin_addr, request.source, sizeof own.sin_addr);
    return bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 ? 0 : errno;
  }
  sockaddr_in6 own{};
  own.sin6_family = AF_INET6;
  own.sin6_port = htons(port);
  if (request.has_source != 0) std::memcpy(&own.sin6_addr, request.source, sizeof own.sin6_addr);
  return bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 ? 0 : errno;
}

Status prepare_bfd_sender(const Fd& socket, const Request& request) {
  if (request.family == 4) {
    HF_SET(socket, IPPROTO_IP, IP_TTL, request.ttl);
    HF_SET(socket, IPPROTO_IP, IP_TOS, kInternetworkControl);
    HF_SET(socket, IPPROTO_IP, IP_FREEBIND, 1);
  } else {
    HF_SET(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, request.ttl);
    HF_SET(socket, IPPROTO_IPV6, IPV6_TCLASS, kInternetworkControl);
    HF_SET(socket, IPPROTO_IPV6, IPV6_FREEBIND, 1);
  }
  HF_SET(socket, SOL_SOCKET, SO_PRIORITY, kSendPriority);
  HF_OK(lock_filter(socket, 0));
  std::uint32_t place = 0;
  if (getrandom(&place, sizeof place, 0) != static_cast<ssize_t>(sizeof place)) return Error{"BFD socket: no random port", EAGAIN};
  int code = EADDRINUSE;
  for (std::uint32_t tried = 0; tried < kBfdSourcePorts && code == EADDRINUSE; ++tried) {
    code = bind_port(socket, request, static_cast<std::uint16_t>(kBfdSourceFirst + (place + tried) % kBfdSourcePorts));
  }
  if (code != 0) return Error{"BFD socket bind", code};
  return ok();
}

}  // namespace

Result<Fd> open_bfd_socket(const Request& request) {
  if ((request.family != 4 && request.family != 6) || request.multihop > 1 || request.ttl == 0) {
    return Error{"BFD socket: family 4 or 6 and a TTL expected", EINVAL};
  }
  const bool ipv4 = request.family == 4;
  HF_TRY(Fd socket, open_socket(ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0, "BFD socket"));
  if (!ipv4) HF_SET(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (request.unicast != 0) {
    HF_OK(prepare_bfd_sender(socket, request));
    return socket;
  }
  if (ipv4) HF_SET(socket, IPPROTO_IP, IP_RECVTTL, 1);
  else HF_SET(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  if (const int code = bind_port(socket, request, request.multihop != 0 ? kBfdMultihopPort : kBfdPort); code != 0) return Error{"BFD socket bind", code};
  return socket;
}

// Receives echo replies only.
static Result<Fd> open_ping_socket(bool ipv4) {
  if (ipv4) {
    HF_TRY(Fd socket, open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP, "ping socket"));
    const icmp_filter replies{~(1U << ICMP_ECHOREPLY)};
    HF_OK(set(socket, SOL_RAW, ICMP_FILTER, &replies, sizeof replies, "ICMP_FILTER"));
    return socket;
  }
  HF_TRY(Fd socket, open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, "ping socket"));
  icmp6_filter replies{};
  ICMP6_FILTER_SETBLOCKALL(&replies);
  ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &replies);
  HF_OK(set(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &replies, sizeof replies, "ICMP6_FILTER"));
  return socket;
}

static Result<Fd> open_kind(const Request& request, bool ipv4) {
  const int family = ipv4 ? AF_INET : AF_INET6;
  switch (static_cast<CheckSocket>(request.kind)) {
    case CheckSocket::kStream: return open_socket(family, SOCK_STREAM, IPPROTO_TCP, "check socket");
    case CheckSocket::kDatagram: return open_socket(family, SOCK_DGRAM, IPPROTO_UDP, "check socket");
    case CheckSocket::kPing: return open_ping_socket(ipv4);
  }
  return Error{"check socket: a kind of 0 to 2 expected", EINVAL};
}

Result<Fd> open_check_socket(const Request& request) {
  const bool ipv4 = request.family == 4;
  if (!ipv4 && request.family != 6) return Error{"check socket: family 4 or 6 expected", EINVAL};
  HF_TRY(Fd socket, open_kind(request, ipv4));
  if (request.interface[0] != '\0') {
    HF_OK(set(socket, SOL_SOCKET, SO_BINDTODEVICE, request.interface, sizeof request.interface, "SO_BINDTODEVICE"));
  }
  if (request.mark != 0) HF_OK(set(socket, SOL_SOCKET, SO_MARK, &request.mark, sizeof request.mark, "SO_MARK"));
  if (request.has_source == 0 && request.port == 0) return socket;
  if (request.port != 0) HF_SET(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  const std::uint16_t port = static_cast<CheckSocket>(request.kind) == CheckSocket::kPing ? std::uint16_t{0} : htons(request.port);
  sockaddr_in own{.sin_family = AF_INET, .sin_port = port};
  sockaddr_in6 own6{.sin6_family = AF_INET6, .sin6_port = port};
  std::memcpy(&own.sin_addr, request.source, sizeof own.sin_addr);
  std::memcpy(&own6.sin6_addr, request.source, sizeof own6.sin6_addr);
  const auto* address = ipv4 ? reinterpret_cast<const sockaddr*>(&own) : reinterpret_cast<const sockaddr*>(&own6);
  if (bind(socket.get(), address, ipv4 ? sizeof own : sizeof own6) != 0) return Error{"check socket bind", errno};
  return socket;
}

Result<Interface> lookup_interface(const char* name) {
  HF_TRY(const Fd socket, open_socket(AF_INET, SOCK_DGRAM, 0, "interface lookup"));
  ifreq request{};
  std::strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
  if (ioctl(socket.get(), SIOCGIFINDEX, &request) != 0) return Error{std::string("interface ") + name, errno};
  const auto index = static_cast<std::uint32_t>(request.ifr_ifindex);
  if (ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return Error{std::string("interface ") + name, errno};
  Interface interface{index, static_cast<std::uint16_t>(request.ifr_flags), std::nullopt};
  if (ioctl(socket.get(), SIOCGIFHWADDR, &request) == 0 && request.ifr_hwaddr.sa_family == ARPHRD_ETHER) {
    std::memcpy(interface.hardware.emplace().data(), request.ifr_hwaddr.sa_data, sizeof(HardwareAddress));
  }
  return interface;
}

}  // namespace holdfast::launcher
