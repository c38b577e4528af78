// May a received advert be used? The checks of RFC 9568 section 7.1 and RFC 3768 section 7.1 as keepalived orders them, each with its
// reason. Where keepalived and the RFCs differ: doc/decisions/0005-vrrp-deviations.md.
// Pure. A rejected packet must not reach the state machine, so nothing here knows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "proto/value/vrrp_plan.h"
#include "vrrpd/wire/advert.h"
#include "vrrpd/wire/signature.h"

namespace holdfast::vrrp {

enum class Rejection : std::uint8_t {
  kTruncated,         // fewer than 8 octets
  kVersion,           // not the instance's
  kLength,            // not exactly what count and version ask for
  kTtl,               // multicast: not 255
  kInvalidAuthType,   // v2: not 0, 1 or 2
  kAuthTypeMismatch,  // v2: not the configured one
  kAuthFailure,       // v2: another password, or a wrong ICV
  kReplayed,          // v2, authentication header: the sequence number did not grow
  kUnsigned,          // auth_hmac: no trailer, and one is required
  kTrailer,           // auth_hmac: not a trailer that this version knows
  kUnknownKey,        // auth_hmac
  kSignature,         // auth_hmac: another key, or changed on the way
  kStale,             // auth_hmac: its time is too far from ours
  kSignatureReplayed, // auth_hmac: its sequence did not grow
  kInterval,          // v2: not the own interval; v3: 0
  kType,              // not 1
  kChecksum,
  kDestination,       // multicast expected and unicast came, or the other way round, or another group
  kSource,            // strict mode, IPv6: not link-local
  kOwnPacket,         // our own, looped back
  kOwner,             // owner_ignore_adverts, and this router is the owner
  kNoAddresses,       // lists none although we have some
  kAddressList,       // strict mode, v2, sender is not the owner: lists others than ours
  kNotPeer,           // check_unicast_source: not a peer, or not its hop count
};
inline constexpr std::size_t kRejections = 24;
const char* describe(Rejection);

// What is true of an instance at this moment, beyond its configuration.
struct Receiver {
  std::optional<IpAddress> own;     // its source address
  std::optional<IpAddress> master;  // whose adverts were last used
  bool owner = false;               // its effective priority is 255
  std::uint32_t header_sequence = 0;             // the highest one heard in an authentication header
  const SignatureState* signatures = nullptr;    // needed with auth_hmac
  Clocks now{};                                  // the same
};

struct Verdict {
  std::optional<Rejection> rejection;
  bool addresses_differ = false;  // used nevertheless, and counted
  bool interval_differs = false;  // v3: used and learned
  bool old_checksum = false;      // a unicast peer that puts the multicast group in the pseudo-header
  std::span<const std::uint8_t> trailer{};  // what was checked of auth_hmac; empty: unsigned
};

// `advert` must be decode(packet.message).
Verdict judge(const VrrpInstance& config, const Receiver& receiver, const Packet& packet, const AdvertView& advert);

// How often each happened; names of the MIB (RFC 2787, RFC 6527) are in the status report.
struct RejectionCounters {
  std::array<std::uint64_t, kRejections> by_reason{};
  std::uint64_t addresses_differed = 0;
  void count(Rejection reason) { ++by_reason[static_cast<std::size_t>(reason)]; }
  std::uint64_t operator[](Rejection reason) const { return by_reason[static_cast<std::size_t>(reason)]; }
};

}  // namespace holdfast::vrrp
