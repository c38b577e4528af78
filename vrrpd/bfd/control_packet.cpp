// Field by field. Octets behind the length are the sender's affair (RFC 5880 section 6.8.6 asks only for enough).
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/bfd/control_packet.h"

#include <algorithm>

namespace holdfast::bfd {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kAuthenticatedMin = 26;
constexpr std::uint8_t kPoll = 0x20;
constexpr std::uint8_t kFinal = 0x10;
constexpr std::uint8_t kAuthentication = 0x04;
constexpr std::uint8_t kDemand = 0x02;
constexpr std::uint8_t kMultipoint = 0x01;

std::uint32_t word(std::span<const std::uint8_t> octets, std::size_t at) {
  return static_cast<std::uint32_t>(octets[at]) << 24 | static_cast<std::uint32_t>(octets[at + 1]) << 16 |
         static_cast<std::uint32_t>(octets[at + 2]) << 8 | octets[at + 3];
}

void put(std::span<std::uint8_t> octets, std::size_t at, std::int64_t value) {
  const auto bounded = static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, 0xffffffff));
  for (std::size_t index = 0; index < 4; ++index) octets[at + index] = static_cast<std::uint8_t>(bounded >> (24 - 8 * index));
}

}  // namespace

Decoded decode(std::span<const std::uint8_t> payload) {
  Decoded decoded;
  const auto reject = [&](Rejection why) {
    decoded.rejection = why;
    return decoded;
  };
  if (payload.empty() || (payload[0] >> 5) != kVersion) return reject(Rejection::kVersion);
  if (payload.size() < kControlOctets) return reject(Rejection::kLength);
  const std::size_t length = payload[3];
  const bool authenticated = (payload[1] & kAuthentication) != 0;
  if (length < (authenticated ? kAuthenticatedMin : kControlOctets) || length > payload.size()) return reject(Rejection::kLength);
  ControlPacket& packet = decoded.packet;
  packet.diagnostic = static_cast<Diagnostic>(payload[0] & 0x1f);
  packet.state = static_cast<State>(payload[1] >> 6);
  packet.poll = (payload[1] & kPoll) != 0;
  packet.final = (payload[1] & kFinal) != 0;
  packet.demand = (payload[1] & kDemand) != 0;
  packet.multiplier = payload[2];
  packet.mine = word(payload, 4);
  packet.yours = word(payload, 8);
  packet.desired_tx = Duration{word(payload, 12)};
  packet.required_rx = Duration{word(payload, 16)};
  if (packet.multiplier == 0) return reject(Rejection::kMultiplier);
  if ((payload[1] & kMultipoint) != 0) return reject(Rejection::kMultipoint);
  if (packet.mine == 0) return reject(Rejection::kMyDiscriminator);
  if (packet.yours == 0 && packet.state != State::kDown && packet.state != State::kAdminDown) return reject(Rejection::kYourDiscriminator);
  if (authenticated) return reject(Rejection::kAuthentication);
  return decoded;
}

std::array<std::uint8_t, kControlOctets> encode(const ControlPacket& packet) {
  std::array<std::uint8_t, kControlOctets> octets{};
  octets[0] = static_cast<std::uint8_t>(kVersion << 5 | (static_cast<std::uint8_t>(packet.diagnostic) & 0x1f));
  octets[1] = static_cast<std::uint8_t>(static_cast<std::uint8_t>(packet.state) << 6 | (packet.poll ? kPoll : 0) |
                                        (packet.final ? kFinal : 0) | (packet.demand ? kDemand : 0));
  octets[2] = packet.multiplier;
  octets[3] = kControlOctets;
  put(octets, 4, packet.mine);
  put(octets, 8, packet.yours);
  put(octets, 12, packet.desired_tx.count());
  put(octets, 16, packet.required_rx.count());
  return octets;
}

const char* name_of(State state) {
  switch (state) {
    case State::kAdminDown: return "AdminDown";
    case State::kDown: return "Down";
    case State::kInit: return "Init";
    case State::kUp: return "Up";
  }
  return "unknown";
}

const char* describe(Diagnostic diagnostic) {
  switch (diagnostic) {
    case Diagnostic::kNone: return "No Diagnostic";
    case Diagnostic::kTimeExpired: return "Control Detection Time Expired";
    case Diagnostic::kNeighbourDown: return "Neighbor Signaled Session Down";
    case Diagnostic::kAdminDown: return "Administratively Down";
  }
  return "another diagnostic";
}

const char* describe(Rejection rejection) {
  switch (rejection) {
    case Rejection::kVersion: return "another BFD version";
    case Rejection::kLength: return "its length does not fit";
    case Rejection::kMultiplier: return "detect multiplier 0";
    case Rejection::kMultipoint: return "multipoint bit";
    case Rejection::kMyDiscriminator: return "no discriminator of its own";
    case Rejection::kYourDiscriminator: return "no discriminator of ours in a state that needs one";
    case Rejection::kAuthentication: return "authentication, which is not configured";
    case Rejection::kNoSession: return "no such session";
    case Rejection::kTtl: return "TTL or hop limit too low";
  }
  return "unknown";
}

}  // namespace holdfast::bfd
