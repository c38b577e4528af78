// Capability sets as bit masks, applied with libcap-ng. Every function says what it could not do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "proto/runtime/result.h"

namespace holdfast::policy {

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

struct CapabilitySets {
  std::uint64_t permitted = 0;
  std::uint64_t effective = 0;
  std::uint64_t inheritable = 0;
};
Result<CapabilitySets> capability_sets();

// Permitted and effective become exactly `mask` (which must be permitted now), inheritable and ambient become empty.
Status keep_capabilities(std::uint64_t mask);
// Raises or lowers within the permitted set.
Status set_effective(std::uint64_t mask);
// Permitted, effective, inheritable and ambient become `mask`: they survive the next execve of an ordinary program.
Status pass_on_capabilities(std::uint64_t mask);
// Shrinks the bounding set to `mask`; needs CAP_SETPCAP, without it nothing happens.
Status bound_capabilities(std::uint64_t mask);

// root is not special, keep_caps and setuid fix-up off, all locked (0x2f); with `no_ambient` also no ambient set ever again (0xef).
Status lock_securebits(bool no_ambient);

// No supplementary groups (where the user namespace allows the change), then gid, then uid, all three of each.
Status become(uid_t uid, gid_t gid);

Status no_new_privileges();

std::string capability_names(std::uint64_t mask);

}  // namespace holdfast::policy
