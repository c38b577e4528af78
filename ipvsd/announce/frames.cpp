// Octets in order.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/announce/frames.h"

#include <algorithm>
#include <initializer_list>
#include <span>

namespace holdfast::announce {

namespace {

template <std::size_t Size>
class Writer {
 public:
  Writer& put(std::initializer_list<std::uint8_t> octets) { return put(std::span(octets.begin(), octets.size())); }
  Writer& put(std::span<const std::uint8_t> octets) {
    std::copy(octets.begin(), octets.end(), frame_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ += octets.size();
    return *this;
  }
  std::array<std::uint8_t, Size>& frame() { return frame_; }

 private:
  std::array<std::uint8_t, Size> frame_{};
  std::size_t at_ = 0;
};

constexpr HardwareAddress kBroadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr HardwareAddress kAllNodesHardware = {0x33, 0x33, 0x00, 0x00, 0x00, 0x01};
constexpr std::array<std::uint8_t, 16> kAllNodes = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01};
constexpr std::uint8_t kIcmpv6 = 58;
constexpr std::uint8_t kAdvertisement = 136;
constexpr std::uint8_t kRouter = 0x80;
constexpr std::uint8_t kOverride = 0x20;
constexpr std::uint8_t kTargetLinkLayer = 2;
constexpr std::size_t kIpOffset = 14;
constexpr std::size_t kIcmpOffset = 54;
constexpr std::size_t kChecksumOffset = kIcmpOffset + 2;
constexpr std::uint8_t kIcmpLength = 32;

// RFC 4443 section 2.3: addresses, length, next header, then the message.
std::uint16_t checksum(std::span<const std::uint8_t, kNeighbourFrameSize> frame) {
  std::uint32_t sum = kIcmpLength + kIcmpv6;
  for (std::size_t at = kIpOffset + 8; at < frame.size(); at += 2) sum += static_cast<std::uint32_t>(frame[at] << 8 | frame[at + 1]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

std::array<std::uint8_t, kArpFrameSize> gratuitous_arp(const HardwareAddress& own, const IpAddress& address) {
  Writer<kArpFrameSize> out;
  out.put(kBroadcast).put(own).put({0x08, 0x06});
  out.put({0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01});  // Ethernet, IPv4, their lengths, request
  out.put(own).put(address.octets().first(4)).put(kBroadcast).put(address.octets().first(4));
  return out.frame();
}

std::array<std::uint8_t, kNeighbourFrameSize> unsolicited_advertisement(const HardwareAddress& own, const IpAddress& address, bool router) {
  Writer<kNeighbourFrameSize> out;
  out.put(kAllNodesHardware).put(own).put({0x86, 0xdd});
  out.put({0x60, 0, 0, 0, 0, kIcmpLength, kIcmpv6, 255}).put(address.octets()).put(kAllNodes);
  const auto flags = static_cast<std::uint8_t>(kOverride | (router ? kRouter : 0));
  out.put({kAdvertisement, 0, 0, 0, flags, 0, 0, 0}).put(address.octets()).put({kTargetLinkLayer, 1}).put(own);
  const std::uint16_t sum = checksum(out.frame());
  out.frame()[kChecksumOffset] = static_cast<std::uint8_t>(sum >> 8);
  out.frame()[kChecksumOffset + 1] = static_cast<std::uint8_t>(sum);
  return out.frame();
}

}  // namespace holdfast::announce
