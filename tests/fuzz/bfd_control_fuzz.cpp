// Any octets as BFD control packets, one after the other, to a session in virtual time. Seeds: the BFD frames of tests/conformance/vectors.json.
// A packet is 2 octets of time (in units of 100 us), one TTL, one length, and that many octets.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "vrrpd/bfd/sessions.h"

namespace {

using namespace holdfast;

constexpr std::uint32_t kOurs = 0x0a0b0c0d;  // what the seeds address
constexpr std::size_t kHead = 4;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BfdSession config;
  config.id = TrackerId{1};
  config.neighbour = *IpAddress::parse("192.0.2.2");
  bfd::Sessions sessions([] { return kOurs; });
  Instant now{Duration{1'000'000}};
  sessions.apply({config}, now);
  std::span<const std::uint8_t> rest(data, size);
  while (rest.size() >= kHead) {
    now += (rest[0] << 8 | rest[1]) * Duration{100};
    const std::uint8_t ttl = rest[2];
    const std::size_t length = std::min<std::size_t>(rest[3], rest.size() - kHead);
    const auto heard = sessions.hear({config.neighbour, false, ttl, rest.subspan(kHead, length)}, now);
    if (heard.rejection && !heard.happened.empty()) std::abort();  // what is rejected changes nothing
    for (int turn = 0; turn < 3 && sessions.deadline() <= now; ++turn) sessions.tick(now);
    if (sessions.deadline() <= now) std::abort();  // a timer that is never done
    rest = rest.subspan(kHead + length);
  }
  return 0;
}
