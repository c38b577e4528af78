// Eight octets of header. See echo_message.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/echo_message.h"

namespace holdfast {

namespace {

constexpr std::size_t kHeaderOctets = 8;
constexpr std::size_t kDataOctets = 56;  // as ping(8)
constexpr std::size_t kIpv4HeaderMin = 20;
constexpr unsigned char kEchoRequest = 8, kEchoReply = 0, kEchoRequestIpv6 = 128, kEchoReplyIpv6 = 129;

void put(std::string& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<char>(value >> 8);
  out[at + 1] = static_cast<char>(value & 0xff);
}

// RFC 1071, over an even number of octets.
std::uint16_t checksum(const std::string& octets) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at + 1 < octets.size(); at += 2) {
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(octets[at]) << 8 | static_cast<unsigned char>(octets[at + 1]));
  }
  while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

std::string request_of(const PingProbe& probe) {
  std::string out(kHeaderOctets, '\0');
  for (std::size_t at = 0; at < kDataOctets; ++at) out += static_cast<char>(at);
  out[0] = static_cast<char>(probe.ipv6 ? kEchoRequestIpv6 : kEchoRequest);
  put(out, 4, probe.identifier);
  put(out, 6, probe.sequence);
  if (!probe.ipv6) put(out, 2, checksum(out));  // the kernel makes that of ICMPv6
  return out;
}

std::optional<ProbeResult> judge(const PingProbe& probe, std::span<const char> datagram) {
  if (probe.raw && !probe.ipv6) {
    if (datagram.size() < kIpv4HeaderMin) return std::nullopt;
    const std::size_t header = (static_cast<unsigned char>(datagram[0]) & 0x0fU) * 4U;
    if (header < kIpv4HeaderMin || header > datagram.size()) return std::nullopt;
    datagram = datagram.subspan(header);
  }
  if (datagram.size() < kHeaderOctets) return std::nullopt;
  const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(datagram[at]); };
  if (octet(0) != (probe.ipv6 ? kEchoReplyIpv6 : kEchoReply) || octet(1) != 0) return std::nullopt;
  if (probe.raw && (octet(4) << 8 | octet(5)) != probe.identifier) return std::nullopt;
  if ((octet(6) << 8 | octet(7)) != probe.sequence) return std::nullopt;
  return ProbeResult{.outcome = ProbeOutcome::kPassed};
}

}  // namespace holdfast
