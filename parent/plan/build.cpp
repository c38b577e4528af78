// See build.h. The settings of the parent, the script table, and the order of the parts.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/build.h"

#include <algorithm>

#include "parent/plan/building.h"
#include "parent/plan/peering/bfd.h"

namespace holdfast {
namespace {

void build_settings(Building& building) {
  const model::Globals& globals = building.configuration.globals;
  ParentSettings& settings = building.plan.settings;
  settings.router_id = globals.router_id.value_or(building.surroundings.host_name);
  settings.script_security = globals.enable_script_security.value_or(false);
  if (globals.script_user) {
    settings.script_user = globals.script_user->user;
    settings.script_group = globals.script_user->group;
  }
  constexpr Duration kHookLimit{10'000'000};
  settings.startup_script = building.script(globals.startup_script, globals.startup_script_timeout.value_or(kHookLimit));
  settings.shutdown_script = building.script(globals.shutdown_script, globals.shutdown_script_timeout.value_or(kHookLimit));
  settings.json_version = globals.json_version.value_or(1);
  settings.dynamic_interfaces = globals.dynamic_interfaces.value_or(false);
  settings.initial_servers = globals.rs_init_notifies.value_or(false);
  settings.states_on_reload = globals.fifo_write_vrrp_states_on_reload.value_or(false);
  if (globals.child_wait_time) settings.child_wait_time = std::chrono::seconds(*globals.child_wait_time);
  for (const auto& [fifo, target] : {std::pair{&globals.notify_fifo, &settings.notify_fifo},
                                     std::pair{&globals.vrrp_notify_fifo, &settings.vrrp_notify_fifo},
                                     std::pair{&globals.lvs_notify_fifo, &settings.lvs_notify_fifo}}) {
    if (!fifo->path) continue;
    target->path = *fifo->path;
    target->user = fifo->owner.user;
    target->group = fifo->owner.group;
    target->script = building.script(fifo->script);
  }
}

}  // namespace

void Building::add(config::Severity severity, config::ErrorClass error_class, config::Position at, config::Code code,
                   std::string message, std::string expected) {
  config::Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.error_class = error_class;
  diagnostic.code = std::string_view(code);
  diagnostic.message = std::move(message);
  diagnostic.at = at;
  diagnostic.expected = std::move(expected);
  diagnostics_.add(std::move(diagnostic));
}

bool Building::is_missing(const std::string& interface) const {
  const bool dynamic = configuration.globals.dynamic_interfaces.value_or(false);
  return !interface.empty() && !dynamic && !link_names.contains(interface) && surroundings.interface && !surroundings.interface(interface);
}

void Building::warn(config::Position at, config::Code code, std::string message, std::string expected) {
  add(config::Severity::warning, config::ErrorClass::general_error, at, code, std::move(message), std::move(expected));
}

void Building::note(config::Position at, config::Code code, std::string message, std::string expected) {
  add(config::Severity::warning, config::ErrorClass::none, at, code, std::move(message), std::move(expected));
}

void Building::error(config::Position at, config::Code code, std::string message, std::string expected) {
  add(config::Severity::error, config::ErrorClass::general_error, at, code, std::move(message), std::move(expected));
}

void Building::refuse(config::Position at, config::ErrorClass error_class, config::Code code, std::string message,
                      std::string expected) {
  add(config::Severity::error, error_class, at, code, std::move(message), std::move(expected));
  refused_ = true;
}

bool Building::has_error_in_block(config::Position block) const {
  std::uint32_t end = 0xffffffff;
  const auto bound = [&](config::Position other) {
    if (other.file == block.file && other.line > block.line) end = std::min(end, other.line);
  };
  for (const model::Instance& other : configuration.instances) bound(other.at);
  for (const model::SyncGroup& other : configuration.sync_groups) bound(other.at);
  for (const model::Script& other : configuration.scripts) bound(other.at);
  for (const model::VirtualServer& other : configuration.virtual_servers) bound(other.at);
  return std::ranges::any_of(diagnostics_.all(), [&](const config::Diagnostic& one) {
    return one.severity == config::Severity::error && one.at.file == block.file && one.at.line >= block.line && one.at.line < end;
  });
}

ScriptId Building::script(const model::ScriptCommand& command, Duration timeout) {
  if (command.argv.empty()) return {};
  ScriptRow row;
  row.argv = command.argv;
  row.user = command.identity.user;
  row.group = command.identity.group;
  if (row.user.empty() && configuration.globals.script_user) {
    row.user = configuration.globals.script_user->user;
    row.group = configuration.globals.script_user->group;
  }
  row.timeout = timeout;
  std::string text = identity_text({"script", row.user, row.group, std::to_string(timeout.count())});
  for (const std::string& argument : row.argv) text += identity_text({argument});
  row.id = identities.id<ScriptId>(text);
  const ScriptId id = row.id;
  if (scripts_.insert(id).second) plan.scripts.push_back(std::move(row));
  return id;
}

Built build(const model::Configuration& configuration, const Surroundings& surroundings, config::Diagnostics& diagnostics) {
  Building building(configuration, surroundings, diagnostics);
  build_settings(building);
  build_sessions(building);
  build_files(building);
  if (surroundings.vrrp) build_vrrp(building);
  if (surroundings.check) build_services(building);
  build_ipvs_settings(building);
  apply_rules(building);
  building.plan.ipvs.keep_ipvs = surroundings.keep_ipvs;
  building.plan.ipvs.keep_vrrp = surroundings.keep_vrrp;
  return {std::move(building.plan), building.refused()};
}

}  // namespace holdfast
