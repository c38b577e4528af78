// OpenMetrics text: well-formed, complete, and with the names that dashboards made for the exporters of keepalived ask for.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/metrics.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

using testing::HasSubstr;

class Metrics : public testing::Test {
 protected:
  Metrics() {
    config::Diagnostics diagnostics;
    model::Configuration configuration = example::pair();
    configuration.virtual_servers = example::web().virtual_servers;
    configuration.instances[0].excluded.push_back(example::address("172.16.10.99/24"));
    plan = build(configuration, example::anywhere(), diagnostics).plan;
    board.plan = services.plan = &plan;
    InstanceReport& report = board.instances[plan.vrrp.instances[0].id];
    report.state = VrrpState::kMaster;
    report.effective_priority = 128;
    report.since_transition = Duration{1'500'000};
    report.counters.adverts_sent = 7;
    report.counters.replayed_signatures = 3;
    board.trackers[plan.vrrp.trackers[0].id] = {true, true};
    services.quorum[plan.check.services[0].id] = true;
    services.servers[plan.check.services[0].servers[0].id] = {true, true, 3};
  }
  std::string text() const { return metrics_text(board, services, "1.2.3"); }
  Plan plan;
  Board board;
  ServicesBoard services;
};

struct Family {
  std::string type;
  std::size_t samples = 0;
};

// Families by name; ADD_FAILURE for what openmetrics.io, 1.0, does not allow.
std::map<std::string, Family> families_of(const std::string& text) {
  std::map<std::string, Family> families;
  std::string current;
  std::set<std::string> series;
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line); last = line) {
    EXPECT_NE(last, "# EOF") << "something behind the end: " << line;
    if (line.starts_with("# TYPE ")) {
      std::istringstream words(line.substr(7));
      std::string type;
      words >> current >> type;
      EXPECT_TRUE(families.emplace(current, Family{type}).second) << current << " twice";
    } else if (!line.starts_with("#")) {
      const auto& type = families[current].type;
      const std::string name = line.substr(0, line.find_first_of("{ "));
      const std::string suffix = type == "counter" ? "_total" : type == "info" ? "_info" : "";
      EXPECT_EQ(name, current + suffix) << line;
      EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
      EXPECT_EQ(line.substr(line.rfind(' ') + 1).find_first_not_of("0123456789."), std::string::npos) << line;
      ++families[current].samples;
    }
  }
  EXPECT_EQ(last, "# EOF");
  return families;
}

TEST_F(Metrics, AreWellFormed) {
  const auto families = families_of(text());
  EXPECT_GT(families.size(), 50u);
  for (const auto& [name, family] : families) EXPECT_TRUE(family.samples > 0 || name == "keepalived_vrrp_excluded_state") << name;
  const Plan nothing;
  Board empty;
  ServicesBoard none;
  empty.plan = none.plan = &nothing;
  families_of(metrics_text(empty, none, "1"));
}

TEST_F(Metrics, TellTheState) {
  const std::string all = text();
  for (const char* line : {"holdfast_build_info{version=\"1.2.3\"} 1\n", "holdfast_vrrp_state{instance=\"bi\",holdfast_vrrp_state=\"MASTER\"} 1\n",
                           "holdfast_vrrp_state{instance=\"bi\",holdfast_vrrp_state=\"BACKUP\"} 0\n", "holdfast_vrrp_state_seconds{instance=\"bi\"} 1.500000\n",
                           "holdfast_vrrp_priority{instance=\"bi\",kind=\"base\"} 118\n", "holdfast_vrrp_priority{instance=\"bi\",kind=\"effective\"} 128\n",
                           "holdfast_vrrp_adverts_sent_total{instance=\"bi\"} 7\n", "keepalived_advertisements_sent_total{iname=\"bi\",intf=\"eth2\",vrid=\"16\"} 7\n",
                           "keepalived_vrrp_advert_sent{name=\"bi\",intf=\"eth2\",vrid=\"16\",state=\"MASTER\"} 7\n",
                           "holdfast_vrrp_signature_errors_total{instance=\"bi\",cause=\"replayed\"} 3\n", "holdfast_script_up{script=\"alive\"} 1\n",
                           "keepalived_vrrp_state{iname=\"bi\",intf=\"eth2\",vrid=\"16\",ip_address=\"172.16.10.16/32\"} 2\n",
                           "keepalived_vrrp_excluded_state{iname=\"bi\",intf=\"eth2\",vrid=\"16\",ip_address=\"172.16.10.99/24\"} 2\n", "keepalived_up 1\n"}) {
    EXPECT_THAT(all, HasSubstr(line));
  }
  const CheckedService& service = plan.check.services[0];
  EXPECT_THAT(all, HasSubstr("holdfast_server_weight{service=\"" + service.name + "\",server=\"" + service.servers[0].name + "\"} 3\n"));
}

TEST_F(Metrics, NamesOfInstancesCannotBreakOut) {
  plan.vrrp.instances[0].name = "a\"} 1\nb\\";
  EXPECT_THAT(text(), HasSubstr("holdfast_vrrp_maintenance{instance=\"a\\\"} 1\\nb\\\\\"} 0\n"));
  families_of(text());
}

TEST_F(Metrics, HaveTheNamesOfTheExporters) {
  const auto families = families_of(text());
  for (const char* name : {"up", "vrrp_state", "vrrp_excluded_state", "gratuitous_arp_delay", "advertisements_received", "advertisements_sent", "become_master",
                           "release_master", "packet_length_errors", "advertisements_interval_errors", "ip_ttl_errors", "invalid_type_received",
                           "address_list_errors", "authentication_invalid", "authentication_mismatch", "authentication_failure", "priority_zero_received",
                           "priority_zero_sent", "script_status", "vrrp_advert_rcvd", "vrrp_advert_sent", "vrrp_become_master", "vrrp_release_master",
                           "vrrp_packet_len_err", "vrrp_advert_interval_err", "vrrp_ip_ttl_err", "vrrp_invalid_type_rcvd", "vrrp_addr_list_err",
                           "vrrp_invalid_authtype", "vrrp_authtype_mismatch", "vrrp_auth_failure", "vrrp_pri_zero_rcvd", "vrrp_pri_zero_sent"}) {
    EXPECT_TRUE(families.contains(std::string("keepalived_") + name)) << name;
  }
}

}  // namespace
}  // namespace holdfast
