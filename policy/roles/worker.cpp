// worker: parses what servers answer, on descriptors that checkerd connected. Like vrrpd, plus what OpenSSL and libevent's buffers ask for,
// minus every way to name an address: what it sends goes where checkerd connected, or nowhere.
// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>

#include "policy/baseline.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {
// A message can carry an address, which a filter cannot see: the worker sends without one.
consteval auto without_messages() {
  std::array<Rule, kBaseline.size() - 2> rows;
  std::size_t count = 0;
  for (const Rule& row : kBaseline) {
    if (row.name != "sendmsg" && row.name != "sendto") rows.at(count++) = row;
  }
  return rows;
}
constexpr std::array kWorkerBaseline = without_messages();
constexpr Condition kNoAddress{.argument = 4, .mask = ~std::uint64_t{0}, .value = 0, .wide = true};

constexpr std::array kRules = {
    HF_READLINK,
    allow(HF_CALL(sendto), {kNoAddress}, "datagrams to the peer that checkerd chose; sendmsg of the baseline is not allowed here"),
    allow(HF_CALL(ioctl), {equals(1, FIONREAD)}, "libevent: how much a buffer should read"),
    allow(HF_CALL(getsockname), "libevent: HTTP over a handed-over descriptor"),
    allow(HF_CALL(getpeername), "libevent: HTTP over a handed-over descriptor"),
#if !HF_INSTRUMENTED
    refuse(HF_CALL(openat), ENOENT, "OpenSSL looks for optional files"),
#endif
};
static_assert(sound(kRules) && nothing_twice(kWorkerBaseline, kRules));
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
    .baseline = kWorkerBaseline,
    .rules = kRules,
    .purpose = "Talks HTTP, TLS, SMTP, DNS, UDP and ping on already-connected descriptors and reports a verdict.",
};

}  // namespace holdfast::policy
