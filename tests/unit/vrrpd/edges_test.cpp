// The edges of the process without its descriptors: packets to events, chunks to plans, actions to lines, views to status reports.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "proto/codec/vrrp_codec.h"
#include "tests/unit/vrrpd/configs.h"
#include "vrrpd/intake.h"
#include "vrrpd/phrases.h"
#include "vrrpd/plan_assembly.h"
#include "vrrpd/status_report.h"

namespace holdfast::vrrp {
namespace {

constexpr SocketKey kSocket{2, Family::kIpv4, false};
const IpAddress kPeer = ip("192.0.2.2");

Router running(VrrpInstance config = router_v3()) {
  Router router;
  LinkFacts facts;
  facts.index = 2;
  facts.name = "eth0";
  facts.up = true;
  facts.sources = {ip("192.0.2.1")};
  router.handle(LinkTold{facts}, kStart);
  router.handle(AllLinksTold{}, kStart);
  router.handle(SocketOpened{kSocket}, kStart);
  VrrpPlan plan;
  plan.instances = {std::move(config)};
  router.apply(plan, {}, kStart);
  return router;
}

std::vector<std::uint8_t> advert(VrrpInstance config = router_v3(), std::uint8_t priority = 200) {
  return encode(config, {priority, 1, kPeer, config.group_address, false});
}

TEST(Intake, CountsAndPassesOnWhatIsGood) {
  const Router router = running();
  Intake intake;
  const auto message = advert();
  const auto outcome = intake.take(router, kSocket, {kPeer, ip("224.0.0.18"), 255, message}, {kStart});
  ASSERT_TRUE(outcome.event);
  EXPECT_EQ(outcome.event->instance, kId);
  EXPECT_EQ(outcome.event->source, kPeer);
  EXPECT_EQ(outcome.event->priority, 200);
  EXPECT_EQ(outcome.event->interval, Duration(1s));
  EXPECT_EQ(intake.traffic(kId).received, 1U);
}

TEST(Intake, LogsAKindOfRejectionOnceUntilSomethingGoodComes) {
  const Router router = running();
  Intake intake;
  const auto message = advert();
  const Packet far{kPeer, ip("224.0.0.18"), 254, message};
  const Packet near{kPeer, ip("224.0.0.18"), 255, message};
  EXPECT_EQ(intake.take(router, kSocket, far, {kStart}).line, "(V) advert from 192.0.2.2 rejected: TTL or hop limit is not 255");
  int lines = 0;
  for (int count = 0; count < 1000; ++count) lines += intake.take(router, kSocket, far, {kStart + count * 1s}).line.empty() ? 0 : 1;
  EXPECT_EQ(lines, 0);
  EXPECT_EQ(intake.traffic(kId).rejected[Rejection::kTtl], 1001U);
  // Good and bad ones in turn: not more than one line in ten seconds.
  for (int count = 0; count < 100; ++count) {
    intake.take(router, kSocket, near, {kStart + 2000s + count * 1s});
    lines += intake.take(router, kSocket, far, {kStart + 2000s + count * 1s}).line.empty() ? 0 : 1;
  }
  EXPECT_EQ(lines, 10);
}

TEST(Intake, UnknownRoutersAreOnlyCounted) {
  const Router router = running();
  Intake intake;
  VrrpInstance other = router_v3();
  other.vrid = 52;
  const auto message = advert(other);
  const auto outcome = intake.take(router, kSocket, {kPeer, ip("224.0.0.18"), 255, message}, {kStart});
  EXPECT_FALSE(outcome.event);
  EXPECT_EQ(outcome.line, "");
  EXPECT_EQ(intake.unknown_vrids(), 1U);
}

TEST(Intake, AnOldUnicastPeerIsAnsweredInKind) {
  VrrpInstance config = router_v3();
  config.unicast = true;
  config.source = ip("192.0.2.1");
  config.peers = {{kPeer, 0, 255}};
  Router router = running(config);
  const SocketKey socket{2, Family::kIpv4, true, ip("192.0.2.1")};
  router.handle(SocketOpened{socket}, kStart);
  ASSERT_EQ(router.view(kId)->state.state, VrrpState::kBackup);
  Intake intake;
  const auto message = encode(config, {200, 1, kPeer, ip("192.0.2.1"), /*old_unicast_checksum=*/true});
  const Packet packet{kPeer, ip("192.0.2.1"), 255, message};
  EXPECT_EQ(intake.take(router, socket, packet, {kStart}).line, "(V) Setting unicast VRRPv3 checksum to old version");
  EXPECT_TRUE(intake.traffic(kId).old_checksum);
  EXPECT_EQ(intake.take(router, socket, packet, {kStart}).line, "");
}

wire::PlanBegin begin(std::uint64_t generation, std::uint32_t chunks) {
  wire::PlanBegin message;
  message.set_generation(generation);
  message.set_chunks(chunks);
  return message;
}

wire::PlanCommit commit(std::uint64_t generation) {
  wire::PlanCommit message;
  message.set_generation(generation);
  return message;
}

TEST(PlanAssembly, OrderOfMessages) {
  const wire::VrrpPlanChunk empty;
  PlanAssembly assembly;
  EXPECT_FALSE(assembly.chunk(empty)) << "before the beginning";
  EXPECT_FALSE(assembly.commit(commit(1)));
  EXPECT_FALSE(assembly.begin(begin(1, kChunksMax + 1)));
  ASSERT_TRUE(assembly.begin(begin(1, 2)));
  EXPECT_TRUE(assembly.chunk(empty));
  EXPECT_FALSE(assembly.commit(commit(1))) << "too early";
  EXPECT_TRUE(assembly.chunk(empty));
  EXPECT_FALSE(assembly.commit(commit(2))) << "another generation";
  EXPECT_FALSE(assembly.chunk(empty)) << "one too many";
  ASSERT_TRUE(assembly.begin(begin(3, 0)));
  EXPECT_TRUE(assembly.commit(commit(3)));
  EXPECT_FALSE(assembly.commit(commit(3))) << "twice";
  EXPECT_EQ(assembly.take()->plan.generation, 3U);
}

TEST(PlanAssembly, ChunksBecomeOnePlanOrNone) {
  PlanAssembly assembly;
  ASSERT_TRUE(assembly.begin(begin(5, 2)));
  wire::VrrpPlanChunk chunk;
  chunk.mutable_settings()->set_startup_delay_us(7);
  encode(router_v3(), *chunk.add_instances());
  encode(ResumedInstance{kId, VrrpState::kMaster, 4}, *chunk.add_resumed());
  ASSERT_TRUE(assembly.chunk(chunk));
  wire::VrrpPlanChunk second;
  encode(ScriptTracker{TrackerId{1}, "check", ScriptId{1}}, *second.add_trackers());
  ASSERT_TRUE(assembly.chunk(second));
  ASSERT_TRUE(assembly.commit(commit(5)));
  const auto plan = assembly.take();
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->plan.startup_delay, 7us);
  EXPECT_EQ(plan->plan.instances, std::vector{router_v3()});
  EXPECT_EQ(plan->plan.trackers.size(), 1U);
  EXPECT_EQ(plan->resumed, (std::vector<ResumedInstance>{{kId, VrrpState::kMaster, 4}}));
  // One bad value and nothing of it takes effect.
  ASSERT_TRUE(assembly.begin(begin(6, 2)));
  chunk.mutable_instances(0)->set_vrid(0);
  EXPECT_TRUE(assembly.chunk(chunk));
  EXPECT_TRUE(assembly.chunk(second));
  EXPECT_TRUE(assembly.commit(commit(6)));
  EXPECT_FALSE(assembly.take());
}

TEST(Phrases, WordsThatToolsMatch) {
  VrrpPlan plan;
  plan.instances = {router_v3()};
  plan.groups = {{GroupId{1}, "G", {kId}, false, {}, {}}};
  plan.instances[0].sync_group = GroupId{1};
  plan.trackers = {{TrackerId{1}, "check", ScriptId{1}}};
  Router router;
  router.apply(plan, {}, kStart);
  const auto noted = [](Note note) { return Noted{kId, note, kPeer, ip("192.0.2.3"), 200, 100}; };
  const std::pair<Line, const char*> rows[] = {
      {phrase(router, StateChanged{kId, VrrpState::kBackup, 100, 0, true, "startup"}), "(V) Entering BACKUP STATE (init)"},
      {phrase(router, StateChanged{kId, VrrpState::kMaster, 100, 1, false, "x"}), "(V) Entering MASTER STATE"},
      {phrase(router, StateChanged{kId, VrrpState::kFault, 100, 1, false, "interface eth0 is down"}), "(V) Entering FAULT STATE (interface eth0 is down)"},
      {phrase(router, ClaimAddresses{kId, 1}), "(V) setting VIPs."},
      {phrase(router, ReleaseAddresses{kId, 1}), "(V) removing VIPs."},
      {phrase(router, PriorityChanged{kId, 100, 80}), "(V) Changing effective priority from 100 to 80"},
      {phrase(router, GroupStateChanged{GroupId{1}, VrrpState::kMaster}), "VRRP_Group(G) Syncing instances to MASTER state"},
      {phrase(router, noted(Note::kTimeout)), "(V) Receive advertisement timeout"},
      {phrase(router, noted(Note::kHigherPriority)), "(V) Master received advert from 192.0.2.2 with higher priority 200, ours 100"},
      {phrase(router, noted(Note::kHigherAddress)), "(V) Master received advert from 192.0.2.2 with same priority 200 but higher IP address than ours"},
      {phrase(router, noted(Note::kLowerPriority)), "(V) Received advert from 192.0.2.2 with lower priority 200, ours 100, forcing new election"},
      {phrase(router, noted(Note::kLowerPriorityIgnored)), "(V) Received advert from 192.0.2.2 with lower priority 200, ours 100"},
      {phrase(router, noted(Note::kLowerDiscarded)), "(V) received lower priority (200) advert from 192.0.2.2 - discarding"},
      {phrase(router, noted(Note::kPriorityZeroAsBackup)), "(V) Backup received priority 0 advertisement"},
      {phrase(router, noted(Note::kMasterKnown)), "(V) master set to 192.0.2.2"},
      {phrase(router, noted(Note::kMasterChanged)), "(V) master changed from 192.0.2.3 to 192.0.2.2"},
      {phrase(router, ScriptNoted{TrackerId{1}, ScriptNote::kReturns, {ScriptOutcome::Kind::kExited, 3}}), "Script `check` now returning 3"},
      {phrase(router, ScriptNoted{TrackerId{1}, ScriptNote::kSucceeded, {}}), "VRRP_Script(check) succeeded"},
      {phrase(router, ScriptNoted{TrackerId{1}, ScriptNote::kFailed, {ScriptOutcome::Kind::kExited, 3}}), "VRRP_Script(check) failed (exited with status 3)"},
      {phrase(router, ScriptNoted{TrackerId{1}, ScriptNote::kTimedOut, {}}), "VRRP_Script(check) timed_out"},
  };
  for (const auto& [line, expected] : rows) EXPECT_EQ(line.text, expected);
}

TEST(StatusReport, ManyInstancesInPartsAndOneLast) {
  Router router;
  VrrpPlan plan;
  for (std::uint64_t number = 1; number <= 250; ++number) {
    plan.instances.push_back(router_v3());
    plan.instances.back().id = InstanceId{number};
  }
  router.apply(plan, {}, kStart);
  const auto reports = status_reports(router, Intake{}, 77, kStart + 5s);
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(reports[0].instances_size(), kInstancesPerReport);
  EXPECT_FALSE(reports[0].last());
  EXPECT_TRUE(reports[2].last());
  EXPECT_EQ(reports[2].cookie(), 77U);
  EXPECT_EQ(status_reports(Router{}, Intake{}, 1, kStart).size(), 1U) << "an empty plan has an answer too";
}

}  // namespace
}  // namespace holdfast::vrrp
