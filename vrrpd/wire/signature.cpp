// The HMAC covers 20 octets that stand for the sender, the message without its checksum, and the trailer without the HMAC.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/signature.h"

#include <algorithm>

#include "vrrpd/wire/digest.h"

namespace holdfast::vrrp {
namespace {

constexpr std::uint8_t kType = 1;
constexpr std::size_t kSignedOctets = 12;  // of the trailer
constexpr std::size_t kMacOctets = kTrailerOctets - kSignedOctets;
constexpr std::size_t kChecksumAt = 6;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::array<std::uint8_t, kMacOctets> kZero{};

bool after(Sequence one, Sequence other) { return static_cast<std::int64_t>(one - other) > 0; }

Sequence sequence_of(Duration time) {
  const std::int64_t microseconds = time.count();
  const auto seconds = static_cast<std::uint64_t>(microseconds / kSecond) & 0xffffffff;
  const auto fraction = static_cast<std::uint64_t>((microseconds % kSecond << 16) / kSecond);
  return seconds << 32 | fraction << 16;
}

// From a moment to a sequence, in whole seconds; right across the wrap of 2106.
std::int64_t seconds_from(Duration time, Sequence sequence) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(sequence >> 32) - static_cast<std::uint32_t>(time.count() / kSecond));
}

Sequence read_sequence(std::span<const std::uint8_t> trailer) {
  Sequence sequence = 0;
  for (std::size_t at = 4; at < kSignedOctets; ++at) sequence = sequence << 8 | trailer[at];
  return sequence;
}

std::array<std::uint8_t, 32> mac(const SigningKey& key, std::span<const std::uint8_t> message, std::span<const std::uint8_t> trailer,
                                 std::uint8_t version, std::uint8_t vrid, const IpAddress& source) {
  std::array<std::uint8_t, 20> sender{};
  sender[0] = source.is_v4() ? 4 : 6;
  sender[1] = version;
  sender[2] = vrid;
  std::ranges::copy(source.octets(), sender.begin() + 4);
  const auto secret = std::span(reinterpret_cast<const std::uint8_t*>(key.secret.data()), key.secret.size());
  return hmac_sha256(secret, {sender, message.first(kChecksumAt), Octets(kZero).first(2), message.subspan(kChecksumAt + 2),
                              trailer.first(kSignedOctets), kZero});
}

const SigningKey* key_of(const AdvertSigning& signing, std::uint8_t id) {
  const auto found = std::ranges::find_if(signing.keys, [&](const SigningKey& key) { return key.id == id; });
  return found == signing.keys.end() ? nullptr : &*found;
}

bool within(const AdvertSigning& signing, Duration time, Sequence sequence) {
  const std::int64_t window = signing.window.count() / kSecond;
  const std::int64_t distance = seconds_from(time, sequence);
  return distance <= window && distance >= -window;
}

}  // namespace

Trailer SignatureState::sign(const AdvertSigning& signing, std::span<const std::uint8_t> message, std::uint8_t version, std::uint8_t vrid,
                             const IpAddress& source, const Clocks& now) {
  if (!offset_) offset_ = own_offset(now);
  const Duration time = now.steady.time_since_epoch() + *offset_;
  const Sequence clock = sequence_of(time);
  const bool stranded = signing.check_time && !within(signing, time, sent_) && sent_ != 0;
  sent_ = after(clock, sent_) || sent_ == 0 || stranded ? clock : sent_ + 1;
  Trailer trailer{};
  trailer[0] = kType;
  trailer[1] = signing.active_key;
  for (std::size_t at = 4; at < kSignedOctets; ++at) trailer[at] = static_cast<std::uint8_t>(sent_ >> (8 * (kSignedOctets - 1 - at)));
  if (const SigningKey* key = key_of(signing, signing.active_key)) {
    const auto digest = mac(*key, message, trailer, version, vrid, source);
    std::copy_n(digest.begin(), kMacOctets, trailer.begin() + kSignedOctets);
  }
  return trailer;
}

const SignatureState::Sender* SignatureState::sender(const IpAddress& address) const {
  const auto found = std::ranges::find_if(senders_, [&](const Sender& known) { return known.address == address; });
  return found == senders_.end() ? nullptr : &*found;
}

bool SignatureState::fresh(const AdvertSigning& signing, Sequence sequence, const Sender* sender, const Clocks& now) const {
  const Duration steady = now.steady.time_since_epoch();
  if (within(signing, now.wall, sequence) || within(signing, steady + own_offset(now), sequence)) return true;
  return sender != nullptr && sender->offset && within(signing, steady + *sender->offset, sequence);
}

// A mark ahead of every clock there is: its sender's clock was put right since, and it may begin again.
bool SignatureState::stranded(const AdvertSigning& signing, const Sender& sender, const Clocks& now) const {
  if (!signing.check_time) return false;
  const Duration steady = now.steady.time_since_epoch();
  const auto ahead = [&](Duration time) { return seconds_from(time, sender.heard) * Duration{kSecond} > signing.window; };
  return ahead(now.wall) && ahead(steady + own_offset(now)) && (!sender.offset || ahead(steady + *sender.offset));
}

// Time before the digest: a flood of old captures must not cost a digest each.
std::optional<SignatureFault> SignatureState::check(const AdvertSigning& signing, std::span<const std::uint8_t> message,
                                                    std::span<const std::uint8_t> trailer, std::uint8_t version, std::uint8_t vrid,
                                                    const IpAddress& source, const Clocks& now) const {
  if (trailer.size() != kTrailerOctets || trailer[0] != kType || trailer[2] != 0 || trailer[3] != 0) return SignatureFault::kMalformed;
  const Sequence sequence = read_sequence(trailer);
  const Sender* known = sender(source);
  if (signing.check_time && !fresh(signing, sequence, known, now)) return SignatureFault::kStale;
  const SigningKey* key = key_of(signing, trailer[1]);
  if (key == nullptr) return SignatureFault::kUnknownKey;
  const auto expected = mac(*key, message, trailer, version, vrid, source);
  if (!equal_in_constant_time(Octets(expected).first(kMacOctets), trailer.subspan(kSignedOctets))) return SignatureFault::kWrong;
  if (known != nullptr && !stranded(signing, *known, now) && !after(sequence, known->heard)) return SignatureFault::kReplayed;
  return std::nullopt;
}

void SignatureState::accept(const AdvertSigning& signing, std::span<const std::uint8_t> trailer, const IpAddress& source, const Clocks& now) {
  const Sequence sequence = read_sequence(trailer);
  const Duration steady = now.steady.time_since_epoch();
  if (!offset_) offset_ = own_offset(now);
  auto found = std::ranges::find_if(senders_, [&](const Sender& known) { return known.address == source; });
  if (found == senders_.end()) {
    if (senders_.size() >= kSendersMax) senders_.erase(std::ranges::min_element(senders_, {}, &Sender::last));
    found = senders_.insert(senders_.end(), Sender{source, 0, std::nullopt, {}});
  }
  found->heard = sequence;
  found->last = now.steady;
  if (!within(signing, now.wall, sequence)) return;
  found->offset = now.wall + seconds_from(now.wall, sequence) * Duration{kSecond} - steady;
  if (!within(signing, steady + own_offset(now), sequence)) offset_ = now.wall - steady;
}

}  // namespace holdfast::vrrp
