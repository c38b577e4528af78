// parent: reads configuration from descriptors that the launcher opened, decides, supervises. Local sockets only; its files are the run
// and state directories and the dumps that tools read. Abstract sockets stay open, because the service manager's may be one.
// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>

#include "policy/baseline.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {
constexpr std::array kRules = {
    HF_READLINK,
    allow(HF_CALL(socket), {equals(0, AF_UNIX), masked(1, 0xf, SOCK_STREAM)}, "control socket"),
    allow(HF_CALL(socket), {equals(0, AF_UNIX), masked(1, 0xf, SOCK_DGRAM)}, "syslog and the service manager"),
    allow(HF_CALL(socket), {equals(0, AF_UNIX), masked(1, 0xf, SOCK_SEQPACKET)}, "control socket"),
    allow(HF_CALL(socketpair), {equals(0, AF_UNIX)}, "links of its children"),
    allow(HF_CALL(bind), "control socket; only local sockets exist"), allow(HF_CALL(listen), "control socket"),
    allow(HF_CALL(accept4), "control socket"), allow(HF_CALL(connect), "syslog and the service manager; only local sockets exist"),
    allow(HF_CALL(getsockname)), allow(HF_CALL(getpeername)),
    allow(HF_CALL(getsockopt), {equals(1, SOL_SOCKET), equals(2, SO_PEERCRED)}, "who asks on the control socket"),
    allow(HF_CALL(getsockopt), {equals(1, SOL_SOCKET), equals(2, SO_PEERGROUPS)}, "who asks on the control socket"),
    allow(HF_CALL(getsockopt), {equals(1, SOL_SOCKET), equals(2, SO_SNDBUF)}, "libsystemd looks before it enlarges"),
    allow(HF_CALL(setsockopt), {equals(1, SOL_SOCKET), equals(2, SO_SNDBUF)}, "long messages to the service manager and children"),
    allow(HF_CALL(setsockopt), {equals(1, SOL_SOCKET), equals(2, SO_SNDBUFFORCE)}, "libsystemd tries; the kernel refuses"),
    allow(HF_CALL(setsockopt), {equals(1, SOL_SOCKET), equals(2, SO_RCVBUF)}, "links of its children"),
    allow(HF_CALL(signalfd4)), allow(HF_CALL(waitid)), allow(HF_CALL(wait4)),
    allow(HF_CALL(pwrite64)), allow(HF_CALL(fsync)), allow(HF_CALL(umask)), allow(HF_CALL(getrusage)), allow(HF_CALL(times)),
    allow(HF_CALL(sendmmsg)), allow(HF_CALL(recvmmsg)), allow(HF_CALL(timerfd_gettime)),
    allow(HF_CALL(ioctl), {equals(1, FIONREAD)}, "libevent: how much a buffer should read"),
#if !HF_INSTRUMENTED
    allow(HF_CALL(getdents64)), allow(HF_CALL(pread64)), allow(HF_CALL(prlimit64), {equals(0, 0)}, "reads its own limits"),
    refuse(HF_CALL(mkdir), EPERM, "directories are made by packaging"),
    allow(HF_CALL(openat), {equals(0, 0xffffff9cU), without(2, O_PATH | (O_TMPFILE & ~O_DIRECTORY))}, "dumps and the run directory; Landlock allows nothing else"),
    allow(HF_CALL(ftruncate), "dumps and the log file"),
#endif
    allow(HF_CALL(newfstatat), {equals(3, 0)}, "dumps: what is at a name"),
    allow(HF_CALL(newfstatat), {equals(3, AT_SYMLINK_NOFOLLOW)}, "dumps: what is at a name"),
    allow(HF_CALL(stat)), allow(HF_CALL(lstat)),
    allow(HF_CALL(rename), "dumps appear whole"), allow(HF_CALL(renameat), "dumps appear whole"),
    allow(HF_CALL(renameat2), "dumps appear whole"), allow(HF_CALL(unlink), "its control socket and dumps"),
    allow(HF_CALL(unlinkat), "its control socket and dumps"), allow(HF_CALL(fchmod), "mode of a dump"), allow(HF_CALL(chmod), "mode of the control socket"),
    allow(HF_CALL(fchmodat), "mode of the control socket"),
    allow(HF_CALL(inotify_init1)), allow(HF_CALL(inotify_add_watch)), allow(HF_CALL(inotify_rm_watch)),
    refuse(HF_CALL(getcwd), EPERM, "library probes"),
};
static_assert(sound(kRules) && nothing_twice(kBaseline, kRules));

constexpr std::array kGrants = {
    PathGrant{"/run/holdfast", kRead | kWrite | kCreate},
    PathGrant{"/var/lib/holdfast", kRead | kWrite | kCreate},
    PathGrant{"/tmp", kRead | kWrite | kCreate},
    PathGrant{"/dev/null", kRead | kWrite},
    PathGrant{"/dev/log", kRead | kWrite},
    PathGrant{"/run/systemd", kRead | kWrite},
    PathGrant{"/etc/localtime", kRead},
    PathGrant{"/usr/share/zoneinfo", kRead},
};
}  // namespace

constinit const Role kParent = {
    .name = "parent",
    .user = "holdfast",
    .fallback_uid = 61150,
    .capabilities = 0,
    .optional_capabilities = 0,
    .root = RootDirectory::kKept,
    .limits = {.descriptors = 65536},
    .link_on_3 = true,
    .landlock = {.handled = true, .tcp_closed = true, .scoped = true, .abstract_closed = false, .grants = kGrants},
    .otherwise = Otherwise::kKill,
    .baseline = kBaseline,
    .rules = kRules,
    .purpose = "Reads the configuration, makes the plans, supervises its children, owns the control socket.",
};

}  // namespace holdfast::policy
