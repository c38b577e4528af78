// See outline.h. The names of identifiers, the parent's own settings, and the order of the parts.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/outline/outline.h"

#include <map>

#include "parent/status/outline/writer.h"

namespace holdfast {
namespace outlining {

Writer::Writer(const Plan& plan, config::Secrets secrets) : plan_(plan), secrets_(secrets) {
  for (const VrrpInstance& one : plan.vrrp.instances) names_[one.id.value] = one.name;
  for (const InstanceRights& one : plan.ipvs.instances) names_[one.id.value] = one.name;
  for (const SyncGroup& one : plan.vrrp.groups) names_[one.id.value] = one.name;
  for (const ScriptTracker& one : plan.vrrp.trackers) names_[one.id.value] = one.name;
  for (const ToldTracker& one : plan.vrrp.told_trackers) names_[one.id.value] = one.name;
  for (const ProcessTracker& one : plan.vrrp.process_trackers) names_[one.id.value] = one.name;
  for (const WatchedFile& one : plan.files) names_[one.id.value] = one.name;
  for (const BfdSession& one : plan.vrrp.sessions) names_[one.id.value] = one.name;
  for (const ScriptRow& one : plan.scripts) names_[one.id.value] = words(one.argv);
  for (const CheckedService& service : plan.check.services) {
    names_[service.id.value] = service.name;
    for (const CheckedServer& server : service.servers) names_[server.id.value] = server.name;
    if (service.sorry) names_[service.sorry->id.value] = service.sorry->name;
  }
}

namespace {

std::string fifo_words(const Writer& writer, const FifoWish& fifo) {
  Facts facts;
  facts.add(words(fifo.path));
  facts.differing(fifo, "user", &FifoWish::user, "group", &FifoWish::group);
  facts.add_if(bool(fifo.script), "script " + writer.name(fifo.script));
  return facts.together();
}

void outline_sockets(Writer& writer) {
  for (const AdvertSocketWish& socket : writer.plan().sockets) {
    Facts facts;
    facts.add(socket.family == Family::kIpv4 ? "IPv4" : "IPv6");
    facts.differing(socket, "interface", &AdvertSocketWish::interface, "unicast", &AdvertSocketWish::unicast, "group", &AdvertSocketWish::group,
                    "ttl", &AdvertSocketWish::ttl, "header", &AdvertSocketWish::header, "source", &AdvertSocketWish::source,
                    "foreign_source", &AdvertSocketWish::foreign_source);
    writer.line("advert socket", facts.together());
  }
}

void outline_scripts(Writer& writer) {
  for (const ScriptRow& script : writer.plan().scripts) {
    Facts facts;
    facts.differing(script, "user", &ScriptRow::user, "group", &ScriptRow::group, "timeout", &ScriptRow::timeout);
    writer.line("script " + words(script.argv), facts.together());
  }
  for (const WatchedFile& file : writer.plan().files) {
    Facts facts;
    facts.differing(file, "path", &WatchedFile::path, "create", &WatchedFile::create, "overwrite", &WatchedFile::overwrite, "value", &WatchedFile::value);
    writer.lines("track_file " + file.name, facts);
  }
}

void outline_notify(Writer& writer, const std::string& about, const StateScripts& scripts) {
  const auto one = [&](const char* event, ScriptId script) {
    if (script) writer.line(about, std::string(event) + " " + writer.name(script));
  };
  one("notify_master", scripts.master);
  one("notify_backup", scripts.backup);
  one("notify_fault", scripts.fault);
  one("notify_stop", scripts.stop);
  one("notify_deleted", scripts.deleted);
  one("notify_master_rx_lower_pri", scripts.master_rx_lower_pri);
  one("notify", scripts.any);
  Facts facts;
  facts.differing(scripts, "told as deleted", &StateScripts::notify_deleted, "notify_priority_changes", &StateScripts::priority_changes);
  writer.lines(about, facts);
}

void outline_notify(Writer& writer) {
  const NotifyTable& table = writer.plan().notify;
  for (const auto& [id, scripts] : table.instances) outline_notify(writer, "instance " + writer.name(id), scripts);
  for (const auto& [id, scripts] : table.groups) outline_notify(writer, "group " + writer.name(id), scripts);
  for (const auto& [id, scripts] : table.services) {
    const std::string about = "service " + writer.name(id);
    if (scripts.up) writer.line(about, "quorum_up " + writer.name(scripts.up));
    if (scripts.down) writer.line(about, "quorum_down " + writer.name(scripts.down));
  }
  for (const CheckedService& service : writer.plan().check.services) {
    for (const CheckedServer& server : service.servers) {
      const auto found = table.servers.find(server.id);
      if (found == table.servers.end()) continue;
      const std::string about = "server " + server.name + " of " + service.name;
      if (found->second.up) writer.line(about, "notify_up " + writer.name(found->second.up));
      if (found->second.down) writer.line(about, "notify_down " + writer.name(found->second.down));
    }
  }
}

}  // namespace

void outline_settings(Writer& writer) {
  const ParentSettings& settings = writer.plan().settings;
  Facts facts;
  facts.differing(settings, "router_id", &ParentSettings::router_id, "enable_script_security", &ParentSettings::script_security,
                  "script_user", &ParentSettings::script_user, "script_group", &ParentSettings::script_group,
                  "json_version", &ParentSettings::json_version, "dynamic_interfaces", &ParentSettings::dynamic_interfaces,
                  "rs_init_notifies", &ParentSettings::initial_servers, "fifo_write_vrrp_states_on_reload", &ParentSettings::states_on_reload,
                  "child_wait_time", &ParentSettings::child_wait_time);
  facts.add_if(bool(settings.startup_script), "startup_script " + writer.name(settings.startup_script));
  facts.add_if(bool(settings.shutdown_script), "shutdown_script " + writer.name(settings.shutdown_script));
  facts.add_if(!settings.notify_fifo.path.empty(), "notify_fifo " + fifo_words(writer, settings.notify_fifo));
  facts.add_if(!settings.vrrp_notify_fifo.path.empty(), "vrrp_notify_fifo " + fifo_words(writer, settings.vrrp_notify_fifo));
  facts.add_if(!settings.lvs_notify_fifo.path.empty(), "lvs_notify_fifo " + fifo_words(writer, settings.lvs_notify_fifo));
  writer.lines("settings", facts);
  for (const InstanceShown& shown : writer.plan().shown) {
    Facts more;
    more.differing(shown, "shown smtp_alert", &InstanceShown::smtp_alert, "shown accept", &InstanceShown::accept, "shown track_interface",
                   &InstanceShown::track_interface_text, "shown virtual link", &InstanceShown::vmac_interface);
    writer.lines("instance " + writer.name(shown.id), more);
  }
  for (const ServicePresence& presence : writer.plan().presences) writer.line("ha_suspend", "while none is here of " + words(presence.addresses));
  outline_scripts(writer);
  outline_notify(writer);
  outline_sockets(writer);
}

}  // namespace outlining

std::vector<OutlineLine> outline(const Plan& plan, config::Secrets secrets) {
  outlining::Writer writer(plan, secrets);
  outline_settings(writer);
  outline_vrrp(writer);
  outline_ipvs(writer);
  outline_services(writer);
  return writer.take();
}

std::string outline_text(const Plan& plan, config::Secrets secrets) {
  std::vector<std::string> order;
  std::map<std::string, std::string> facts;
  for (const OutlineLine& line : outline(plan, secrets)) {
    const auto [about, is_new] = facts.try_emplace(line.about);
    if (is_new) order.push_back(line.about);
    if (!line.fact.empty()) about->second += "  " + line.fact + "\n";
  }
  std::string text;
  for (const std::string& about : order) text += about + "\n" + facts[about];
  return text;
}

}  // namespace holdfast
