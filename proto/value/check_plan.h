// What checkerd is told to watch: services with quorum, servers with weight, checks with their schedule. Times in microseconds.
// Names follow keepalived.conf(5). Names of services and servers are the texts that logs and notifications show.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "proto/value/address.h"
#include "proto/value/identifier.h"
#include "proto/value/instant.h"

namespace holdfast {

struct TcpCheck {
  bool operator==(const TcpCheck&) const = default;
};

struct HttpUrl {
  std::string path = "/";
  std::string digest;                     // MD5 of the body in lower case hex; empty: not compared
  std::vector<std::pair<std::uint16_t, std::uint16_t>> status;  // inclusive ranges; empty: 200..299
  std::string virtualhost;                // empty: the check's, then none
  bool operator==(const HttpUrl&) const = default;
};

enum class HttpProtocol : std::uint8_t { kHttp10 = 0, kHttp10Close = 1, kHttp11 = 2, kHttp11Close = 3 };

struct HttpCheck {
  bool tls = false;                       // SSL_GET
  bool enable_sni = false;
  std::string sni_name;                   // empty: the url's virtual host
  std::string virtualhost;
  HttpProtocol protocol = HttpProtocol::kHttp10;
  bool fast_recovery = false;
  std::vector<HttpUrl> urls;              // at least one
  bool operator==(const HttpCheck&) const = default;
};

struct MiscCheck {
  ScriptId script;
  Duration timeout{0};
  bool dynamic = false;                   // exit code 2..255 sets the weight to code - 2
  std::string path;                       // argv[0], for the log only
  bool operator==(const MiscCheck&) const = default;
};

struct Check {
  CheckId id;
  std::variant<TcpCheck, HttpCheck, MiscCheck> what;
  IpAddress address;                      // where to connect
  std::uint16_t port = 0;
  std::optional<IpAddress> bind_address;
  std::uint16_t bind_port = 0;
  std::string bind_interface;             // empty: none
  std::uint32_t fwmark = 0;
  Duration delay_loop{60'000'000};
  Duration delay_before_retry{1'000'000};
  unsigned retries = 1;
  Duration connect_timeout{5'000'000};
  Duration warmup{0};                     // the first run is at 1 s + random(0..warmup)
  bool alpha = false;                     // starts as failed
  bool enabled_log = true;                // log_all_failures
  bool operator==(const Check&) const = default;
};

struct CheckedServer {
  DestinationId id;
  std::string name;                       // "[10.9.1.1]:tcp:80"
  std::uint32_t weight = 1;               // 0..65535
  bool inhibit_on_failure = false;        // weight 0 instead of removal
  std::vector<Check> checks;
  bool operator==(const CheckedServer&) const = default;
};

struct CheckedService {
  ServiceId id;
  std::string name;                       // "[10.9.0.80]:tcp:80" or "FWM 5"
  unsigned quorum = 1;
  unsigned hysteresis = 0;
  bool alpha = false;
  bool omega = false;
  std::vector<CheckedServer> servers;
  std::optional<CheckedServer> sorry;     // has no checks
  bool operator==(const CheckedService&) const = default;
};

struct CheckPlan {
  Generation generation = 0;
  std::uint64_t seed = 0;                 // of the warm-up jitter
  unsigned workers = 2;
  std::vector<CheckedService> services;
  bool operator==(const CheckPlan&) const = default;
};

// Last known result of one check: reported by checkerd, given back to a restarted one so that nothing flaps.
struct CheckVerdict {
  CheckId id;
  bool up = false;
  bool known = false;                     // it has run at least once
  unsigned failures = 0;                  // of the running retry series
  int weight_delta = 0;                   // misc_dynamic
  bool operator==(const CheckVerdict&) const = default;
};

}  // namespace holdfast
