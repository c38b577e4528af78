// See call.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/notify/call.h"

namespace holdfast {
namespace {

ScriptId specific(const StateScripts& scripts, Told told) {
  switch (told) {
    case Told::kMaster: return scripts.master;
    case Told::kBackup: return scripts.backup;
    case Told::kFault: return scripts.fault;
    case Told::kStop: return scripts.stop;
    case Told::kDeleted: return scripts.deleted;
    case Told::kMasterRxLowerPri: return scripts.master_rx_lower_pri;
    case Told::kMasterPriority:
    case Told::kBackupPriority: return {};
  }
  return {};
}

Change state_change(const StateScripts& scripts, std::string_view kind, std::string_view name, Told told, unsigned priority) {
  Change change;
  if (const ScriptId script = specific(scripts, told)) change.push_back({script, {}});
  if (scripts.any && told != Told::kMasterRxLowerPri) {  // an advert that was heard is no change of state
    change.push_back({scripts.any, {std::string(kind), std::string(name), std::string(word(told)), std::to_string(priority)}});
  }
  return change;
}

}  // namespace

std::string_view word(Told told) {
  switch (told) {
    case Told::kMaster: return "MASTER";
    case Told::kBackup: return "BACKUP";
    case Told::kFault: return "FAULT";
    case Told::kStop: return "STOP";
    case Told::kDeleted: return "DELETED";
    case Told::kMasterRxLowerPri: return "MASTER_RX_LOWER_PRI";
    case Told::kMasterPriority: return "MASTER_PRIORITY";
    case Told::kBackupPriority: return "BACKUP_PRIORITY";
  }
  return "";
}

std::optional<Told> told_for(VrrpState state) {
  switch (state) {
    case VrrpState::kInit: return std::nullopt;
    case VrrpState::kBackup: return Told::kBackup;
    case VrrpState::kMaster: return Told::kMaster;
    case VrrpState::kFault: return Told::kFault;
  }
  return std::nullopt;
}

Change instance_change(const StateScripts& scripts, std::string_view name, Told told, unsigned priority) {
  return state_change(scripts, "INSTANCE", name, told, priority);
}

Change group_change(const StateScripts& scripts, std::string_view name, Told told) {
  return state_change(scripts, "GROUP", name, told, 0);
}

Change up_down_change(const UpDownScripts& scripts, bool up) {
  const ScriptId script = up ? scripts.up : scripts.down;
  return script ? Change{{script, {}}} : Change{};
}

std::string fifo_line(std::string_view kind, std::string_view name, Told told, unsigned priority) {
  std::string line(kind);
  line += " \"";
  line += name;
  line += "\" ";
  line += word(told);
  line += ' ';
  line += std::to_string(priority);
  line += '\n';
  return line;
}

}  // namespace holdfast
