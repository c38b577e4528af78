// The worker's side of proto/schema/checkerd_worker.proto. See decode.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/decode.h"

#include <algorithm>

#include "proto/codec/bounds.h"

namespace holdfast {

static constexpr std::size_t kPathMax = 4096;
static constexpr std::size_t kHostMax = 300;  // a name, or an address in brackets, and a port
static constexpr int kStatusRangesMax = 500;
static constexpr int kHeadersMax = 32;
static constexpr std::size_t kHeaderMax = 1024;
static constexpr std::size_t kPatternMax = 4096;
static constexpr std::size_t kNameMax = 253;
static constexpr std::size_t kLabelMax = 63;
static constexpr std::size_t kDatagramMaxOctets = 1472;  // one frame
static constexpr std::int64_t kTimeoutMin = 1'000;

// What goes into a request or a handshake as it is must not be able to end a line.
static Result<std::string> one_line(const char* field, const std::string& bytes, std::size_t longest, std::size_t shortest = 0) {
  HF_TRY(std::string text, bounds::text(field, bytes, longest, shortest));
  if (text.find_first_of("\r\n") != std::string::npos) return Error{std::string(field) + " has a line break"};
  return text;
}

static Result<Expression> decode(const wire::ProbeExpression& message) {
  Expression expression;
  HF_TRY(expression.pattern, bounds::text("regex", message.pattern(), kPatternMax, 1));
  expression.options = message.options();
  expression.no_match = message.no_match();
  expression.min_offset = message.min_offset();
  if (message.has_max_offset()) expression.max_offset = message.max_offset();
  expression.memory = message.memory();
  return expression;
}

static Result<std::string> digest_of(const wire::HttpProbe& http) {
  HF_TRY(std::string digest, bounds::text("digest", http.digest(), 32));
  if (!digest.empty() && (digest.size() != 32 || digest.find_first_not_of("0123456789abcdef") != std::string::npos)) {
    return Error{"digest is not 32 lower case hex digits"};
  }
  return digest;
}

static Result<HttpProbe> decode(const wire::HttpProbe& http) {
  HttpProbe probe;
  probe.tls = http.tls();
  HF_TRY(probe.sni, one_line("sni", http.sni(), kHostMax));
  HF_TRY(probe.path, one_line("path", http.path(), kPathMax, 1));
  HF_TRY(probe.host, one_line("host", http.host(), kHostMax));
  HF_TRY(probe.protocol, bounds::within<HttpProtocol>("protocol", http.protocol(), 0, 3));
  HF_TRY(probe.method, bounds::within<HttpMethod>("method", http.method(), 0, 3));
  HF_TRY(probe.digest, digest_of(http));
  HF_OK(bounds::count("status ranges", http.status_size(), kStatusRangesMax));
  for (const auto& range : http.status()) {
    HF_TRY(const auto first, bounds::within<std::uint16_t>("status", range.first(), 100, 999));
    HF_TRY(const auto last, bounds::within<std::uint16_t>("status", range.last(), first, 999));
    probe.status.emplace_back(first, last);
  }
  HF_OK(bounds::count("headers", http.headers_size(), kHeadersMax));
  for (const auto& header : http.headers()) {
    HF_TRY(std::string line, one_line("header", header, kHeaderMax, 1));
    probe.headers.push_back(std::move(line));
  }
  if (http.has_expression()) {
    HF_TRY(probe.expression, decode(http.expression()));
  }
  probe.tls_compliant = http.tls_compliant();
  probe.tls_verify = http.tls_verify();
  HF_TRY(probe.tls_name, one_line("tls_name", http.tls_name(), kHostMax));
  HF_TRY(probe.tls_days_left, bounds::within<unsigned>("tls_days_left", http.tls_days_left(), 0, kDaysLeftMax));
  return probe;
}

static Result<DnsProbe> decode(const wire::DnsProbe& message) {
  DnsProbe probe;
  HF_TRY(probe.query, bounds::within<std::uint16_t>("query", message.query(), 0, 65535));
  HF_TRY(probe.type, bounds::within<std::uint16_t>("type", message.type(), 1, 65535));
  HF_TRY(probe.name, bounds::text("name", message.name(), kNameMax));
  std::size_t label = 0;
  for (std::size_t at = 0; at <= probe.name.size() && !probe.name.empty(); ++at) {
    if (at < probe.name.size() && probe.name[at] != '.') {
      ++label;
      continue;
    }
    if (label == 0 || label > kLabelMax) return Error{"name has a label of " + std::to_string(label) + " octets, expected 1 to 63"};
    label = 0;
  }
  return probe;
}

static Result<UdpProbe> decode(const wire::UdpProbe& message) {
  UdpProbe probe;
  if (message.payload().size() > kDatagramMaxOctets) return Error{"payload is too long"};
  if (message.reply().size() > kDatagramMaxOctets || message.reply_mask().size() != message.reply().size()) return Error{"reply and mask differ in length"};
  probe.payload = message.payload();
  probe.require_reply = message.require_reply();
  probe.reply = message.reply();
  probe.reply_mask = message.reply_mask();
  HF_TRY(probe.min_reply_length, bounds::within<std::uint16_t>("min_reply_length", message.min_reply_length(), 0, 65535));
  HF_TRY(probe.max_reply_length, bounds::within<std::uint16_t>("max_reply_length", message.max_reply_length(), 0, 65535));
  return probe;
}

static Result<PingProbe> decode(const wire::PingProbe& message) {
  PingProbe probe;
  probe.ipv6 = message.ipv6();
  probe.raw = message.raw();
  HF_TRY(probe.identifier, bounds::within<std::uint16_t>("identifier", message.identifier(), 0, 65535));
  HF_TRY(probe.sequence, bounds::within<std::uint16_t>("sequence", message.sequence(), 0, 65535));
  return probe;
}

static Result<Probe> decode_what(const wire::Probe& message) {
  switch (message.what_case()) {
    case wire::Probe::kHttp: {
      HF_TRY(HttpProbe probe, decode(message.http()));
      return Probe{std::move(probe)};
    }
    case wire::Probe::kSmtp: {
      SmtpProbe probe;
      HF_TRY(probe.helo_name, one_line("helo_name", message.smtp().helo_name(), kHostMax, 1));
      return Probe{std::move(probe)};
    }
    case wire::Probe::kDns: {
      HF_TRY(DnsProbe probe, decode(message.dns()));
      return Probe{std::move(probe)};
    }
    case wire::Probe::kUdp: {
      HF_TRY(UdpProbe probe, decode(message.udp()));
      return Probe{std::move(probe)};
    }
    case wire::Probe::kPing: {
      HF_TRY(PingProbe probe, decode(message.ping()));
      return Probe{probe};
    }
    case wire::Probe::WHAT_NOT_SET:
      break;
  }
  return Error{"probe has no kind"};
}

Result<Probe> decode(const wire::Probe& message) {
  if (message.id() == 0) return Error{"probe has no id"};
  HF_TRY(const Duration timeout, bounds::duration("timeout", message.timeout_us(), kTimeoutMin));
  HF_TRY(Probe probe, decode_what(message));
  std::visit(
      [&](ProbeHead& head) {
        head.id = message.id();
        head.timeout = timeout;
      },
      probe);
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
    case ProbeOutcome::kWrongText: return wire::ProbeFinished::WRONG_TEXT;
    case ProbeOutcome::kTooCostly: return wire::ProbeFinished::TOO_COSTLY;
    case ProbeOutcome::kRefused: return wire::ProbeFinished::REFUSED;
    case ProbeOutcome::kWrongReply: return wire::ProbeFinished::WRONG_REPLY;
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
