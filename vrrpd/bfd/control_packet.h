// The BFD control packet as octets, RFC 5880 section 4.1. decode() is total and makes the checks of section 6.8.6 that need no session,
// in their order. Without authentication: a packet that carries some is of no use here, as the same section says.
// Pure: knows no socket and no session.
//
//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  |Vers |  Diag   |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |   and six words: my and your discriminator, desired min TX,
//                                                                      required min RX, required min echo RX (microseconds)
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "proto/value/instant.h"

namespace holdfast::bfd {

enum class State : std::uint8_t { kAdminDown = 0, kDown = 1, kInit = 2, kUp = 3 };
const char* name_of(State);

// Others exist on the wire (up to 31) and are kept as numbers.
enum class Diagnostic : std::uint8_t { kNone = 0, kTimeExpired = 1, kNeighbourDown = 3, kAdminDown = 7 };
const char* describe(Diagnostic);

inline constexpr std::size_t kControlOctets = 24;

struct ControlPacket {
  State state = State::kDown;
  Diagnostic diagnostic = Diagnostic::kNone;
  bool poll = false;
  bool final = false;
  bool demand = false;
  std::uint8_t multiplier = 1;
  std::uint32_t mine = 0;            // discriminators, from the sender's view
  std::uint32_t yours = 0;
  Duration desired_tx{0};
  Duration required_rx{0};           // 0: the sender wants nothing
  bool operator==(const ControlPacket&) const = default;
};

enum class Rejection : std::uint8_t {
  kVersion,             // not 1
  kLength,              // less than a header, or more than arrived
  kMultiplier,          // 0
  kMultipoint,          // reserved bit
  kMyDiscriminator,     // 0
  kYourDiscriminator,   // 0 in a state that needs one
  kAuthentication,      // carries some
  kNoSession,           // not ours
  kTtl,                 // came too far
};
inline constexpr std::size_t kRejections = 9;
const char* describe(Rejection);

struct Decoded {
  std::optional<Rejection> rejection;
  ControlPacket packet;
};
Decoded decode(std::span<const std::uint8_t> payload);
std::array<std::uint8_t, kControlOctets> encode(const ControlPacket& packet);

}  // namespace holdfast::bfd
