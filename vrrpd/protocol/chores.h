// Names of the router's own deadlines and waiting times, shared by its three sources.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "vrrpd/protocol/router.h"

namespace holdfast::vrrp {

inline constexpr std::uint32_t kChoreProcess = 0x80000000;  // and the number of the process tracker: its delay is over
inline constexpr std::uint32_t kChoreHold = 0xffffff00;    // the startup delay is over
inline constexpr std::uint32_t kChoreGrace = 0xffffff01;   // sockets should have arrived
inline constexpr std::uint32_t kChoreResume = 0xffffff02;  // too late to resume
inline constexpr std::uint32_t kChoreIpvsd = 0xffffff03;   // ipvsd is away for too long

inline constexpr Duration kSocketGrace{1'000'000};
inline constexpr Duration kResumeMin{100'000};
inline constexpr Duration kScriptGrace{5'000'000};   // scriptd ends a script in steps of two seconds
inline constexpr Duration kIpvsdAbsenceMin{1'000'000};  // a restart on a busy machine takes some hundred milliseconds
inline constexpr int kIpvsdAbsenceAdverts = 2;
inline constexpr std::size_t kNumbersMax = 16384;        // of tracked objects, also of those that no plan names yet
inline constexpr std::int64_t kProcessesMax = 1 << 22;  // pid_max
inline constexpr std::uint32_t kDefaultMtu = 1500;

// Two keys may share a number: who looks one up compares the socket too.
inline std::uint64_t listener_key(const SocketKey& key, std::uint8_t vrid) {
  std::uint64_t address = 0;
  for (const std::uint8_t octet : key.address.octets()) address = address * 31 + octet;
  return (address << 40) ^ (static_cast<std::uint64_t>(key.index) << 16 | static_cast<std::uint64_t>(key.header) << 10 |
                            static_cast<std::uint64_t>(key.family == Family::kIpv6) << 9 | static_cast<std::uint64_t>(key.unicast) << 8 | vrid);
}

}  // namespace holdfast::vrrp
