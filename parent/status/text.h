// The files that tools read after a signal: keepalived.stats (SIGUSR2) and keepalived.data (SIGUSR1). Pure: values in, text out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parent/status/board.h"
#include "proto/value/link_facts.h"

namespace holdfast {

std::string statistics_text(const Board&);
std::string data_text(const Board&, const std::map<std::string, LinkFacts>& interfaces);
// keepalived_check.data: services, servers and what was last heard of them.
struct ServerReport {
  bool up = false;
  bool present = false;
  std::uint32_t weight = 0;
};
struct ServicesBoard {
  const Plan* plan = nullptr;
  std::map<ServiceId, bool> quorum;
  std::map<DestinationId, ServerReport> servers;
};
std::string check_data_text(const ServicesBoard&);
// keepalived_parent.data
std::string parent_data_text(const Plan&);

}  // namespace holdfast
