// What routers agree on with their neighbours: keys of auth_hmac, BFD sessions. Part of the typed configuration, see model.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parent/model/settings/located.h"
#include "proto/value/address.h"
#include "proto/value/instant.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast::model {

// A key of auth_hmac as it was written: its text, or the path of the file that has it.
struct SigningKeySource {
  std::uint8_t id = 0;
  std::string text;
  std::string path;
  Position at{};
};
struct Signing {                     // auth_hmac
  std::vector<SigningKeySource> keys;
  Located<unsigned> active_key;
  Located<unsigned> time_window;     // seconds
  Located<bool> check_time;
  Located<SigningMode> mode;
};

struct BfdInstance {
  std::string name;
  Position at{};
  Located<IpAddress> source;
  Located<IpAddress> neighbour;
  Located<Duration> min_rx;
  Located<Duration> min_tx;
  Located<Duration> idle_tx;
  Located<unsigned> multiplier;
  Located<bool> passive;
  Located<unsigned> ttl;             // or hoplimit
  Located<unsigned> max_hops;        // 255: any number
  Located<bool> multihop;
  Located<int> weight;
  Located<bool> reverse;
  Located<bool> vrrp;
  Located<bool> checker;
};

}  // namespace holdfast::model
