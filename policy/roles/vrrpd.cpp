// vrrpd: bytes of the network meet no right at all. No socket, no option, no file.
// SPDX-License-Identifier: Apache-2.0
#include "policy/baseline.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {
constexpr std::array kRules = {
    HF_READLINK,
    allow(HF_CALL(recvmmsg), "adverts, several at one wake-up"),
    allow(HF_CALL(sendmmsg), "adverts of several instances at one wake-up"),
};
static_assert(sound(kRules) && nothing_twice(kBaseline, kRules));
}  // namespace

constinit const Role kVrrpd = {
    .name = "vrrpd",
    .user = "holdfast-vrrp",
    .fallback_uid = 61152,
    .capabilities = 0,
    .optional_capabilities = 0,
    .root = RootDirectory::kEmpty,
    .limits = {.descriptors = 16384},
    .link_on_3 = true,
    .landlock = {.handled = true, .tcp_closed = true, .scoped = true, .abstract_closed = true, .grants = {}},
    .otherwise = Otherwise::kKill,
    .baseline = kBaseline,
    .rules = kRules,
    .purpose = "Sends and receives VRRP on raw sockets that it was handed; tells ipvsd which instance is active.",
};

}  // namespace holdfast::policy
