// What a worker is asked to find out, and what it answers. Plain values; the wire forms are in proto/schema/checkerd_worker.proto.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "proto/value/check_plan.h"
#include "proto/value/instant.h"

namespace holdfast {

inline constexpr int kProbeTimeoutsMax = 10;  // an answer that goes on and on, slowly, ends after this many timeouts

struct ProbeHead {
  std::uint64_t id = 0;
  Duration timeout{5'000'000};  // without any progress
};

struct HttpProbe : ProbeHead {
  bool tls = false;
  std::string sni;              // empty: none
  std::string path = "/";
  std::string host;             // value of the Host header; empty: none
  HttpProtocol protocol = HttpProtocol::kHttp10;
  std::string digest;           // MD5 in lower case hex; empty: not compared
  std::vector<std::pair<std::uint16_t, std::uint16_t>> status;  // inclusive; empty: 200 to 299
  Expression expression;
  HttpMethod method = HttpMethod::kGet;
  std::vector<std::string> headers;
  bool tls_compliant = false;
  bool tls_verify = false;
  std::string tls_name;         // name or address that the certificate must be for
  unsigned tls_days_left = 0;
};

struct SmtpProbe : ProbeHead {
  std::string helo_name;
};

struct DnsProbe : ProbeHead {
  std::uint16_t query = 0;
  std::uint16_t type = 6;
  std::string name;
};

struct UdpProbe : ProbeHead, UdpCheck {};

struct PingProbe : ProbeHead {
  bool ipv6 = false;
  bool raw = false;             // a raw socket: the identifier counts, and IPv4 headers come along
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
};

using Probe = std::variant<HttpProbe, SmtpProbe, DnsProbe, UdpProbe, PingProbe>;

enum class ProbeOutcome : std::uint8_t {
  kPassed, kWrongStatus, kWrongDigest, kTimedOut, kClosed, kTlsFailed, kMalformed, kLocal, kWrongText, kTooCostly, kRefused, kWrongReply
};

struct ProbeResult {
  ProbeOutcome outcome = ProbeOutcome::kLocal;
  unsigned status = 0;
  std::string digest;           // 16 octets where one was compared
  std::string detail;           // for the log
  std::uint64_t body_octets = 0;
};

// One probe being carried out on one descriptor. `Done` is called once, from the loop; the exchange may be destroyed from loop.later().
class Exchange {
 public:
  using Done = std::function<void(const ProbeResult&)>;
  Exchange() = default;
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
};

}  // namespace holdfast
