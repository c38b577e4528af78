// track_file and vrrp_track_process in a plan: what is watched and counted, and which weights an entry gets where it stands.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parent/plan/build.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

using example::said;

model::TrackFile file(const char* name, std::optional<int> weight = {}) {
  model::TrackFile file;
  file.name = name;
  file.file = said(std::string("/run/") + name);
  if (weight) file.weight = said(*weight);
  return file;
}

model::TrackProcess process(const char* name, std::vector<std::string> command) {
  model::TrackProcess process;
  process.name = name;
  process.command = said(std::move(command));
  return process;
}

// The pair with one tracker on each of its instances.
model::Configuration tracking(model::TrackEntry entry, unsigned priority, bool grouped, bool weights) {
  model::Configuration configuration = example::pair();
  configuration.track_files = {file("plain"), file("heavy", 5)};
  configuration.track_processes = {process("p", {"haproxy"})};
  configuration.track_processes[0].weight = said(7);
  for (model::Instance& instance : configuration.instances) {
    instance.priority = said(priority);
    (entry.name == "p" ? instance.tracking.processes : instance.tracking.files) = {entry};
  }
  if (!grouped) configuration.sync_groups.clear();
  else if (weights) configuration.sync_groups[0].tracking_weight = said(true);
  return configuration;
}

std::optional<int> planned_weight(const model::Configuration& configuration) {
  config::Diagnostics diagnostics;
  const Built built = build(configuration, example::anywhere(), diagnostics);
  const auto& tracked = built.plan.vrrp.instances.at(0).tracked_objects;
  return tracked.empty() ? std::nullopt : std::optional(tracked[0].weight);
}

TEST(TrackingPlan, WeightsOfEntries) {
  const model::TrackEntry plain{"plain", {}, {}, {}}, heavy{"heavy", {}, {}, {}}, processes{"p", {}, {}, {}};
  model::TrackEntry own = heavy;
  own.weight = said(-3);
  const struct {
    const char* what;
    model::TrackEntry entry;
    unsigned priority;
    bool grouped, weights;
    std::optional<int> weight;
  } rows[] = {
      {"a file has weight 1", plain, 100, false, false, 1},
      {"or that of its definition", heavy, 100, false, false, 5},
      {"or its own", own, 100, false, false, -3},
      {"in a group weight 1 becomes 0", plain, 100, true, false, 0},
      {"and every other one is dropped", heavy, 100, true, false, {}},
      {"unless weights are asked for", heavy, 100, true, true, 5},
      {"an owner has no weights", heavy, 255, false, false, {}},
      {"processes keep theirs in a group", processes, 100, true, false, 7},
  };
  for (const auto& row : rows) EXPECT_EQ(planned_weight(tracking(row.entry, row.priority, row.grouped, row.weights)), row.weight) << row.what;
}

TEST(TrackingPlan, FilesAreWatchedAndProcessesCounted) {
  model::Configuration configuration = example::pair();
  configuration.track_files = {file("a"), file("b")};
  configuration.track_files[0].init_file = said(-5);
  configuration.track_files[0].overwrite = said(true);
  configuration.track_files[1].file = said<std::string>("relative");
  configuration.track_processes = {process("name", {"haproxy"}), process("words", {"/bin/x", "-a"}), process("none", {"y"})};
  configuration.track_processes[0].quorum = said(3u);
  configuration.track_processes[2].quorum_max = said(0u);
  configuration.track_processes[2].param_match = said(ParameterMatch::kExact);
  config::Diagnostics diagnostics;
  const Plan plan = build(configuration, example::anywhere(), diagnostics).plan;
  ASSERT_EQ(plan.files.size(), 1u) << "a path has to be absolute";
  EXPECT_EQ(plan.files[0], (WatchedFile{plan.vrrp.told_trackers[0].id, "a", "/run/a", true, true, -5}));
  EXPECT_EQ(plan.vrrp.told_trackers[0].kind, ToldKind::kFile);
  ASSERT_EQ(plan.ipvs.processes.size(), 3u);
  const struct {
    bool whole;
    ParameterMatch match;
    std::uint32_t quorum, quorum_max;
  } expected[] = {{false, ParameterMatch::kAny, 3, UINT32_MAX}, {true, ParameterMatch::kExact, 1, UINT32_MAX}, {true, ParameterMatch::kExact, 0, 0}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(plan.ipvs.processes[i].whole_command, expected[i].whole) << i;
    EXPECT_EQ(plan.ipvs.processes[i].match, expected[i].match) << i;
    EXPECT_EQ(plan.vrrp.process_trackers[i].quorum, expected[i].quorum) << i;
    EXPECT_EQ(plan.vrrp.process_trackers[i].quorum_max, expected[i].quorum_max) << i;
    EXPECT_EQ(plan.vrrp.process_trackers[i].id, plan.ipvs.processes[i].id) << i;
  }
}

TEST(TrackingPlan, TimerExpiredBackupNeedsNopreempt) {
  for (const bool nopreempt : {true, false}) {
    model::Configuration configuration = example::pair();
    configuration.instances[0].nopreempt = said(nopreempt);
    configuration.instances[0].timer_expired_backup = said(200u);
    config::Diagnostics diagnostics;
    const Plan plan = build(configuration, example::anywhere(), diagnostics).plan;
    EXPECT_EQ(plan.vrrp.instances[0].timer_expired_backup, nopreempt ? 200u : 0u);
    EXPECT_EQ(diagnostics.all().empty(), nopreempt);
  }
}

}  // namespace
}  // namespace holdfast
