// The load balancer's half of a plan: virtual servers with their real servers and checks. A virtual_server_group is one virtual server
// with many addresses and marks: its servers are checked once. What IPVS is told of addresses and marks is in service_keys.cpp.
// Checks inherit from real_server, then virtual_server, then their type's default. keepalived.conf(5), ipvsadm(8). Pure.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "parent/plan/building.h"
#include "parent/plan/parts/service_keys.h"

namespace holdfast {
namespace {

constexpr unsigned kRetriesMax = 1'000'000;           // more is for ever
constexpr std::uint32_t kWeightMax = 2147483647;

void set_method(Destination& destination, const model::LvsMethod& method) {
  destination.forwarding = method.forwarding;
  destination.tunnel = method.tunnel;
  destination.tunnel_port = method.tunnel_port;
  destination.tunnel_flags = method.tunnel_flags;
}

model::LvsMethod method_of(const Block& block, const model::Located<model::LvsMethod>& own) {
  return own ? *own : block.said.lvs_method.value_or(model::LvsMethod{});
}

// The port of a destination. Only masquerading can change it; otherwise it is that of each address of the service, and none for marks.
std::uint16_t destination_port(Building& building, const Block& block, const model::Located<std::uint16_t>& said, Forwarding forwarding,
                               const IpAddress& address) {
  const std::uint16_t wanted = said.value_or(0);
  if (block.group() != nullptr) return forwarding == Forwarding::kMasquerade ? wanted : 0;
  const ServiceKey& key = block.keys.front();
  const std::uint16_t own = key.fwmark != 0 ? 0 : key.port;
  if (forwarding == Forwarding::kMasquerade) return wanted != 0 ? wanted : own;
  if (wanted != 0 && wanted != own) {
    building.warn(said.at, "port-without-nat", "real server " + address.to_string() + " of " + name_of(block) +
                                                   (key.fwmark != 0 ? ": a port needs NAT with firewall marks, cleared"
                                                                    : ": another port needs NAT, the service's is used"));
  }
  return own;
}

// Where a check connects to, when it does not say: the server's own port, or that of the first address of the service.
std::uint16_t check_port(const Block& block, const Destination& destination, const model::RealServer& server) {
  if (destination.port != 0) return destination.port;
  return server.port && *server.port != 0 ? *server.port : block.keys.front().port;
}

template <class T>
T inherit(const model::Located<T>& own, const model::Located<T>& server, const model::Located<T>& service, T fallback) {
  return own ? *own : server ? *server : service.value_or(fallback);
}

HttpCheck http_check(const Block& block, const model::RealServer& server, const model::HttpSettings& said) {
  HttpCheck check;
  check.tls = said.tls;
  check.enable_sni = said.enable_sni.value_or(false) || static_cast<bool>(said.sni_name);
  check.sni_name = said.sni_name.value_or({});
  check.virtualhost = inherit(said.virtualhost, server.virtualhost, block.said.virtualhost, std::string{});
  check.protocol = said.http_protocol.value_or(HttpProtocol::kHttp10);
  check.fast_recovery = said.fast_recovery.value_or(false);
  for (const model::UrlSettings& url : said.urls) {
    check.urls.push_back({url.path.value_or("/"), url.digest.value_or({}), url.status_codes, url.virtualhost.value_or({})});
  }
  return check;
}

std::string identity_of(const Check& check, DestinationId destination) {
  const auto number = [](auto value) { return std::to_string(value); };
  std::string text = identity_text({"check", number(destination.value), check.address.to_string(), number(check.port),
                                    check.bind_address ? check.bind_address->to_string() : "", number(check.bind_port),
                                    check.bind_interface, number(check.fwmark), number(check.delay_loop.count()),
                                    number(check.delay_before_retry.count()), number(check.retries),
                                    number(check.connect_timeout.count()), number(check.warmup.count()), number(check.alpha),
                                    number(check.enabled_log), number(check.what.index())});
  if (const auto* http = std::get_if<HttpCheck>(&check.what)) {
    text += identity_text({number(http->tls), number(http->enable_sni), http->sni_name, http->virtualhost,
                           number(static_cast<unsigned>(http->protocol)), number(http->fast_recovery)});
    for (const HttpUrl& url : http->urls) {
      text += identity_text({"url", url.path, url.digest, url.virtualhost});
      for (const auto& [first, last] : url.status) text += identity_text({number(first), number(last)});
    }
  }
  if (const auto* misc = std::get_if<MiscCheck>(&check.what)) {
    text += identity_text({number(misc->script.value), number(misc->timeout.count()), number(misc->dynamic)});
  }
  return text;
}

std::optional<Check> check(Building& building, const Block& block, const model::RealServer& server, const Destination& destination,
                           const model::Check& said) {
  if (std::holds_alternative<model::AbsentCheck>(said.what)) return std::nullopt;
  constexpr Duration kSecond{1'000'000};
  const model::CheckSettings& own = said.settings;
  const model::CheckSettings& of_server = server.settings;
  const model::CheckSettings& of_service = block.said.settings;
  const bool http = std::holds_alternative<model::HttpSettings>(said.what);
  const bool misc = std::holds_alternative<model::MiscSettings>(said.what);
  Check result;
  result.address = said.connection.connect_ip.value_or(server.address);
  result.port = said.connection.connect_port.value_or(check_port(block, destination, server));
  if (said.connection.bindto) result.bind_address = *said.connection.bindto;
  result.bind_port = said.connection.bind_port.value_or(0);
  result.bind_interface = said.connection.bind_if.value_or({});
  result.fwmark = said.connection.fwmark.value_or(0);
  result.delay_loop = inherit(own.delay_loop, of_server.delay_loop, of_service.delay_loop, 60 * kSecond);
  result.delay_before_retry =
      inherit(own.delay_before_retry, of_server.delay_before_retry, of_service.delay_before_retry, http ? 3 * kSecond : kSecond);
  result.retries = std::min(inherit(own.retry, of_server.retry, of_service.retry, misc ? 0u : 1u), kRetriesMax);
  result.connect_timeout = inherit(own.connect_timeout, of_server.connect_timeout, of_service.connect_timeout, 5 * kSecond);
  result.warmup = inherit(own.warmup, of_server.warmup, of_service.warmup, result.delay_loop);
  result.alpha = inherit(own.alpha, of_server.alpha, of_service.alpha, false);
  result.enabled_log =
      said.log_all_failures ? *said.log_all_failures : building.configuration.globals.checker_log_all_failures.value_or(false);
  if (http) {
    result.what = http_check(block, server, std::get<model::HttpSettings>(said.what));
    if (std::get<HttpCheck>(result.what).urls.empty()) {
      building.error(said.at, "check-without-url", "HTTP check of " + server.address.to_string() + " has no url, removed");
      return std::nullopt;
    }
  }
  if (misc) {
    const auto& settings = std::get<model::MiscSettings>(said.what);
    MiscCheck what;
    what.timeout = settings.timeout.value_or(of_service.delay_loop.value_or(60 * kSecond));
    what.script = building.script(settings.command, what.timeout);
    what.dynamic = settings.dynamic.value_or(false);
    if (settings.command && !settings.command->argv.empty()) what.path = settings.command->argv.front();
    if (!what.script) {
      building.error(said.at, "check-without-script", "MISC_CHECK of " + server.address.to_string() + " has no misc_path, removed");
      return std::nullopt;
    }
    result.what = what;
  } else if (result.address.is_link_local() && !result.address.is_v4() && result.bind_interface.empty()) {
    building.error(said.at, "link-local-without-interface",
                   "check of " + result.address.to_string() + " needs bind_if for a link-local address, removed");
    return std::nullopt;
  }
  result.id = building.identities.id<CheckId>(identity_of(result, destination.id));
  return result;
}

std::optional<Destination> destination(Building& building, const Block& block, ServiceId service, const IpAddress& address,
                                       const model::Located<std::uint16_t>& port, const model::LvsMethod& method) {
  const bool reached = std::ranges::any_of(block.keys, [&](const ServiceKey& key) { return reaches(key, address, method.forwarding); });
  if (!reached) return std::nullopt;
  Destination result;
  result.service = service;
  result.address = address;
  set_method(result, method);
  result.port = destination_port(building, block, port, method.forwarding, address);
  result.id = building.identities.id<DestinationId>(
      identity_text({"destination", identity_of(block), address.to_string(), std::to_string(result.port)}));
  return result;
}

// In a group the kernel's port may be that of each address; what is shown is what the file says.
std::uint16_t shown_port(const Block& block, const Destination& destination, const model::Located<std::uint16_t>& said) {
  return block.group() != nullptr ? said.value_or(0) : destination.port;
}

std::uint32_t weight_of(Building& building, const Block& block, const model::RealServer& said, const std::string& name) {
  const std::uint32_t weight = said.weight ? *said.weight : block.said.weight.value_or(1);
  if (weight <= kWeightMax) return weight;
  building.warn(said.weight.at, "weight-too-large",
                "real server " + name + ": weight " + std::to_string(weight) + " is too large, 2147483647 is used", "0 to 2147483647");
  return kWeightMax;
}

void add_server(Building& building, const Block& block, CheckedService& checked, const model::RealServer& said,
                std::set<DestinationId>& seen) {
  auto made = destination(building, block, checked.id, said.address, said.port, method_of(block, said.lvs_method));
  if (!made) {
    building.error(said.at, "server-family", "real server " + said.address.to_string() + " of " + name_of(block) +
                                                 ": another address family needs TUN, removed");
    return;
  }
  made->upper_threshold = said.uthreshold.value_or(0);
  made->lower_threshold = said.lthreshold.value_or(0);
  CheckedServer server;
  server.id = made->id;
  server.name = server_name(block, said.address, shown_port(block, *made, said.port));
  if (!seen.insert(made->id).second) {
    building.error(said.at, "duplicate-server",
                   "real server " + server.name + " of " + name_of(block) + " is there twice, the second one is removed");
    return;
  }
  server.weight = weight_of(building, block, said, server.name);
  server.inhibit_on_failure =
      said.inhibit_on_failure ? *said.inhibit_on_failure : block.said.inhibit_on_failure.value_or(false);
  for (const model::Check& wanted : said.checks) {
    if (auto planned = check(building, block, said, *made, wanted)) {
      const bool twice = std::ranges::any_of(server.checks, [&](const Check& other) { return other.id == planned->id; });
      if (!twice) server.checks.push_back(std::move(*planned));
    }
  }
  const UpDownScripts told{building.script(said.notify_up), building.script(said.notify_down)};
  if (!(told == UpDownScripts{})) building.plan.notify.servers.emplace(server.id, told);
  checked.servers.push_back(std::move(server));
  building.plan.ipvs.destinations.push_back(*std::move(made));
}

void add_sorry(Building& building, const Block& block, CheckedService& checked, const std::set<DestinationId>& seen) {
  if (!block.said.sorry) return;
  const model::SorryServer& said = *block.said.sorry;
  auto made = destination(building, block, checked.id, said.address, said.port, method_of(block, said.lvs_method));
  if (!made) {
    building.error(said.at, "server-family", "sorry server " + said.address.to_string() + " of " + name_of(block) +
                                                 ": another address family needs TUN, removed");
    return;
  }
  if (seen.contains(made->id)) {
    building.error(said.at, "sorry-is-real", "sorry server " + said.address.to_string() + " of " + name_of(block) +
                                                 " is one of the real servers, removed");
    return;
  }
  CheckedServer server;
  server.id = made->id;
  server.name = server_name(block, said.address, shown_port(block, *made, said.port));
  server.inhibit_on_failure = said.inhibit.value_or(false);
  checked.sorry = std::move(server);
  building.plan.ipvs.destinations.push_back(*std::move(made));
}

void set_quorum(Building& building, const Block& block, CheckedService& checked) {
  const model::VirtualServer& said = block.said;
  checked.quorum = said.quorum.value_or(1);
  checked.hysteresis = said.hysteresis.value_or(0);
  std::uint64_t total = 0;
  for (const CheckedServer& server : checked.servers) total += server.weight;
  if (checked.quorum > total && !checked.servers.empty()) {
    building.warn(said.quorum.set ? said.quorum.at : said.at, "quorum-too-large",
                  "virtual server " + checked.name + ": quorum " + std::to_string(checked.quorum) + " is more than all weights, " +
                      std::to_string(total) + " is used");
    checked.quorum = static_cast<unsigned>(total);
  }
  if (checked.hysteresis != 0 && checked.hysteresis >= checked.quorum) {
    const unsigned possible = checked.quorum == 0 ? 0 : checked.quorum - 1;
    building.warn(said.hysteresis.at, "hysteresis-too-large",
                  "virtual server " + checked.name + ": hysteresis " + std::to_string(checked.hysteresis) + " is not below the quorum, " +
                      std::to_string(possible) + " is used");
    checked.hysteresis = possible;
  }
}

void build_service(Building& building, const Block& block) {
  const model::VirtualServer& said = block.said;
  CheckedService checked;
  checked.id = building.identities.id<ServiceId>(identity_of(block));
  checked.name = name_of(block);
  checked.alpha = said.settings.alpha.value_or(false);
  checked.omega = said.omega.value_or(false);
  std::set<DestinationId> seen;
  for (const model::RealServer& server : said.servers) add_server(building, block, checked, server, seen);
  add_sorry(building, block, checked, seen);
  set_quorum(building, block, checked);
  const UpDownScripts told{building.script(said.quorum_up), building.script(said.quorum_down)};
  if (!(told == UpDownScripts{})) building.plan.notify.services.emplace(checked.id, told);
  for (const ServiceKey& key : block.keys) building.plan.ipvs.services.push_back(service_of(building, block, key));
  building.plan.check.services.push_back(std::move(checked));
}

// What an earlier block, or an earlier line of the same group, already has is left to it.
void without_taken(Building& building, Block& block, std::set<ServiceKey>& taken) {
  std::erase_if(block.keys, [&](const ServiceKey& key) {
    if (taken.insert(key).second) return false;
    building.note(block.said.at, "duplicate-service", "virtual server " + name_of(key) + " is defined twice, the second one is ignored");
    return true;
  });
}

}  // namespace

void build_services(Building& building) {
  const model::Configuration& configuration = building.configuration;
  building.plan.check.workers = building.surroundings.workers;
  building.plan.check.seed = configuration.globals.random_seed ? *configuration.globals.random_seed
                                                               : fnv1a(building.plan.settings.router_id);
  std::set<ServiceKey> taken;
  std::map<std::string, std::size_t> uses;  // of groups
  for (const model::VirtualServer& said : configuration.virtual_servers) {
    Block block{said, said.protocol.value_or(Protocol::kUdp)};
    const bool by_mark = std::holds_alternative<model::ServiceMark>(said.key);
    if (!said.protocol && !by_mark) {
      building.warn(said.at, "protocol-missing", "virtual server has no protocol, UDP is used", "protocol TCP, UDP or SCTP");
    }
    if (!said.scheduler) building.warn(said.at, "scheduler-missing", "virtual server has no lvs_sched, wlc is used");
    if (!said.lvs_method) building.warn(said.at, "method-missing", "virtual server has no lvs_method, NAT is used");
    if (const std::string* group = block.group()) block.earlier = uses[*group]++;
    block.keys = keys_of(building, block);
    without_taken(building, block, taken);
    if (!block.keys.empty()) build_service(building, block);
  }
}

}  // namespace holdfast
