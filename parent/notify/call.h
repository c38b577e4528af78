// What is said to scripts when something changes: which scripts, with which arguments. keepalived.conf(5), notify scripts. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parent/plan/plan.h"

namespace holdfast {

struct ScriptCall {
  ScriptId script;
  std::vector<std::string> arguments;   // appended to those of the table's row
  bool operator==(const ScriptCall&) const = default;
};

// The scripts of one change: started together.
using Change = std::vector<ScriptCall>;

enum class Told : std::uint8_t { kMaster, kBackup, kFault, kStop, kDeleted, kMasterRxLowerPri, kMasterPriority, kBackupPriority };

std::string_view word(Told);
// Init is not told.
std::optional<Told> told_for(VrrpState);

Change instance_change(const StateScripts&, std::string_view name, Told, unsigned priority);
Change group_change(const StateScripts&, std::string_view name, Told);   // priority is always 0
Change up_down_change(const UpDownScripts&, bool up);

// The line of a notification FIFO: INSTANCE "NAME" STATE PRIORITY, with its newline.
std::string fifo_line(std::string_view kind, std::string_view name, Told, unsigned priority);

}  // namespace holdfast
