// From a check to its server and service. See pools.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/verdict/pools.h"

namespace holdfast {

Actions Pools::apply(const CheckPlan& plan, const Memory& memory, const Numbers& told) {
  Actions out;
  std::unordered_map<ServiceId, Pool> before = std::move(pools_);
  pools_.clear();
  order_.clear();
  places_.clear();
  for (const CheckedService& service : plan.services) {
    order_.push_back(service.id);
    if (const auto old = before.find(service.id); old != before.end()) {
      Pool& pool = pools_.emplace(service.id, std::move(old->second)).first->second;
      pool.replan(service, told, out);
    } else {
      const Remembered remembered{!memory.empty(), memory.quorum_up.contains(service.id)};
      pools_.emplace(service.id, Pool(service, remembered, memory.verdicts, told, out));
    }
    for (const CheckedServer& server : service.servers) {
      for (const Check& check : server.checks) places_.emplace(check.id, Place{service.id, server.id});
    }
  }
  return out;
}

Actions Pools::hear(const Server::Opinion& opinion) {
  Actions out;
  if (const Place* at = place(opinion.check)) pools_.at(at->service).hear(at->server, opinion, out);
  return out;
}

Actions Pools::stop() const {
  Actions out;
  for (const ServiceId service : order_) pools_.at(service).stop(out);
  return out;
}

const Pool* Pools::find(ServiceId service) const {
  const auto at = pools_.find(service);
  return at == pools_.end() ? nullptr : &at->second;
}

const Pools::Place* Pools::place(CheckId check) const {
  const auto at = places_.find(check);
  return at == places_.end() ? nullptr : &at->second;
}

const Server* Pools::server_of(CheckId check) const {
  const Place* at = place(check);
  return at ? pools_.at(at->service).find(at->server) : nullptr;
}

std::optional<CheckVerdict> Pools::verdict(CheckId check) const {
  const Server* server = server_of(check);
  if (!server) return std::nullopt;
  return server->verdict(*server->opinion(check));
}

std::vector<CheckVerdict> Pools::verdicts() const {
  std::vector<CheckVerdict> all;
  for (const ServiceId service : order_) {
    for (const Server& server : pools_.at(service).servers()) {
      for (const Server::Opinion& opinion : server.opinions()) all.push_back(server.verdict(opinion));
    }
  }
  return all;
}

}  // namespace holdfast
