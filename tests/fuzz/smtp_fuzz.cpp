// What a mail server may say: any bytes, in any pieces. The first octet chooses the piece size.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "checkerd/worker/probe/smtp_dialogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  if (size == 0) return 0;
  const std::size_t piece = data[0] + 1u;
  SmtpDialogue dialogue("fuzz.example.org");
  const std::span<const char> bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string said;
  std::optional<ProbeResult> result;
  for (std::size_t at = 0; at < bytes.size() && !result; at += piece) {
    SmtpDialogue::Step step = dialogue.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    said += step.say;
    result = std::move(step.result);
  }
  if (!result) result = dialogue.end();
  if (said.size() > 30) std::abort();  // HELO and QUIT, once each
  if (result->outcome == ProbeOutcome::kPassed && said != "HELO fuzz.example.org\r\nQUIT\r\n") std::abort();
  if (result->outcome != ProbeOutcome::kPassed && result->detail.empty()) std::abort();
  return 0;
}
