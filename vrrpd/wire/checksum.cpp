// One's complement sums; an odd last octet counts as the high half of a word. Length in the pseudo-header: the message's own.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/checksum.h"

namespace holdfast::vrrp {
namespace {

std::uint32_t add(std::uint32_t sum, std::span<const std::uint8_t> octets) {
  std::size_t at = 0;
  for (; at + 1 < octets.size(); at += 2) sum += static_cast<std::uint32_t>(octets[at] << 8 | octets[at + 1]);
  if (at < octets.size()) sum += static_cast<std::uint32_t>(octets[at] << 8);
  return sum;
}

}  // namespace

std::uint16_t checksum(std::span<const std::uint8_t> message, ChecksumForm form, const IpAddress& source, const IpAddress& destination) {
  std::uint32_t sum = 0;
  if (form == ChecksumForm::kPseudoHeader) {
    sum = add(add(sum, source.octets()), destination.octets());
    sum += kVrrpProtocol + static_cast<std::uint32_t>(message.size());
  }
  sum = add(sum, message);
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum & 0xffff);
}

}  // namespace holdfast::vrrp
