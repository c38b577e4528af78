// keeper: removes the pid files when the parent has gone, and what root left where the dumps go. It keeps the user that made them (root may remove a file from /run without any
// capability) and can do nothing else: it reads a pipe and unlinks names that it was forked with.
// SPDX-License-Identifier: Apache-2.0
#include "policy/baseline.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {
constexpr std::array kRules = {
    HF_READLINK,
    allow(HF_CALL(fcntl), {equals(1, F_OFD_SETLK)}, "a pid file that a new daemon holds is left alone"),
    allow(HF_CALL(newfstatat), {equals(3, AT_SYMLINK_NOFOLLOW)}, "the name is still the file that was made; whose dump it is"),
    allow(HF_CALL(unlinkat), {equals(2, 0)}, "removes the pid files, and dumps of root where the parent writes its own"),
};
static_assert(sound(kRules) && nothing_twice(kBaseline, kRules));
}  // namespace

constinit const Role kKeeper = {
    .name = "keeper",
    .user = "as started",
    .fallback_uid = 0,
    .capabilities = 0,
    .optional_capabilities = 0,
    .root = RootDirectory::kKept,
    .limits = {.descriptors = 64},
    .link_on_3 = false,
    .landlock = {.handled = true, .tcp_closed = true, .scoped = true, .abstract_closed = true, .grants = {}},
    .otherwise = Otherwise::kKill,
    .baseline = kBaseline,
    .rules = kRules,
    .purpose = "Waits for the end of the parent and removes the pid files; before that, dumps of root that are in the way. Forked by the root phase, never executed.",
};

}  // namespace holdfast::policy
