// Field by field; every length is checked before it is used.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/advert.h"

#include <algorithm>

#include "vrrpd/wire/checksum.h"
#include "vrrpd/wire/header.h"
#include "vrrpd/wire/signature.h"

namespace holdfast::vrrp {
namespace {

constexpr std::size_t kIpv4HeaderLength = 20;
constexpr std::size_t kIpv6HeaderLength = 40;
constexpr std::size_t kEthernetPayloadMin = 46;
constexpr std::size_t kEthernetHeaderLength = 14;  // keepalived counts it against the MTU
constexpr Duration kSecond{1'000'000};
constexpr Duration kCentisecond{10'000};

std::size_t address_length(Family family) { return family == Family::kIpv4 ? 4 : 16; }

// Version 2 carries it on IPv4 only; keepalived's version 2 over IPv6 goes without.
std::size_t authentication_length(std::uint8_t version, Family family) {
  return version == 2 && family == Family::kIpv4 ? kPasswordLength : 0;
}

std::uint16_t word(std::span<const std::uint8_t> octets, std::size_t at) {
  return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

ChecksumForm sent_form(const VrrpInstance& config) {
  if (config.family == Family::kIpv6) return ChecksumForm::kPseudoHeader;
  return config.version == 2 || config.v3_checksum_as_v2 ? ChecksumForm::kMessage : ChecksumForm::kPseudoHeader;
}

}  // namespace

std::optional<Packet> split_ipv4(std::span<const std::uint8_t> datagram) { return split_datagram(datagram, kVrrpProtocol); }

std::optional<Packet> split_datagram(std::span<const std::uint8_t> datagram, std::uint8_t protocol) {
  if (datagram.size() < kIpv4HeaderLength || (datagram[0] >> 4) != 4) return std::nullopt;
  const std::size_t header = static_cast<std::size_t>(datagram[0] & 0x0f) * 4;
  const std::size_t total = word(datagram, 2);
  if (header < kIpv4HeaderLength || total < header || total > datagram.size()) return std::nullopt;
  if (datagram.size() > total && datagram.size() > kEthernetPayloadMin) return std::nullopt;
  if (datagram[9] != protocol) return std::nullopt;
  Packet packet;
  packet.source = *IpAddress::from_octets(datagram.subspan(12, 4));
  packet.destination = *IpAddress::from_octets(datagram.subspan(16, 4));
  packet.ttl = datagram[8];
  packet.message = datagram.subspan(header, total - header);
  return packet;
}

std::optional<AdvertView> decode(std::span<const std::uint8_t> message, Family family) {
  if (message.size() < kHeaderLength) return std::nullopt;
  AdvertView view;
  view.version = message[0] >> 4;
  view.type = message[0] & 0x0f;
  view.vrid = message[1];
  view.priority = message[2];
  view.count = message[3];
  if (view.version == 2) {
    view.authentication = message[4];
    view.interval = message[5] * kSecond;
  } else {
    view.interval = (word(message, 4) & 0x0fff) * kCentisecond;
  }
  const auto body = message.subspan(kHeaderLength);
  const std::size_t addresses = std::min(body.size(), view.count * address_length(family));
  view.addresses = body.first(addresses);
  view.password = body.subspan(addresses, std::min(body.size() - addresses, authentication_length(view.version, family)));
  return view;
}

std::size_t message_length(std::uint8_t version, Family family, std::size_t count) {
  return kHeaderLength + count * address_length(family) + authentication_length(version, family);
}

std::size_t listed_addresses(const VrrpInstance& config, std::uint32_t mtu) {
  const std::size_t ip_header = config.family == Family::kIpv4 ? kIpv4HeaderLength : kIpv6HeaderLength;
  std::size_t overhead = kEthernetHeaderLength + ip_header + message_length(config.version, config.family, 0);
  if (config.authentication == Authentication::kHeader) overhead += kHeaderOctets;
  if (config.signing) overhead += kTrailerOctets;
  const std::size_t room = mtu > overhead ? (mtu - overhead) / address_length(config.family) : 0;
  return std::min({config.addresses.size(), kAddressesMax, room});
}

std::vector<std::uint8_t> encode(const VrrpInstance& config, const AdvertDetails& details) {
  const std::size_t count = std::min({details.addresses, config.addresses.size(), kAddressesMax});
  std::vector<std::uint8_t> message(message_length(config.version, config.family, count), 0);
  message[0] = static_cast<std::uint8_t>(config.version << 4 | kTypeAdvertisement);
  message[1] = config.vrid;
  message[2] = details.priority;
  message[3] = static_cast<std::uint8_t>(count);
  if (config.version == 2) {
    message[4] = static_cast<std::uint8_t>(config.authentication);
    message[5] = static_cast<std::uint8_t>(std::clamp<std::int64_t>(config.advert_int / kSecond, 1, 255));
  } else {
    const auto centiseconds = std::clamp<std::int64_t>(config.advert_int / kCentisecond, 1, 0x0fff);
    message[4] = static_cast<std::uint8_t>(centiseconds >> 8);
    message[5] = static_cast<std::uint8_t>(centiseconds);
  }
  auto at = message.begin() + kHeaderLength;
  for (std::size_t index = 0; index < count; ++index) {
    const auto octets = config.addresses[index].octets();
    HF_CHECK(config.addresses[index].family() == config.family);
    at = std::copy(octets.begin(), octets.end(), at);
  }
  if (authentication_length(config.version, config.family) != 0 && config.authentication == Authentication::kPass) {
    std::copy(config.password.begin(), config.password.end(), at);
  }
  const IpAddress& destination = details.old_unicast_checksum ? config.group_address : details.destination;
  const std::uint16_t sum = checksum(message, sent_form(config), details.source, destination);
  message[6] = static_cast<std::uint8_t>(sum >> 8);
  message[7] = static_cast<std::uint8_t>(sum);
  return message;
}

}  // namespace holdfast::vrrp
