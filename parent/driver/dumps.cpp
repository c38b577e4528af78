// The files that tools ask for by signal. One question to the children answers everything that was asked meanwhile. See driver.h.
// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "parent/control/release.h"
#include "parent/driver/driver.h"
#include "parent/driver/owned.h"
#include "parent/entry/descriptors.h"
#include "parent/status/dump_file.h"
#include "parent/status/json.h"
#include "parent/status/metrics.h"
#include "parent/status/status_json.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

constexpr Duration kAnswerPatience{1'000'000};
constexpr int kObstacleAttempts = 40;
constexpr int kObstacleMilliseconds = 5;
constexpr unsigned kAskedInstances = 1;
constexpr unsigned kAskedServices = 2;

}  // namespace

void Driver::want_dump(unsigned what) {
  dumps_wanted_ |= what;
  if (dumps_asked_ != 0 || phase_ == Phase::kStopping) return;  // write_dumps() asks again for what came meanwhile
  dumps_covered_ = dumps_wanted_;
  board_.instances.clear();
  board_.trackers.clear();
  services_.quorum.clear();
  services_.servers.clear();
  ++cookie_;
  if (supervisor_.has_vrrpd()) {
    dumps_asked_ |= kAskedInstances;
    supervisor_.query_instances(cookie_);
  }
  if (supervisor_.has_checkerd() && (dumps_wanted_ & (kCheckData | kServices)) != 0) {
    dumps_asked_ |= kAskedServices;
    supervisor_.query_services(cookie_);
  }
  if (dumps_asked_ == 0) return write_dumps();
  dump_timer_.arm(loop_.now() + kAnswerPatience);
}

void Driver::instances_reported(const wire::StatusReport& report) {
  if (report.cookie() != cookie_) return;
  for (const wire::InstanceStatus& status : report.instances()) board_.instances[InstanceId{status.instance()}] = decode(status);
  for (const wire::TrackerStatus& status : report.trackers()) board_.trackers[TrackerId{status.tracker()}] = {status.up(), status.known()};
  if (!report.last()) return;
  dumps_asked_ &= ~kAskedInstances;
  if (dumps_asked_ == 0) write_dumps();
}

void Driver::services_reported(const wire::ServicesReport& report) {
  if (report.cookie() != cookie_) return;
  for (const wire::ServiceStatus& service : report.services()) {
    services_.quorum[ServiceId{service.service()}] = service.quorum_up();
    for (const wire::ServerStatus& server : service.servers()) {
      services_.servers[DestinationId{server.destination()}] = {server.up(), server.present(), server.weight()};
    }
  }
  if (!report.last()) return;
  dumps_asked_ &= ~kAskedServices;
  if (dumps_asked_ == 0) write_dumps();
}

// A replacement for keepalived writes where its callers look; under its own name a directory that others can write is no place for dumps.
std::string Driver::dump_path(const std::string& name) const {
  if (line_.program.find("keepalived") == std::string::npos) return std::string(kRunDirectory) + "/" + name;
  const char* directory = std::getenv("TMPDIR");
  return std::string(directory != nullptr && *directory == '/' ? directory : "/tmp") + "/" + name;
}

// EPERM: a file of root's is in the way, which in a sticky directory only root may replace. The keeper removes it at once.
void Driver::write_dump(const std::string& name, const std::string& text) {
  Status written = write_whole(dump_path(name), text);
  const auto index = static_cast<std::size_t>(std::find(entry::kDumpNames.begin(), entry::kDumpNames.end(), name) - entry::kDumpNames.begin());
  const char octet = static_cast<char>(entry::kKeeperObstacle + index);
  if (!written && written.error().code == EPERM && keeper_ && ::write(keeper_.get(), &octet, 1) == 1) {
    for (int attempt = 0; !written && attempt < kObstacleAttempts; ++attempt) {
      ::poll(nullptr, 0, kObstacleMilliseconds);
      written = write_whole(dump_path(name), text);
    }
  }
  if (!written) log_error(LogEvent::kDegraded, written.error().message);
}

Answer Driver::answer(const Question& question) {
  switch (question.verb) {
    case Verb::kStatus: return {question.json ? status_json(board_, services_) : status_text(board_)};
    case Verb::kMetrics: return {metrics_text(board_, services_, kVersion)};
    case Verb::kJson: return {json_text(board_) + "\n"};
    case Verb::kStatistics: return {statistics_text(board_)};
    case Verb::kData: return {data_text(board_, supervisor_.interfaces())};
    case Verb::kExplain: return explain(board_, question.name);
    case Verb::kPlan:
    case Verb::kEvents:
    case Verb::kMaintenance:
    case Verb::kDrain:
    case Verb::kReady:
    case Verb::kDown:
    case Verb::kWeight:
    case Verb::kCheckNow:
    case Verb::kReload:
    case Verb::kStop: return {};  // asked() has answered them
  }
  return {};
}

// What vrrpd did not report is what was last heard of it.
void Driver::complete_board() {
  board_.plan = services_.plan = &supervisor_.plan();
  board_.wall_clock = wall_clock();
  board_.groups = group_states_;
  for (auto& [id, state] : states_) {
    if (!board_.instances.contains(id)) board_.instances[id] = {state.first, state.second, {}, Duration{0}, 0, {}, Duration{0}, {}};
  }
}

void Driver::write_dumps() {
  dump_timer_.cancel();
  dumps_asked_ = 0;
  const unsigned wanted = dumps_covered_;
  dumps_wanted_ &= ~wanted;
  const Plan& plan = supervisor_.plan();
  complete_board();
  std::map<InstanceId, InstanceCounters> raw;
  for (auto& [id, report] : board_.instances) {
    raw[id] = report.counters;
    if (const auto base = base_.find(id); base != base_.end()) report.counters = report.counters - base->second;
  }
  for (const auto& [asker, question] : std::exchange(questions_, {})) control_.answer(asker, answer(question));
  if ((wanted & kData) != 0) {
    write_dump("keepalived.data", data_text(board_, supervisor_.interfaces()));
    write_dump("keepalived_parent.data", parent_data_text(plan));
  }
  if ((wanted & kCheckData) != 0 && !plan.check.services.empty()) write_dump("keepalived_check.data", check_data_text(services_));
  if ((wanted & kStatistics) != 0) write_dump("keepalived.stats", statistics_text(board_));
  if ((wanted & kJson) != 0) write_dump("keepalived.json", json_text(board_));
  if ((wanted & kClear) != 0) base_ = std::move(raw);
  if (dumps_wanted_ != 0) loop_.later([this] { want_dump(0); });
}

}  // namespace holdfast
