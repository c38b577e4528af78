// Configurations that the tests of vrrpd share: one router of the lab of tests/conformance/vectors.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "proto/value/vrrp_plan.h"

namespace holdfast::vrrp {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

inline IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

inline constexpr InstanceId kId{51};
inline constexpr Instant kStart{Duration{1'000'000}};

// Version 3 on IPv4 with keepalived's defaults.
inline VrrpInstance router_v3() {
  VrrpInstance config;
  config.id = kId;
  config.name = "V";
  config.interface = "eth0";
  config.family = Family::kIpv4;
  config.vrid = 51;
  config.version = 3;
  config.group_address = ip("224.0.0.18");
  config.addresses = {ip("192.0.2.100")};
  return config;
}

inline VrrpInstance router_v2() {
  VrrpInstance config = router_v3();
  config.version = 2;
  return config;
}

inline VrrpInstance router_v6() {
  VrrpInstance config = router_v3();
  config.family = Family::kIpv6;
  config.group_address = ip("ff02::12");
  config.addresses = {ip("fe80::100"), ip("2001:db8::100")};
  return config;
}

}  // namespace holdfast::vrrp
