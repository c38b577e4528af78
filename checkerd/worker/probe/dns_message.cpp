// Header and question. See dns_message.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/dns_message.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace holdfast {

namespace {

constexpr std::size_t kHeaderOctets = 12;
constexpr unsigned kAnswer = 0x80;            // QR, in the third octet
constexpr unsigned kRecursionDesired = 0x01;  // RD, likewise
constexpr std::uint16_t kInternet = 1;        // class IN

void put(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

std::string_view name_of_code(unsigned code) {
  constexpr std::array<std::string_view, 6> kNames = {"no error", "format error", "server failure", "no such name", "not implemented", "refused"};
  return code < kNames.size() ? kNames[code] : "error";
}

}  // namespace

std::string question_of(const DnsProbe& probe) {
  std::string out;
  put(out, probe.query);
  out += static_cast<char>(kRecursionDesired);
  out += '\0';
  put(out, 1);  // questions
  for (int count = 0; count < 3; ++count) put(out, 0);
  for (std::string_view rest = probe.name; !rest.empty();) {
    const std::string_view label = rest.substr(0, rest.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    rest.remove_prefix(std::min(label.size() + 1, rest.size()));
  }
  out += '\0';
  put(out, probe.type);
  put(out, kInternet);
  return out;
}

std::optional<ProbeResult> judge(const DnsProbe& probe, std::span<const char> datagram) {
  if (datagram.size() < kHeaderOctets) return std::nullopt;
  const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(datagram[at]); };
  if ((octet(0) << 8 | octet(1)) != probe.query || (octet(2) & kAnswer) == 0) return std::nullopt;
  const unsigned code = octet(3) & 0x0f;
  ProbeResult result{.outcome = ProbeOutcome::kPassed, .status = code};
  if (code != 0) {
    result.outcome = ProbeOutcome::kRefused;
    result.detail = "rcode " + std::to_string(code) + ", " + std::string(name_of_code(code));
  }
  return result;
}

}  // namespace holdfast
