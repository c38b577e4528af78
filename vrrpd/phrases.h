// Log lines for what the protocol did. Where operators' tools match strings the words are keepalived's, otherwise our own.
// Pure text; the driver sends them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "proto/runtime/log_event.h"
#include "vrrpd/protocol/router.h"

namespace holdfast::vrrp {

struct Line {
  LogLevel level = LogLevel::kInfo;
  LogEvent event = LogEvent::kMessage;
  std::string text;  // empty: nothing to say
};

const char* name_of(VrrpState state);
Line phrase(const Router& router, const StateChanged& action);
Line phrase(const Router& router, const GroupStateChanged& action);
Line phrase(const Router& router, const PriorityChanged& action);
Line phrase(const Router& router, const ClaimAddresses& action);
Line phrase(const Router& router, const ReleaseAddresses& action);
Line phrase(const Router& router, const Noted& action);
Line phrase(const Router& router, const ScriptNoted& action);
Line phrase(const Router& router, const ObjectNoted& action);

}  // namespace holdfast::vrrp
