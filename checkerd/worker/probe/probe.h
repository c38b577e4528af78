// What a worker is asked to find out, and what it answers. Plain values; the wire forms are in proto/schema/checkerd_worker.proto.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "proto/value/check_plan.h"
#include "proto/value/instant.h"

namespace holdfast {

inline constexpr int kProbeTimeoutsMax = 10;  // an answer that goes on and on, slowly, ends after this many timeouts

struct HttpProbe {
  std::uint64_t id = 0;
  Duration timeout{5'000'000};  // without any progress
  bool tls = false;
  std::string sni;              // empty: none
  std::string path = "/";
  std::string host;             // value of the Host header; empty: none
  HttpProtocol protocol = HttpProtocol::kHttp10;
  std::string digest;           // MD5 in lower case hex; empty: not compared
  std::vector<std::pair<std::uint16_t, std::uint16_t>> status;  // inclusive; empty: 200 to 299
};

enum class ProbeOutcome : std::uint8_t {
  kPassed, kWrongStatus, kWrongDigest, kTimedOut, kClosed, kTlsFailed, kMalformed, kLocal
};

struct ProbeResult {
  ProbeOutcome outcome = ProbeOutcome::kLocal;
  unsigned status = 0;
  std::string digest;           // 16 octets where one was compared
  std::string detail;           // for the log
  std::uint64_t body_octets = 0;
};

}  // namespace holdfast
