// See role.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/role.h"

#include <array>

#include "proto/runtime/result.h"

namespace holdfast {
namespace {

using launcher::Child;

constexpr std::array kRoles = {
    RoleRow{Child::kVrrpd, "holdfast-vrrpd", "VRRP", "Keepalived_vrrp"},
    RoleRow{Child::kIpvsd, "holdfast-ipvsd", "kernel", "Keepalived_ipvsd"},
    RoleRow{Child::kCheckerd, "holdfast-checkerd", "Healthcheck", "Keepalived_healthcheckers"},
    RoleRow{Child::kWorker, "holdfast-worker", "check worker", "Keepalived_healthcheckers"},
};

constexpr std::array kLinks = {
    LinkRow{"parent", "vrrpd", "parent_vrrpd"},     LinkRow{"parent", "ipvsd", "parent_ipvsd"},
    LinkRow{"parent", "checkerd", "parent_checkerd"}, LinkRow{"vrrpd", "ipvsd", "vrrpd_ipvsd"},
    LinkRow{"checkerd", "ipvsd", "checkerd_ipvsd"}, LinkRow{"checkerd", "worker", "checkerd_worker"},
};

}  // namespace

const RoleRow& role(Child child) {
  for (const RoleRow& row : kRoles) {
    if (row.child == child) return row;
  }
  HF_CHECK(false);
}

std::span<const LinkRow> links() { return kLinks; }

}  // namespace holdfast
