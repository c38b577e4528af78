// What scripts and pipes are told, and in which order.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parent/notify/call.h"
#include "parent/notify/queue.h"

namespace holdfast {
namespace {

constexpr ScriptId kMasterScript{1};
constexpr ScriptId kAnyScript{2};
constexpr Instant kNow{std::chrono::seconds(100)};

TEST(Call, GenericScriptGetsTypeNameStateAndPriority) {
  StateScripts scripts;
  scripts.master = kMasterScript;
  scripts.any = kAnyScript;
  EXPECT_EQ(instance_change(scripts, "VI_1", Told::kMaster, 150),
            (Change{{kMasterScript, {}}, {kAnyScript, {"INSTANCE", "VI_1", "MASTER", "150"}}}));
  EXPECT_EQ(instance_change(scripts, "VI_1", Told::kFault, 150), (Change{{kAnyScript, {"INSTANCE", "VI_1", "FAULT", "150"}}}));
  EXPECT_EQ(group_change(scripts, "VG", Told::kStop), (Change{{kAnyScript, {"GROUP", "VG", "STOP", "0"}}}));
}

TEST(Call, AnEventIsNoStateForTheGenericScript) {
  StateScripts scripts;
  scripts.any = kAnyScript;
  EXPECT_TRUE(instance_change(scripts, "VI_1", Told::kMasterRxLowerPri, 150).empty());
  scripts.master_rx_lower_pri = kMasterScript;
  EXPECT_EQ(instance_change(scripts, "VI_1", Told::kMasterRxLowerPri, 150), (Change{{kMasterScript, {}}}));
}

TEST(Call, WordsOfStates) {
  const std::pair<Told, std::string_view> words[] = {{Told::kMaster, "MASTER"}, {Told::kBackup, "BACKUP"},
                                                     {Told::kFault, "FAULT"},   {Told::kStop, "STOP"},
                                                     {Told::kDeleted, "DELETED"}, {Told::kMasterRxLowerPri, "MASTER_RX_LOWER_PRI"},
                                                     {Told::kMasterPriority, "MASTER_PRIORITY"}, {Told::kBackupPriority, "BACKUP_PRIORITY"}};
  for (const auto& [told, expected] : words) EXPECT_EQ(word(told), expected);
  EXPECT_EQ(told_for(VrrpState::kInit), std::nullopt);
  EXPECT_EQ(told_for(VrrpState::kMaster), Told::kMaster);
}

TEST(Call, UpAndDown) {
  const UpDownScripts scripts{kMasterScript, {}};
  EXPECT_EQ(up_down_change(scripts, true), (Change{{kMasterScript, {}}}));
  EXPECT_TRUE(up_down_change(scripts, false).empty());
}

TEST(Call, FifoLine) { EXPECT_EQ(fifo_line("INSTANCE", "VI_1", Told::kMaster, 100), "INSTANCE \"VI_1\" MASTER 100\n"); }

Change change(std::uint64_t script) { return {{ScriptId{script}, {}}}; }

TEST(Queue, OneChangeAtATimeAndOnlyTheLatestWaits) {
  NotifyQueue queue;
  const auto first = queue.tell(7, change(1), kNow);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_TRUE(queue.tell(7, change(2), kNow).empty());
  EXPECT_TRUE(queue.tell(7, change(3), kNow).empty());
  EXPECT_EQ(queue.waiting(), 1u);
  const auto next = queue.finished(first[0].run, kNow);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].call.script, ScriptId{3});
  EXPECT_TRUE(queue.finished(next[0].run, kNow).empty());
  EXPECT_TRUE(queue.idle());
}

TEST(Queue, ObjectsDoNotWaitForEachOther) {
  NotifyQueue queue;
  EXPECT_EQ(queue.tell(7, change(1), kNow).size(), 1u);
  EXPECT_EQ(queue.tell(8, change(1), kNow).size(), 1u);
}

TEST(Queue, ScriptsOfOneChangeStartTogether) {
  NotifyQueue queue;
  const auto starts = queue.tell(7, {{ScriptId{1}, {}}, {ScriptId{2}, {"x"}}}, kNow);
  ASSERT_EQ(starts.size(), 2u);
  EXPECT_TRUE(queue.tell(7, change(3), kNow).empty());
  EXPECT_TRUE(queue.finished(starts[0].run, kNow).empty());
  EXPECT_EQ(queue.finished(starts[1].run, kNow).size(), 1u);
}

TEST(Queue, AScriptThatDoesNotEndHoldsNothingBackForEver) {
  NotifyQueue queue;
  const auto first = queue.tell(7, change(1), kNow);
  queue.tell(7, change(2), kNow);
  EXPECT_EQ(queue.deadline(), kNow + kPatience);
  EXPECT_TRUE(queue.expired(kNow + kPatience - Duration{1}).empty());
  const auto started = queue.expired(kNow + kPatience);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].call.script, ScriptId{2});
  EXPECT_TRUE(queue.finished(first[0].run, kNow + kPatience).empty());
}

TEST(Queue, WithoutScriptdWhatWaitsIsKept) {
  NotifyQueue queue;
  queue.tell(7, change(1), kNow);
  queue.tell(7, change(2), kNow);
  queue.forget_running();
  EXPECT_EQ(queue.waiting(), 1u);
  EXPECT_EQ(queue.deadline(), kNever);
}

TEST(Queue, UnknownRunsAreIgnored) {
  NotifyQueue queue;
  EXPECT_TRUE(queue.finished(99, kNow).empty());
}

}  // namespace
}  // namespace holdfast
