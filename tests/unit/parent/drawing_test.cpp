// The tables of holdfastctl, from the JSON that the daemon answers with.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/ctl/drawing.h"

#include <gtest/gtest.h>

#include "parent/status/status_json.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast::ctl {
namespace {

class Drawing : public testing::Test {
 protected:
  Drawing() {
    config::Diagnostics diagnostics;
    plan = build(example::pair(), example::anywhere(), diagnostics).plan;
    board.plan = services.plan = &plan;
    InstanceReport& report = board.instances[plan.vrrp.instances[0].id];
    report.state = VrrpState::kBackup;
    report.effective_priority = 100;
    report.since_transition = Duration{90'000'000};
    report.master = *IpAddress::parse("172.16.10.2");
    report.master_priority = 200;
  }
  std::string drawn(bool colours = false) const {
    const auto text = draw_status(status_json(board, services), colours);
    return text ? *text : "error: " + text.error().message;
  }
  bool shows(const std::string& words) const { return drawn().find(words) != std::string::npos; }
  Plan plan;
  Board board;
  ServicesBoard services;
};

TEST_F(Drawing, InstancesAreRows) {
  EXPECT_TRUE(shows("INSTANCE")) << drawn();
  EXPECT_TRUE(shows("BACKUP")) << drawn();
  EXPECT_TRUE(shows("2 min")) << drawn();
  EXPECT_TRUE(shows("100 (of " + std::to_string(plan.vrrp.instances[0].priority) + ")")) << drawn();
  EXPECT_TRUE(shows("master is 172.16.10.2 with 200")) << drawn();
}

TEST_F(Drawing, MaintenanceAndFaultsAreRemarks) {
  plan.vrrp.instances[0].maintenance = true;
  board.instances[plan.vrrp.instances[0].id].faults = {"maintenance", "eth1 is down"};
  EXPECT_TRUE(shows("maintenance; eth1 is down")) << drawn();
}

TEST_F(Drawing, ColoursOnlyWhereAskedFor) {
  EXPECT_EQ(drawn(false).find('\033'), std::string::npos);
  EXPECT_NE(drawn(true).find("\033[1m"), std::string::npos);
}

TEST(DrawStatus, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", "[]", "{}", R"({"schema":2})", "{\"schema\":"}) EXPECT_FALSE(draw_status(text, false)) << text;
  EXPECT_EQ(*draw_status(R"({"schema":1})", false), "nothing is configured\n");
}

}  // namespace
}  // namespace holdfast::ctl
