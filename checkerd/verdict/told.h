// Checks that are not run: what FILE_CHECK makes of the number in a track_file, and BFD_CHECK of the state of a session.
// Pure. keepalived.conf(5). Does not know who tells.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>

#include "checkerd/verdict/server.h"
#include "proto/value/check_plan.h"
#include "proto/value/identifier.h"

namespace holdfast {

// A file that was not told counts as 0, like one that is not there; a session that was not told is down.
Server::Opinion opinion_of(const Check& check, const Numbers& told);

}  // namespace holdfast
