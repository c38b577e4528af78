// The part of checkerd: quorum, weights and what is asked of each server. See outline.h; names follow keepalived.conf(5).
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/outline/writer.h"

namespace holdfast::outlining {
namespace {

std::string octets(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hexadecimal;
  for (const char octet : text) {
    const auto value = static_cast<unsigned char>(octet);
    hexadecimal += kDigits[value >> 4];
    hexadecimal += kDigits[value & 15];
  }
  return hexadecimal;
}

void kind(const Writer&, const TcpCheck&, Facts& facts) { facts.add("TCP_CHECK"); }
void kind(const Writer&, const PingCheck&, Facts& facts) { facts.add("PING_CHECK"); }

void url(const HttpUrl& url, Facts& facts) {
  Facts one;
  one.add("url " + words(url.path));
  one.differing(url, "digest", &HttpUrl::digest, "status_code", &HttpUrl::status, "virtualhost", &HttpUrl::virtualhost, "tls_compliant",
                &HttpUrl::tls_compliant);
  one.differing(url.expression, "regex", &Expression::pattern, "regex_options", &Expression::options, "regex_no_match", &Expression::no_match,
                "regex_min_offset", &Expression::min_offset, "regex_max_offset", &Expression::max_offset, "regex_stack", &Expression::memory);
  facts.add(one.together());
}

void kind(const Writer&, const HttpCheck& check, Facts& facts) {
  facts.add(check.tls ? "SSL_GET" : "HTTP_GET");
  facts.differing(check, "enable_sni", &HttpCheck::enable_sni, "sni_name", &HttpCheck::sni_name, "virtualhost", &HttpCheck::virtualhost,
                  "fast_recovery", &HttpCheck::fast_recovery);
  facts.add_if(check.protocol != HttpProtocol::kHttp10, "http_protocol " + word(check.protocol, {"1.0", "1.0C", "1.1", "1.1C"}));
  facts.add_if(check.method != HttpMethod::kGet, "method " + word(check.method, {"GET", "HEAD", "OPTIONS", "POST"}));
  for (const std::string& header : check.headers) facts.add("header " + words(header));
  facts.differing(check, "tls_verify", &HttpCheck::tls_verify, "tls_name", &HttpCheck::tls_name, "tls_days_left", &HttpCheck::tls_days_left);
  for (const HttpUrl& one : check.urls) url(one, facts);
}

void kind(const Writer&, const SmtpCheck& check, Facts& facts) { facts.add("SMTP_CHECK helo_name " + words(check.helo_name)); }
void kind(const Writer&, const DnsCheck& check, Facts& facts) { facts.add("DNS_CHECK type " + words(check.type) + " name " + words(check.name)); }

void kind(const Writer&, const UdpCheck& check, Facts& facts) {
  facts.add("UDP_CHECK");
  facts.add_if(!check.payload.empty(), "payload " + octets(check.payload));
  facts.differing(check, "require_reply", &UdpCheck::require_reply);
  facts.add_if(!check.reply.empty(), "reply " + octets(check.reply) + " mask " + octets(check.reply_mask));
  facts.differing(check, "min_reply_length", &UdpCheck::min_reply_length, "max_reply_length", &UdpCheck::max_reply_length);
}

void kind(const Writer& writer, const MiscCheck& check, Facts& facts) {
  facts.add("MISC_CHECK " + writer.name(check.script));
  facts.differing(check, "misc_timeout", &MiscCheck::timeout, "misc_dynamic", &MiscCheck::dynamic);
}

void kind(const Writer&, const FileCheck& check, Facts& facts) {
  facts.add("FILE_CHECK " + check.name);
  facts.differing(check, "weight", &FileCheck::weight, "reverse", &FileCheck::reverse);
}

void kind(const Writer&, const BfdCheck& check, Facts& facts) { facts.add("BFD_CHECK " + check.name); }

Facts facts_of(const Writer& writer, const Check& check) {
  Facts facts;
  std::visit([&](const auto& what) { kind(writer, what, facts); }, check.what);
  facts.add("to [" + words(check.address) + "]:" + words(check.port));
  facts.differing(check, "bindto", &Check::bind_address, "bind_port", &Check::bind_port, "bind_if", &Check::bind_interface, "fwmark", &Check::fwmark,
                  "delay_loop", &Check::delay_loop, "delay_before_retry", &Check::delay_before_retry, "retry", &Check::retries, "rise", &Check::rise,
                  "connect_timeout", &Check::connect_timeout, "warmup", &Check::warmup, "alpha", &Check::alpha, "log_all_failures",
                  &Check::enabled_log);
  return facts;
}

void server(Writer& writer, const CheckedService& service, const CheckedServer& server, const char* role) {
  const std::string about = role + (" " + server.name) + " of " + service.name;
  Facts facts;
  facts.add("weight " + words(server.weight));
  facts.differing(server, "inhibit_on_failure", &CheckedServer::inhibit_on_failure, "weight asked for", &CheckedServer::asked_weight);
  if (server.duty != Duty::kReady) facts.add("asked to " + word(server.duty, {"serve", "drain", "be down"}));
  writer.lines(about, facts);
  std::size_t number = 0;
  for (const Check& check : server.checks) writer.lines("check " + words(++number) + " of " + about, facts_of(writer, check));
}

}  // namespace

void outline_services(Writer& writer) {
  const CheckPlan& plan = writer.plan().check;
  Facts settings;
  settings.differing(plan, "random_seed", &CheckPlan::seed, "workers", &CheckPlan::workers);
  writer.lines("checks", settings);
  for (const CheckedService& one : plan.services) {
    Facts facts;
    facts.differing(one, "quorum", &CheckedService::quorum, "hysteresis", &CheckedService::hysteresis, "alpha", &CheckedService::alpha, "omega",
                    &CheckedService::omega);
    facts.add_if(bool(one.presence), "ha_suspend");
    facts.add("servers " + words(one.servers.size()));
    writer.lines("service " + one.name, facts);
    for (const CheckedServer& real : one.servers) server(writer, one, real, "server");
    if (one.sorry) server(writer, one, *one.sorry, "sorry server");
  }
}

}  // namespace holdfast::outlining
