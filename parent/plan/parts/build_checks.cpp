// The checks of a plan. They inherit from real_server, then virtual_server, then their type's default; what is the same probe of the same
// target gets the same ProbeId, wherever it is asked for. keepalived.conf(5). Pure.
// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>

#include "parent/plan/building.h"

namespace holdfast {
namespace {

constexpr unsigned kRetriesMax = 1'000'000;  // more is for ever
constexpr unsigned kDnsRetries = 3;
constexpr Duration kSecond{1'000'000};

template <class T>
T inherit(const model::Located<T>& own, const model::Located<T>& server, const model::Located<T>& service, T fallback) {
  return own ? *own : server ? *server : service.value_or(fallback);
}

// What PCRE2 says against it, with the place; nothing if it compiles. It is used elsewhere: in the workers.
std::optional<std::string> fault_of(const Expression& expression) {
  int error = 0;
  PCRE2_SIZE place = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.pattern.data()), expression.pattern.size(), expression.options,
                                   &error, &place, nullptr);
  if (code != nullptr) {
    pcre2_code_free(code);
    return std::nullopt;
  }
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return std::string(reinterpret_cast<const char*>(text.data())) + " at character " + std::to_string(place);
}

Expression expression(Building& building, const model::UrlSettings& said) {
  Expression made;
  if (!said.regex) return made;
  made.pattern = *said.regex;
  made.options = said.regex_options;
  made.no_match = said.regex_no_match.value_or(false);
  made.memory = said.regex_memory.value_or(0);
  made.min_offset = said.regex_min_offset.value_or(0);
  if (said.regex_max_offset && *said.regex_max_offset != 0) {
    made.max_offset = *said.regex_max_offset;
    if (*made.max_offset < made.min_offset) {
      building.note(said.regex_max_offset.at, "offsets-upside-down", "regex_max_offset is below regex_min_offset: both are ignored");
      made.max_offset.reset();
      made.min_offset = 0;
    }
  }
  if (const auto fault = fault_of(made)) {
    building.note(said.regex.at, "bad-expression", "regex '" + made.pattern + "' does not compile and is ignored: " + *fault);
    return {};
  }
  return made;
}

HttpCheck http_check(Building& building, const CheckPlace& place, const model::HttpSettings& said) {
  HttpCheck check;
  check.tls = said.tls;
  check.enable_sni = said.enable_sni.value_or(false) || static_cast<bool>(said.sni_name);
  check.sni_name = said.sni_name.value_or({});
  check.virtualhost = inherit(said.virtualhost, place.server.virtualhost, place.service.virtualhost, std::string{});
  check.protocol = said.http_protocol.value_or(HttpProtocol::kHttp10);
  check.fast_recovery = said.fast_recovery.value_or(false);
  check.method = said.method.value_or(HttpMethod::kGet);
  check.headers = said.headers;
  check.tls_verify = said.tls_verify.value_or(false);
  check.tls_name = said.tls_name.value_or({});
  check.tls_days_left = said.tls_days_left.value_or(0);
  for (const model::UrlSettings& url : said.urls) {
    check.urls.push_back({.path = url.path.value_or("/"),
                          .digest = url.digest.value_or({}),
                          .status = url.status_codes,
                          .virtualhost = url.virtualhost.value_or({}),
                          .expression = expression(building, url),
                          .tls_compliant = url.tls_compliant.value_or(said.tls_compliant.value_or(false))});
  }
  return check;
}

UdpCheck udp_check(const model::UdpSettings& said) {
  UdpCheck check;
  check.payload = said.payload.value_or({});
  check.require_reply = said.require_reply.value_or(false);
  check.reply = said.reply;
  check.reply_mask = said.reply_mask;
  check.min_reply_length = said.min_reply_length.value_or(0);
  check.max_reply_length = said.max_reply_length.value_or(check.max_reply_length);
  return check;
}

std::optional<MiscCheck> misc_check(Building& building, const CheckPlace& place, const model::Check& said, const model::MiscSettings& settings) {
  MiscCheck check;
  check.timeout = settings.timeout.value_or(place.service.settings.delay_loop.value_or(60 * kSecond));
  check.script = building.script(settings.command, check.timeout);
  check.dynamic = settings.dynamic.value_or(false);
  if (settings.command && !settings.command->argv.empty()) check.path = settings.command->argv.front();
  if (check.script) return check;
  building.error(said.at, "check-without-script", "MISC_CHECK of " + place.server.address.to_string() + " has no misc_path, removed");
  return std::nullopt;
}

template <class Number>
std::string number(Number value) {
  return std::to_string(value);
}

struct IdentityOf {
  std::string operator()(const TcpCheck&) const { return "tcp"; }
  std::string operator()(const PingCheck&) const { return "ping"; }
  std::string operator()(const SmtpCheck& smtp) const { return identity_text({"smtp", smtp.helo_name}); }
  std::string operator()(const DnsCheck& dns) const { return identity_text({"dns", number(dns.type), dns.name}); }
  std::string operator()(const UdpCheck& udp) const {
    return identity_text({"udp", number(udp.payload.size()), udp.payload, number(udp.require_reply), number(udp.reply.size()), udp.reply,
                          udp.reply_mask, number(udp.min_reply_length), number(udp.max_reply_length)});
  }
  std::string operator()(const FileCheck& file) const {
    return identity_text({"file", number(file.file.value), number(file.weight), number(file.reverse)});
  }
  std::string operator()(const BfdCheck& bfd) const { return identity_text({"bfd", number(bfd.session.value)}); }
  std::string operator()(const MiscCheck& misc) const {
    return identity_text({"misc", number(misc.script.value), number(misc.timeout.count()), number(misc.dynamic)});
  }
  std::string operator()(const HttpCheck& http) const {
    std::string text = identity_text({"http", number(http.tls), number(http.enable_sni), http.sni_name, http.virtualhost,
                                      number(static_cast<unsigned>(http.protocol)), number(http.fast_recovery),
                                      number(static_cast<unsigned>(http.method)), number(http.tls_verify), http.tls_name,
                                      number(http.tls_days_left)});
    for (const std::string& header : http.headers) text += identity_text({"header", header});
    for (const HttpUrl& url : http.urls) {
      text += identity_text({"url", url.path, url.digest, url.virtualhost, number(url.tls_compliant)});
      for (const auto& [first, last] : url.status) text += identity_text({number(first), number(last)});
      const Expression& expression = url.expression;
      if (expression.pattern.empty()) continue;
      text += identity_text({"regex", expression.pattern, number(expression.options), number(expression.no_match),
                             number(expression.min_offset), expression.max_offset ? number(*expression.max_offset) : "",
                             number(expression.memory)});
    }
    return text;
  }
};

// Without the destination and without what only changes what is said about it.
std::string identity_of(const Check& check) {
  return identity_text({check.address.to_string(), number(check.port), check.bind_address ? check.bind_address->to_string() : "",
                        number(check.bind_port), check.bind_interface, number(check.fwmark), number(check.delay_loop.count()),
                        number(check.delay_before_retry.count()), number(check.retries), number(check.rise),
                        number(check.connect_timeout.count()), number(check.warmup.count()), number(check.alpha)}) +
         std::visit(IdentityOf{}, check.what);
}

// A program may look at anything: it is run for each server that asks for it, as the operator expects of it.
void identify(Building& building, const CheckPlace& place, Check& check) {
  const std::string text = identity_of(check);
  const std::string destination = number(place.destination.value);
  const bool shared = !std::holds_alternative<MiscCheck>(check.what);
  check.id = building.identities.id<CheckId>(identity_text({"check", destination, number(check.enabled_log)}) + text);
  check.probe = building.identities.id<ProbeId>(identity_text({"probe", shared ? "" : destination}) + text);
}

void connect_to(const CheckPlace& place, const model::Connection& said, Check& check) {
  check.address = said.connect_ip.value_or(place.server.address);
  check.port = said.connect_port.value_or(place.port);
  if (said.bindto) check.bind_address = *said.bindto;
  check.bind_port = said.bind_port.value_or(0);
  check.bind_interface = said.bind_if.value_or({});
  check.fwmark = said.fwmark.value_or(0);
}

Check scheduled(const Building& building, const CheckPlace& place, const model::Check& said) {
  const model::CheckSettings& own = said.settings;
  const model::CheckSettings& of_server = place.server.settings;
  const model::CheckSettings& of_service = place.service.settings;
  const bool http = std::holds_alternative<model::HttpSettings>(said.what);
  const bool misc = std::holds_alternative<model::MiscSettings>(said.what);
  const bool dns = std::holds_alternative<model::DnsSettings>(said.what);
  Check result;
  result.delay_loop = inherit(own.delay_loop, of_server.delay_loop, of_service.delay_loop, 60 * kSecond);
  const Duration pause = dns ? result.delay_loop : http ? 3 * kSecond : kSecond;
  result.delay_before_retry = inherit(own.delay_before_retry, of_server.delay_before_retry, of_service.delay_before_retry, pause);
  result.retries = std::min(inherit(own.retry, of_server.retry, of_service.retry, misc ? 0U : dns ? kDnsRetries : 1U), kRetriesMax);
  result.rise = own.rise.value_or(1);
  result.connect_timeout = inherit(own.connect_timeout, of_server.connect_timeout, of_service.connect_timeout, 5 * kSecond);
  result.warmup = inherit(own.warmup, of_server.warmup, of_service.warmup, result.delay_loop);
  result.alpha = inherit(own.alpha, of_server.alpha, of_service.alpha, false);
  result.enabled_log =
      said.log_all_failures ? *said.log_all_failures : building.configuration.globals.checker_log_all_failures.value_or(false);
  return result;
}

// Nothing: its definition was left out, and why was said there.
std::optional<FileCheck> file_check(const Building& building, const model::FileSettings& said) {
  const auto file = building.files.find(*said.name);
  if (file == building.files.end()) return std::nullopt;
  const Trackable& of_file = file->second;
  return FileCheck{of_file.id, *said.name, said.weight.value_or(of_file.weight), said.weight ? said.reverse : of_file.reverse};
}

std::optional<BfdCheck> bfd_check(const Building& building, const model::BfdSettings& said) {
  const auto& sessions = building.plan.vrrp.sessions;
  const auto session = std::ranges::find(sessions, *said.name, &BfdSession::name);
  if (session == sessions.end()) return std::nullopt;
  return BfdCheck{session->id, session->name};
}

// False: nothing can be run, and the operator was told.
bool settle_what(Building& building, const CheckPlace& place, const model::Check& said, Check& result) {
  if (const auto* http = std::get_if<model::HttpSettings>(&said.what)) {
    result.what = http_check(building, place, *http);
    if (!http->urls.empty()) return true;
    building.error(said.at, "check-without-url", "HTTP check of " + place.server.address.to_string() + " has no url, removed");
    return false;
  }
  if (const auto* misc = std::get_if<model::MiscSettings>(&said.what)) {
    const auto made = misc_check(building, place, said, *misc);
    if (made) result.what = *made;
    return made.has_value();
  }
  if (const auto* file = std::get_if<model::FileSettings>(&said.what)) {
    const auto made = file_check(building, *file);
    if (made) result.what = *made;
    return made.has_value();
  }
  if (const auto* bfd = std::get_if<model::BfdSettings>(&said.what)) {
    const auto made = bfd_check(building, *bfd);
    if (made) result.what = *made;
    return made.has_value();
  }
  if (const auto* smtp = std::get_if<model::SmtpSettings>(&said.what)) {
    result.what = SmtpCheck{smtp->helo_name.value_or(SmtpCheck{}.helo_name)};
  } else if (const auto* dns = std::get_if<model::DnsSettings>(&said.what)) {
    result.what = DnsCheck{dns->type.value_or(DnsCheck{}.type), dns->name.value_or({})};
  } else if (const auto* udp = std::get_if<model::UdpSettings>(&said.what)) {
    result.what = udp_check(*udp);
  } else if (std::holds_alternative<model::PingSettings>(said.what)) {
    result.what = PingCheck{};
  }
  return true;
}

bool says_something(const model::Connection& said) {
  return said.connect_ip || said.connect_port || said.bindto || said.bind_port || said.bind_if || said.fwmark;
}

}  // namespace

void build_check(Building& building, const CheckPlace& place, const model::Check& said, std::vector<Check>& checks) {
  Check result = scheduled(building, place, said);
  if (!settle_what(building, place, said, result)) return;
  const auto* smtp = std::get_if<model::SmtpSettings>(&said.what);
  std::vector<const model::Connection*> targets;
  if (smtp != nullptr) {
    for (const model::Connection& host : smtp->hosts) targets.push_back(&host);
  }
  if (targets.empty() || says_something(said.connection)) targets.push_back(&said.connection);
  for (const model::Connection* target : targets) {
    Check made = result;
    connect_to(place, *target, made);
    const bool needs_interface = made.address.is_link_local() && !made.address.is_v4() && made.bind_interface.empty();
    if (needs_interface && !std::holds_alternative<MiscCheck>(made.what) && !told_by(made)) {
      building.error(said.at, "link-local-without-interface",
                     "check of " + made.address.to_string() + " needs bind_if for a link-local address, removed");
      continue;
    }
    identify(building, place, made);
    const bool twice = std::ranges::any_of(checks, [&](const Check& other) { return other.id == made.id; });
    if (!twice) checks.push_back(std::move(made));
  }
}

}  // namespace holdfast
