// What a name server may answer, and every name that may be asked for: the first octets are the name, the rest is the answer.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "checkerd/worker/decode.h"
#include "checkerd/worker/probe/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  if (size == 0 || size < 1u + data[0]) return 0;
  wire::Probe wanted;
  wanted.set_id(1);
  wanted.set_timeout_us(1'000'000);
  wanted.mutable_dns()->set_query(0x1234);
  wanted.mutable_dns()->set_type(1);
  wanted.mutable_dns()->set_name(reinterpret_cast<const char*>(data) + 1, data[0]);
  const auto decoded = decode(wanted);
  if (!decoded) return 0;
  const DnsProbe& probe = std::get<DnsProbe>(*decoded);
  const std::string question = question_of(probe);
  const std::size_t name = probe.name.empty() ? 1 : probe.name.size() + 2;  // RFC 1035 section 3.1: a length before each label, a zero behind
  if (question.size() != 12 + name + 4) std::abort();
  const std::span<const char> answer(reinterpret_cast<const char*>(data) + 1 + data[0], size - 1 - data[0]);
  const auto result = judge(probe, answer);
  if (result && answer.size() < 12) std::abort();
  if (result && result->outcome == ProbeOutcome::kPassed && (answer[3] & 0x0f) != 0) std::abort();
  return 0;
}
