// Landlock: which paths stay reachable. Rights are masked by what the kernel knows; a kernel without it degrades to seccomp and chroot.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/role.h"
#include "proto/runtime/fd.h"

namespace holdfast::policy {

// The kernel's version of the interface, 0 if there is none (or an outer sandbox refuses it).
int landlock_version();

// Opens the granted paths, so it must come before chroot. Empty where the kernel has no Landlock or the role does not use it.
Result<Fd> prepare_landlock(const Role& role, const Additions& additions);
// One way. Needs no_new_privs.
Status restrict_to(const Fd& ruleset);

}  // namespace holdfast::policy
