// checkerd/plan_intake: what makes a plan, what is refused as a plan, and what breaks the rules of the link.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/plan_intake.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "proto/codec/check_codec.h"
#include "tests/unit/checkerd/plans.h"

namespace holdfast {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;

wire::PlanBegin begin_of(std::uint64_t generation, std::uint32_t chunks) {
  wire::PlanBegin message;
  message.set_generation(generation);
  message.set_chunks(chunks);
  return message;
}

wire::PlanCommit commit_of(std::uint64_t generation) {
  wire::PlanCommit message;
  message.set_generation(generation);
  return message;
}

wire::CheckPlanChunk chunk_of(const CheckedService& service) {
  wire::CheckPlanChunk message;
  encode(service, *message.add_services());
  return message;
}

TEST(PlanIntake, ChunksOfOneServiceAreAppended) {
  PlanIntake intake;
  ASSERT_TRUE(intake.begin(begin_of(4, 3)));
  wire::CheckPlanChunk first = chunk_of(service(1, 2, 0, {server(1, 1, {tcp(11)})}));
  first.mutable_settings()->set_seed(99);
  first.mutable_settings()->set_workers(3);
  encode(CheckVerdict{.id = CheckId{11}, .up = false, .known = true}, *first.add_verdicts());
  first.add_quorum_up_services(1);
  ASSERT_TRUE(intake.chunk(first));
  CheckedService rest = service(1, 2, 0, {server(2, 1, {tcp(12)})});
  rest.sorry = server(9, 1, {});
  ASSERT_TRUE(intake.chunk(chunk_of(rest)));
  ASSERT_TRUE(intake.chunk(chunk_of(service(2, 1, 0, {}))));
  const auto committed = intake.commit(commit_of(4));
  ASSERT_TRUE(committed);
  EXPECT_EQ(committed->plan.generation, 4u);
  EXPECT_EQ(committed->plan.seed, 99u);
  EXPECT_EQ(committed->plan.workers, 3u);
  ASSERT_THAT(committed->plan.services, SizeIs(2));
  EXPECT_THAT(committed->plan.services[0].servers, SizeIs(2));
  EXPECT_TRUE(committed->plan.services[0].sorry);
  EXPECT_TRUE(committed->memory.quorum_up.contains(ServiceId{1}));
  EXPECT_FALSE(committed->memory.verdicts.at(CheckId{11}).up);
}

TEST(PlanIntake, RefusedPlans) {
  struct Row {
    std::vector<CheckedService> services;
    std::uint32_t announced;
    const char* reason;
  };
  CheckedService same_sorry = service(1, 1, 0, {server(1, 1, {})});
  same_sorry.sorry = server(1, 1, {});
  const std::vector<Row> rows = {
      {{service(1, 1, 0, {server(1, 1, {}), server(1, 1, {})})}, 1, "server [10.9.1.1]:tcp:80 of [10.9.0.1]:tcp:80 is there twice"},
      {{service(1, 1, 0, {server(1, 1, {})}), service(2, 1, 0, {server(1, 1, {})})}, 2, "is there twice"},
      {{service(1, 1, 0, {server(1, 1, {tcp(5)}), server(2, 1, {tcp(5)})})}, 1, "a check of server [10.9.1.2]:tcp:80"},
      {{service(1, 1, 0, {})}, 2, "1 announced chunks are missing"},
      {{service(0, 1, 0, {})}, 1, "service"},
      {{service(1, 1, 0, {server(1, 1, {web(5, 0)})})}, 1, "url"},
      {{same_sorry}, 1, nullptr},  // a sorry server may be one of the real ones
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.reason ? row.reason : "taken");
    PlanIntake intake;
    ASSERT_TRUE(intake.begin(begin_of(1, row.announced)));
    for (const CheckedService& each : row.services) ASSERT_TRUE(intake.chunk(chunk_of(each)));
    const auto committed = intake.commit(commit_of(1));
    ASSERT_EQ(committed.has_value(), row.reason == nullptr);
    if (row.reason == nullptr) continue;
    EXPECT_THAT(committed.error().message, HasSubstr(row.reason));
    EXPECT_NE(committed.error().code, EPROTO) << "the link is fine, the plan is not";
    EXPECT_TRUE(intake.begin(begin_of(2, 0))) << "the next one may come";
    EXPECT_TRUE(intake.commit(commit_of(2)));
  }
}

TEST(PlanIntake, LimitsAreKept) {
  PlanIntake intake;
  ASSERT_TRUE(intake.begin(begin_of(1, kChunksMax + 1)));
  ASSERT_TRUE(intake.chunk(chunk_of(service(1, 1, 0, {}))));
  const auto committed = intake.commit(commit_of(1));
  ASSERT_FALSE(committed);
  EXPECT_THAT(committed.error().message, HasSubstr("at most 100000"));
  PlanIntake workers;
  ASSERT_TRUE(workers.begin(begin_of(1, 1)));
  wire::CheckPlanChunk chunk;
  chunk.mutable_settings()->set_workers(kWorkersMax + 1);
  ASSERT_TRUE(workers.chunk(chunk));
  EXPECT_FALSE(workers.commit(commit_of(1)));
}

TEST(PlanIntake, BrokenRules) {
  PlanIntake intake;
  EXPECT_EQ(intake.chunk({}).error().code, EPROTO) << "a chunk before Begin";
  EXPECT_EQ(intake.commit(commit_of(1)).error().code, EPROTO) << "a commit before Begin";
  EXPECT_EQ(intake.begin(begin_of(0, 1)).error().code, EPROTO) << "no generation";
  ASSERT_TRUE(intake.begin(begin_of(1, 1)));
  EXPECT_EQ(intake.begin(begin_of(2, 1)).error().code, EPROTO) << "a plan inside a plan";
  EXPECT_EQ(intake.commit(commit_of(2)).error().code, EPROTO) << "another one's commit";
  ASSERT_TRUE(intake.chunk({}));
  EXPECT_EQ(intake.chunk({}).error().code, EPROTO) << "more than announced";
}

}  // namespace
}  // namespace holdfast
