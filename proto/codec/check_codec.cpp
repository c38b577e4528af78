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

namespace {
struct EncodeWhat {
  wire::Check& message;

  void operator()(const TcpCheck&) const { message.mutable_tcp(); }
  void operator()(const HttpCheck& check) const {
    auto* http = message.mutable_http();
    http->set_tls(check.tls);
    http->set_enable_sni(check.enable_sni);
    http->set_sni_name(check.sni_name);
    http->set_virtualhost(check.virtualhost);
    http->set_protocol(static_cast<std::uint32_t>(check.protocol));
    http->set_fast_recovery(check.fast_recovery);
    for (const auto& url : check.urls) {
      auto* entry = http->add_urls();
      entry->set_path(url.path);
      entry->set_digest(url.digest);
      entry->set_virtualhost(url.virtualhost);
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
};
}  // namespace

static void encode(const Check& check, wire::Check& message) {
  message.set_id(check.id.value);
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

static void encode(const CheckedServer& server, wire::CheckedServer& message) {
  message.set_id(server.id.value);
  message.set_name(server.name);
  message.set_weight(server.weight);
  message.set_inhibit_on_failure(server.inhibit_on_failure);
  for (const auto& check : server.checks) encode(check, *message.add_checks());
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
    case wire::Check::WHAT_NOT_SET:
      break;
  }
  return Error{"check has no kind"};
}

static Result<Check> decode(const wire::Check& message) {
  Check check;
  HF_TRY(check.id, bounds::identifier<CheckId>("check", message.id()));
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
  HF_OK(bounds::count("checks", message.checks_size(), kChecksPerServerMax));
  for (const auto& entry : message.checks()) {
    HF_TRY(Check check, decode(entry));
    server.checks.push_back(std::move(check));
  }
  return server;
}

void encode(const CheckedService& service, wire::CheckedService& message) {
  message.set_id(service.id.value);
  message.set_name(service.name);
  message.set_quorum(service.quorum);
  message.set_hysteresis(service.hysteresis);
  message.set_alpha(service.alpha);
  message.set_omega(service.omega);
  for (const auto& server : service.servers) encode(server, *message.add_servers());
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
