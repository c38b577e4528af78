// A small configuration, as the model has it: two instances in one group, a tracked script, one virtual server with two servers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parent/model/model.h"
#include "parent/plan/build.h"

namespace holdfast::example {

template <class T>
model::Located<T> said(T value, std::uint32_t line = 1) {
  return {std::move(value), {line, 1, 0}, true};
}

inline model::AddressEntry address(const char* text) {
  model::AddressEntry entry;
  entry.prefix = *parse_prefix(text);
  return entry;
}

inline model::Instance instance(const char* name, const char* interface, unsigned vrid, const char* virtual_address) {
  model::Instance instance;
  instance.name = name;
  instance.interface = said<std::string>(interface);
  instance.vrid = said(vrid);
  instance.addresses.push_back(address(virtual_address));
  instance.family = said(instance.addresses.front().prefix.address.family());
  return instance;
}

inline model::Configuration pair() {
  model::Configuration configuration;
  model::Script script;
  script.name = "alive";
  script.command = said(model::ScriptCommand{{"killall", "-0", "haproxy"}, {}});
  script.interval = said(Duration{2'000'000});
  script.fall = said(2u);
  script.rise = said(4u);
  configuration.scripts.push_back(script);
  for (const auto& [name, interface, vrid, virtual_address] :
       {std::tuple{"bi", "eth2", 16u, "172.16.10.16"}, std::tuple{"lb", "eth1", 20u, "172.16.2.20"}}) {
    model::Instance one = instance(name, interface, vrid, virtual_address);
    one.wants_master = said(false);
    one.nopreempt = said(true);
    one.priority = said(118u);
    one.advert_int = said(Duration{2'000'000});
    one.authentication = said(model::Authenticating{said(Authentication::kPass), said<std::string>("xxxxxxxx")});
    one.tracking.scripts.push_back({"alive", {}, {}, {}});
    one.tracking.interfaces.push_back({"eth3", {}, {}, {}});
    configuration.instances.push_back(one);
  }
  model::SyncGroup group;
  group.name = "both";
  group.members = {said<std::string>("bi"), said<std::string>("lb")};
  configuration.sync_groups.push_back(group);
  return configuration;
}

inline model::RealServer server(const char* text, std::uint32_t weight) {
  model::RealServer server;
  server.address = *IpAddress::parse(text);
  server.port = said<std::uint16_t>(80);
  server.weight = said(weight);
  model::Check check;
  model::HttpSettings http;
  model::UrlSettings url;
  url.path = said<std::string>("/health");
  http.urls.push_back(url);
  check.what = http;
  server.checks.push_back(check);
  return server;
}

inline model::Configuration web() {
  model::Configuration configuration;
  model::VirtualServer service;
  service.key = model::ServiceAddress{*IpAddress::parse("10.9.0.80"), 80};
  service.protocol = said(Protocol::kTcp);
  service.scheduler = said<std::string>("wrr");
  service.lvs_method = said(model::LvsMethod{});
  service.settings.delay_loop = said(Duration{2'000'000});
  service.servers = {server("10.9.1.1", 3), server("10.9.1.2", 1)};
  configuration.virtual_servers.push_back(service);
  return configuration;
}

inline Surroundings anywhere() {
  Surroundings around;
  around.host_name = "router";
  return around;
}

}  // namespace holdfast::example
