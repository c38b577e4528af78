// Octets 0 next header, 1 length, 2..3 zero, 4..7 SPI, 8..11 sequence, 12..23 ICV.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/header.h"

#include <algorithm>

#include "vrrpd/wire/checksum.h"
#include "vrrpd/wire/digest.h"

namespace holdfast::vrrp {
namespace {

constexpr std::size_t kIpOctets = 20;
constexpr std::size_t kIcvAt = 12;
constexpr std::size_t kIcvOctets = 12;
constexpr std::uint8_t kLengthField = 4;  // in words, minus 2
constexpr std::uint32_t kLead = 8;
constexpr std::uint32_t kSequenceMax = 0xfffffffd;
constexpr std::array<std::uint8_t, kIcvOctets> kZero{};

std::uint32_t word(std::span<const std::uint8_t> octets, std::size_t at) {
  return static_cast<std::uint32_t>(octets[at]) << 24 | static_cast<std::uint32_t>(octets[at + 1]) << 16 |
         static_cast<std::uint32_t>(octets[at + 2]) << 8 | octets[at + 3];
}

void put(std::span<std::uint8_t> octets, std::size_t at, std::uint32_t value) {
  for (std::size_t index = 0; index < 4; ++index) octets[at + index] = static_cast<std::uint8_t>(value >> (24 - 8 * index));
}

// `datagram` with an IP header of `ip` octets. The fields that routers may change count as zero.
std::array<std::uint8_t, 16> digest(const HeaderKey& key, std::span<const std::uint8_t> datagram, std::size_t ip, bool unicast) {
  std::array<std::uint8_t, kIpOctets> fixed;
  std::copy_n(datagram.begin(), kIpOctets, fixed.begin());
  fixed[1] = fixed[6] = fixed[7] = fixed[10] = fixed[11] = 0;
  if (unicast) fixed[8] = 0;
  return hmac_md5(key, {fixed, datagram.subspan(kIpOctets, ip - kIpOctets), datagram.subspan(ip, kIcvAt), kZero,
                        datagram.subspan(ip + kHeaderOctets)});
}

}  // namespace

std::optional<Packet> split_header(std::span<const std::uint8_t> datagram) {
  auto packet = split_datagram(datagram, kHeaderProtocol);
  if (!packet || packet->message.size() < kHeaderOctets) return std::nullopt;
  const auto header = packet->message;
  if (header[0] != kVrrpProtocol || header[1] != kLengthField) return std::nullopt;
  packet->datagram = datagram.first(static_cast<std::size_t>(header.data() - datagram.data()) + header.size());
  packet->sequence = word(header, 8);
  packet->message = header.subspan(kHeaderOctets);
  return packet;
}

HeaderFault check_header(const HeaderKey& key, const Packet& packet, bool unicast, std::uint32_t heard) {
  const std::size_t ip = packet.datagram.size() - packet.message.size() - kHeaderOctets;
  const auto header = packet.datagram.subspan(ip, kHeaderOctets);
  const auto source = packet.source.octets();
  if (!std::equal(source.begin(), source.end(), header.begin() + 4)) return HeaderFault::kSpi;
  if (packet.sequence <= heard) return HeaderFault::kReplayed;
  const auto expected = digest(key, packet.datagram, ip, unicast);
  const bool right = equal_in_constant_time(Octets(expected).first(kIcvOctets), header.subspan(kIcvAt, kIcvOctets));
  return right ? HeaderFault::kNone : HeaderFault::kIcv;
}

std::vector<std::uint8_t> with_header(const HeaderKey& key, const HeaderDetails& details, std::span<const std::uint8_t> message) {
  std::vector<std::uint8_t> datagram(kIpOctets + kHeaderOctets + message.size(), 0);
  datagram[0] = 0x45;
  datagram[2] = static_cast<std::uint8_t>(datagram.size() >> 8);
  datagram[3] = static_cast<std::uint8_t>(datagram.size());
  datagram[8] = details.ttl;
  datagram[9] = kHeaderProtocol;
  std::ranges::copy(details.source.octets(), datagram.begin() + 12);
  std::ranges::copy(details.destination.octets(), datagram.begin() + 16);
  const auto header = std::span(datagram).subspan(kIpOctets, kHeaderOctets);
  header[0] = kVrrpProtocol;
  header[1] = kLengthField;
  std::ranges::copy(details.source.octets(), header.begin() + 4);
  put(header, 8, details.sequence);
  std::ranges::copy(message, datagram.begin() + kIpOctets + kHeaderOctets);
  const auto icv = digest(key, datagram, kIpOctets, details.unicast);
  std::copy_n(icv.begin(), kIcvOctets, header.begin() + kIcvAt);
  datagram.erase(datagram.begin(), datagram.begin() + kIpOctets);
  return datagram;
}

void HeaderSequence::accept(std::uint32_t sequence) {
  heard_ = std::max(heard_, sequence);
  another_spoke_ = true;
}

std::uint32_t HeaderSequence::next(std::uint32_t wall_seconds) {
  const std::uint32_t step = another_spoke_ ? kLead : 1;
  another_spoke_ = false;
  const std::uint32_t last = std::min(std::max(sent_, heard_), kSequenceMax - step);
  sent_ = std::max(last + step, std::min(wall_seconds, kSequenceMax));
  return sent_;
}

}  // namespace holdfast::vrrp
