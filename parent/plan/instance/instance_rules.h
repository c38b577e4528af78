// What one instance's settings do to each other: version, interval, strict mode, preemption, authentication, its place. Private to
// parent/plan. Each function corrects the planned instance and says so. Sources: keepalived.conf(5), RFC 9568, RFC 2338.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "parent/plan/building.h"

namespace holdfast {

std::uint8_t choose_version(Building&, const model::Instance& said, const VrrpInstance&);
Duration choose_advert_interval(Building&, const model::Instance& said, const VrrpInstance&);
void apply_strict(Building&, const model::Instance& said, VrrpInstance&);
void apply_preemption(Building&, const model::Instance& said, VrrpInstance&);
// auth_hmac: after apply_authentication, which it replaces.
void apply_signing(Building& building, const model::Instance& said, VrrpInstance& instance);
// timer_expired_backup
void apply_stall(Building&, const model::Instance& said, VrrpInstance&);
void apply_authentication(Building&, const model::Instance& said, VrrpInstance&);
// VRID, interface and source are there and usable. False: the instance is left out.
bool check_place(Building&, const model::Instance& said, VrrpInstance&);
// A member of a group without sync_group_tracking_weight loses its weighted trackers.
void drop_member_weights(Building&, const model::SyncGroup& said, const SyncGroup&, std::map<std::string, VrrpInstance*>& instances);

}  // namespace holdfast
