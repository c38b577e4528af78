// Answers to UDP_CHECK and PING_CHECK: any datagram. The first octets choose the kind and how much of the input is the wanted pattern.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "checkerd/worker/probe/echo_message.h"
#include "checkerd/worker/probe/udp_reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  if (size < 2) return 0;
  const std::span<const char> rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t wanted = std::min<std::size_t>(data[1], rest.size() / 2);
  UdpProbe udp;
  udp.require_reply = (data[0] & 1) != 0;
  udp.reply.assign(rest.data(), wanted);
  udp.reply_mask.assign(rest.data() + wanted, wanted);
  const std::span<const char> datagram = rest.subspan(2 * wanted);
  const bool good = judge(udp, datagram).outcome == ProbeOutcome::kPassed;
  if (good && udp.require_reply && wanted > 0 && datagram.size() > 255) std::abort();
  PingProbe ping;
  ping.ipv6 = (data[0] & 2) != 0;
  ping.raw = (data[0] & 4) != 0;
  ping.sequence = data[1];
  if (judge(ping, datagram) && datagram.size() < (ping.raw && !ping.ipv6 ? 28u : 8u)) std::abort();
  return 0;
}
