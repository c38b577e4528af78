// Marks per check, so that asking costs one look. See suspension.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/verdict/suspension.h"

namespace holdfast {

// Checks of files and sessions are told, not run: their word counts wherever the service is.
void Suspension::mark(const CheckedService& service, bool here) {
  for (const CheckedServer& server : service.servers) {
    for (const Check& check : server.checks) {
      if (here || told_by(check)) suspended_.erase(check.id);
      else suspended_.insert(check.id);
    }
  }
}

void Suspension::apply(const CheckPlan& plan, const Numbers& told) {
  *this = {};
  for (const CheckedService& service : plan.services) {
    if (!service.presence) continue;
    services_[service.presence].push_back(&service);
    const auto number = told.find(service.presence);
    const bool here = number != told.end() && number->second != 0;
    here_[service.presence] = here;
    mark(service, here);
  }
}

std::vector<const CheckedService*> Suspension::told(TrackerId presence, bool here) {
  const auto services = services_.find(presence);
  if (services == services_.end() || here_[presence] == here) return {};
  here_[presence] = here;
  for (const CheckedService* service : services->second) mark(*service, here);
  return services->second;
}

}  // namespace holdfast
