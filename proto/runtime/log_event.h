// The catalogue of what is logged: one number per kind of line, stable for ever, never reused. A room owns a range of a hundred.
// The sentence says what it means for the operator; doc/log-events.md is made from this list.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace holdfast {

// X(name, number, sentence)
#define HF_LOG_EVENTS(X) \
  /* every process: 0.. */ \
  X(kMessage, 0, "A line without a number of its own.") \
  X(kStarted, 1, "A process is ready inside its sandbox.") \
  X(kLinkBroken, 2, "A peer process sent something that its link does not allow; its end of the link was closed.") \
  /* parent: 100.. */ \
  X(kChildDied, 100, "A child process ended unexpectedly; it is started again.") \
  X(kReloadRefused, 101, "A reload found errors; the running configuration stays.") \
  X(kReloaded, 102, "A reload took effect.") \
  X(kDegraded, 103, "A helper process is gone and cannot be replaced until the service is restarted.") \
  /* vrrpd: 200.. */ \
  X(kStateChanged, 200, "A virtual router or sync group changed its state.") \
  X(kAdvertRejected, 201, "A received advert failed a check and was not used; repeated ones are counted, not logged.") \
  X(kPriorityChanged, 202, "Tracking changed the effective priority.") \
  X(kStalled, 203, "This process was not scheduled for a down interval or more; active instances listen before they speak.") \
  X(kScriptState, 204, "A tracking script changed its result.") \
  /* checkerd: 300.. */ \
  X(kServerChanged, 300, "A real server became usable or unusable.") \
  X(kQuorumChanged, 301, "A virtual server gained or lost its quorum.") \
  X(kCheckFailed, 302, "A check failed; it may be retried before the server is taken out.") \
  /* ipvsd: 400.. */ \
  X(kChangeRefused, 400, "The kernel refused a change.") \
  X(kLinkChanged, 401, "A network interface came, went or changed its carrier.") \
  X(kAddressLost, 402, "A virtual address was deleted by somebody else.")

enum class LogEvent : std::uint32_t {
#define HF_LOG_EVENT_ENUM(name, number, sentence) name = number,
  HF_LOG_EVENTS(HF_LOG_EVENT_ENUM)
#undef HF_LOG_EVENT_ENUM
};

// syslog(3) severities.
enum class LogLevel : std::uint8_t { kCritical = 2, kError = 3, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7 };

}  // namespace holdfast
