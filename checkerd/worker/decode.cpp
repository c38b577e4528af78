// The worker's side of proto/schema/checkerd_worker.proto. See decode.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/decode.h"

#include <algorithm>

#include "proto/codec/bounds.h"

namespace holdfast {

static constexpr std::size_t kPathMax = 4096;
static constexpr std::size_t kHostMax = 300;  // a name, or an address in brackets, and a port
static constexpr int kStatusRangesMax = 500;
static constexpr std::int64_t kTimeoutMin = 1'000;

// What goes into a request or a handshake as it is must not be able to end a line.
static Result<std::string> one_line(const char* field, const std::string& bytes, std::size_t longest, std::size_t shortest = 0) {
  HF_TRY(std::string text, bounds::text(field, bytes, longest, shortest));
  if (text.find_first_of("\r\n") != std::string::npos) return Error{std::string(field) + " has a line break"};
  return text;
}

Result<HttpProbe> decode(const wire::Probe& message) {
  if (message.what_case() != wire::Probe::kHttp) return Error{"probe has no kind"};
  const wire::HttpProbe& http = message.http();
  HttpProbe probe;
  if (message.id() == 0) return Error{"probe has no id"};
  probe.id = message.id();
  HF_TRY(probe.timeout, bounds::duration("timeout", message.timeout_us(), kTimeoutMin));
  probe.tls = http.tls();
  HF_TRY(probe.sni, one_line("sni", http.sni(), kHostMax));
  HF_TRY(probe.path, one_line("path", http.path(), kPathMax, 1));
  HF_TRY(probe.host, one_line("host", http.host(), kHostMax));
  HF_TRY(probe.protocol, bounds::within<HttpProtocol>("protocol", http.protocol(), 0, 3));
  HF_TRY(probe.digest, bounds::text("digest", http.digest(), 32));
  if (!probe.digest.empty() && (probe.digest.size() != 32 || probe.digest.find_first_not_of("0123456789abcdef") != std::string::npos)) {
    return Error{"digest is not 32 lower case hex digits"};
  }
  HF_OK(bounds::count("status ranges", http.status_size(), kStatusRangesMax));
  for (const auto& range : http.status()) {
    HF_TRY(const auto first, bounds::within<std::uint16_t>("status", range.first(), 100, 999));
    HF_TRY(const auto last, bounds::within<std::uint16_t>("status", range.last(), first, 999));
    probe.status.emplace_back(first, last);
  }
  return probe;
}

static wire::ProbeFinished::Outcome wire_outcome(ProbeOutcome outcome) {
  switch (outcome) {
    case ProbeOutcome::kPassed: return wire::ProbeFinished::PASSED;
    case ProbeOutcome::kWrongStatus: return wire::ProbeFinished::WRONG_STATUS;
    case ProbeOutcome::kWrongDigest: return wire::ProbeFinished::WRONG_DIGEST;
    case ProbeOutcome::kTimedOut: return wire::ProbeFinished::TIMED_OUT;
    case ProbeOutcome::kClosed: return wire::ProbeFinished::CLOSED;
    case ProbeOutcome::kTlsFailed: return wire::ProbeFinished::TLS_FAILED;
    case ProbeOutcome::kMalformed: return wire::ProbeFinished::MALFORMED;
    case ProbeOutcome::kLocal: return wire::ProbeFinished::LOCAL;
  }
  return wire::ProbeFinished::LOCAL;
}

void encode(std::uint64_t id, const ProbeResult& result, wire::ProbeFinished& message) {
  message.set_id(id);
  message.set_outcome(wire_outcome(result.outcome));
  message.set_status(result.status);
  message.set_digest(result.digest);
  message.set_detail(result.detail);
  message.set_body_octets(result.body_octets);
}

}  // namespace holdfast
