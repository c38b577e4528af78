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

using ProbeId = Id<struct ProbeTag>;  // a check without its destination: what is run once for all who ask for it

struct TcpCheck {
  bool operator==(const TcpCheck&) const = default;
};

// A regular expression of PCRE2 that the body of a page must match, or must not.
struct Expression {
  std::string pattern;                    // empty: none
  std::uint32_t options = 0;              // PCRE2_CASELESS and so on, pcre2_compile(3)
  bool no_match = false;                  // it must not match
  std::uint32_t min_offset = 0;           // of the body, where a match may start at the earliest
  std::optional<std::uint32_t> max_offset;  // and at the latest
  std::uint32_t memory = 0;               // octets that matching may take; 0: the worker's limit
  bool operator==(const Expression&) const = default;
};

struct HttpUrl {
  std::string path = "/";
  std::string digest;                     // MD5 of the body in lower case hex; empty: not compared
  std::vector<std::pair<std::uint16_t, std::uint16_t>> status;  // inclusive ranges; empty: 200..299
  std::string virtualhost;                // empty: the check's, then none
  Expression expression;
  bool tls_compliant = false;             // ends TLS with close_notify
  bool operator==(const HttpUrl&) const = default;
};

enum class HttpProtocol : std::uint8_t { kHttp10 = 0, kHttp10Close = 1, kHttp11 = 2, kHttp11Close = 3 };
enum class HttpMethod : std::uint8_t { kGet = 0, kHead = 1, kOptions = 2, kPost = 3 };
inline constexpr unsigned kDaysLeftMax = 3650;

struct HttpCheck {
  bool tls = false;                       // SSL_GET
  bool enable_sni = false;
  std::string sni_name;                   // empty: the url's virtual host
  std::string virtualhost;
  HttpProtocol protocol = HttpProtocol::kHttp10;
  bool fast_recovery = false;
  std::vector<HttpUrl> urls;              // at least one
  // Holdfast's own; keepalived.conf(5) has none of these.
  HttpMethod method = HttpMethod::kGet;
  std::vector<std::string> headers;       // further lines of the request, "Name: value"
  bool tls_verify = false;                // the certificate must be good, and for tls_name where there is one
  std::string tls_name;                   // empty: sni_name, the virtual host, then the address
  unsigned tls_days_left = 0;             // and valid for this many days yet
  bool operator==(const HttpCheck&) const = default;
};

struct SmtpCheck {
  std::string helo_name = "smtpchecker.keepalived.org";
  bool operator==(const SmtpCheck&) const = default;
};

struct DnsCheck {
  std::uint16_t type = 6;                 // RFC 1035 section 3.2.2; 6 is SOA
  std::string name;                       // empty: the root
  bool operator==(const DnsCheck&) const = default;
};

struct UdpCheck {
  std::string payload;                    // octets; empty: 32 octets of text
  bool require_reply = false;
  std::string reply;                      // octets that the answer begins with; empty: any
  std::string reply_mask;                 // as long as `reply`: bits that count
  std::uint16_t min_reply_length = 0;
  std::uint16_t max_reply_length = 255;
  bool operator==(const UdpCheck&) const = default;
};

struct PingCheck {
  bool operator==(const PingCheck&) const = default;
};

struct MiscCheck {
  ScriptId script;
  Duration timeout{0};
  bool dynamic = false;                   // exit code 2..255 sets the weight to code - 2
  std::string path;                       // argv[0], for the log only
  bool operator==(const MiscCheck&) const = default;
};

// Nothing is asked for the next two: the parent tells the number in a track_file, and whether a BFD session is up.
struct FileCheck {
  TrackerId file;
  std::string name;
  std::int64_t weight = 1;                // times the number: added to the weight of the server. 0: another number than 0 is a failure
  bool reverse = false;                   // of the sign; with weight 0, of the verdict
  bool operator==(const FileCheck&) const = default;
};

struct BfdCheck {
  TrackerId session;
  std::string name;
  bool operator==(const BfdCheck&) const = default;
};

struct Check {
  CheckId id;                             // of one destination
  ProbeId probe;                          // what is asked of whom and how: checks that share it are run once for all of them
  std::variant<TcpCheck, HttpCheck, MiscCheck, SmtpCheck, DnsCheck, UdpCheck, PingCheck, FileCheck, BfdCheck> what;
  IpAddress address;                      // where to connect
  std::uint16_t port = 0;
  std::optional<IpAddress> bind_address;
  std::uint16_t bind_port = 0;
  std::string bind_interface;             // empty: none
  std::uint32_t fwmark = 0;
  Duration delay_loop{60'000'000};
  Duration delay_before_retry{1'000'000};
  unsigned retries = 1;
  unsigned rise = 1;                      // successes in a row that bring a failed check up; keepalived has no such count
  Duration connect_timeout{5'000'000};
  Duration warmup{0};                     // the first run is at 1 s + random(0..warmup)
  bool alpha = false;                     // starts as failed
  bool enabled_log = true;                // log_all_failures
  bool operator==(const Check&) const = default;
};

// Whose number or state a check waits for; nothing for one that is run.
inline std::optional<TrackerId> told_by(const Check& check) {
  if (const auto* file = std::get_if<FileCheck>(&check.what)) return file->file;
  if (const auto* bfd = std::get_if<BfdCheck>(&check.what)) return bfd->session;
  return std::nullopt;
}

// What an operator asked of a server, whatever its checks say.
enum class Duty : std::uint8_t {
  kReady = 0,
  kDrain = 1,                             // weight 0: what is connected stays, nothing new comes
  kDown = 2,                              // not in the table
};

struct CheckedServer {
  DestinationId id;
  std::string name;                       // "[10.9.1.1]:tcp:80"
  std::uint32_t weight = 1;               // 0..65535
  bool inhibit_on_failure = false;        // weight 0 instead of removal
  Duty duty = Duty::kReady;
  std::optional<std::uint32_t> asked_weight;  // by an operator, in the place of `weight`
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
  TrackerId presence;                     // ha_suspend: checks are run while the number told of it is not 0; none: always
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
