// ipvsd: the one process that changes the kernel. Its netlink sockets are open before enter(); files are those below /proc/sys/net,
// which has become its root directory, and through a descriptor of /proc the names of processes.
// SPDX-License-Identifier: Apache-2.0
#include <linux/capability.h>

#include "policy/baseline.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {
constexpr std::array kRules = {
    HF_READLINK,
    allow(HF_CALL(recvmmsg), "netlink notifications"),
    allow(HF_CALL(sendmmsg), "bursts of announcements"),
    allow(HF_CALL(getsockname), "libmnl"),
#if !HF_INSTRUMENTED
    allow(HF_CALL(getdents64), "processes that vrrp_track_process counts"),
#endif
#if !HF_INSTRUMENTED
    allow(HF_CALL(openat), {without(2, O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))}, "sysctls below /proc/sys/net, its root directory; names of processes"),
#endif
};
static_assert(sound(kRules) && nothing_twice(kBaseline, kRules));

constexpr std::array kGrants = {
    PathGrant{"/proc/sys/net", kRead | kWrite},
    PathGrant{"/proc", kRead},
};
}  // namespace

constinit const Role kIpvsd = {
    .name = "ipvsd",
    .user = "holdfast-ipvs",
    .fallback_uid = 61153,
    .capabilities = 1ULL << CAP_NET_ADMIN,
    .optional_capabilities = 0,
    .root = RootDirectory::kProcSysNet,
    .limits = {.descriptors = 1024},
    .link_on_3 = true,
    .landlock = {.handled = true, .tcp_closed = true, .scoped = true, .abstract_closed = true, .grants = kGrants},
    .otherwise = Otherwise::kKill,
    .baseline = kBaseline,
    .rules = kRules,
    .purpose = "Writes addresses, routes, links and IPVS through netlink, exactly as its plan allows; sends gratuitous ARP and NA.",
};

}  // namespace holdfast::policy
