// The checks of a real server as the file says them. What is not said is inherited, which parent/plan does.
// Must not know when and how a check is run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parent/model/settings/located.h"
#include "parent/model/settings/values.h"
#include "proto/value/address.h"
#include "proto/value/check_plan.h"
#include "proto/value/instant.h"

namespace holdfast::model {

// Settings that checks inherit: check, then real_server, then virtual_server, then the check type's own default.
struct CheckSettings {
  Located<unsigned> retry;
  Located<unsigned> rise;            // Holdfast's own
  Located<Duration> delay_before_retry;
  Located<Duration> warmup;
  Located<Duration> connect_timeout;
  Located<Duration> delay_loop;
  Located<bool> alpha;
};

struct Connection {
  Located<IpAddress> connect_ip;
  Located<std::uint16_t> connect_port;
  Located<IpAddress> bindto;
  Located<std::uint16_t> bind_port;
  Located<std::string> bind_if;
  Located<std::uint32_t> fwmark;
};

struct TcpSettings {};

struct UrlSettings {
  Position at{};
  Located<std::string> path;
  Located<std::string> digest;       // 32 hexadecimal digits, lower case
  std::vector<std::pair<std::uint16_t, std::uint16_t>> status_codes;  // inclusive
  Located<std::string> virtualhost;
  Located<std::string> regex;
  Located<bool> regex_no_match;
  std::uint32_t regex_options = 0;   // PCRE2_CASELESS and so on
  Located<std::uint32_t> regex_min_offset;
  Located<std::uint32_t> regex_max_offset;
  Located<std::uint32_t> regex_memory;  // the second number of regex_stack
  Located<bool> tls_compliant;
};

struct HttpSettings {                // HTTP_GET and SSL_GET
  bool tls = false;
  Located<std::string> virtualhost;
  Located<HttpProtocol> http_protocol;
  Located<bool> enable_sni;
  Located<std::string> sni_name;
  Located<bool> fast_recovery;
  Located<bool> tls_compliant;
  Located<HttpMethod> method;        // Holdfast's own, with those that follow
  std::vector<std::string> headers;
  Located<bool> tls_verify;
  Located<std::string> tls_name;
  Located<unsigned> tls_days_left;
  std::vector<UrlSettings> urls;     // each has a path
};

struct SmtpSettings {
  Located<std::string> helo_name;
  std::vector<Connection> hosts;     // a check each; without any: the check's own
};

struct DnsSettings {
  Located<std::uint16_t> type;
  Located<std::string> name;
};

struct UdpSettings {
  Located<std::string> payload;      // octets
  Located<bool> require_reply;
  std::string reply;
  std::string reply_mask;
  Located<std::uint16_t> min_reply_length;
  Located<std::uint16_t> max_reply_length;
};

struct PingSettings {};

struct MiscSettings {
  Located<ScriptCommand> command;    // the identity is `user`
  Located<Duration> timeout;
  Located<bool> dynamic;
};

struct FileSettings {
  Located<std::string> name;         // of a track_file
  Located<std::int64_t> weight;      // with it `reverse` counts too: neither is the track_file's then
  bool reverse = false;
};

struct BfdSettings {
  Located<std::string> name;         // of a bfd_instance
};

struct Check {
  Position at{};
  CheckSettings settings;
  Connection connection;
  Located<bool> log_all_failures;
  std::variant<TcpSettings, HttpSettings, MiscSettings, SmtpSettings, DnsSettings, UdpSettings, PingSettings, FileSettings, BfdSettings> what;
};

}  // namespace holdfast::model
