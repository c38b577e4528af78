// Decoding and the rules that hold between the parts of a plan.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/plan_intake.h"

#include <cerrno>
#include <set>

#include "ipvsd/reconcile/change.h"
#include "proto/codec/holdings_codec.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/link_codec.h"

namespace holdfast {

namespace {

template <class Item>
Status room_for_one(const std::vector<Item>& items, std::size_t count_max, const char* what) {
  if (items.size() < count_max) return ok();
  return Error{std::string("plan: more than ") + std::to_string(count_max) + " " + what};
}

}  // namespace

Status PlanIntake::begin(const wire::PlanBegin& message) {
  if (open_) return Error{"plan: Begin inside a plan", EPROTO};
  *this = PlanIntake{};
  open_ = true;
  plan_.generation = message.generation();
  expected_ = message.chunks();
  return ok();
}

Status PlanIntake::chunk(const wire::IpvsPlanChunk& message) {
  if (!open_ || seen_ == expected_) return Error{"plan: a chunk too many", EPROTO};
  ++seen_;
  if (failed_) failed_ = take(message);
  return ok();
}

Status PlanIntake::take(const wire::IpvsPlanChunk& message) {
  if (message.has_settings()) {
    if (auto settings = decode(message.settings(), plan_); !settings) return Error{"plan: " + settings.error().message};
  }
  HF_OK(take_instances(message));
  HF_OK(take_links(message));
  return take_tables(message);
}

Status PlanIntake::take_links(const wire::IpvsPlanChunk& message) {
  const auto take_all = [](const auto& entries, auto& items, const char* what) -> Status {
    for (const auto& entry : entries) {
      HF_OK(room_for_one(items, kPlanLinksMax, what));
      HF_TRY(auto item, decode(entry));
      items.push_back(std::move(item));
    }
    return ok();
  };
  HF_OK(take_all(message.links(), plan_.links, "links"));
  HF_OK(take_all(message.link_delays(), plan_.link_delays, "delayed links"));
  HF_OK(take_all(message.link_polls(), plan_.link_polls, "polled links"));
  return take_all(message.kept(), plan_.kept, "kept settings");
}

Status PlanIntake::count_addresses(std::size_t more) {
  addresses_ += more;
  if (addresses_ > kPlanAddressesMax) return Error{"plan: more than " + std::to_string(kPlanAddressesMax) + " addresses"};
  return ok();
}

Status PlanIntake::take_instances(const wire::IpvsPlanChunk& message) {
  for (const auto& entry : message.instances()) {
    HF_OK(room_for_one(plan_.instances, kPlanInstancesMax, "instances"));
    HF_TRY(InstanceRights rights, decode(entry));
    HF_OK(count_addresses(rights.addresses.size()));
    plan_.instances.push_back(std::move(rights));
  }
  for (const wire::Holdings& holdings : message.holdings()) {
    if (holdings.instance() != 0) HF_OK(count_addresses(static_cast<std::size_t>(holdings.addresses_size())));
    HF_OK(take_holdings(holdings, plan_));
  }
  return ok();
}

Status PlanIntake::take_tables(const wire::IpvsPlanChunk& message) {
  for (const auto& entry : message.processes()) {
    HF_OK(room_for_one(plan_.processes, kPlanProcessesMax, "counted processes"));
    HF_TRY(CountedProcesses processes, decode(entry));
    plan_.processes.push_back(std::move(processes));
  }
  for (const auto& entry : message.services()) {
    HF_OK(room_for_one(plan_.services, kPlanServicesMax, "services"));
    HF_TRY(Service service, decode(entry));
    plan_.services.push_back(std::move(service));
  }
  for (const auto& entry : message.marked()) {
    HF_OK(room_for_one(plan_.marked, kPlanMarkedMax, "marked addresses"));
    HF_TRY(MarkedTarget target, decode(entry));
    plan_.marked.push_back(std::move(target));
  }
  for (const auto& entry : message.destinations()) {
    HF_OK(room_for_one(plan_.destinations, kPlanDestinationsMax, "destinations"));
    HF_TRY(Destination destination, decode(entry));
    plan_.destinations.push_back(std::move(destination));
  }
  return ok();
}

Status PlanIntake::check() const {
  std::unordered_set<InstanceId> instances;
  for (const InstanceRights& rights : plan_.instances) {
    if (!instances.insert(rights.id).second) return Error{"plan: instance " + rights.name + " is there twice"};
  }
  std::set<std::string> links;
  for (const VirtualLink& link : plan_.links) {
    if (!links.insert(link.name).second) return Error{"plan: link " + link.name + " is there twice"};
    if (link.base == link.name) return Error{"plan: link " + link.name + " is its own base"};
  }
  std::unordered_set<ServiceId> services;
  std::set<ServiceKey> keys;
  for (const Service& service : plan_.services) {
    services.insert(service.id);
    if (!keys.insert(canonical(service.key)).second) {
      return Error{"plan: service " + to_string(service.key) + " is there twice"};
    }
  }
  std::unordered_set<DestinationId> destinations;
  for (const Destination& destination : plan_.destinations) {
    const std::string name = to_string(DestinationKey{destination.address, destination.port});
    if (!destinations.insert(destination.id).second) return Error{"plan: destination " + name + " has the identifier of another"};
    if (!services.contains(destination.service)) return Error{"plan: destination " + name + " is of no service"};
  }
  for (const MarkedTarget& target : plan_.marked) {
    if (!plan_.marking) return Error{"plan: marks without a table"};
    if (!keys.contains(ServiceKey{target.first.family(), Protocol::kTcp, {}, 0, target.mark})) {
      return Error{"plan: mark " + std::to_string(target.mark) + " is of no service"};
    }
  }
  if (!plan_.services.empty() && !plan_.uses_ipvs) return Error{"plan: has services but does not use IPVS"};
  return ok();
}

Result<IpvsPlan> PlanIntake::commit(const wire::PlanCommit& message) {
  if (!open_ || seen_ != expected_ || message.generation() != plan_.generation) {
    return Error{"plan: Commit without a whole plan", EPROTO};
  }
  open_ = false;
  HF_OK(std::move(failed_));
  HF_OK(check());
  return std::move(plan_);
}

}  // namespace holdfast
