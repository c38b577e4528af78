// What one virtual_server block is in the kernel: the addresses and firewall marks that IPVS has a service for, all with the same options and
// the same destinations. Private to parent/plan. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "parent/plan/building.h"

namespace holdfast {

inline constexpr std::size_t kServicesPerBlockMax = 65536;

// A virtual_server block on its way into the plan.
struct Block {
  const model::VirtualServer& said;
  Protocol protocol = Protocol::kUdp;
  std::vector<ServiceKey> keys{};             // in the order of the file, none twice

  std::size_t earlier = 0;                    // blocks with the same group before this one

  bool marks_only() const {
    return std::ranges::all_of(keys, [](const ServiceKey& key) { return key.fwmark != 0; });
  }
  const std::string* group() const {
    const auto* reference = std::get_if<model::ServiceGroup>(&said.key);
    return reference == nullptr ? nullptr : &reference->name;
  }
};

// "[10.9.1.1]:tcp:80", with "none" where only marks lead to it. `port`: as the file says, or that of the only address.
std::string server_name(const Block&, const IpAddress& address, std::uint16_t port);
std::string name_of(const ServiceKey&);
// For ranges. Wraps at the end of the address space, which no range reaches: first <= last.
IpAddress next_address(const IpAddress&);
std::string name_of(const Block&);                                                      // as logs and notifications show it
std::string identity_of(const Block&);

// The addresses and marks of a block; a group's ranges are written out. Empty: there is no such group, and that was said.
std::vector<ServiceKey> keys_of(Building&, const Block&);
Service service_of(Building&, const Block&, const ServiceKey&);

// Whether packets for this address or mark can go to a server there: another address family takes a tunnel.
inline bool reaches(const ServiceKey& key, const IpAddress& server, Forwarding forwarding) {
  return key.family == server.family() || forwarding == Forwarding::kTunnel;
}

}  // namespace holdfast
