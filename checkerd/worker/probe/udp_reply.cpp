// Comparison. See udp_reply.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/udp_reply.h"

#include <algorithm>
#include <string_view>

namespace holdfast {

std::string payload_of(const UdpProbe& probe) {
  constexpr std::string_view kText = "keepalived check - ";  // what servers have been getting
  constexpr std::size_t kOctets = 32;
  if (!probe.payload.empty()) return probe.payload;
  std::string payload;
  while (payload.size() < kOctets) payload += kText;
  payload.resize(kOctets);
  return payload;
}

// As keepalived: lengths count where octets are wanted, and of an answer that is shorter than those only what is there is compared.
ProbeResult judge(const UdpProbe& probe, std::span<const char> datagram) {
  if (!probe.require_reply || probe.reply.empty()) return {.outcome = ProbeOutcome::kPassed};
  if (datagram.size() < probe.min_reply_length || datagram.size() > probe.max_reply_length) {
    return {.outcome = ProbeOutcome::kWrongReply,
            .detail = "answer of " + std::to_string(datagram.size()) + " octets, expected " + std::to_string(probe.min_reply_length) + " to " +
                      std::to_string(probe.max_reply_length)};
  }
  for (std::size_t at = 0; at < std::min(probe.reply.size(), datagram.size()); ++at) {
    const auto difference = static_cast<unsigned char>(datagram[at] ^ probe.reply[at]);
    if ((difference & static_cast<unsigned char>(probe.reply_mask[at])) != 0) {
      return {.outcome = ProbeOutcome::kWrongReply, .detail = "octet " + std::to_string(at) + " of the answer is another one"};
    }
  }
  return {.outcome = ProbeOutcome::kPassed};
}

ProbeResult judge_silence(const UdpProbe& probe) {
  if (probe.require_reply) return {.outcome = ProbeOutcome::kTimedOut, .detail = "read"};
  return {.outcome = ProbeOutcome::kPassed};
}

}  // namespace holdfast
