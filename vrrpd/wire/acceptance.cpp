// The checks, in order, each as one question.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/acceptance.h"

#include <algorithm>

#include "vrrpd/wire/authentication.h"
#include "vrrpd/wire/checksum.h"

namespace holdfast::vrrp {
namespace {

constexpr std::uint8_t kAuthTypeMax = 2;
constexpr std::uint8_t kTtl = 255;
constexpr std::uint8_t kOwnerPriority = 255;

bool sums_up(const Packet& packet, ChecksumForm form, const IpAddress& destination) {
  return checksum(packet.message, form, packet.source, destination) == 0;
}

// RFC 9568 covers the message only, RFC 5798 was read as "with pseudo-header": both are heard, so that a peer of the other reading
// does not count as dead. Strict mode with v3_checksum_as_v2 insists on RFC 9568.
bool checksum_holds(const VrrpInstance& config, const Packet& packet, bool& old_checksum) {
  if (config.family == Family::kIpv6) return sums_up(packet, ChecksumForm::kPseudoHeader, packet.destination);
  if (config.version == 2) return sums_up(packet, ChecksumForm::kMessage, packet.destination);
  if (sums_up(packet, ChecksumForm::kMessage, packet.destination)) return true;
  if (config.v3_checksum_as_v2 && config.strict) return false;
  if (sums_up(packet, ChecksumForm::kPseudoHeader, packet.destination)) return true;
  if (!config.unicast || config.old_unicast_checksum == OldUnicastChecksum::kNever) return false;
  old_checksum = sums_up(packet, ChecksumForm::kPseudoHeader, config.group_address);
  return old_checksum;
}

std::optional<Rejection> judge_shape(const VrrpInstance& config, const Packet& packet, const AdvertView& advert) {
  if (advert.version != config.version) return Rejection::kVersion;
  if (packet.message.size() != message_length(advert.version, config.family, advert.count)) return Rejection::kLength;
  if (!config.unicast && packet.ttl != kTtl) return Rejection::kTtl;
  return std::nullopt;
}

// Version 2 only, RFC 2338 section 7.1 and RFC 3768 section 7.1.
std::optional<Rejection> judge_version2(const VrrpInstance& config, const AdvertView& advert) {
  if (advert.authentication > kAuthTypeMax) return Rejection::kInvalidAuthType;
  if (advert.authentication != static_cast<std::uint8_t>(config.authentication)) return Rejection::kAuthTypeMismatch;
  if (config.authentication == Authentication::kPass && !password_equals(config.password, advert.password)) return Rejection::kAuthFailure;
  if (advert.interval != config.advert_int) return Rejection::kInterval;
  return std::nullopt;
}

std::optional<Rejection> judge_addresses(const VrrpInstance& config, const Receiver& receiver, const Packet& packet) {
  if (config.unicast ? packet.destination.is_multicast() : packet.destination != config.group_address) return Rejection::kDestination;
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
  if (const auto reason = judge_shape(config, packet, advert)) return reject(*reason);
  if (config.version == 2) {
    if (const auto reason = judge_version2(config, advert)) return reject(*reason);
  }
  if (advert.type != kTypeAdvertisement) return reject(Rejection::kType);
  if (!checksum_holds(config, packet, verdict.old_checksum)) return reject(Rejection::kChecksum);
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
