// A plan takes effect whole or not at all: order of messages, limits, consistency.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/plan_intake.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "proto/codec/ipvs_codec.h"

namespace holdfast {
namespace {

wire::PlanBegin begin(Generation generation, std::uint32_t chunks) {
  wire::PlanBegin message;
  message.set_generation(generation);
  message.set_chunks(chunks);
  return message;
}
wire::PlanCommit commit(Generation generation) {
  wire::PlanCommit message;
  message.set_generation(generation);
  return message;
}

Service service(std::uint64_t id, std::uint16_t port) {
  Service planned;
  planned.id = ServiceId{id};
  planned.key = {Family::kIpv4, Protocol::kTcp, *IpAddress::parse("10.0.0.1"), port, 0};
  return planned;
}
Destination destination(std::uint64_t id, std::uint64_t owner) {
  Destination planned;
  planned.id = DestinationId{id};
  planned.service = ServiceId{owner};
  planned.address = *IpAddress::parse("10.9.0.1");
  planned.port = 80;
  return planned;
}
wire::IpvsPlanChunk chunk(const std::vector<Service>& services, const std::vector<Destination>& destinations) {
  wire::IpvsPlanChunk message;
  message.mutable_settings()->set_uses_ipvs(true);
  message.mutable_settings()->set_vrrpd_absence_us(7);
  for (const Service& s : services) encode(s, *message.add_services());
  for (const Destination& d : destinations) encode(d, *message.add_destinations());
  return message;
}
std::string refusal(const wire::IpvsPlanChunk& message) {
  PlanIntake intake;
  EXPECT_TRUE(intake.begin(begin(1, 1)));
  EXPECT_TRUE(intake.chunk(message));
  const auto plan = intake.commit(commit(1));
  if (plan) return "accepted";
  EXPECT_NE(plan.error().code, EPROTO);
  return plan.error().message;
}

TEST(PlanIntake, MarksAreThoseOfServices) {
  Service marked = service(1, 0);
  marked.key = {Family::kIpv4, Protocol::kTcp, {}, 0, 1000};
  const auto with = [&](const MarkedTarget& target, bool table = true) {
    wire::IpvsPlanChunk message = chunk({marked}, {});
    if (table) message.mutable_settings()->mutable_marking()->set_name("t");
    encode(target, *message.add_marked());
    return refusal(message);
  };
  const IpAddress low = *IpAddress::parse("10.0.0.1"), high = *IpAddress::parse("10.0.0.9"), six = *IpAddress::parse("fd00::1");
  EXPECT_EQ(with({Protocol::kTcp, low, high, 80, 1000}), "accepted");
  EXPECT_EQ(with({Protocol::kTcp, low, high, 80, 1000}, false), "plan: marks without a table");
  EXPECT_EQ(with({Protocol::kTcp, low, high, 80, 1001}), "plan: mark 1001 is of no service");
  EXPECT_EQ(with({Protocol::kTcp, six, six, 80, 1000}), "plan: mark 1000 is of no service");
  EXPECT_EQ(with({Protocol::kTcp, high, low, 80, 1000}), "marked addresses: not a range");
  EXPECT_EQ(with({Protocol::kTcp, low, six, 80, 1000}), "marked addresses: not a range");
  EXPECT_EQ(with({Protocol::kTcp, low, high, 80, 0}), "marked addresses without a mark");
}

TEST(PlanIntake, PutsThePartsTogether) {
  PlanIntake intake;
  ASSERT_TRUE(intake.begin(begin(9, 2)));
  ASSERT_TRUE(intake.chunk(chunk({service(1, 80)}, {})));
  wire::IpvsPlanChunk second;
  encode(destination(5, 1), *second.add_destinations());
  ASSERT_TRUE(intake.chunk(second));
  const auto plan = intake.commit(commit(9));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->generation, 9u);
  EXPECT_TRUE(plan->uses_ipvs);
  EXPECT_EQ(plan->vrrpd_absence, Duration{7});
  EXPECT_EQ(plan->services, std::vector<Service>{service(1, 80)});
  EXPECT_EQ(plan->destinations, (std::vector<Destination>{destination(5, 1)}));
}

TEST(PlanIntake, WhatComesOutOfOrderIsTheSendersFault) {
  PlanIntake intake;
  EXPECT_EQ(intake.chunk(chunk({}, {})).error().code, EPROTO);
  EXPECT_EQ(intake.commit(commit(0)).error().code, EPROTO);
  ASSERT_TRUE(intake.begin(begin(1, 1)));
  EXPECT_EQ(intake.begin(begin(2, 1)).error().code, EPROTO);
  EXPECT_EQ(intake.commit(commit(1)).error().code, EPROTO) << "a chunk is missing";
  ASSERT_TRUE(intake.chunk(chunk({}, {})));
  EXPECT_EQ(intake.chunk(chunk({}, {})).error().code, EPROTO) << "one too many";
  EXPECT_EQ(intake.commit(commit(2)).error().code, EPROTO) << "another generation";
  EXPECT_TRUE(intake.commit(commit(1)));
}

TEST(PlanIntake, AnInconsistentPlanIsRefusedWithItsReason) {
  EXPECT_EQ(refusal(chunk({service(1, 80)}, {destination(5, 1)})), "accepted");
  EXPECT_EQ(refusal(chunk({service(1, 80), service(1, 81)}, {})), "accepted") << "two addresses of one group";
  EXPECT_EQ(refusal(chunk({service(1, 80), service(2, 80)}, {})), "plan: service TCP 10.0.0.1:80 is there twice");
  EXPECT_EQ(refusal(chunk({service(1, 80)}, {destination(5, 2)})), "plan: destination 10.9.0.1:80 is of no service");
  EXPECT_EQ(refusal(chunk({service(1, 80)}, {destination(5, 1), destination(5, 1)})),
            "plan: destination 10.9.0.1:80 has the identifier of another");
  wire::IpvsPlanChunk without = chunk({service(1, 80)}, {});
  without.mutable_settings()->set_uses_ipvs(false);
  EXPECT_EQ(refusal(without), "plan: has services but does not use IPVS");
  without = chunk({}, {});
  without.mutable_settings()->set_vrrpd_absence_us(-1);
  EXPECT_EQ(refusal(without), "plan: vrrpd_absence out of range");
}

TEST(PlanIntake, AnUndecodableItemRefusesThePlanButNotTheNextOne) {
  wire::IpvsPlanChunk broken = chunk({service(1, 80)}, {});
  broken.mutable_services(0)->mutable_key()->set_protocol(1);
  PlanIntake intake;
  ASSERT_TRUE(intake.begin(begin(1, 2)));
  ASSERT_TRUE(intake.chunk(broken));
  ASSERT_TRUE(intake.chunk(chunk({}, {}))) << "the rest is still read";
  EXPECT_FALSE(intake.commit(commit(1)));
  ASSERT_TRUE(intake.begin(begin(2, 1)));
  ASSERT_TRUE(intake.chunk(chunk({service(1, 80)}, {})));
  EXPECT_TRUE(intake.commit(commit(2)));
}

TEST(PlanIntake, HasLimits) {
  PlanIntake intake;
  const std::size_t chunks = kPlanInstancesMax / 1024 + 1;
  ASSERT_TRUE(intake.begin(begin(1, static_cast<std::uint32_t>(chunks))));
  std::uint64_t id = 0;
  for (std::size_t at = 0; at < chunks; ++at) {
    wire::IpvsPlanChunk message;
    for (int count = 0; count < 1024; ++count) {
      message.add_instances()->set_id(++id);
      message.mutable_instances(count)->set_name("VI");
    }
    ASSERT_TRUE(intake.chunk(message));
  }
  EXPECT_EQ(intake.commit(commit(1)).error().message, "plan: more than " + std::to_string(kPlanInstancesMax) + " instances");
}

}  // namespace
}  // namespace holdfast
