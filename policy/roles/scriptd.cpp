// scriptd: runs what root allowed, as the users named. Without a filter of calls, because scripts inherit it; it is not reachable from the
// network and obeys a table that it checks itself. In the mode "root" it keeps uid 0 with the same three rights.
// SPDX-License-Identifier: Apache-2.0
#include <linux/capability.h>

#include "policy/role.h"

namespace holdfast::policy {

constinit const Role kScriptd = {
    .name = "scriptd",
    .user = "holdfast-script",
    .fallback_uid = 61155,
    .capabilities = 0,
    .optional_capabilities = 1ULL << CAP_SETUID | 1ULL << CAP_SETGID | 1ULL << CAP_KILL,
    .root = RootDirectory::kKept,
    .limits = {.descriptors = 8192, .forks = true},
    .link_on_3 = true,
    .landlock = {},
    .otherwise = Otherwise::kUnfiltered,
    .baseline = {},
    .rules = {},
    .purpose = "Runs the scripts of its table with time limits, a clean environment and no descriptors.",
};

}  // namespace holdfast::policy
