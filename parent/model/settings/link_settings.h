// Links that the configuration asks for or says something about: use_vmac, use_ipvlan, interface_up_down_delays, linkbeat_interfaces.
// Plain structs as written; what they mean is decided in parent/plan. keepalived.conf(5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parent/model/settings/located.h"
#include "proto/value/address.h"
#include "proto/value/instant.h"
#include "proto/value/link_plan.h"

namespace holdfast::model {

struct VirtualMac {                        // use_vmac
  Located<std::string> name;               // unset: <vmac_prefix>.<VRID>
  Located<std::vector<std::uint8_t>> hardware;  // five or six octets; unset: the virtual router's own
  Located<bool> notify;                    // netlink_notify_msg
  Located<std::string> group;              // a number or a name
};

struct Ipvlan {                            // use_ipvlan
  Located<std::string> name;
  Located<Prefix> address;
  Located<IpvlanMode> mode;
  Located<std::string> group;
};

struct LinkDelayEntry {                    // a line of interface_up_down_delays
  std::string interface;
  Position at{};
  Duration down{0};
  Duration up{0};
};

struct LinkPollEntry {                     // a line of linkbeat_interfaces
  std::string interface;
  Position at{};
  Located<LinkPolling> method;             // unset: the best that works
};

}  // namespace holdfast::model
