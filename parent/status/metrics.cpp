// See metrics.h. A family is its head and the samples of all instances: the text goes family by family.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/metrics.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace holdfast {
namespace {

struct Label {
  std::string_view name;
  std::string_view value;
};
using Labels = std::initializer_list<Label>;

class Text {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  }
  void sample(std::string_view name, Labels labels, const std::string& value) {
    text_.append(name);
    char before = '{';
    for (const Label& label : labels) {
      text_.append(1, before).append(label.name).append("=\"");
      escaped(label.value);
      text_.append("\"");
      before = ',';
    }
    if (before == ',') text_.append("}");
    text_.append(" ").append(value).append("\n");
  }
  void sample(std::string_view name, Labels labels, std::uint64_t value) { sample(name, labels, std::to_string(value)); }
  std::string end() && { return std::move(text_.append("# EOF\n")); }

 private:
  void escaped(std::string_view value) {
    for (const char c : value) {
      if (c == '\n') text_ += "\\n";
      else if (c == '\\' || c == '"') text_.append(1, '\\').append(1, c);
      else text_ += c;
    }
  }
  std::string text_;
};

std::string seconds(Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(duration.count()) / 1e6);
  return text;
}

// One counter under its three names. OpenMetrics wants "_total" behind a counter's samples.
struct CounterRow {
  std::uint64_t InstanceCounters::*counter;
  std::string_view ours;      // holdfast_vrrp_..._total
  std::string_view one;       // keepalived_..._total {iname,intf,vrid}
  std::string_view other;     // keepalived_vrrp_... {name,intf,vrid,state}
  std::string_view help;
};
using C = InstanceCounters;
constexpr std::array kCounters = {
    CounterRow{&C::adverts_received, "adverts_received", "advertisements_received", "advert_rcvd", "Adverts received and accepted."},
    CounterRow{&C::adverts_sent, "adverts_sent", "advertisements_sent", "advert_sent", "Adverts sent."},
    CounterRow{&C::became_master, "became_master", "become_master", "become_master", "Transitions to MASTER."},
    CounterRow{&C::released_master, "released_master", "release_master", "release_master", "Transitions from MASTER."},
    CounterRow{&C::length_errors, "length_errors", "packet_length_errors", "packet_len_err", "Adverts of a wrong length."},
    CounterRow{&C::interval_errors, "interval_errors", "advertisements_interval_errors", "advert_interval_err", "Adverts of another interval."},
    CounterRow{&C::ttl_errors, "ttl_errors", "ip_ttl_errors", "ip_ttl_err", "Adverts with a TTL or hop limit that is not taken."},
    CounterRow{&C::type_errors, "type_errors", "invalid_type_received", "invalid_type_rcvd", "Packets of another type."},
    CounterRow{&C::address_list_errors, "address_list_errors", "address_list_errors", "addr_list_err", "Adverts of other addresses."},
    CounterRow{&C::invalid_auth_type, "invalid_auth_type", "authentication_invalid", "invalid_authtype", "Adverts of an unknown authentication."},
    CounterRow{&C::auth_type_mismatch, "auth_type_mismatch", "authentication_mismatch", "authtype_mismatch", "Adverts of another authentication."},
    CounterRow{&C::auth_failures, "auth_failures", "authentication_failure", "auth_failure", "Adverts that are not authentic."},
    CounterRow{&C::priority_zero_received, "priority_zero_received", "priority_zero_received", "pri_zero_rcvd", "Adverts with priority 0 received."},
    CounterRow{&C::priority_zero_sent, "priority_zero_sent", "priority_zero_sent", "pri_zero_sent", "Adverts with priority 0 sent."},
};
constexpr std::array kSignatureCounters = {
    std::pair{&C::unsigned_errors, "unsigned"},  std::pair{&C::trailer_errors, "trailer"},       std::pair{&C::unknown_keys, "unknown key"},
    std::pair{&C::signature_errors, "wrong"},    std::pair{&C::stale_signatures, "stale"},       std::pair{&C::replayed_signatures, "replayed"},
};
constexpr std::array kStates = {VrrpState::kInit, VrrpState::kBackup, VrrpState::kMaster, VrrpState::kFault};

// What every sample of an instance is labelled with.
struct Shown {
  const VrrpInstance& instance;
  const InstanceReport& report;
  std::string interface;
  std::string vrid;
  std::string_view state;
};

class Page {
 public:
  Page(const Board& board, const ServicesBoard& services) : board_(board), services_(services) {
    const Plan& plan = *board.plan;
    for (std::size_t index = 0; index < plan.vrrp.instances.size(); ++index) {
      const VrrpInstance& instance = plan.vrrp.instances[index];
      const InstanceReport& report = board.of(instance.id);
      const bool virtual_mac = index < plan.shown.size() && !plan.shown[index].vmac_interface.empty();
      shown_.push_back({instance, report, virtual_mac ? plan.shown[index].vmac_interface : instance.interface, std::to_string(instance.vrid),
                        state_word(report.state)});
    }
  }

  std::string write(std::string_view version) {
    text_.family("holdfast_build", "info", "What runs.");
    text_.sample("holdfast_build_info", {{"version", version}}, 1);
    text_.family("holdfast_generation", "gauge", "How often a configuration was applied.");
    text_.sample("holdfast_generation", {}, board_.plan->generation);
    instances();
    for (const CounterRow& row : kCounters) counter(row);
    signatures();
    scripts();
    services();
    text_.family("keepalived_up", "gauge", "The daemon answers.");
    text_.sample("keepalived_up", {}, 1);
    addresses();
    return std::move(text_).end();
  }

 private:
  void instances() {
    text_.family("holdfast_vrrp_state", "stateset", "State of an instance.");
    for (const Shown& it : shown_) {
      for (const VrrpState state : kStates) {
        text_.sample("holdfast_vrrp_state", {{"instance", it.instance.name}, {"holdfast_vrrp_state", state_word(state)}}, it.report.state == state ? 1 : 0);
      }
    }
    text_.family("holdfast_vrrp_state_seconds", "gauge", "Since when an instance is in its state.");
    for (const Shown& it : shown_) text_.sample("holdfast_vrrp_state_seconds", {{"instance", it.instance.name}}, seconds(it.report.since_transition));
    text_.family("holdfast_vrrp_priority", "gauge", "Priority, as configured and with what trackers add.");
    for (const Shown& it : shown_) {
      text_.sample("holdfast_vrrp_priority", {{"instance", it.instance.name}, {"kind", "base"}}, it.instance.priority);
      text_.sample("holdfast_vrrp_priority", {{"instance", it.instance.name}, {"kind", "effective"}}, it.report.effective_priority);
    }
    text_.family("holdfast_vrrp_maintenance", "gauge", "An operator has taken the instance out of service.");
    for (const Shown& it : shown_) text_.sample("holdfast_vrrp_maintenance", {{"instance", it.instance.name}}, it.instance.maintenance ? 1 : 0);
    text_.family("holdfast_vrrp_faults", "gauge", "How many reasons there are for a fault.");
    for (const Shown& it : shown_) text_.sample("holdfast_vrrp_faults", {{"instance", it.instance.name}}, it.report.faults.size());
  }

  void counter(const CounterRow& row) {
    const std::string ours = "holdfast_vrrp_" + std::string(row.ours);
    text_.family(ours, "counter", row.help);
    for (const Shown& it : shown_) text_.sample(ours + "_total", {{"instance", it.instance.name}}, it.report.counters.*row.counter);
    const std::string one = "keepalived_" + std::string(row.one);
    text_.family(one, "counter", row.help);
    for (const Shown& it : shown_) {
      text_.sample(one + "_total", {{"iname", it.instance.name}, {"intf", it.interface}, {"vrid", it.vrid}}, it.report.counters.*row.counter);
    }
    const std::string other = "keepalived_vrrp_" + std::string(row.other);
    text_.family(other, "unknown", row.help);
    for (const Shown& it : shown_) {
      text_.sample(other, {{"name", it.instance.name}, {"intf", it.interface}, {"vrid", it.vrid}, {"state", it.state}}, it.report.counters.*row.counter);
    }
  }

  void signatures() {
    text_.family("holdfast_vrrp_signature_errors", "counter", "Adverts whose auth_hmac was not taken.");
    for (const Shown& it : shown_) {
      for (const auto& [counter, cause] : kSignatureCounters) {
        text_.sample("holdfast_vrrp_signature_errors_total", {{"instance", it.instance.name}, {"cause", cause}}, it.report.counters.*counter);
      }
    }
  }

  void scripts() {
    text_.family("holdfast_script_up", "gauge", "The last result of a tracked script; one that has not run yet is not there.");
    each_script("holdfast_script_up", "script");
    text_.family("keepalived_script_status", "gauge", "The same.");
    each_script("keepalived_script_status", "name");
  }
  void each_script(std::string_view family, std::string_view label) {
    for (const ScriptTracker& script : board_.plan->vrrp.trackers) {
      const auto report = board_.trackers.find(script.id);
      if (report != board_.trackers.end() && report->second.known) text_.sample(family, {{label, script.name}}, report->second.up ? 1 : 0);
    }
  }

  void services() {
    const auto& all = board_.plan->check.services;
    text_.family("holdfast_service_quorum", "gauge", "A virtual server has its quorum.");
    for (const CheckedService& service : all) {
      const auto quorum = services_.quorum.find(service.id);
      text_.sample("holdfast_service_quorum", {{"service", service.name}}, quorum != services_.quorum.end() && quorum->second ? 1 : 0);
    }
    servers("holdfast_server_up", "What the checks of a real server say.", [](const ServerReport& report) { return std::uint64_t{report.up}; });
    servers("holdfast_server_in_table", "A real server is in the IPVS table.", [](const ServerReport& report) { return std::uint64_t{report.present}; });
    servers("holdfast_server_weight", "Weight of a real server.", [](const ServerReport& report) { return std::uint64_t{report.weight}; });
  }
  template <class Value>
  void servers(std::string_view family, std::string_view help, Value value) {
    text_.family(family, "gauge", help);
    for (const CheckedService& service : board_.plan->check.services) {
      for (const CheckedServer& server : service.servers) {
        const auto report = services_.servers.find(server.id);
        const ServerReport known = report == services_.servers.end() ? ServerReport{} : report->second;
        text_.sample(family, {{"service", service.name}, {"server", server.name}}, value(known));
      }
    }
  }

  // keepalived's numbers of states, once for each address.
  void addresses() {
    text_.family("keepalived_vrrp_state", "gauge", "0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.");
    each_address("keepalived_vrrp_state", false);
    text_.family("keepalived_vrrp_excluded_state", "gauge", "The same for addresses that are not in adverts.");
    each_address("keepalived_vrrp_excluded_state", true);
    text_.family("keepalived_gratuitous_arp_delay", "counter", "garp_master_delay in seconds.");
    for (const Shown& it : shown_) {
      text_.sample("keepalived_gratuitous_arp_delay_total", {{"iname", it.instance.name}, {"intf", it.interface}, {"vrid", it.vrid}},
                   seconds(it.instance.announcement.master_delay));
    }
  }
  void each_address(std::string_view family, bool excluded) {
    for (const Shown& it : shown_) {
      const auto& rights = board_.plan->ipvs.instances;
      const auto held = std::ranges::find(rights, it.instance.id, &InstanceRights::id);
      if (held == rights.end()) continue;
      const auto number = static_cast<std::uint64_t>(it.report.state);
      for (std::size_t at = 0; at < held->addresses.size(); ++at) {
        if ((at >= it.instance.addresses.size()) != excluded) continue;
        const VirtualAddress& address = held->addresses[at];
        const std::string shown = address_text(address, false);  // as in the dumps that the exporters read
        text_.sample(family, {{"iname", it.instance.name}, {"intf", address.interface}, {"vrid", it.vrid}, {"ip_address", shown.substr(0, shown.find(' '))}}, number);
      }
    }
  }

  const Board& board_;
  const ServicesBoard& services_;
  std::vector<Shown> shown_;
  Text text_;
};

}  // namespace

std::string metrics_text(const Board& board, const ServicesBoard& services, std::string_view version) { return Page(board, services).write(version); }

}  // namespace holdfast
