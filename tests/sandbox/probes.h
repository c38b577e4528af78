// What is tried inside every policy: one system call each, with arguments that do no harm where it is allowed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

namespace holdfast::policy {

struct Probe {
  const char* name;
  const char* call;
  std::array<std::uint64_t, 6> arguments;
};

inline constexpr std::uint64_t kNone = ~std::uint64_t{0};  // a bad descriptor, a bad address, a bad flag
inline constexpr std::uint64_t kHere = 0xffffff9c;         // AT_FDCWD

// Calls by name alone; every argument is kNone.
inline constexpr std::array kPlainProbes = {
    "accept", "accept4", "acct", "add_key", "adjtimex", "arch_prctl", "bind", "bpf", "brk", "capget", "capset", "chdir", "chmod", "chown", "chroot",
    "clock_adjtime", "clock_getres", "clock_gettime", "clock_nanosleep", "clock_settime", "clone3", "close", "connect", "copy_file_range", "creat",
    "delete_module", "dup", "dup2", "dup3", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd2",
    "execve", "exit", "exit_group", "faccessat", "faccessat2", "fadvise64", "fallocate", "fanotify_init", "fanotify_mark", "fchdir", "fchmod",
    "fchmodat", "fchown", "fchownat", "fdatasync", "fgetxattr", "finit_module", "flistxattr", "flock", "fremovexattr", "fsconfig", "fsetxattr",
    "fsmount", "fsopen", "fspick", "fstat", "fstatfs", "fsync", "ftruncate", "futimesat", "get_mempolicy", "get_robust_list", "getcwd",
    "getdents64", "getegid", "geteuid", "getgid", "getgroups", "getitimer", "getpeername", "getpgid", "getpgrp", "getpid", "getppid", "getpriority",
    "getrandom", "getresgid", "getresuid", "getrlimit", "getrusage", "getsid", "getsockname", "gettid", "gettimeofday", "getuid", "getxattr",
    "init_module", "inotify_add_watch", "inotify_init1", "inotify_rm_watch", "io_destroy", "io_setup", "io_submit", "io_uring_enter",
    "io_uring_register", "io_uring_setup", "ioperm", "iopl", "ioprio_set", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "kill",
    "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "lchown", "lgetxattr", "link", "linkat", "listen", "lseek", "lstat",
    "madvise", "mbind", "membarrier", "memfd_create", "memfd_secret", "migrate_pages", "mincore", "mkdir", "mkdirat", "mknod", "mknodat", "mlock",
    "mlockall", "modify_ldt", "mount", "mount_setattr", "move_mount", "mq_open", "mremap", "msgget", "msync", "munlockall", "munmap",
    "name_to_handle_at", "nanosleep", "open", "open_by_handle_at", "open_tree", "openat2", "perf_event_open", "personality", "pidfd_getfd",
    "pidfd_open", "pidfd_send_signal", "pipe", "pipe2", "pivot_root", "pkey_alloc", "pkey_mprotect", "poll", "ppoll", "pread64", "preadv",
    "process_madvise", "process_vm_readv", "process_vm_writev", "pselect6", "ptrace", "pwrite64", "quotactl", "read", "readahead", "readlink",
    "readlinkat", "readv", "reboot", "recvfrom", "recvmmsg", "recvmsg", "remap_file_pages", "rename", "renameat", "renameat2", "request_key", "rmdir",
    "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigqueueinfo", "sched_getaffinity", "sched_setaffinity", "sched_setscheduler", "sched_yield",
    "seccomp", "select", "semget", "sendfile", "sendmmsg", "sendmsg", "sendto", "set_mempolicy", "set_robust_list", "set_tid_address",
    "setdomainname", "setfsgid", "setfsuid", "setgid", "setgroups", "sethostname", "setitimer", "setns", "setpgid", "setpriority", "setregid",
    "setresgid", "setresuid", "setreuid", "setrlimit", "setsid", "settimeofday", "setuid", "setxattr", "shmget", "shutdown", "sigaltstack",
    "signalfd4", "socketpair", "splice", "stat", "statfs", "statx", "swapoff", "swapon", "symlink", "symlinkat", "sysinfo", "syslog", "tee", "time",
    "timer_create", "timerfd_create", "timerfd_gettime", "timerfd_settime", "times", "tkill", "truncate", "umask", "umount2", "uname", "unlink",
    "unshare", "userfaultfd", "ustat", "utime", "utimensat", "vmsplice", "wait4", "waitid", "write", "writev",
};

// Calls whose arguments decide.
inline constexpr std::array kFilteredProbes = {
    Probe{"clone-fork", "clone", {17}},  // SIGCHLD
    Probe{"clone-thread", "clone", {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND, kNone}},  // refused by the kernel: a thread group is missing its stack
    Probe{"clone-user-namespace", "clone", {CLONE_NEWUSER | CLONE_THREAD, kNone}},
    Probe{"execveat-path", "execveat", {kHere, kNone, kNone, kNone, 0}},
    Probe{"execveat-descriptor", "execveat", {kNone, kNone, kNone, kNone, AT_EMPTY_PATH}},
    Probe{"fcntl-getfl", "fcntl", {kNone, F_GETFL}}, Probe{"fcntl-dupfd", "fcntl", {kNone, F_DUPFD}},
    Probe{"fcntl-setown", "fcntl", {kNone, F_SETOWN}}, Probe{"fcntl-setlk", "fcntl", {kNone, F_SETLK}},
    Probe{"fcntl-ofd-setlk", "fcntl", {kNone, F_OFD_SETLK, kNone}},
    Probe{"futex-wake", "futex", {kNone, 1, 1}},
    Probe{"getsockopt-error", "getsockopt", {kNone, SOL_SOCKET, SO_ERROR}}, Probe{"getsockopt-peercred", "getsockopt", {kNone, SOL_SOCKET, SO_PEERCRED}},
    Probe{"getsockopt-original-destination", "getsockopt", {kNone, SOL_IP, 80}},
    Probe{"ioctl-fionread", "ioctl", {kNone, FIONREAD}}, Probe{"ioctl-tiocsti", "ioctl", {kNone, TIOCSTI}}, Probe{"ioctl-siocsifflags", "ioctl", {kNone, 0x8914}},
    Probe{"mmap-read", "mmap", {0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, kNone, 0}},
    Probe{"mmap-execute", "mmap", {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, kNone, 0}},
    Probe{"mmap-write-execute", "mmap", {0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, kNone, 0}},
    Probe{"mprotect-read", "mprotect", {1, 4096, PROT_READ}}, Probe{"mprotect-execute", "mprotect", {1, 4096, PROT_EXEC}},
    Probe{"newfstatat-path", "newfstatat", {kHere, kNone, kNone, 0}}, Probe{"newfstatat-descriptor", "newfstatat", {kNone, kNone, kNone, AT_EMPTY_PATH}},
    Probe{"openat-read", "openat", {kHere, kNone, O_RDONLY}}, Probe{"openat-write", "openat", {kHere, kNone, O_WRONLY}},
    Probe{"openat-create", "openat", {kHere, kNone, O_WRONLY | O_CREAT, 0600}}, Probe{"openat-truncate", "openat", {kHere, kNone, O_WRONLY | O_TRUNC}},
    Probe{"openat-beside-descriptor", "openat", {5, kNone, O_RDONLY}},
    Probe{"prctl-name", "prctl", {15, kNone}}, Probe{"prctl-dumpable", "prctl", {4, 2}},
    Probe{"prlimit64-own", "prlimit64", {0, kNone, kNone}}, Probe{"prlimit64-other", "prlimit64", {1, kNone, kNone}},
    Probe{"sendto-no-address", "sendto", {kNone, 0, 0, 0, 0, 0}}, Probe{"sendto-address", "sendto", {kNone, kNone, 1, 0, kNone, 16}},
    Probe{"setsockopt-reuseaddr", "setsockopt", {kNone, SOL_SOCKET, SO_REUSEADDR}}, Probe{"setsockopt-device", "setsockopt", {kNone, SOL_SOCKET, SO_BINDTODEVICE}},
    Probe{"setsockopt-mark", "setsockopt", {kNone, SOL_SOCKET, SO_MARK}}, Probe{"setsockopt-filter", "setsockopt", {kNone, SOL_SOCKET, SO_ATTACH_FILTER}},
    Probe{"setsockopt-nodelay", "setsockopt", {kNone, IPPROTO_TCP, TCP_NODELAY}}, Probe{"setsockopt-ulp", "setsockopt", {kNone, IPPROTO_TCP, TCP_ULP}},
    Probe{"setsockopt-hdrincl", "setsockopt", {kNone, IPPROTO_IP, IP_HDRINCL}}, Probe{"setsockopt-iptables", "setsockopt", {kNone, IPPROTO_IP, 64}},
    Probe{"socket-tcp", "socket", {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0}}, Probe{"socket-udp6", "socket", {AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0}},
    Probe{"socket-raw", "socket", {AF_INET, SOCK_RAW, 255 + 1}}, Probe{"socket-packet", "socket", {AF_PACKET, 99, 0}},
    Probe{"socket-netlink", "socket", {AF_NETLINK, SOCK_RAW, 99}}, Probe{"socket-unix-stream", "socket", {AF_UNIX, SOCK_STREAM, 99}},
    Probe{"socket-unix-datagram", "socket", {AF_UNIX, SOCK_DGRAM, 99}}, Probe{"socket-vsock", "socket", {AF_VSOCK, SOCK_STREAM, 0}},
    Probe{"socket-alg", "socket", {AF_ALG, SOCK_SEQPACKET, 0}}, Probe{"socket-bluetooth", "socket", {AF_BLUETOOTH, SOCK_RAW, 1}},
    Probe{"tgkill-other", "tgkill", {1, 1, 0}}, Probe{"unlinkat-name", "unlinkat", {kHere, kNone, 0}},
    Probe{"unlinkat-directory", "unlinkat", {kHere, kNone, AT_REMOVEDIR}},
};

}  // namespace holdfast::policy
