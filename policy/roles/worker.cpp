// worker: parses what servers answer, on descriptors that checkerd connected. Like vrrpd, plus what OpenSSL and libevent's buffers ask for.
// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>

#include "policy/baseline.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {
constexpr std::array kRules = {
    HF_READLINK,
    allow(HF_CALL(ioctl), {equals(1, FIONREAD)}, "libevent: how much a buffer should read"),
    allow(HF_CALL(getsockname), "libevent: HTTP over a handed-over descriptor"),
    allow(HF_CALL(getpeername), "libevent: HTTP over a handed-over descriptor"),
#if !HF_INSTRUMENTED
    refuse(HF_CALL(openat), ENOENT, "OpenSSL looks for optional files"),
#endif
};
static_assert(sound(kRules) && nothing_twice(kBaseline, kRules));
}  // namespace

constinit const Role kWorker = {
    .name = "worker",
    .user = "holdfast-check",
    .fallback_uid = 61154,
    .capabilities = 0,
    .optional_capabilities = 0,
    .root = RootDirectory::kEmpty,
    .limits = {.descriptors = 65536},
    .link_on_3 = true,
    .landlock = {.handled = true, .tcp_closed = true, .scoped = true, .abstract_closed = true, .grants = {}},
    .otherwise = Otherwise::kKill,
    .baseline = kBaseline,
    .rules = kRules,
    .purpose = "Talks HTTP, TLS, SMTP, DNS, UDP and ping on already-connected descriptors and reports a verdict.",
};

}  // namespace holdfast::policy
