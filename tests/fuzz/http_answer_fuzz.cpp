// What a server may answer: any bytes, in any pieces. The first octet chooses the piece size, whether a digest is compared and
// whether it is the answer to HEAD.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "checkerd/worker/probe/http_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  if (size == 0) return 0;
  const std::size_t piece = (data[0] & 0x3f) + 1u;
  HttpProbe probe;
  if ((data[0] & 0x80) != 0) probe.digest = "5d41402abc4b2a76b9719d911017c592";
  const bool head = (data[0] & 0x40) != 0;
  HttpAnswer answer(!probe.digest.empty(), {}, head);
  const std::span<const char> bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto state = HttpAnswer::State::kMore;
  for (std::size_t at = 0; at < bytes.size() && state == HttpAnswer::State::kMore; at += piece) {
    state = answer.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  }
  if (state == HttpAnswer::State::kMore) state = answer.end();
  if (answer.body_octets() > bytes.size()) std::abort();  // nothing is counted that did not come
  if (state == HttpAnswer::State::kBad && answer.fault().empty()) std::abort();
  if (state == HttpAnswer::State::kWhole && judge(probe, answer).body_octets != answer.body_octets()) std::abort();
  return 0;
}
