// Notifications on their way: what scriptd is sent for a change, in which order, and what comes back to the children.
// SPDX-License-Identifier: Apache-2.0
#include "parent/notify/notifier.h"

#include <gtest/gtest.h>

#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

class Bench : public testing::Test {
 protected:
  Bench() : ends_(*make_channel()), scriptd_(std::move(ends_.second), ChannelSocket::Descriptors::kRefused),
      notifier_(loop_, std::move(ends_.first), hooks()) {
    config::Diagnostics diagnostics;
    model::Configuration configuration = example::pair();
    configuration.instances[0].notify.any = example::said(model::ScriptCommand{{"/bin/tell"}, {}});
    plan_ = build(configuration, example::anywhere(), diagnostics).plan;
    plan_.stamp(4);
  }
  Notifier::Hooks hooks() {
    return {[this](launcher::Child asker, ScriptId, std::uint64_t run, const ScriptOutcome& outcome) {
              finished_.emplace_back(asker, run, outcome);
              loop_.stop(0);
            },
            [](ScriptId, bool, const std::string&) {}, [](Generation) {}, [this] { loop_.stop(0); }};
  }
  // The next message that scriptd was sent, as a T.
  template <class T>
  T next() {
    auto datagram = scriptd_.receive();
    if (!datagram || !*datagram) {
      ADD_FAILURE() << "nothing was sent";
      return {};
    }
    auto message = scriptd::decode_to_scriptd((*datagram)->bytes);
    if (!message || !std::holds_alternative<T>(*message)) {
      ADD_FAILURE() << "another message was sent";
      return {};
    }
    return std::get<T>(*message);
  }
  bool nothing_sent() {
    auto datagram = scriptd_.receive();
    return datagram && !*datagram;
  }
  void answer(const scriptd::Finished& end) { ASSERT_TRUE(scriptd_.send(scriptd::encode(scriptd::FromScriptd{end}))); }
  // Runs the loop until what was answered has been read.
  void settle() {
    loop_.later([this] { loop_.later([this] { loop_.stop(0); }); });
    loop_.run();
    loop_.later([this] { loop_.later([this] { loop_.stop(0); }); });
    loop_.run();
  }

  Loop loop_;
  std::pair<Fd, Fd> ends_;
  ChannelSocket scriptd_;
  std::vector<std::tuple<launcher::Child, std::uint64_t, ScriptOutcome>> finished_;
  Notifier notifier_;
  Plan plan_;
};

TEST_F(Bench, TheTableGoesFirst) {
  notifier_.apply(plan_);
  EXPECT_EQ(next<scriptd::BeginTable>().generation, 4u);
  for (const ScriptRow& row : plan_.scripts) EXPECT_EQ(next<ScriptRow>(), row);
  EXPECT_EQ(next<scriptd::CommitTable>(), (scriptd::CommitTable{4, plan_.scripts.size()}));
  EXPECT_TRUE(nothing_sent());
}

TEST_F(Bench, ChangesOfOneInstanceAreToldOneAfterTheOther) {
  const VrrpInstance& instance = plan_.vrrp.instances[0];
  notifier_.instance(plan_, instance, Told::kBackup, 118);
  const auto first = next<scriptd::Run>();
  EXPECT_EQ(first.arguments, (std::vector<std::string>{"INSTANCE", "bi", "BACKUP", "118"}));
  notifier_.instance(plan_, instance, Told::kFault, 118);
  notifier_.instance(plan_, instance, Told::kMaster, 118);
  EXPECT_TRUE(nothing_sent());
  EXPECT_FALSE(notifier_.idle());
  answer({first.run, {}});
  settle();
  EXPECT_EQ(next<scriptd::Run>().arguments[2], "MASTER");
}

TEST_F(Bench, ScriptsOfChildrenComeBackToThem) {
  notifier_.run_for(launcher::Child::kCheckerd, plan_.scripts[0].id, 77);
  const auto run = next<scriptd::Run>();
  EXPECT_EQ(run.script, plan_.scripts[0].id);
  answer({run.run, {ScriptOutcome::Kind::kExited, 3}});
  loop_.run();
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0], std::tuple(launcher::Child::kCheckerd, std::uint64_t{77}, ScriptOutcome{ScriptOutcome::Kind::kExited, 3}));
}

TEST_F(Bench, WithoutScriptdWhatWasAskedIsNotRun) {
  notifier_.run_for(launcher::Child::kVrrpd, plan_.scripts[0].id, 5);
  scriptd_.close();
  loop_.run();
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(std::get<2>(finished_[0]).kind, ScriptOutcome::Kind::kNotRun);
  notifier_.run_for(launcher::Child::kVrrpd, plan_.scripts[0].id, 6);
  EXPECT_EQ(finished_.size(), 2u) << "later ones are answered at once";
  EXPECT_TRUE(notifier_.idle());
}

TEST_F(Bench, AnInstanceWithoutScriptsIsSilent) {
  notifier_.instance(plan_, plan_.vrrp.instances[1], Told::kMaster, 118);
  EXPECT_TRUE(nothing_sent());
  EXPECT_TRUE(notifier_.idle());
}

}  // namespace
}  // namespace holdfast
