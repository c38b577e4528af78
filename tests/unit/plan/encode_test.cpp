// Plans as messages and back: nothing is lost, no chunk is larger than it may be.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/encode.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "parent/plan/build.h"
#include "proto/channel/socket.h"
#include "proto/codec/check_codec.h"
#include "proto/codec/holdings_codec.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/vrrp_codec.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

Plan plan_of(const model::Configuration& configuration) {
  config::Diagnostics diagnostics;
  Plan plan = build(configuration, example::anywhere(), diagnostics).plan;
  plan.stamp(5);
  return plan;
}

TEST(EncodePlan, VrrpRoundTrip) {
  const VrrpPlan plan = plan_of(example::pair()).vrrp;
  const ResumedInstance resumed{plan.instances[0].id, VrrpState::kMaster, 12};
  const auto messages = encode_plan(plan, {resumed});
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 3u);
  EXPECT_EQ(messages->front().begin().generation(), 5u);
  EXPECT_EQ(messages->front().begin().chunks(), 1u);
  EXPECT_EQ(messages->back().commit().generation(), 5u);
  const wire::VrrpPlanChunk& chunk = (*messages)[1].chunk();
  ASSERT_EQ(chunk.instances_size(), 2);
  EXPECT_EQ(*decode(chunk.instances(0)), plan.instances[0]);
  EXPECT_EQ(*decode(chunk.instances(1)), plan.instances[1]);
  EXPECT_EQ(*decode(chunk.groups(0)), plan.groups[0]);
  EXPECT_EQ(*decode(chunk.trackers(0)), plan.trackers[0]);
  EXPECT_EQ(*decode(chunk.resumed(0)), resumed);
  EXPECT_EQ(chunk.settings().resume_limit(), plan.resume_limit);
}

TEST(EncodePlan, IpvsRoundTrip) {
  const IpvsPlan plan = plan_of(example::web()).ipvs;
  const auto messages = encode_plan(plan);
  ASSERT_TRUE(messages);
  const wire::IpvsPlanChunk& chunk = (*messages)[1].chunk();
  EXPECT_TRUE(chunk.settings().uses_ipvs());
  EXPECT_EQ(*decode(chunk.services(0)), plan.services[0]);
  EXPECT_EQ(*decode(chunk.destinations(1)), plan.destinations[1]);
}

// A receiver appends pieces of a service that it has already seen.
std::vector<CheckedService> joined(const std::vector<wire::ParentToCheckerd>& messages) {
  std::vector<CheckedService> services;
  for (const wire::ParentToCheckerd& message : messages) {
    for (const wire::CheckedService& piece : message.chunk().services()) {
      CheckedService decoded = *decode(piece);
      if (!services.empty() && services.back().id == decoded.id) {
        std::ranges::move(decoded.servers, std::back_inserter(services.back().servers));
      } else {
        services.push_back(std::move(decoded));
      }
    }
  }
  return services;
}

TEST(EncodePlan, ServiceWithManyServersIsSpreadOverChunks) {
  model::Configuration configuration = example::web();
  model::VirtualServer& service = configuration.virtual_servers[0];
  service.servers.clear();
  for (int index = 0; index < 3000; ++index) {
    service.servers.push_back(example::server(("10.8." + std::to_string(index / 250) + "." + std::to_string(index % 250 + 1)).c_str(), 1));
  }
  const CheckPlan plan = plan_of(configuration).check;
  const auto messages = encode_plan(plan);
  ASSERT_TRUE(messages);
  EXPECT_GT(messages->size(), 5u);
  EXPECT_EQ(messages->front().begin().chunks(), messages->size() - 2);
  for (const wire::ParentToCheckerd& message : *messages) EXPECT_LE(message.ByteSizeLong(), kDatagramMax);
  EXPECT_EQ(joined(*messages), plan.services);
}

TEST(EncodePlan, VerdictsGoWithTheFirstPlanOfARestart) {
  const CheckPlan plan = plan_of(example::web()).check;
  const CheckVerdict verdict{plan.services[0].servers[0].checks[0].id, true, true, 1, -2};
  const auto messages = encode_plan(plan, {verdict}, {plan.services[0].id});
  ASSERT_TRUE(messages);
  const wire::CheckPlanChunk& chunk = (*messages)[1].chunk();
  ASSERT_EQ(chunk.verdicts_size(), 1);
  EXPECT_EQ(*decode(chunk.verdicts(0)), verdict);
  EXPECT_EQ(chunk.quorum_up_services(0), plan.services[0].id.value);
}

TEST(EncodePlan, WhatChildrenWouldRefuseIsFoundBeforeItIsSent) {
  EXPECT_TRUE(carries(plan_of(example::pair())));
  EXPECT_TRUE(carries(plan_of(example::web())));
  model::Configuration configuration = example::pair();
  configuration.sync_groups.clear();
  configuration.instances[0].name = std::string(300, 'n');
  const auto carried = carries(plan_of(configuration));
  ASSERT_FALSE(carried);
  EXPECT_EQ(carried.error().message.rfind("vrrp_instance: instance name", 0), 0u) << carried.error().message;
  configuration.instances[0].name = "bi";
  configuration.instances[0].announcing.master_repeat = example::said(4'000'000'000u);
  EXPECT_TRUE(carries(plan_of(configuration))) << "counts that keepalived takes are bounded, not refused";
}

TEST(EncodePlan, AnInstanceWithManyAddressesIsSpreadOverChunks) {
  for (const int count : {1, 255, 256, 257, 10'000}) {
    model::Configuration configuration = example::pair();
    for (int index = 0; index < count; ++index) {
      configuration.instances[0].excluded.push_back(
          example::address(("10.7." + std::to_string(index / 250) + "." + std::to_string(index % 250 + 1)).c_str()));
    }
    const Plan plan = plan_of(configuration);
    EXPECT_TRUE(carries(plan));
    const auto messages = encode_plan(plan.ipvs);
    ASSERT_TRUE(messages) << messages.error().message;
    IpvsPlan arrived;
    for (const wire::ParentToIpvsd& message : *messages) {
      EXPECT_LE(message.ByteSizeLong(), kDatagramMax);
      for (const wire::InstanceRights& instance : message.chunk().instances()) arrived.instances.push_back(*decode(instance));
      for (const wire::Holdings& piece : message.chunk().holdings()) ASSERT_TRUE(take_holdings(piece, arrived));
    }
    EXPECT_EQ(arrived.instances, plan.ipvs.instances) << count;
  }
}

TEST(EncodePlan, AnInstanceThatFitsInNoMessageIsAnError) {
  model::Configuration configuration = example::pair();
  for (int index = 0; index < 6000; ++index) {
    model::UnicastPeerEntry peer;
    peer.address = *IpAddress::parse("10.7." + std::to_string(index / 250) + "." + std::to_string(index % 250 + 1));
    configuration.instances[0].peers.push_back(peer);
  }
  const Plan plan = plan_of(configuration);
  const auto messages = encode_plan(plan.vrrp);
  ASSERT_FALSE(messages);
  EXPECT_EQ(messages.error().message.rfind("vrrp_instance bi takes ", 0), 0u) << messages.error().message;
  const auto carried = carries(plan);
  ASSERT_FALSE(carried);
  EXPECT_EQ(carried.error().message, messages.error().message);
}

}  // namespace
}  // namespace holdfast
