// nftables_ipvs: the addresses of a virtual_server_group get one firewall mark for each protocol, and IPVS one service for that mark in each
// address family. A group keeps the mark that it has in the plan in force. Private to parent/plan. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "parent/plan/parts/service_keys.h"

namespace holdfast {

class Marking {
 public:
  explicit Marking(Building&);

  // What IPVS has services for: the block's addresses and marks, or its marks and the one that its addresses got.
  std::vector<ServiceKey> services_of(const Block&, ServiceId);

 private:
  std::uint32_t mark_of(ServiceId);
  // The addresses that can be told from those of the groups before.
  std::vector<ServiceKey> distinct(const Block&);

  Building& building_;
  std::uint32_t next_;
  std::set<std::uint32_t> used_;  // said in the file, or given before
  std::map<std::pair<Protocol, IpAddress>, std::set<std::uint16_t>> ports_;
};

}  // namespace holdfast
