// launcher: starts the fixed roles, opens the sockets and files on its menu. Its filter is inherited by what it starts, so it also holds what
// the dynamic linker and the roles' own set-up need; each role closes that door for itself. Rows for the users it may become are added by
// its main.cpp, which knows their numbers.
// SPDX-License-Identifier: Apache-2.0
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/ioctl.h>

#include "policy/baseline.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {
constexpr std::array kRules = {
    // Starting a role.
    allow(HF_CALL(clone), {equals(0, CLONE_PARENT | CLONE_PIDFD)}, "a child of its parent, held by descriptor; never a thread, never a namespace"),
    allow(HF_CALL(execveat), {equals(4, AT_EMPTY_PATH)}, "a role program, opened at start; Landlock refuses every other file"),
    allow(HF_CALL(pidfd_send_signal), "ends a child by the descriptor it holds"),
    allow(HF_CALL(fcntl), {equals(1, F_DUPFD_CLOEXEC)}, "the parent's copy of a process descriptor"),
    allow(HF_CALL(dup3), "descriptors of a child"), allow(HF_CALL(close_range), "nothing else reaches a child"),
    allow(HF_CALL(setgroups), "a child has no supplementary group"), allow(HF_CALL(capset), "a child keeps the rights of its role"),
    allow(HF_CALL(capget)), allow(HF_CALL(prctl), "capabilities, no_new_privs and name of a child"),
    // The menu.
    allow(HF_CALL(socket), {equals(0, AF_INET)}, "adverts, checks"), allow(HF_CALL(socket), {equals(0, AF_INET6)}, "adverts, checks"),
    allow(HF_CALL(socket), {equals(0, AF_PACKET)}, "announcements"), allow(HF_CALL(socket), {equals(0, AF_NETLINK)}, "ipvsd"),
    allow(HF_CALL(socket), {equals(0, AF_UNIX)}, "if_nametoindex() of the C library"),
    allow(HF_CALL(setsockopt), "prepares sockets before they leave its hands"),
    allow(HF_CALL(bind), "prepares sockets before they leave its hands"), allow(HF_CALL(connect), "checkerd"),
    allow(HF_CALL(getsockopt), {equals(1, SOL_SOCKET), equals(2, SO_DOMAIN)}, "a handed-over descriptor is what it should be"),
    allow(HF_CALL(getsockname)), allow(HF_CALL(getpeername)), allow(HF_CALL(recvmmsg)), allow(HF_CALL(sendmmsg)),
    allow(HF_CALL(ioctl), {equals(1, SIOCGIFINDEX)}, "index of an interface"), allow(HF_CALL(ioctl), {equals(1, SIOCGIFFLAGS)}, "state of an interface"),
    allow(HF_CALL(ioctl), {equals(1, SIOCGIFHWADDR)}, "MAC address of an interface"),
    allow(HF_CALL(ioctl), {equals(1, FIONREAD)}, "worker: how much a buffer should read"),
    allow(HF_CALL(openat), {without(2, O_CREAT | O_TRUNC | O_APPEND | O_RDWR | (O_TMPFILE & ~O_DIRECTORY))}, "configuration, libraries, sysctls of ipvsd; never creates"),
    allow(HF_CALL(readlinkat), "where a configuration file really is"), allow(HF_CALL(readlink), "where a configuration file really is"),
    // The dynamic linker and the set-up of a role, until it enters its own policy.
    allow(HF_CALL(mmap), {masked(2, PROT_EXEC | PROT_WRITE, PROT_EXEC)}, "dynamic linker of a child; never writable and executable"),
    allow(HF_CALL(mprotect), {masked(2, PROT_EXEC | PROT_WRITE, PROT_EXEC)}, "dynamic linker of a child; never writable and executable"),
#if !HF_INSTRUMENTED
    allow(HF_CALL(pread64)), allow(HF_CALL(getdents64), "ipvsd: processes that are counted"), allow(HF_CALL(prlimit64), {equals(0, 0)}, "limits of a child"),
#endif
    allow(HF_CALL(newfstatat), {equals(3, 0)}, "libraries of a child look for files"),
    allow(HF_CALL(set_tid_address)), allow(HF_CALL(set_robust_list)), allow(HF_CALL(arch_prctl)),
    allow(HF_CALL(getresuid)), allow(HF_CALL(getresgid)), allow(HF_CALL(getgroups)), allow(HF_CALL(umask)),
    allow(HF_CALL(chroot), "a child leaves the file system"), allow(HF_CALL(chdir), "a child leaves the file system"),
    allow(HF_CALL(seccomp), "a child enters its own policy"), allow(HF_CALL(landlock_create_ruleset)), allow(HF_CALL(landlock_add_rule)),
    allow(HF_CALL(landlock_restrict_self)), allow(HF_CALL(mlockall), "real-time roles"), allow(HF_CALL(munlockall)),
    allow(HF_CALL(sched_setscheduler), "real-time roles"), allow(HF_CALL(sched_getscheduler)), allow(HF_CALL(sched_getparam)),
    allow(HF_CALL(setpriority), "real-time roles"),
};
static_assert(dangerous_calls_say_why(kRules) && nothing_twice(kBaseline, kRules));

// Its main.cpp adds, for reading: the directories of the configuration and every entry of / but /proc /sys /dev /boot /root; for executing:
// the roles' programs, by descriptor. ipvsd, below it, writes sysctls and reads
// the names of processes; the launcher itself opens nothing there (parent/launcher/files.cpp).
constexpr std::array kGrants = {
    PathGrant{"/proc/sys/net", kRead | kWrite},
    PathGrant{"/proc", kRead},
    // Dynamic linkers.
    PathGrant{"/lib64/ld-linux-x86-64.so.2", kExecute},
    PathGrant{"/lib/ld-linux-aarch64.so.1", kExecute},
    PathGrant{"/lib/ld-musl-x86_64.so.1", kExecute},
    PathGrant{"/lib/ld-musl-aarch64.so.1", kExecute},
};
}  // namespace

constinit const Role kLauncher = {
    .name = "launcher",
    .user = "holdfast-launch",
    .fallback_uid = 61151,
    .capabilities = 1ULL << CAP_NET_ADMIN | 1ULL << CAP_NET_RAW,
    .optional_capabilities = 1ULL << CAP_SETUID | 1ULL << CAP_SETGID | 1ULL << CAP_SETPCAP | 1ULL << CAP_KILL | 1ULL << CAP_SYS_CHROOT |
                             1ULL << CAP_DAC_READ_SEARCH | 1ULL << CAP_NET_BIND_SERVICE,
    .root = RootDirectory::kKept,
    .limits = {.descriptors = 4096, .forks = true},
    .link_on_3 = true,
    .landlock = {.handled = true, .tcp_closed = false, .scoped = true, .abstract_closed = true, .grants = kGrants},
    .otherwise = Otherwise::kRefuse,
    .baseline = kBaseline,
    .rules = kRules,
    .purpose = "Starts the roles, opens the sockets and configuration files on its menu, ends a child.",
};

}  // namespace holdfast::policy
