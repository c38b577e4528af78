// What the parent's status board shows of the virtual routers: views and counters as messages, in parts that fit a datagram.
// Changes nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "proto/schema/parent_vrrpd.pb.h"
#include "vrrpd/intake.h"
#include "vrrpd/protocol/router.h"

namespace holdfast::vrrp {

inline constexpr int kInstancesPerReport = 100;  // of at most some 500 octets each

// At least one; only the last has `last` set.
std::vector<wire::StatusReport> status_reports(const Router& router, const Intake& intake, std::uint64_t cookie, Instant now);

}  // namespace holdfast::vrrp
