// One step: differences of touched services, one batch, the answers.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/keep/table_keeper.h"

#include <cerrno>
#include <utility>

namespace holdfast {

namespace {

const ServiceKey& service_of(const Change& change) {
  if (const auto* add = std::get_if<AddService>(&change)) return add->key;
  if (const auto* edit = std::get_if<EditService>(&change)) return edit->key;
  if (const auto* remove = std::get_if<DeleteService>(&change)) return remove->key;
  if (const auto* added = std::get_if<AddDestination>(&change)) return added->service;
  if (const auto* edited = std::get_if<EditDestination>(&change)) return edited->service;
  return std::get<DeleteDestination>(change).service;
}

}  // namespace

Status TableKeeper::open(bool flush) {
  if (opened_) return ok();
  HF_OK(kernel_.open_ipvs());
  HF_TRY(const auto services, kernel_.read_services());
  for (const auto& [key, options] : services) {
    actual_[key] = {options, {}};
    unread_.insert(key);
    if (!flush) continue;
    ours_.insert(key);
    touched_.emplace(key, 0);
  }
  opened_ = true;
  return ok();
}

void TableKeeper::touch(const WishLedger::Touched& keys) {
  for (const ServiceKey& key : keys) touched_[key] = 0;
}

void TableKeeper::touch_refused() {
  for (const ServiceKey& key : std::exchange(refused_, {})) touched_[key] = 0;
}

void TableKeeper::refresh(const ServiceKey& key) {
  unread_.erase(key);
  actual_.erase(key);
  const auto options = kernel_.read_service(key);
  if (!options || !*options) return;
  actual_[key] = {**options, {}};
  unread_.insert(key);
  read(key);
}

void TableKeeper::read(const ServiceKey& key) {
  if (unread_.erase(key) == 0) return;
  auto destinations = kernel_.read_destinations(key);
  if (destinations) {
    actual_[key].destinations = *std::move(destinations);
  } else if (destinations.error().code == ESRCH) {
    actual_.erase(key);
  }  // otherwise the kernel's answers to our changes will tell
}

void TableKeeper::plan_changes(std::vector<Change>& changes, std::vector<ServiceKey>& planned) {
  for (auto& [key, surprises] : touched_) {
    if (changes.size() >= kChangesPerStep || planned.size() >= kServicesPerStep) return;
    const auto wanted = wishes_.wanted(key);
    if (wanted) {
      ours_.insert(key);
      read(key);
    }
    planned.push_back(key);
    const auto existing = actual_.find(key);
    const VirtualService* actual = existing == actual_.end() ? nullptr : &existing->second;
    if (!wanted && !ours_.contains(key)) continue;
    diff_service(key, actual, wanted ? &*wanted : nullptr, wishes_.wishes_complete(), changes);
  }
}

std::vector<Refused> TableKeeper::absorb(const std::vector<Change>& changes, const std::vector<int>& codes,
                                         std::set<ServiceKey>& surprised, std::set<ServiceKey>& troubled) {
  std::vector<Refused> refused;
  for (std::size_t at = 0; at < changes.size(); ++at) {
    const ServiceKey& key = service_of(changes[at]);
    if (troubled.contains(key)) continue;  // its service was refused: that says it all
    switch (judge(changes[at], codes[at])) {
      case Outcome::kDone:
        // A destination of a service that has just surprised us is looked at again with it.
        if (!surprised.contains(key)) apply(actual_, changes[at]);
        if (std::holds_alternative<DeleteService>(changes[at])) ours_.erase(key);
        break;
      case Outcome::kSurprised: surprised.insert(key); break;
      case Outcome::kRefused:
        refused.push_back({changes[at], codes[at]});
        refused_.insert(key);
        if (std::holds_alternative<AddService>(changes[at])) troubled.insert(key);
        break;
    }
  }
  return refused;
}

std::vector<Refused> TableKeeper::step() {
  std::vector<Change> changes;
  std::vector<ServiceKey> planned;
  plan_changes(changes, planned);
  const std::vector<int> codes = changes.empty() ? std::vector<int>{} : kernel_.apply(changes);
  std::set<ServiceKey> surprised;
  std::set<ServiceKey> troubled;
  std::vector<Refused> refused = absorb(changes, codes, surprised, troubled);
  for (const ServiceKey& key : planned) {
    if (surprised.contains(key) && !troubled.contains(key) && ++touched_[key] < kSurprisesMax) {
      refresh(key);
    } else {
      touched_.erase(key);
    }
  }
  return refused;
}

std::vector<Refused> TableKeeper::finish(bool flush) {
  touched_.clear();
  if (!opened_) return {};
  if (flush) {
    const Change all = FlushServices{};
    const int code = kernel_.apply({&all, 1}).front();
    return code == 0 ? std::vector<Refused>{} : std::vector<Refused>{{all, code}};
  }
  std::set<ServiceKey> keys = ours_;
  for (const ServiceKey& key : wishes_.keys()) keys.insert(key);
  std::vector<Change> changes;
  for (const ServiceKey& key : keys) {
    if (actual_.contains(key)) changes.push_back(DeleteService{key});
  }
  const std::vector<int> codes = changes.empty() ? std::vector<int>{} : kernel_.apply(changes);
  std::set<ServiceKey> surprised;
  std::set<ServiceKey> troubled;
  return absorb(changes, codes, surprised, troubled);
}

}  // namespace holdfast
