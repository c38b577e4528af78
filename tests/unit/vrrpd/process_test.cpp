// holdfast-vrrpd as it runs: in its sandbox, on real raw sockets of a veth pair in a network namespace of its own. Needs root.
// Time is real here, so nothing asserts how long something takes, only that it happens and in which order.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "tests/unit/vrrpd/bench.h"
#include "tests/unit/vrrpd/configs.h"

namespace holdfast::vrrp {
namespace {

constexpr Duration kPatience{20'000'000};

// Two ends of one wire in one namespace: accept_local lets each hear the other.
bool make_wire() {
  static const bool made = [] {
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNET) != 0) return false;
    return std::system("set -e; ip link add va type veth peer name vb; ip addr add 192.0.2.1/24 dev va; ip addr add 192.0.2.2/24 dev vb;"
                       "for i in all va vb; do echo 0 > /proc/sys/net/ipv4/conf/$i/rp_filter; echo 1 > /proc/sys/net/ipv4/conf/$i/accept_local; done;"
                       "for i in va vb; do echo 0 > /proc/sys/net/ipv6/conf/$i/accept_dad; done;"
                       "ip link set lo up; ip link set va up; ip link set vb up;"
                       "ip addr add fe80::a/64 dev va nodad; ip addr add fe80::b/64 dev vb nodad") == 0;
  }();
  return made;
}

class ProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!make_wire()) GTEST_SKIP() << "needs root and network namespaces";
  }

  LinkFacts facts(const char* name, bool up = true) {
    LinkFacts facts;
    facts.index = ::if_nametoindex(name);
    facts.name = name;
    facts.up = up;
    const bool first = facts.name == "va";
    facts.sources = {ip(first ? "192.0.2.1" : "192.0.2.2"), ip(first ? "fe80::a" : "fe80::b")};
    for (const IpAddress& address : facts.sources) facts.addresses.push_back({address, static_cast<std::uint8_t>(address.is_v4() ? 24 : 64)});
    return facts;
  }

  VrrpPlan plan(const char* interface, std::uint8_t priority, VrrpInstance base) {
    VrrpPlan plan;
    plan.generation = ++generation_;
    plan.instances = {std::move(base)};
    plan.instances[0].interface = interface;
    plan.instances[0].priority = priority;
    if (plan.instances[0].version == 3) plan.instances[0].advert_int = 50ms;
    return plan;
  }

  void start(Process& process, const char* interface, const VrrpPlan& plan, const std::vector<ResumedInstance>& resumed = {}) {
    ASSERT_TRUE(run_until(loop_, kPatience, [&] { return process.ready; })) << "exit " << process.exit_status();
    const VrrpInstance& instance = plan.instances[0];
    process.attach_ipvsd(facts(interface));
    const auto source = instance.source;
    process.give_socket(::if_nametoindex(interface), instance.family, instance.unicast, source ? &*source : nullptr);
    process.give_plan(plan, resumed);
  }

  bool becomes(Process& process, VrrpState state) {
    return run_until(loop_, kPatience, [&] { return process.states.contains(kId) && process.states[kId] == state; });
  }

  // Two routers on the wire: the better one leads, the other takes over when it stops in order.
  void expect_failover(const VrrpInstance& base_a, const VrrpInstance& base_b) {
    Process better(loop_, HF_VRRPD);
    Process worse(loop_, HF_VRRPD);
    start(better, "va", plan("va", 200, base_a));
    ASSERT_TRUE(becomes(better, VrrpState::kMaster));
    start(worse, "vb", plan("vb", 100, base_b));
    ASSERT_TRUE(becomes(worse, VrrpState::kBackup));
    run_until(loop_, 500ms, [] { return false; });
    EXPECT_EQ(worse.states[kId], VrrpState::kBackup) << "it hears the better one";
    wire::ParentToVrrpd stop;
    stop.mutable_stop()->set_release(true);
    better.send(stop);
    EXPECT_TRUE(run_until(loop_, kPatience, [&] { return better.stopped && better.exit_status() != -1; }));
    EXPECT_EQ(better.exit_status(), 0);
    EXPECT_FALSE(better.claimed[kId]);
    EXPECT_TRUE(becomes(worse, VrrpState::kMaster));
    EXPECT_TRUE(run_until(loop_, kPatience, [&] { return worse.claimed[kId]; }));
  }

  Loop loop_;
  Generation generation_ = 0;
};

TEST_F(ProcessTest, FailoverVersion3) { expect_failover(router_v3(), router_v3()); }
TEST_F(ProcessTest, FailoverVersion2WithPassword) {
  VrrpInstance config = router_v2();
  config.authentication = Authentication::kPass;
  config.password = {'s', '3', 'c', 'r', 'e', 't'};
  expect_failover(config, config);
}
TEST_F(ProcessTest, FailoverIpv6) { expect_failover(router_v6(), router_v6()); }
TEST_F(ProcessTest, FailoverUnicast) {
  VrrpInstance a = router_v3();
  a.unicast = true;
  VrrpInstance b = a;
  a.source = ip("192.0.2.1");
  a.peers = {{ip("192.0.2.2"), 0, 255}};
  b.source = ip("192.0.2.2");
  b.peers = {{ip("192.0.2.1"), 0, 255}};
  expect_failover(a, b);
}

TEST_F(ProcessTest, ClaimsFirstThenNews) {
  Process process(loop_, HF_VRRPD);
  start(process, "va", plan("va", 100, router_v3()));
  ASSERT_TRUE(run_until(loop_, kPatience, [&] { return process.heard.size() >= 4 && process.states[kId] == VrrpState::kMaster; }));
  std::vector<std::string> to_ipvsd;
  for (const std::string& what : process.heard) {
    if (what == "claim" || what.starts_with("announce") || what.starts_with("complete")) to_ipvsd.push_back(what);
  }
  EXPECT_EQ(to_ipvsd, (std::vector<std::string>{"complete 0", "claim", "announce 5"}));
}

TEST_F(ProcessTest, TheEndOfTheParentReleasesEverything) {
  Process process(loop_, HF_VRRPD);
  start(process, "va", plan("va", 100, router_v3()));
  ASSERT_TRUE(becomes(process, VrrpState::kMaster));
  process.close_parent();
  EXPECT_TRUE(run_until(loop_, kPatience, [&] { return process.exit_status() != -1; }));
  EXPECT_EQ(process.exit_status(), 0);
  EXPECT_FALSE(process.claimed[kId]);
}

TEST_F(ProcessTest, AfterACrashAPeerNeverTakesOver) {
  auto first = std::make_unique<Process>(loop_, HF_VRRPD);
  Process peer(loop_, HF_VRRPD);
  VrrpInstance slow = router_v3();
  VrrpPlan mine = plan("va", 200, slow);
  VrrpPlan theirs = plan("vb", 100, slow);
  for (VrrpPlan* each : {&mine, &theirs}) each->instances[0].advert_int = 400ms;
  start(*first, "va", mine);
  ASSERT_TRUE(becomes(*first, VrrpState::kMaster));
  start(peer, "vb", theirs);
  ASSERT_TRUE(becomes(peer, VrrpState::kBackup));
  ::kill(first->pid(), SIGKILL);
  first = std::make_unique<Process>(loop_, HF_VRRPD);
  start(*first, "va", mine, {{kId, VrrpState::kMaster, 1}});
  ASSERT_TRUE(becomes(*first, VrrpState::kMaster));
  EXPECT_TRUE(run_until(loop_, kPatience, [&] { return first->claimed[kId]; }));
  run_until(loop_, 2s, [] { return false; });
  EXPECT_EQ(peer.states[kId], VrrpState::kBackup);
  EXPECT_EQ(first->states[kId], VrrpState::kMaster);
}

TEST_F(ProcessTest, WithoutIpvsdItReleasesAndComesBack) {
  Process process(loop_, HF_VRRPD);
  start(process, "va", plan("va", 100, router_v3()));
  ASSERT_TRUE(becomes(process, VrrpState::kMaster));
  process.lose_ipvsd();
  EXPECT_TRUE(becomes(process, VrrpState::kFault));
  process.attach_ipvsd(facts("va"));
  EXPECT_TRUE(becomes(process, VrrpState::kMaster));
  EXPECT_TRUE(run_until(loop_, kPatience, [&] { return process.claimed[kId]; }));
}

TEST_F(ProcessTest, AStalledProcessListensFirst) {
  Process process(loop_, HF_VRRPD);
  Process peer(loop_, HF_VRRPD);
  start(process, "va", plan("va", 200, router_v3()));
  ASSERT_TRUE(becomes(process, VrrpState::kMaster));
  start(peer, "vb", plan("vb", 100, router_v3()));
  ASSERT_TRUE(becomes(peer, VrrpState::kBackup));
  ::kill(process.pid(), SIGSTOP);
  EXPECT_TRUE(becomes(peer, VrrpState::kMaster));
  process.heard.clear();
  ::kill(process.pid(), SIGCONT);
  EXPECT_TRUE(becomes(process, VrrpState::kBackup));
  EXPECT_TRUE(run_until(loop_, kPatience, [&] { return !process.claimed[kId]; }));
  EXPECT_EQ(std::count(process.heard.begin(), process.heard.end(), "claim"), 0) << "nothing is claimed before it has listened";
  EXPECT_TRUE(becomes(process, VrrpState::kMaster)) << "and wins the next election";
  EXPECT_TRUE(becomes(peer, VrrpState::kBackup));
}

TEST_F(ProcessTest, RefusesWhatItCannotDoAndKeepsRunning) {
  Process process(loop_, HF_VRRPD);
  start(process, "va", plan("va", 100, router_v3()));
  ASSERT_TRUE(becomes(process, VrrpState::kMaster));
  VrrpPlan impossible = plan("va", 100, router_v3());
  impossible.instances[0].authentication = Authentication::kHeader;
  process.give_plan(impossible);
  EXPECT_TRUE(run_until(loop_, kPatience, [&] { return process.refused.size() == 1; }));
  EXPECT_EQ(process.applied, std::vector<std::uint64_t>{1});
  EXPECT_EQ(process.states[kId], VrrpState::kMaster);
}

TEST_F(ProcessTest, AMessageOutOfOrderEndsIt) {
  Process process(loop_, HF_VRRPD);
  ASSERT_TRUE(run_until(loop_, kPatience, [&] { return process.ready; }));
  wire::ParentToVrrpd commit;
  commit.mutable_commit()->set_generation(7);
  process.send(commit);
  EXPECT_TRUE(run_until(loop_, kPatience, [&] { return process.exit_status() != -1; }));
  EXPECT_EQ(process.exit_status(), 76);
}

TEST_F(ProcessTest, AnswersForItsStatus) {
  Process process(loop_, HF_VRRPD);
  start(process, "va", plan("va", 100, router_v3()));
  ASSERT_TRUE(becomes(process, VrrpState::kMaster));
  wire::ParentToVrrpd query;
  query.mutable_query_status()->set_cookie(9);
  process.send(query);
  ASSERT_TRUE(run_until(loop_, kPatience, [&] { return !process.reports.empty(); }));
  const wire::StatusReport& report = process.reports[0];
  EXPECT_EQ(report.cookie(), 9U);
  EXPECT_TRUE(report.last());
  ASSERT_EQ(report.instances_size(), 1);
  EXPECT_EQ(report.instances(0).became_master(), 1U);
  EXPECT_GE(report.instances(0).adverts_sent(), 1U);
  EXPECT_EQ(report.instances(0).master_priority(), 100U);
}

}  // namespace
}  // namespace holdfast::vrrp
