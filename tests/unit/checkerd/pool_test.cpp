// checkerd/verdict as tables: who is alive, when quorum is gained and lost, what must be in the IPVS table and in which order it is said.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <map>
#include <random>
#include <string>

#include "checkerd/verdict/pools.h"
#include "tests/unit/checkerd/plans.h"

namespace holdfast {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Actions as short words: "wish 3=10", "wish 3-", "up 3", "down 3", "quorum up 4<=5", "sorry on" ...
struct Word {
  std::string operator()(const WishChanged& it) const {
    return "wish " + std::to_string(it.wish.id.value) + (it.wish.present ? "=" + std::to_string(it.wish.weight) : "-");
  }
  std::string operator()(const ServerTurned& it) const {
    return std::string(it.initial ? "initial " : it.confirmed ? "confirmed " : "") + (it.up ? "up " : "down ") + std::to_string(it.server.value);
  }
  std::string operator()(const QuorumTurned& it) const {
    return std::string(it.initial ? "initial " : "") + "quorum " + (it.up ? "up " : "down ") + std::to_string(it.threshold) +
           (it.up ? "<=" : ">") + std::to_string(it.weight);
  }
  std::string operator()(const SorryTurned& it) const { return it.serving ? "sorry on" : "sorry off"; }
  std::string operator()(const WeightChanged& it) const {
    return "weight " + std::to_string(it.server.value) + " " + std::to_string(it.from) + "->" + std::to_string(it.to);
  }
  std::string operator()(const CheckAssumed& it) const {
    return "assumed " + std::to_string(it.verdict.id.value) + (it.verdict.up ? " up" : " down");
  }
  std::string operator()(const ServerShutDown& it) const { return "shut " + std::to_string(it.server.value); }
};

std::vector<std::string> words(const Actions& actions) {
  std::vector<std::string> all;
  for (const Action& action : actions) all.push_back(std::visit(Word{}, action));
  return all;
}

Server::Opinion said(std::uint64_t check, bool up, std::optional<std::uint32_t> weight = {}) {
  return {.check = CheckId{check}, .up = up, .known = true, .weight = weight};
}

CheckedService two_with_sorry() {
  CheckedService it = service(1, 3, 1, {server(1, 3, {tcp(11)}), server(2, 2, {tcp(12)})});
  it.servers[1].inhibit_on_failure = true;
  it.sorry = server(9, 1, {});
  return it;
}

// What an operator asks for comes with the plan, and leaves the opinions of the checks alone.
TEST(Pool, AnOperatorDrainsTakesOutAndBringsBack) {
  CheckedService it = service(1, 1, 0, {server(1, 3, {tcp(11)}), server(2, 2, {tcp(12)})});
  it.servers[1].inhibit_on_failure = true;
  Pools pools;
  pools.apply(plan({it}), {});
  it.servers[0].duty = Duty::kDrain;
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("wish 1=0")) << "it stays for what is connected";
  it.servers[0].duty = Duty::kDown;
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("wish 1-"));
  EXPECT_THAT(words(pools.hear(said(11, false))), ElementsAre("down 1")) << "its checks are still heard";
  it.servers[1].duty = Duty::kDown;
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("quorum down 1>0", "wish 2-")) << "inhibit is about failures";
  it.servers[0].duty = it.servers[1].duty = Duty::kReady;
  it.servers[1].asked_weight = 7;
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("quorum up 1<=7", "wish 2=7")) << "1 has failed meanwhile";
  EXPECT_THAT(words(pools.hear(said(11, true))), ElementsAre("up 1", "wish 1=3"));
}

TEST(Pool, StartsWithEverybodyBelievedUp) {
  Pools pools;
  EXPECT_THAT(words(pools.apply(plan({two_with_sorry()}), {})),
              ElementsAre("initial up 1", "initial up 2", "initial quorum up 4<=5", "wish 1=3", "wish 2=2"));
}

// The sequence that keepalived 2.2.7 was seen to go through with the same configuration.
TEST(Pool, LosesAndGainsQuorumWithHysteresis) {
  struct Row {
    Server::Opinion heard;
    std::vector<std::string> actions;
  };
  const std::vector<Row> rows = {
      {said(12, false), {"down 2", "wish 2=0"}},  // weight 3 >= 3 - 1: quorum stays; inhibited, not removed
      {said(11, false), {"down 1", "quorum down 2>0", "sorry on", "wish 9=1", "wish 1-"}},
      {said(12, true), {"up 2"}},  // weight 2 < 3 + 1: the sorry server goes on, nobody enters the table
      {said(11, true), {"up 1", "quorum up 4<=5", "sorry off", "wish 1=3", "wish 2=2", "wish 9-"}},
      {said(11, true), {}},
      {said(11, false), {"down 1", "wish 1-"}},  // weight 2 >= 3 - 1
  };
  Pools pools;
  pools.apply(plan({two_with_sorry()}), {});
  for (const Row& row : rows) EXPECT_EQ(words(pools.hear(row.heard)), row.actions);
}

TEST(Pool, SorryComesBeforeAliveServersLeaveAndLeavesAfterTheyAreBack) {
  CheckedService it = service(1, 2, 0, {server(1, 1, {tcp(11)}), server(2, 1, {tcp(12)}), server(3, 1, {tcp(13)})});
  it.sorry = server(9, 5, {});
  Pools pools;
  pools.apply(plan({it}), {});
  pools.hear(said(11, false));
  EXPECT_THAT(words(pools.hear(said(12, false))), ElementsAre("down 2", "quorum down 2>1", "sorry on", "wish 9=5", "wish 2-", "wish 3-"));
  EXPECT_THAT(words(pools.hear(said(12, true))), ElementsAre("up 2", "quorum up 2<=2", "sorry off", "wish 2=1", "wish 3=1", "wish 9-"));
}

TEST(Pool, WithoutSorryServerAliveServersStayWhenQuorumIsLost) {
  Pools pools;
  pools.apply(plan({service(1, 2, 0, {server(1, 1, {tcp(11)}), server(2, 1, {tcp(12)})})}), {});
  EXPECT_THAT(words(pools.hear(said(11, false))), ElementsAre("down 1", "quorum down 2>1", "wish 1-"));
  EXPECT_THAT(words(pools.hear(said(11, true))), ElementsAre("up 1", "quorum up 2<=2", "wish 1=1"));
}

TEST(Pool, AlphaStartsEmptyWithTheSorryServer) {
  CheckedService it = two_with_sorry();
  for (CheckedServer& each : it.servers) each.checks[0].alpha = true;
  it.sorry->inhibit_on_failure = true;
  Pools pools;
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("initial quorum down 2>0", "sorry on", "wish 9=1", "wish 2=0"));
  EXPECT_THAT(words(pools.hear(said(12, false))), ElementsAre("confirmed down 2")) << "the first failure of an alpha check is said";
  EXPECT_THAT(words(pools.hear(said(12, false))), IsEmpty());
  EXPECT_THAT(words(pools.hear(said(11, true))), ElementsAre("up 1"));
  EXPECT_THAT(words(pools.hear(said(12, true))),
              ElementsAre("up 2", "quorum up 4<=5", "sorry off", "wish 1=3", "wish 2=2", "wish 9=0"));
}

TEST(Pool, AlphaWithoutSorryServerStartsSilently) {
  CheckedService it = service(1, 1, 0, {server(1, 1, {tcp(11)})});
  it.servers[0].checks[0].alpha = true;
  Pools pools;
  EXPECT_THAT(words(pools.apply(plan({it}), {})), IsEmpty());
  EXPECT_THAT(words(pools.hear(said(11, true))), ElementsAre("up 1", "quorum up 1<=1", "wish 1=1"));
}

TEST(Pool, AServerIsAliveWhileNoCheckFails) {
  Pools pools;
  pools.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(11), tcp(12)}), server(2, 1, {tcp(13)})})}), {});
  EXPECT_THAT(words(pools.hear(said(11, false))), ElementsAre("down 1", "wish 1-"));
  EXPECT_THAT(words(pools.hear(said(12, false))), IsEmpty());
  EXPECT_THAT(words(pools.hear(said(11, true))), IsEmpty());
  EXPECT_THAT(words(pools.hear(said(12, true))), ElementsAre("up 1", "wish 1=1"));
}

TEST(Pool, DynamicWeights) {
  struct Row {
    Server::Opinion heard;
    std::vector<std::string> actions;
  };
  const std::vector<Row> rows = {
      {said(11, true, 10), {"weight 1 4->10", "wish 1=10"}},
      {said(12, true, 0), {"weight 1 10->6", "wish 1=6"}},                           // 4 + (10 - 4) + (0 - 4)
      {said(11, true), {"weight 1 6->0", "quorum down 1>0", "wish 1=0"}},            // exit 0: the configured weight
      {said(12, true), {"weight 1 0->4", "quorum up 1<=4", "wish 1=4"}},
      {said(11, false), {"down 1", "quorum down 1>0", "wish 1-"}},
      {said(12, true, 7), {"weight 1 4->7"}},                                        // kept for when it is back
      {said(11, true), {"up 1", "quorum up 1<=7", "wish 1=7"}},
  };
  Pools pools;
  pools.apply(plan({service(1, 1, 0, {server(1, 4, {misc(11, true), misc(12, true)})})}), {});
  for (const Row& row : rows) EXPECT_EQ(words(pools.hear(row.heard)), row.actions);
}

TEST(Pool, WeightsAreLimited) {
  Pools pools;
  pools.apply(plan({service(1, 1, 0, {server(1, 4, {misc(11, true), misc(12, true)})})}), {});
  pools.hear(said(11, true, 2'147'483'647));
  pools.hear(said(12, true, 2'147'483'647));
  EXPECT_EQ(pools.server_of(CheckId{11})->weight(), 2'147'483'647u);
  pools.hear(said(11, true, 0));
  pools.hear(said(12, true, 0));
  EXPECT_EQ(pools.server_of(CheckId{11})->weight(), 0u);
}

TEST(Pool, HysteresisThatWrappedNeverGainsQuorum) {  // quorum 0 with hysteresis quorum - 1
  Pools pools;
  EXPECT_THAT(words(pools.apply(plan({service(1, 0, 4294967295u, {server(1, 0, {tcp(11)})})}), {})),
              ElementsAre("initial up 1", "wish 1=0"));
}

TEST(Pool, NoWeightIsNoQuorum) {  // a drained pool, whose quorum the plan has lowered to 0
  CheckedService it = service(1, 0, 0, {server(1, 0, {tcp(11)}), server(2, 0, {misc(12, true)})});
  it.sorry = server(9, 1, {});
  Pools pools;
  EXPECT_THAT(words(pools.apply(plan({it}), {})),
              ElementsAre("initial up 1", "initial up 2", "initial quorum down 0>0", "sorry on", "wish 9=1"));
  EXPECT_THAT(words(pools.hear(said(11, false))), ElementsAre("down 1"));
  EXPECT_THAT(words(pools.hear(said(11, true))), ElementsAre("up 1"));
  EXPECT_THAT(words(pools.hear(said(12, true, 5))),
              ElementsAre("weight 2 0->5", "quorum up 0<=5", "sorry off", "wish 1=0", "wish 2=5", "wish 9-"));
}

TEST(Pool, SorryServerThatIsAlsoARealServer) {
  CheckedService it = service(1, 2, 0, {server(1, 1, {tcp(11)}), server(2, 1, {tcp(12)})});
  it.sorry = server(2, 7, {});
  Pools pools;
  pools.apply(plan({it}), {});
  EXPECT_THAT(words(pools.hear(said(11, false))), ElementsAre("down 1", "quorum down 2>1", "sorry on", "wish 2=7", "wish 1-"));
  EXPECT_THAT(words(pools.hear(said(12, false))), ElementsAre("down 2")) << "it serves as sorry server whatever its check says";
  EXPECT_THAT(words(pools.hear(said(12, true))), ElementsAre("up 2"));
  EXPECT_THAT(words(pools.hear(said(11, true))), ElementsAre("up 1", "quorum up 2<=2", "sorry off", "wish 1=1", "wish 2=1"));
}

TEST(Reload, UnchangedPlanDoesNothing) {
  Pools pools;
  const CheckPlan same = plan({two_with_sorry()});
  pools.apply(same, {});
  pools.hear(said(11, false));
  EXPECT_THAT(words(pools.apply(same, {})), IsEmpty());
}

TEST(Reload, ChangedNumbersTakeEffect) {
  Pools pools;
  CheckedService it = two_with_sorry();
  pools.apply(plan({it}), {});
  it.servers[0].weight = 8;
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("wish 1=8"));
  it.quorum = 20;
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("quorum down 19>10", "sorry on", "wish 9=1", "wish 1-", "wish 2=0"));
  it.sorry.reset();
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("wish 1=8", "wish 2=2")) << "no sorry server any more: alive ones are back";
  it.sorry = server(9, 1, {});
  EXPECT_THAT(words(pools.apply(plan({it}), {})), ElementsAre("sorry on", "wish 9=1", "wish 1-", "wish 2=0"));
}

TEST(Reload, NewAndRemovedServersAndServices) {
  Pools pools;
  pools.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(11)}), server(2, 1, {tcp(12)})})}), {});
  pools.hear(said(11, false));
  const Actions actions = pools.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(11)}), server(3, 2, {tcp(13)})}),
                                            service(2, 1, 0, {server(4, 1, {tcp(14)})})}),
                                      {});
  EXPECT_THAT(words(actions), ElementsAre("initial up 3", "wish 3=2", "initial up 4", "initial quorum up 1<=1", "wish 4=1"));
  EXPECT_EQ(pools.place(CheckId{12}), nullptr);
  EXPECT_THAT(words(pools.hear(said(12, false))), IsEmpty()) << "a late result of a removed check";
}

TEST(Reload, ADeadServerWhoseCheckChangedStaysDead) {
  Pools pools;
  pools.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(11)}), server(2, 1, {tcp(12)})})}), {});
  pools.hear(said(11, false));
  // Another delay makes another check of it. It must prove itself; the one of the living server is believed.
  EXPECT_THAT(words(pools.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(21)}), server(2, 1, {tcp(22)})})}), {})),
              ElementsAre("assumed 21 down"));
  EXPECT_THAT(words(pools.hear(said(21, true))), ElementsAre("up 1", "wish 1=1"));
}

TEST(Reload, ADeadServerWhoseFailedCheckIsKeptBelievesItsNewCheck) {
  Pools pools;
  pools.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(11)})})}), {});
  pools.hear(said(11, false));
  EXPECT_THAT(words(pools.apply(plan({service(1, 1, 0, {server(1, 1, {tcp(11), tcp(12)})})}), {})), IsEmpty());
  EXPECT_THAT(words(pools.hear(said(11, true))), ElementsAre("up 1", "quorum up 1<=1", "wish 1=1"));
}

TEST(Restart, LastVerdictsStay) {
  CheckedService it = two_with_sorry();
  Memory memory;
  memory.verdicts[CheckId{11}] = {.id = CheckId{11}, .up = false, .known = true};
  memory.verdicts[CheckId{12}] = {.id = CheckId{12}, .up = true, .known = true, .weight_delta = 5};
  memory.quorum_up.insert(ServiceId{1});
  Pools pools;
  EXPECT_THAT(words(pools.apply(plan({it}), memory)), ElementsAre("wish 2=7")) << "no notification, no quorum change, nobody up again";
  EXPECT_TRUE(pools.find(ServiceId{1})->quorum_up());
  EXPECT_EQ(pools.verdict(CheckId{12})->weight_delta, 5);
  EXPECT_THAT(words(pools.hear(said(12, false, 7))), ElementsAre("down 2", "quorum down 2>0", "sorry on", "wish 9=1", "wish 2=0"));
}

TEST(Restart, LostQuorumStaysLost) {
  Memory memory;
  memory.verdicts[CheckId{11}] = {.id = CheckId{11}, .up = false, .known = true};
  memory.verdicts[CheckId{12}] = {.id = CheckId{12}, .up = true, .known = true};
  Pools pools;
  EXPECT_THAT(words(pools.apply(plan({two_with_sorry()}), memory)), ElementsAre("wish 9=1", "wish 2=0"))
      << "weight 2 is between the thresholds: the sorry server goes on serving";
}

TEST(Stop, OmegaSaysThatEverythingIsDown) {
  CheckedService with = two_with_sorry(), without = service(2, 1, 0, {server(5, 1, {tcp(15)})});
  with.omega = true;
  Pools pools;
  pools.apply(plan({with, without}), {});
  pools.hear(said(12, false));
  EXPECT_THAT(words(pools.stop()), ElementsAre("shut 1", "down 1", "shut 2", "quorum down 2>3", "shut 5"));
}

// What the table would hold if only the wishes that were said had been applied.
struct Table {
  void apply(const Actions& actions) {
    for (const Action& action : actions) {
      if (const auto* change = std::get_if<WishChanged>(&action)) {
        if (change->wish.present) {
          rows[change->wish.id] = change->wish.weight;
        } else {
          rows.erase(change->wish.id);
        }
      }
    }
  }
  std::map<DestinationId, std::uint32_t> rows;
};

CheckedService random_service(std::mt19937& random, std::uint64_t id) {
  CheckedService it = service(id, random() % 8 + 1, 0, {});
  it.hysteresis = static_cast<unsigned>(random() % it.quorum);
  const std::size_t servers = random() % 5 + 1;
  for (std::size_t n = 0; n < servers; ++n) {
    const std::uint64_t destination = id * 100 + n;
    std::vector<Check> checks;
    for (std::size_t c = 0; c <= random() % 3; ++c) {
      checks.push_back(misc(destination * 10 + c, true));
      checks.back().alpha = random() % 4 == 0;
    }
    it.servers.push_back(server(destination, random() % 4, checks));
    it.servers.back().inhibit_on_failure = random() % 3 == 0;
  }
  if (random() % 3 != 0) {
    it.sorry = server(id * 100 + 50, random() % 3 + 1, {});
    it.sorry->inhibit_on_failure = random() % 2 == 0;
  }
  return it;
}

// At rest: the table is what the rules say, for any history of results and reloads.
void expect_rules(const Pools& pools, const Table& table) {
  for (const ServiceId id : pools.order()) {
    const Pool& pool = *pools.find(id);
    std::int64_t weight = 0;
    for (const Server& each : pool.servers()) weight += each.alive() ? std::int64_t{each.weight()} : 0;
    if (weight >= pool.quorum() + pool.hysteresis() && weight > 0) {
      EXPECT_TRUE(pool.quorum_up());
    }
    if (weight == 0 || weight < pool.quorum() - pool.hysteresis()) {
      EXPECT_FALSE(pool.quorum_up());
    }
    const bool sorry_serves = pool.sorry() && !pool.quorum_up();
    for (const Server& each : pool.servers()) {
      const auto row = table.rows.find(each.id());
      if (each.alive() && !sorry_serves) {
        ASSERT_NE(row, table.rows.end()) << "an alive server of a pool that serves is in the table";
        EXPECT_EQ(row->second, each.weight());
      } else if (each.inhibit()) {
        ASSERT_NE(row, table.rows.end());
        EXPECT_EQ(row->second, 0u) << "inhibited: there, but without weight";
      } else {
        EXPECT_EQ(row, table.rows.end()) << "a dead server, or one that the sorry server stands for, is not in the table";
      }
    }
    if (!pool.sorry()) continue;
    const auto row = table.rows.find(pool.sorry()->id);
    EXPECT_EQ(sorry_serves || pool.sorry()->inhibit_on_failure, row != table.rows.end());
    if (row != table.rows.end()) {
      EXPECT_EQ(row->second, sorry_serves ? pool.sorry()->weight : 0);
    }
  }
}

TEST(PoolProperty, TableFollowsTheRulesWhateverHappens) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<CheckedService> services = {random_service(random, 1), random_service(random, 2)};
    Pools pools;
    Table table;
    table.apply(pools.apply(plan(services), {}));
    expect_rules(pools, table);
    for (int step = 0; step < 150; ++step) {
      if (random() % 25 == 0) {
        services[random() % 2] = random_service(random, random() % 2 + 1);
        services[1].id == services[0].id ? services.pop_back() : void();
        if (services.size() < 2) services.push_back(random_service(random, 3 - services[0].id.value));
        table.apply(pools.apply(plan(services), {}));
        std::erase_if(table.rows, [&](const auto& row) {  // ipvsd drops what its plan does not name
          for (const CheckedService& each : services) {
            if (each.sorry && each.sorry->id == row.first) return false;
            for (const CheckedServer& real : each.servers) {
              if (real.id == row.first) return false;
            }
          }
          return true;
        });
      } else {
        const std::vector<CheckVerdict> all = pools.verdicts();
        Server::Opinion opinion{.check = all[random() % all.size()].id, .up = random() % 2 == 0, .known = true, .weight = {}};
        if (random() % 4 == 0) opinion.weight = random() % 6;
        table.apply(pools.hear(opinion));
      }
      expect_rules(pools, table);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// While a change is being carried out, a service that could serve somebody always does.
TEST(PoolProperty, NoMomentWithoutAnybodyWhileSorryAndPoolChangePlaces) {
  CheckedService it = service(1, 3, 1, {server(1, 2, {tcp(11)}), server(2, 2, {tcp(12)}), server(3, 2, {tcp(13)})});
  it.sorry = server(9, 1, {});
  Pools pools;
  Table table;
  table.apply(pools.apply(plan({it}), {}));
  std::mt19937 random(3);
  for (int step = 0; step < 500; ++step) {
    for (const Action& action : pools.hear(said(11 + random() % 3, random() % 2 == 0))) {
      table.apply({action});
      EXPECT_FALSE(table.rows.empty());
    }
  }
}

TEST(PoolProperty, WishesSaidAgainAreTheTable) {
  std::mt19937 random(11);
  Pools pools;
  Table table;
  table.apply(pools.apply(plan({random_service(random, 1)}), {}));
  for (int step = 0; step < 100; ++step) {
    const std::vector<CheckVerdict> all = pools.verdicts();
    table.apply(pools.hear({.check = all[random() % all.size()].id, .up = random() % 2 == 0, .known = true, .weight = {}}));
    Table again;
    Actions said;
    for (const DestinationWish& wish : pools.find(ServiceId{1})->wishes()) said.push_back(WishChanged{wish});
    again.apply(said);
    EXPECT_EQ(again.rows, table.rows);
  }
}

}  // namespace
}  // namespace holdfast
