// checkerd's plan items <-> messages. Field by field, in the order of proto/value/check_plan.h.
// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/check_codec.h"

#include "proto/codec/bounds.h"
#include "proto/codec/values_codec.h"

namespace holdfast {

static constexpr int kUrlsMax = 256;
static constexpr int kStatusRangesMax = 500;
static constexpr int kChecksPerServerMax = 256;
static constexpr int kServersPerChunkMax = 4096;
static constexpr std::size_t kPathMax = 4096;
static constexpr std::size_t kHostMax = 255;
static constexpr int kRetriesMax = 1'000'000;
static constexpr std::size_t kPatternMax = 4096;
static constexpr int kHeadersMax = 32;
static constexpr std::size_t kHeaderMax = 1024;
static constexpr std::size_t kDatagramOctetsMax = 1472;

namespace {
void encode(const Expression& expression, wire::Expression& message) {
  message.set_pattern(expression.pattern);
  message.set_options(expression.options);
  message.set_no_match(expression.no_match);
  message.set_min_offset(expression.min_offset);
  if (expression.max_offset) message.set_max_offset(*expression.max_offset);
  message.set_memory(expression.memory);
}

struct EncodeWhat {
  wire::Check& message;

  void operator()(const TcpCheck&) const { message.mutable_tcp(); }
  void operator()(const PingCheck&) const { message.mutable_ping(); }
  void operator()(const SmtpCheck& check) const { message.mutable_smtp()->set_helo_name(check.helo_name); }
  void operator()(const DnsCheck& check) const {
    message.mutable_dns()->set_type(check.type);
    message.mutable_dns()->set_name(check.name);
  }
  void operator()(const UdpCheck& check) const {
    auto* udp = message.mutable_udp();
    udp->set_payload(check.payload);
    udp->set_require_reply(check.require_reply);
    udp->set_reply(check.reply);
    udp->set_reply_mask(check.reply_mask);
    udp->set_min_reply_length(check.min_reply_length);
    udp->set_max_reply_length(check.max_reply_length);
  }
  void operator()(const HttpCheck& check) const {
    auto* http = message.mutable_http();
    http->set_tls(check.tls);
    http->set_enable_sni(check.enable_sni);
    http->set_sni_name(check.sni_name);
    http->set_virtualhost(check.virtualhost);
    http->set_protocol(static_cast<std::uint32_t>(check.protocol));
    http->set_fast_recovery(check.fast_recovery);
    http->set_method(static_cast<std::uint32_t>(check.method));
    for (const auto& header : check.headers) http->add_headers(header);
    http->set_tls_verify(check.tls_verify);
    http->set_tls_name(check.tls_name);
    http->set_tls_days_left(check.tls_days_left);
    for (const auto& url : check.urls) {
      auto* entry = http->add_urls();
      entry->set_path(url.path);
      entry->set_digest(url.digest);
      entry->set_virtualhost(url.virtualhost);
      entry->set_tls_compliant(url.tls_compliant);
      if (!url.expression.pattern.empty()) encode(url.expression, *entry->mutable_expression());
      for (const auto& [first, last] : url.status) {
        auto* range = entry->add_status();
        range->set_first(first);
        range->set_last(last);
      }
    }
  }
  void operator()(const MiscCheck& check) const {
    auto* misc = message.mutable_misc();
    misc->set_script(check.script.value);
    misc->set_timeout_us(check.timeout.count());
    misc->set_dynamic(check.dynamic);
    misc->set_path(check.path);
  }
  void operator()(const FileCheck& check) const {
    auto* file = message.mutable_file();
    file->set_file(check.file.value);
    file->set_name(check.name);
    file->set_weight(check.weight);
    file->set_reverse(check.reverse);
  }
  void operator()(const BfdCheck& check) const {
    message.mutable_bfd()->set_session(check.session.value);
    message.mutable_bfd()->set_name(check.name);
  }
};
}  // namespace

static void encode(const Check& check, wire::Check& message) {
  message.set_id(check.id.value);
  message.set_probe(check.probe.value);
  message.set_rise(check.rise);
  std::visit(EncodeWhat{message}, check.what);
  encode(check.address, *message.mutable_address());
  message.set_port(check.port);
  if (check.bind_address) encode(*check.bind_address, *message.mutable_bind_address());
  message.set_bind_port(check.bind_port);
  message.set_bind_interface(check.bind_interface);
  message.set_fwmark(check.fwmark);
  message.set_delay_loop_us(check.delay_loop.count());
  message.set_delay_before_retry_us(check.delay_before_retry.count());
  message.set_retries(check.retries);
  message.set_connect_timeout_us(check.connect_timeout.count());
  message.set_warmup_us(check.warmup.count());
  message.set_alpha(check.alpha);
  message.set_enabled_log(check.enabled_log);
}

void encode(const CheckedServer& server, wire::CheckedServer& message) {
  message.set_id(server.id.value);
  message.set_name(server.name);
  message.set_weight(server.weight);
  message.set_inhibit_on_failure(server.inhibit_on_failure);
  message.set_duty(static_cast<unsigned>(server.duty));
  if (server.asked_weight) message.set_asked_weight(*server.asked_weight);
  for (const auto& check : server.checks) encode(check, *message.add_checks());
}

static Result<Expression> decode(const wire::Expression& message) {
  Expression expression;
  HF_TRY(expression.pattern, bounds::text("regex", message.pattern(), kPatternMax, 1));
  expression.options = message.options();
  expression.no_match = message.no_match();
  expression.min_offset = message.min_offset();
  if (message.has_max_offset()) {
    HF_TRY(expression.max_offset, bounds::within<std::uint32_t>("regex_max_offset", message.max_offset(), expression.min_offset, UINT32_MAX));
  }
  expression.memory = message.memory();
  return expression;
}

static Result<HttpUrl> decode(const wire::HttpUrl& message) {
  HttpUrl url;
  HF_TRY(url.path, bounds::text("url path", message.path(), kPathMax, 1));
  HF_TRY(url.digest, bounds::text("url digest", message.digest(), 32));
  HF_TRY(url.virtualhost, bounds::text("url virtualhost", message.virtualhost(), kHostMax));
  HF_OK(bounds::count("status ranges", message.status_size(), kStatusRangesMax));
  for (const auto& range : message.status()) {
    HF_TRY(const auto first, bounds::within<std::uint16_t>("status", range.first(), 100, 999));
    HF_TRY(const auto last, bounds::within<std::uint16_t>("status", range.last(), first, 999));
    url.status.emplace_back(first, last);
  }
  if (message.has_expression()) {
    HF_TRY(url.expression, decode(message.expression()));
  }
  url.tls_compliant = message.tls_compliant();
  return url;
}

static Result<HttpCheck> decode(const wire::HttpCheck& message) {
  HttpCheck check;
  check.tls = message.tls();
  check.enable_sni = message.enable_sni();
  HF_TRY(check.sni_name, bounds::text("sni_name", message.sni_name(), kHostMax));
  HF_TRY(check.virtualhost, bounds::text("virtualhost", message.virtualhost(), kHostMax));
  HF_TRY(check.protocol, bounds::within<HttpProtocol>("http_protocol", message.protocol(), 0, 3));
  check.fast_recovery = message.fast_recovery();
  HF_TRY(check.method, bounds::within<HttpMethod>("http_method", message.method(), 0, 3));
  HF_OK(bounds::count("http_headers", message.headers_size(), kHeadersMax));
  for (const auto& header : message.headers()) {
    HF_TRY(std::string line, bounds::text("http_header", header, kHeaderMax, 1));
    check.headers.push_back(std::move(line));
  }
  check.tls_verify = message.tls_verify();
  HF_TRY(check.tls_name, bounds::text("tls_name", message.tls_name(), kHostMax));
  HF_TRY(check.tls_days_left, bounds::within<unsigned>("tls_days_left", message.tls_days_left(), 0, kDaysLeftMax));
  HF_OK(bounds::count("urls", message.urls_size(), kUrlsMax));
  if (message.urls_size() == 0) return Error{"HTTP check has no url"};
  for (const auto& entry : message.urls()) {
    HF_TRY(HttpUrl url, decode(entry));
    check.urls.push_back(std::move(url));
  }
  return check;
}

static Result<MiscCheck> decode(const wire::MiscCheck& message) {
  MiscCheck check;
  HF_TRY(check.script, bounds::identifier<ScriptId>("script", message.script()));
  HF_TRY(check.timeout, bounds::duration("misc_timeout", message.timeout_us()));
  check.dynamic = message.dynamic();
  HF_TRY(check.path, bounds::text("misc_path", message.path(), kPathMax));
  return check;
}

static Result<UdpCheck> decode(const wire::UdpCheck& message) {
  UdpCheck check;
  if (message.payload().size() > kDatagramOctetsMax) return Error{"payload is longer than " + std::to_string(kDatagramOctetsMax) + " octets"};
  if (message.reply().size() > kDatagramOctetsMax || message.reply_mask().size() != message.reply().size()) {
    return Error{"reply and its mask: expected the same length, up to " + std::to_string(kDatagramOctetsMax) + " octets"};
  }
  check.payload = message.payload();
  check.require_reply = message.require_reply();
  check.reply = message.reply();
  check.reply_mask = message.reply_mask();
  HF_TRY(check.min_reply_length, bounds::within<std::uint16_t>("min_reply_length", message.min_reply_length(), 0, 65535));
  HF_TRY(check.max_reply_length, bounds::within<std::uint16_t>("max_reply_length", message.max_reply_length(), 0, 65535));
  return check;
}

static Result<DnsCheck> decode(const wire::DnsCheck& message) {
  DnsCheck check;
  HF_TRY(check.type, bounds::within<std::uint16_t>("dns type", message.type(), 1, 65535));
  HF_TRY(check.name, bounds::text("dns name", message.name(), kHostMax));
  return check;
}

static Result<FileCheck> decode(const wire::FileCheck& message) {
  FileCheck check;
  HF_TRY(check.file, bounds::identifier<TrackerId>("track_file", message.file()));
  HF_TRY(check.name, bounds::text("track_file", message.name(), kNameMax, 1));
  HF_TRY(check.weight, bounds::within<std::int64_t>("weight of a track_file", message.weight(), -INT32_MAX, INT32_MAX));
  check.reverse = message.reverse();
  return check;
}

static Result<BfdCheck> decode(const wire::BfdCheck& message) {
  BfdCheck check;
  HF_TRY(check.session, bounds::identifier<TrackerId>("bfd_instance", message.session()));
  HF_TRY(check.name, bounds::text("bfd_instance", message.name(), kNameMax, 1));
  return check;
}

static Status decode_what(const wire::Check& message, Check& check) {
  switch (message.what_case()) {
    case wire::Check::kTcp:
      check.what = TcpCheck{};
      return ok();
    case wire::Check::kHttp: {
      HF_TRY(check.what, decode(message.http()));
      return ok();
    }
    case wire::Check::kMisc: {
      HF_TRY(check.what, decode(message.misc()));
      return ok();
    }
    case wire::Check::kSmtp: {
      SmtpCheck smtp;
      HF_TRY(smtp.helo_name, bounds::text("helo_name", message.smtp().helo_name(), kHostMax, 1));
      check.what = std::move(smtp);
      return ok();
    }
    case wire::Check::kDns: {
      HF_TRY(check.what, decode(message.dns()));
      return ok();
    }
    case wire::Check::kUdp: {
      HF_TRY(check.what, decode(message.udp()));
      return ok();
    }
    case wire::Check::kPing:
      check.what = PingCheck{};
      return ok();
    case wire::Check::kFile: {
      HF_TRY(check.what, decode(message.file()));
      return ok();
    }
    case wire::Check::kBfd: {
      HF_TRY(check.what, decode(message.bfd()));
      return ok();
    }
    case wire::Check::WHAT_NOT_SET:
      break;
  }
  return Error{"check has no kind"};
}

static Result<Check> decode(const wire::Check& message) {
  Check check;
  HF_TRY(check.id, bounds::identifier<CheckId>("check", message.id()));
  HF_TRY(check.probe, bounds::identifier<ProbeId>("probe", message.probe()));
  HF_TRY(check.rise, bounds::within<unsigned>("rise", message.rise(), 1, kRetriesMax));
  HF_OK(decode_what(message, check));
  HF_TRY(check.address, decode(message.address()));
  HF_TRY(check.port, bounds::within<std::uint16_t>("check port", message.port(), 0, 65535));
  if (message.has_bind_address()) {
    HF_TRY(check.bind_address, decode(message.bind_address()));
    if (check.bind_address->family() != check.address.family()) return Error{"bindto is not of the target's family"};
  }
  HF_TRY(check.bind_port, bounds::within<std::uint16_t>("bind_port", message.bind_port(), 0, 65535));
  HF_TRY(check.bind_interface, bounds::text("bind_if", message.bind_interface(), kInterfaceNameMax));
  check.fwmark = message.fwmark();
  HF_TRY(check.delay_loop, bounds::duration("delay_loop", message.delay_loop_us(), 1));
  HF_TRY(check.delay_before_retry, bounds::duration("delay_before_retry", message.delay_before_retry_us()));
  HF_TRY(check.retries, bounds::within<unsigned>("retry", message.retries(), 0, kRetriesMax));
  HF_TRY(check.connect_timeout, bounds::duration("connect_timeout", message.connect_timeout_us(), 1));
  HF_TRY(check.warmup, bounds::duration("warmup", message.warmup_us()));
  check.alpha = message.alpha();
  check.enabled_log = message.enabled_log();
  return check;
}

static Result<CheckedServer> decode(const wire::CheckedServer& message) {
  CheckedServer server;
  HF_TRY(server.id, bounds::identifier<DestinationId>("destination", message.id()));
  HF_TRY(server.name, bounds::text("server name", message.name(), kNameMax, 1));
  HF_TRY(server.weight, bounds::within<std::uint32_t>("weight", message.weight(), 0, INT32_MAX));
  server.inhibit_on_failure = message.inhibit_on_failure();
  HF_TRY(const unsigned duty, bounds::within<unsigned>("duty", message.duty(), 0, static_cast<unsigned>(Duty::kDown)));
  server.duty = static_cast<Duty>(duty);
  if (message.has_asked_weight()) {
    HF_TRY(server.asked_weight, bounds::within<std::uint32_t>("asked weight", message.asked_weight(), 0, INT32_MAX));
  }
  HF_OK(bounds::count("checks", message.checks_size(), kChecksPerServerMax));
  for (const auto& entry : message.checks()) {
    HF_TRY(Check check, decode(entry));
    server.checks.push_back(std::move(check));
  }
  return server;
}

void encode(const CheckedService& service, wire::CheckedService& message) {
  encode_head(service, message);
  for (const auto& server : service.servers) encode(server, *message.add_servers());
}

void encode_head(const CheckedService& service, wire::CheckedService& message) {
  message.set_id(service.id.value);
  message.set_name(service.name);
  message.set_quorum(service.quorum);
  message.set_hysteresis(service.hysteresis);
  message.set_alpha(service.alpha);
  message.set_omega(service.omega);
  message.set_presence(service.presence.value);
  if (service.sorry) encode(*service.sorry, *message.mutable_sorry());
}

void encode(const CheckVerdict& verdict, wire::CheckVerdict& message) {
  message.set_id(verdict.id.value);
  message.set_up(verdict.up);
  message.set_known(verdict.known);
  message.set_failures(verdict.failures);
  message.set_weight_delta(verdict.weight_delta);
}

Result<CheckedService> decode(const wire::CheckedService& message) {
  CheckedService service;
  HF_TRY(service.id, bounds::identifier<ServiceId>("service", message.id()));
  HF_TRY(service.name, bounds::text("service name", message.name(), kNameMax, 1));
  service.quorum = message.quorum();
  service.hysteresis = message.hysteresis();
  service.alpha = message.alpha();
  service.omega = message.omega();
  service.presence = TrackerId{message.presence()};
  HF_OK(bounds::count("servers", message.servers_size(), kServersPerChunkMax));
  for (const auto& entry : message.servers()) {
    HF_TRY(CheckedServer server, decode(entry));
    service.servers.push_back(std::move(server));
  }
  if (message.has_sorry()) {
    HF_TRY(service.sorry, decode(message.sorry()));
  }
  return service;
}

Result<CheckVerdict> decode(const wire::CheckVerdict& message) {
  CheckVerdict verdict;
  HF_TRY(verdict.id, bounds::identifier<CheckId>("check", message.id()));
  verdict.up = message.up();
  verdict.known = message.known();
  verdict.failures = message.failures();
  HF_TRY(verdict.weight_delta, bounds::within<int>("weight delta", message.weight_delta(), -INT32_MAX, INT32_MAX));
  return verdict;
}

}  // namespace holdfast
