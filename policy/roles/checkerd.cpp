// checkerd: the only process that connects. It reads nothing from a server; the connected descriptor goes to a worker.
// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "policy/baseline.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {
constexpr Condition kStream = masked(1, 0xf, SOCK_STREAM);  // beside SOCK_NONBLOCK and SOCK_CLOEXEC
constexpr Condition kDatagram = masked(1, 0xf, SOCK_DGRAM);

constexpr Rule option(std::uint32_t level, std::uint32_t name, std::string_view reason) {
  return allow(HF_CALL(setsockopt), {equals(1, level), equals(2, name)}, reason);
}

constexpr std::array kRules = {
    HF_READLINK,
    allow(HF_CALL(socket), {equals(0, AF_INET), kStream}, "TCP checks over IPv4"),
    allow(HF_CALL(socket), {equals(0, AF_INET), kDatagram}, "UDP and DNS checks over IPv4"),
    allow(HF_CALL(socket), {equals(0, AF_INET6), kStream}, "TCP checks over IPv6"),
    allow(HF_CALL(socket), {equals(0, AF_INET6), kDatagram}, "UDP and DNS checks over IPv6"),
    refuse(HF_CALL(socketpair), EPERM, "links are made by the parent"),
    allow(HF_CALL(connect), "the one purpose of this process"),
    allow(HF_CALL(bind), "bindto, bind_port"),
    allow(HF_CALL(getsockname)), allow(HF_CALL(getpeername)),
    option(SOL_SOCKET, SO_REUSEADDR, "bind_port"),
    option(SOL_SOCKET, SO_KEEPALIVE, "long checks"),
    option(SOL_SOCKET, SO_LINGER, "a check leaves no TIME_WAIT behind"),
    option(SOL_SOCKET, SO_RCVBUF, "small buffers for many checks"),
    option(SOL_SOCKET, SO_SNDBUF, "small buffers for many checks"),
    option(SOL_SOCKET, SO_BINDTODEVICE, "bind_if; the kernel allows the first bind only"),
    option(SOL_SOCKET, SO_MARK, "fwmark; refused by the kernel without NET_RAW"),
    option(SOL_SOCKET, SO_PRIORITY, "class of service, up to 6"),
    option(IPPROTO_TCP, TCP_NODELAY, "short requests"),
    option(IPPROTO_TCP, TCP_SYNCNT, "a connect ends with its time limit"),
    option(IPPROTO_TCP, TCP_USER_TIMEOUT, "a connect ends with its time limit"),
    option(IPPROTO_TCP, TCP_QUICKACK, "fewer packets per check"),
    option(IPPROTO_IP, IP_TOS, "class of service"),
    option(IPPROTO_IP, IP_TTL, "hop limit of checks"),
    option(IPPROTO_IP, IP_RECVERR, "an ICMP error ends a UDP check"),
    option(IPPROTO_IP, IP_MTU_DISCOVER, "datagrams may be fragmented"),
    option(IPPROTO_IP, IP_FREEBIND, "bindto an address that is not there yet"),
    option(IPPROTO_IPV6, IPV6_V6ONLY, "one family per socket"),
    option(IPPROTO_IPV6, IPV6_TCLASS, "class of service"),
    option(IPPROTO_IPV6, IPV6_UNICAST_HOPS, "hop limit of checks"),
    option(IPPROTO_IPV6, IPV6_RECVERR, "an ICMP error ends a UDP check"),
};
static_assert(sound(kRules) && nothing_twice(kBaseline, kRules));
}  // namespace

constinit const Role kCheckerd = {
    .name = "checkerd",
    .user = "holdfast-check",
    .fallback_uid = 61154,
    .capabilities = 0,
    .optional_capabilities = 0,
    .root = RootDirectory::kEmpty,
    .limits = {.descriptors = 65536},
    .link_on_3 = true,
    .landlock = {.handled = true, .tcp_closed = false, .scoped = true, .abstract_closed = true, .grants = {}},
    .otherwise = Otherwise::kKill,
    .baseline = kBaseline,
    .rules = kRules,
    .purpose = "Schedules checks, connects to configured targets, decides up, down and quorum; tells ipvsd the weights.",
};

}  // namespace holdfast::policy
