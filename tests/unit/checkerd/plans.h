// Small check plans for tests: services, servers and checks with readable numbers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "proto/value/check_plan.h"

namespace holdfast::testing {

inline constexpr Duration kSecond{1'000'000};
inline constexpr Duration kMillisecond{1'000};

inline Instant at(double seconds) { return Instant{Duration{static_cast<std::int64_t>(seconds * 1e6)}}; }

inline Check tcp(std::uint64_t id) {
  Check check;
  check.id = CheckId{id};
  check.probe = ProbeId{id};
  check.what = TcpCheck{};
  check.delay_loop = 10 * kSecond;
  check.delay_before_retry = 2 * kSecond;
  check.retries = 2;
  return check;
}

inline Check web(std::uint64_t id, std::size_t urls = 1, bool fast_recovery = false) {
  Check check = tcp(id);
  HttpCheck http;
  for (std::size_t url = 0; url < urls; ++url) http.urls.push_back({.path = "/" + std::to_string(url)});
  http.fast_recovery = fast_recovery;
  check.what = http;
  return check;
}

inline Check misc(std::uint64_t id, bool dynamic = false) {
  Check check = tcp(id);
  MiscCheck what;
  what.script = ScriptId{id};
  what.timeout = kSecond;
  what.dynamic = dynamic;
  check.what = what;
  check.retries = 0;
  return check;
}

inline Check file(std::uint64_t id, std::uint64_t file, std::int64_t weight = 1, bool reverse = false) {
  Check check = tcp(id);
  check.what = FileCheck{TrackerId{file}, "load", weight, reverse};
  return check;
}

inline Check bfd(std::uint64_t id, std::uint64_t session) {
  Check check = tcp(id);
  check.what = BfdCheck{TrackerId{session}, "b"};
  return check;
}

inline CheckedServer server(std::uint64_t id, std::uint32_t weight, std::vector<Check> checks) {
  CheckedServer made;
  made.id = DestinationId{id};
  made.name = "[10.9.1." + std::to_string(id) + "]:tcp:80";
  made.weight = weight;
  made.checks = std::move(checks);
  return made;
}

inline CheckedService service(std::uint64_t id, unsigned quorum, unsigned hysteresis, std::vector<CheckedServer> servers) {
  CheckedService made;
  made.id = ServiceId{id};
  made.name = "[10.9.0." + std::to_string(id) + "]:tcp:80";
  made.quorum = quorum;
  made.hysteresis = hysteresis;
  made.servers = std::move(servers);
  return made;
}

inline CheckPlan plan(std::vector<CheckedService> services) {
  CheckPlan made;
  made.generation = 1;
  made.services = std::move(services);
  return made;
}

}  // namespace holdfast::testing
