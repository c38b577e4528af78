// FILE_CHECK and BFD_CHECK as tables: what a number or a state makes of a server, its weight and the table. The rows of files are what
// keepalived 2.2.7 was seen to do.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <limits>

#include "checkerd/schedule/schedule.h"
#include "checkerd/verdict/pools.h"
#include "checkerd/verdict/told.h"
#include "tests/unit/checkerd/plans.h"

namespace holdfast {
namespace {

using namespace testing;

constexpr std::uint64_t kFile = 5, kSession = 6;
constexpr std::int64_t kMax = 2147483647;

// The weight of a server of weight 5 with this check, or nothing if it is down.
std::optional<std::uint32_t> weight_of(const Check& check, std::int64_t number) {
  const Server it(server(1, 5, {check}), {}, {{TrackerId{kFile}, number}});
  return it.alive() ? std::optional(it.weight()) : std::nullopt;
}

TEST(Told, ANumberTimesItsWeightIsAdded) {
  constexpr auto kDown = std::nullopt;
  const struct {
    std::int64_t weight;
    bool reverse;
    std::int64_t number;
    std::optional<std::uint32_t> seen;
  } rows[] = {
      {1, false, 0, 5},          {1, false, 3, 8},         {1, false, -4, 1},        {1, false, -9, 0},
      {10, false, 12, 125},      {-2, false, -4, 13},      {-2, false, 3, 0},        {3, true, -1, 8},
      {3, true, 3, 0},           {1, false, 2147483648, kMax},
      {-1, false, kMax, 0},      {-1, false, kMax + 1, kDown},  // as far down as an int goes
      {3, true, 2147483648, kDown}, {-kMax, false, 3, kDown},  {kMax, false, -4, kDown}, {kMax, false, 12, kMax},
      {1, false, std::numeric_limits<std::int64_t>::min(), kDown},
      {-kMax, true, std::numeric_limits<std::int64_t>::max(), kMax},
      {0, false, 0, 5},          {0, false, 1, kDown},     {0, false, -1, kDown},
      {0, true, 0, kDown},       {0, true, 1, 5},          {0, true, -1, 5},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(weight_of(file(11, kFile, row.weight, row.reverse), row.number), row.seen)
        << row.number << " times " << row.weight << (row.reverse ? " reverse" : "");
  }
}

TEST(Told, AFileThatIsNotReadCountsAsZero) {
  EXPECT_TRUE(opinion_of(file(11, kFile, 0), {}).up);
  EXPECT_FALSE(opinion_of(file(11, kFile, 0, true), {}).up);
}

TEST(Told, ASessionIsDownUntilItCameUp) {
  EXPECT_FALSE(opinion_of(bfd(11, kSession), {}).up);
  EXPECT_FALSE(opinion_of(bfd(11, kSession), {{TrackerId{kSession}, 0}}).up);
  EXPECT_TRUE(opinion_of(bfd(11, kSession), {{TrackerId{kSession}, 1}}).up);
}

TEST(Told, SeveralFilesAreAdded) {
  const Server it(server(1, 5, {file(11, kFile, 10), file(12, 7, 7)}), {}, {{TrackerId{kFile}, 3}, {TrackerId{7}, -1}});
  EXPECT_EQ(it.weight(), 28u);
}

std::optional<DestinationWish> last_wish(const Actions& actions) {
  std::optional<DestinationWish> found;
  for (const Action& action : actions) {
    if (const auto* changed = std::get_if<WishChanged>(&action)) found = changed->wish;
  }
  return found;
}

TEST(Told, AServerThatStartsDownIsNeverInTheTable) {
  Pools pools;
  EXPECT_EQ(last_wish(pools.apply(plan({service(1, 1, 0, {server(1, 5, {file(11, kFile, 0)})})}), {}, {{TrackerId{kFile}, 1}})), std::nullopt);
  const Actions up = pools.hear(opinion_of(file(11, kFile, 0), {}));
  EXPECT_EQ(last_wish(up), (DestinationWish{DestinationId{1}, true, 5}));
}

TEST(Told, AReloadTakesTheNewWeightAtOnce) {
  const Numbers told = {{TrackerId{kFile}, 3}};
  Pools pools;
  pools.apply(plan({service(1, 1, 0, {server(1, 5, {file(11, kFile, 1)})})}), {}, told);
  EXPECT_EQ(last_wish(pools.apply(plan({service(1, 1, 0, {server(1, 5, {file(12, kFile, 2)})})}), {}, told)),
            (DestinationWish{DestinationId{1}, true, 11}));
  EXPECT_EQ(last_wish(pools.apply(plan({service(1, 1, 0, {server(1, 5, {file(13, kFile, 0)})})}), {}, told)),
            (DestinationWish{DestinationId{1}, false, 0}));
}

TEST(Told, NothingIsRun) {
  Schedule schedule;
  schedule.apply(plan({service(1, 1, 0, {server(1, 5, {file(11, kFile), bfd(12, kSession), tcp(13)})})}), {}, at(0));
  EXPECT_EQ(schedule.size(), 1u);
}

}  // namespace
}  // namespace holdfast
