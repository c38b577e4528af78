// The checks, in order, each as one question.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/acceptance.h"

#include <algorithm>

#include "vrrpd/wire/authentication.h"
#include "vrrpd/wire/checksum.h"
#include "vrrpd/wire/header.h"

namespace holdfast::vrrp {
namespace {

constexpr std::uint8_t kAuthTypeMax = 2;
constexpr std::uint8_t kTtl = 255;
constexpr std::uint8_t kOwnerPriority = 255;

// What the checksum covers: all of an IPv6 payload, because the kernel makes it; on IPv4 the message without a trailer.
bool sums_up(const Packet& packet, std::size_t length, ChecksumForm form, const IpAddress& destination) {
  return checksum(packet.message.first(length), form, packet.source, destination) == 0;
}

// RFC 9568 covers the message only, RFC 5798 was read as "with pseudo-header": both are heard, so that a peer of the other reading
// does not count as dead. Strict mode with v3_checksum_as_v2 insists on RFC 9568.
bool checksum_holds(const VrrpInstance& config, const Packet& packet, std::size_t length, bool& old_checksum) {
  const auto sums = [&](ChecksumForm form, const IpAddress& destination) { return sums_up(packet, length, form, destination); };
  if (config.family == Family::kIpv6) return sums_up(packet, packet.message.size(), ChecksumForm::kPseudoHeader, packet.destination);
  if (config.version == 2) return sums(ChecksumForm::kMessage, packet.destination);
  if (sums(ChecksumForm::kMessage, packet.destination)) return true;
  if (config.v3_checksum_as_v2 && config.strict) return false;
  if (sums(ChecksumForm::kPseudoHeader, packet.destination)) return true;
  if (!config.unicast || config.old_unicast_checksum == OldUnicastChecksum::kNever) return false;
  old_checksum = sums(ChecksumForm::kPseudoHeader, config.group_address);
  return old_checksum;
}

std::optional<Rejection> judge_shape(const VrrpInstance& config, const Packet& packet, const AdvertView& advert, std::size_t length) {
  if (advert.version != config.version) return Rejection::kVersion;
  const bool trailer_fits = config.signing && packet.message.size() == length + kTrailerOctets;
  if (packet.message.size() != length && !trailer_fits) return Rejection::kLength;
  if (!config.unicast && packet.ttl != kTtl) return Rejection::kTtl;
  return std::nullopt;
}

// auth_hmac, before anything else of the advert is believed.
std::optional<Rejection> judge_signature(const VrrpInstance& config, const Receiver& receiver, const Packet& packet, std::size_t length,
                                         Verdict& verdict) {
  if (!config.signing) return std::nullopt;
  const auto trailer = packet.message.subspan(length);
  if (trailer.empty()) return config.signing->mode == SigningMode::kEnforce ? std::optional(Rejection::kUnsigned) : std::nullopt;
  if (receiver.signatures == nullptr) return Rejection::kSignature;
  const auto fault = receiver.signatures->check(*config.signing, packet.message.first(length), trailer, config.version, config.vrid,
                                                packet.source, receiver.now);
  verdict.trailer = trailer;
  if (!fault) return std::nullopt;
  switch (*fault) {
    case SignatureFault::kMalformed: return Rejection::kTrailer;
    case SignatureFault::kUnknownKey: return Rejection::kUnknownKey;
    case SignatureFault::kWrong: return Rejection::kSignature;
    case SignatureFault::kStale: return Rejection::kStale;
    case SignatureFault::kReplayed: return Rejection::kSignatureReplayed;
  }
  return Rejection::kSignature;
}

// Without an authentication header the packet came by a socket of the wrong protocol.
std::optional<Rejection> judge_header(const VrrpInstance& config, const Receiver& receiver, const Packet& packet) {
  if (packet.datagram.empty()) return Rejection::kAuthTypeMismatch;
  switch (check_header(config.password, packet, config.unicast, receiver.header_sequence)) {
    case HeaderFault::kNone: return std::nullopt;
    case HeaderFault::kSpi:
    case HeaderFault::kIcv: return Rejection::kAuthFailure;
    case HeaderFault::kReplayed: return Rejection::kReplayed;
  }
  return Rejection::kAuthFailure;
}

// Version 2 only, RFC 2338 section 7.1 and RFC 3768 section 7.1.
std::optional<Rejection> judge_version2(const VrrpInstance& config, const Receiver& receiver, const Packet& packet, const AdvertView& advert) {
  if (advert.authentication > kAuthTypeMax) return Rejection::kInvalidAuthType;
  if (advert.authentication != static_cast<std::uint8_t>(config.authentication)) return Rejection::kAuthTypeMismatch;
  if (config.authentication == Authentication::kPass && !password_equals(config.password, advert.password)) return Rejection::kAuthFailure;
  if (config.authentication == Authentication::kHeader) {
    if (const auto reason = judge_header(config, receiver, packet)) return reason;
  }
  if (advert.interval != config.advert_int) return Rejection::kInterval;
  return std::nullopt;
}

std::optional<Rejection> judge_addresses(const VrrpInstance& config, const Receiver& receiver, const Packet& packet) {
  if (config.unicast ? packet.destination.is_multicast() : packet.destination != config.group_address) return Rejection::kDestination;
  if (config.unicast && receiver.own && packet.destination != *receiver.own) return Rejection::kDestination;
  if (config.strict && config.family == Family::kIpv6 && !packet.source.is_link_local()) return Rejection::kSource;
  if (receiver.own && *receiver.own == packet.source) return Rejection::kOwnPacket;
  return std::nullopt;
}

// As sets: the order of the list is the sender's affair (RFC 9568 section 5.2.9 only asks for the link-local one first).
bool lists_ours(const VrrpInstance& config, const AdvertView& advert) {
  if (advert.count != std::min(config.addresses.size(), kAddressesMax)) return false;
  const std::size_t length = config.family == Family::kIpv4 ? 4 : 16;
  for (const IpAddress& address : config.addresses) {
    const auto ours = address.octets();
    bool found = false;
    for (std::size_t at = 0; at < advert.addresses.size() && !found; at += length) {
      const auto theirs = advert.addresses.subspan(at, length);
      found = std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end());
    }
    if (!found) return false;
  }
  return true;
}

bool is_peer(const VrrpInstance& config, const Packet& packet) {
  return std::any_of(config.peers.begin(), config.peers.end(), [&](const UnicastPeer& peer) {
    return peer.address == packet.source && packet.ttl >= peer.ttl_min && packet.ttl <= peer.ttl_max;
  });
}

}  // namespace

Verdict judge(const VrrpInstance& config, const Receiver& receiver, const Packet& packet, const AdvertView& advert) {
  Verdict verdict;
  const auto reject = [&verdict](Rejection reason) {
    verdict.rejection = reason;
    return verdict;
  };
  const std::size_t length = message_length(advert.version, config.family, advert.count);
  if (const auto reason = judge_shape(config, packet, advert, length)) return reject(*reason);
  if (const auto reason = judge_signature(config, receiver, packet, length, verdict)) return reject(*reason);
  if (config.version == 2) {
    if (const auto reason = judge_version2(config, receiver, packet, advert)) return reject(*reason);
  }
  if (advert.type != kTypeAdvertisement) return reject(Rejection::kType);
  if (!checksum_holds(config, packet, length, verdict.old_checksum)) return reject(Rejection::kChecksum);
  if (config.version != 2 && advert.interval == Duration::zero()) return reject(Rejection::kInterval);
  if (const auto reason = judge_addresses(config, receiver, packet)) return reject(*reason);
  if (config.owner_ignore_adverts && receiver.owner) return reject(Rejection::kOwner);
  if (advert.count == 0 && !config.addresses.empty()) return reject(Rejection::kNoAddresses);
  const bool trusted = config.skip_check_adv_addr && receiver.master == packet.source;
  verdict.addresses_differ = !trusted && !lists_ours(config, advert);
  if (verdict.addresses_differ && config.strict && config.version == 2 && advert.priority != kOwnerPriority) {
    return reject(Rejection::kAddressList);
  }
  if (config.unicast && config.check_unicast_source && !is_peer(config, packet)) return reject(Rejection::kNotPeer);
  verdict.interval_differs = advert.interval != config.advert_int;
  return verdict;
}

const char* describe(Rejection reason) {
  switch (reason) {
    case Rejection::kTruncated: return "shorter than a VRRP header";
    case Rejection::kVersion: return "another VRRP version";
    case Rejection::kLength: return "length does not fit its address count";
    case Rejection::kTtl: return "TTL or hop limit is not 255";
    case Rejection::kInvalidAuthType: return "unknown authentication type";
    case Rejection::kAuthTypeMismatch: return "another authentication type";
    case Rejection::kAuthFailure: return "wrong password";
    case Rejection::kReplayed: return "an old sequence number in its authentication header";
    case Rejection::kUnsigned: return "no signature, and auth_hmac requires one";
    case Rejection::kTrailer: return "a trailer that is no signature of auth_hmac";
    case Rejection::kUnknownKey: return "signed with a key that is not configured";
    case Rejection::kSignature: return "wrong signature";
    case Rejection::kStale: return "the time of its signature is too far from ours";
    case Rejection::kSignatureReplayed: return "its signature was used before";
    case Rejection::kInterval: return "unusable advertisement interval";
    case Rejection::kType: return "not an advertisement";
    case Rejection::kChecksum: return "wrong checksum";
    case Rejection::kDestination: return "wrong destination address";
    case Rejection::kSource: return "source is not link-local";
    case Rejection::kOwnPacket: return "our own packet";
    case Rejection::kOwner: return "this router is the address owner and ignores adverts";
    case Rejection::kNoAddresses: return "lists no addresses";
    case Rejection::kAddressList: return "lists other addresses";
    case Rejection::kNotPeer: return "source is not a configured peer";
  }
  return "unknown";
}

}  // namespace holdfast::vrrp
