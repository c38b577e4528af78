// What every filtered role needs to run at all: the C library, libevent's loop, protobuf, memory, and its inherited links.
// Knows no role.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <array>
#include <cerrno>

#include "policy/check.h"
#include "policy/rule.h"

// Set by the build for sanitizers and coverage only: their runtimes open files and read /proc.
#ifndef HF_INSTRUMENTED
#define HF_INSTRUMENTED 0
#endif

namespace holdfast::policy {

inline constexpr std::array kBaseline = {
    // Descriptors that are already there.
    allow(HF_CALL(read)), allow(HF_CALL(write)), allow(HF_CALL(readv)), allow(HF_CALL(writev)), allow(HF_CALL(close)),
    allow(HF_CALL(sendmsg)), allow(HF_CALL(recvmsg)), allow(HF_CALL(sendto)), allow(HF_CALL(recvfrom)), allow(HF_CALL(shutdown)),
    allow(HF_CALL(fstat)), allow(HF_CALL(lseek)),
    allow(HF_CALL(fcntl), {equals(1, F_GETFL)}, "libevent: non-blocking descriptors"),
    allow(HF_CALL(fcntl), {equals(1, F_SETFL)}, "libevent: non-blocking descriptors"),
    allow(HF_CALL(fcntl), {equals(1, F_GETFD)}, "libevent: close-on-exec"),
    allow(HF_CALL(fcntl), {equals(1, F_SETFD)}, "libevent: close-on-exec"),
    allow(HF_CALL(getsockopt), {equals(1, SOL_SOCKET), equals(2, SO_ERROR)}, "why a descriptor became writable"),
    allow(HF_CALL(getsockopt), {equals(1, SOL_SOCKET), equals(2, SO_TYPE)}, "a handed-over descriptor is what it should be"),
    allow(HF_CALL(newfstatat), {equals(3, AT_EMPTY_PATH)}, "fstat() of glibc before 2.39; no path"),
    // The loop.
    allow(HF_CALL(epoll_create1)), allow(HF_CALL(epoll_ctl)), allow(HF_CALL(epoll_wait)), allow(HF_CALL(epoll_pwait)),
    allow(HF_CALL(epoll_pwait2)), allow(HF_CALL(timerfd_create)), allow(HF_CALL(timerfd_settime)), allow(HF_CALL(pipe2)),
    allow(HF_CALL(eventfd2)), allow(HF_CALL(poll)), allow(HF_CALL(ppoll)),
    // Time.
    allow(HF_CALL(clock_gettime)), allow(HF_CALL(clock_getres)), allow(HF_CALL(clock_nanosleep)), allow(HF_CALL(nanosleep)),
    allow(HF_CALL(gettimeofday)), allow(HF_CALL(time)),
    // Memory, never executable.
    allow(HF_CALL(brk)), allow(HF_CALL(munmap)), allow(HF_CALL(madvise)),
    allow(HF_CALL(mmap), {without(2, PROT_EXEC)}, "memory of the allocator, never executable"),
    allow(HF_CALL(mprotect), {without(2, PROT_EXEC)}, "guard pages, never executable"),
    allow(HF_CALL(mremap), "realloc of large blocks; cannot change protection"),
    // Signals and the end.
    allow(HF_CALL(rt_sigreturn)), allow(HF_CALL(rt_sigprocmask)), allow(HF_CALL(rt_sigaction)), allow(HF_CALL(sigaltstack)),
    allow(HF_CALL(restart_syscall)), allow(HF_CALL(exit)), allow(HF_CALL(exit_group)),
    allow_on_self(HF_CALL(tgkill), "abort(): only this process"),
    // Of the C library.
    allow(HF_CALL(getpid)), allow(HF_CALL(gettid)), allow(HF_CALL(getppid)), allow(HF_CALL(getuid)), allow(HF_CALL(geteuid)),
    allow(HF_CALL(getgid)), allow(HF_CALL(getegid)), allow(HF_CALL(getrandom)), allow(HF_CALL(futex)), allow(HF_CALL(sched_yield)),
    allow(HF_CALL(rseq)), allow(HF_CALL(membarrier)), allow(HF_CALL(uname)),
    // Asked for by libraries that can live without.
    refuse(HF_CALL(access), EPERM, "library probes"), refuse(HF_CALL(faccessat), EPERM, "library probes"),
    refuse(HF_CALL(faccessat2), EPERM, "library probes"), refuse(HF_CALL(statx), EPERM, "library probes"),
    refuse(HF_CALL(sysinfo), EPERM, "qsort and the self-check of enter()"),
    refuse(HF_CALL(sched_getaffinity), EPERM, "processor count"), refuse(HF_CALL(clone3), ENOSYS, "falls back to clone, which kills"),
    refuse(HF_CALL(futex_waitv), ENOSYS, "falls back to futex"),
#if HF_INSTRUMENTED
    allow(HF_CALL(openat), {equals(0, 0xffffff9cU), without(2, O_TMPFILE & ~O_DIRECTORY)}, "sanitizer and coverage runtimes: reports, counters"),
    allow(HF_CALL(getpgrp)), allow(HF_CALL(getdents64)), allow(HF_CALL(prlimit64)),
    allow(HF_CALL(fcntl), {equals(1, F_SETLKW)}, "coverage counters are locked"),
    allow(HF_CALL(ftruncate), "coverage counters"), allow(HF_CALL(mkdir)), allow(HF_CALL(pread64)),
#endif
};
static_assert(sound(kBaseline) && nothing_twice(kBaseline));

// A row of every role but the launcher.
#if HF_INSTRUMENTED
#define HF_READLINK allow(HF_CALL(readlink), "sanitizer runtimes"), allow(HF_CALL(readlinkat), "sanitizer runtimes")
#else
#define HF_READLINK refuse(HF_CALL(readlink), EPERM, "library probes"), refuse(HF_CALL(readlinkat), EPERM, "library probes")
#endif

}  // namespace holdfast::policy
