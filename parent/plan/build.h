// Model -> plan: defaults of keepalived.conf(5), expansion of groups, stable identifiers, rules that need more than one line to see.
// Pure: what it must know of the machine is asked through Surroundings. What is wrong becomes a diagnostic; what is wrong and
// cannot be left out makes the plan refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "parent/config/diagnostic.h"
#include "parent/model/model.h"
#include "parent/plan/plan.h"
#include "parent/plan/routing/names.h"

namespace holdfast {

struct KnownInterface {
  bool loopback = false;
  bool multicast = true;
  std::optional<HardwareAddress> hardware{};  // nothing: it has none of six octets, or it was not asked
};

struct Surroundings {
  bool vrrp = true;                  // -C: false
  bool check = true;                 // -P: false
  bool keep_vrrp = false;            // -V
  bool keep_ipvs = false;            // -I
  unsigned resume_limit = 3;
  unsigned workers = 2;              // processes that read answers of checks; none is started where no check needs one
  std::map<ServiceId, std::uint32_t> marks;  // of the plan in force: a group keeps its own
  std::string host_name;             // router_id where the file has none
  Duration since_boot{0};            // when the daemon started: vrrp_delay_after_boot counts from there
  RoutingNames names;                // of routing tables, protocols, ...
  // An interface that exists now. Empty function: every name exists (nothing can be asked).
  std::function<std::optional<KnownInterface>(const std::string&)> interface;
  // HostFacts::writable_by_others, for advice. Empty: nothing can be asked.
  std::function<std::optional<std::string>(const std::string&)> writable_by_others;
  // The text of a file with a key. Empty function: no file can be read.
  std::function<Result<std::string>(const std::string& path)> secret;
};

struct Built {
  Plan plan;
  bool refused = false;              // keepalived would end with exit status 2; nothing may run on this plan
};

Built build(const model::Configuration&, const Surroundings&, config::Diagnostics&);

}  // namespace holdfast
