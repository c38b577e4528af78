// scriptd's driver with real processes: outcomes, time limits, cancelling, clean descriptors, FIFOs, the end of the link.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/driver.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace holdfast::scriptd {
namespace {

constexpr Duration kPatience{20'000'000};

class Scripts : public ::testing::Test {
 protected:
  void SetUp() override {
    auto ends = make_channel();
    ASSERT_TRUE(ends.has_value());
    parent_ = ChannelSocket(std::move(ends->first), ChannelSocket::Descriptors::kAccepted);
    driver_ = std::make_unique<Driver>(loop_, std::move(ends->second), getuid() == 0 ? Mode::kRoot : Mode::kSingle);
    readable_ = loop_.on_readable(parent_.fd(), [this] { read(); });
    guard_ = loop_.timer([this] { loop_.stop(1); });
  }
  void say(const ToScriptd& message) { ASSERT_TRUE(parent_.send(encode(message))); }
  void read() {
    while (true) {
      auto datagram = parent_.receive();
      if (!datagram || !*datagram) break;
      auto message = decode_from_scriptd((*datagram)->bytes);
      ASSERT_TRUE(message.has_value());
      answers_.push_back(*std::move(message));
      if ((*datagram)->descriptor) fifo_ = std::move((*datagram)->descriptor);
    }
    if (answers_.size() >= wanted_) loop_.stop(0);
  }
  void run_until(std::size_t answers) {
    wanted_ = answers;
    guard_.arm(loop_.now() + kPatience);
    if (answers_.size() >= answers) return;
    ASSERT_EQ(loop_.run(), 0) << "only " << answers_.size() << " answers";
  }
  // One shell script per row, without user: the test's own.
  void table(const std::vector<std::pair<std::string, Duration>>& scripts) {
    say(BeginTable{1, false});
    std::uint64_t id = 0;
    for (const auto& [text, timeout] : scripts) {
      say(ScriptRow{ScriptId{++id}, {"/bin/sh", "-c", text, "sh"}, std::to_string(getuid()), std::to_string(getgid()), timeout});
    }
    say(CommitTable{1, scripts.size()});
    run_until(1);
    ASSERT_EQ(answers_.back(), FromScriptd{TableReady{1}});
    answers_.clear();
  }
  Loop loop_;
  ChannelSocket parent_;
  std::unique_ptr<Driver> driver_;
  Loop::Watch readable_;
  Loop::Timer guard_;
  std::vector<FromScriptd> answers_;
  std::size_t wanted_ = 0;
  Fd fifo_;
};

FromScriptd finished(RunId run, ScriptOutcome::Kind kind, int status) { return Finished{run, {kind, status}}; }

TEST_F(Scripts, ReportHowTheyEnd) {
  table({{"exit 3", Duration{0}}, {"kill -9 $$", Duration{0}}});
  say(scriptd::Run{10, ScriptId{1}, {}});
  run_until(1);
  say(scriptd::Run{11, ScriptId{2}, {}});
  run_until(2);
  say(scriptd::Run{12, ScriptId{99}, {}});
  run_until(3);
  EXPECT_EQ(answers_[0], finished(10, ScriptOutcome::Kind::kExited, 3));
  EXPECT_EQ(answers_[1], finished(11, ScriptOutcome::Kind::kSignalled, SIGKILL));
  EXPECT_EQ(answers_[2], finished(12, ScriptOutcome::Kind::kNotRun, EACCES)) << "not in the table";
}

TEST_F(Scripts, GetTheirArguments) {
  table({{"test \"$1/$2\" = 'INSTANCE/VI 1'", Duration{0}}});
  say(scriptd::Run{10, ScriptId{1}, {"INSTANCE", "VI 1"}});
  run_until(1);
  EXPECT_EQ(answers_[0], finished(10, ScriptOutcome::Kind::kExited, 0));
}

TEST_F(Scripts, HaveNoDescriptorsDefaultSignalsAndASession) {
  std::signal(SIGPIPE, SIG_IGN);
  table({{"for f in /proc/$$/fd/*; do n=${f##*/}; [ \"$n\" -le 2 ] || [ \"$n\" = 255 ] || [ ! -e \"$f\" ] || exit 4; done; grep -q 'SigIgn:.*0000$' /proc/$$/status || exit 5;"
          "[ \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ ] || exit 6", Duration{0}}});
  say(scriptd::Run{10, ScriptId{1}, {}});
  run_until(1);
  EXPECT_EQ(answers_[0], finished(10, ScriptOutcome::Kind::kExited, 0));
}

TEST_F(Scripts, AreEndedAtTheirLimit) {
  table({{"sleep 100", Duration{50'000}}});
  say(scriptd::Run{10, ScriptId{1}, {}});
  run_until(1);
  EXPECT_EQ(answers_[0], finished(10, ScriptOutcome::Kind::kTimedOut, SIGTERM));
}

TEST_F(Scripts, ThatIgnoreTheirLimitAreKilled) {
  table({{"trap '' TERM; sleep 100; sleep 100", Duration{50'000}}});
  say(scriptd::Run{10, ScriptId{1}, {}});
  run_until(1);
  EXPECT_EQ(answers_[0], finished(10, ScriptOutcome::Kind::kTimedOut, SIGKILL));
}

TEST_F(Scripts, CanBeCancelled) {
  table({{"sleep 100", Duration{0}}});
  say(scriptd::Run{10, ScriptId{1}, {}});
  say(scriptd::Run{11, ScriptId{1}, {}});
  say(Cancel{10});
  run_until(1);
  EXPECT_EQ(answers_[0], finished(10, ScriptOutcome::Kind::kSignalled, SIGTERM));
  say(KillAll{});
  run_until(2);
  EXPECT_EQ(answers_[1], finished(11, ScriptOutcome::Kind::kSignalled, SIGTERM));
}

TEST_F(Scripts, WithoutInterpreterLineRunInAShell) {
  const std::string script = ::testing::TempDir() + "bare";
  std::ofstream(script) << "test \"$1\" = extra || exit 7\nexit 5\n";
  ASSERT_EQ(chmod(script.c_str(), 0755), 0);
  say(BeginTable{1, false});
  say(ScriptRow{ScriptId{1}, {script}, std::to_string(getuid()), std::to_string(getgid()), Duration{0}});
  say(CommitTable{1, 1});
  say(scriptd::Run{10, ScriptId{1}, {"extra"}});
  run_until(getuid() == 0 ? 3 : 2);  // root is also told that the place is not safe
  EXPECT_EQ(answers_.back(), finished(10, ScriptOutcome::Kind::kExited, 5));
}

TEST_F(Scripts, ThatCannotBeExecutedSaySo) {
  const std::string script = ::testing::TempDir() + "broken";
  std::ofstream(script) << "#!/missing/interpreter\n";
  ASSERT_EQ(chmod(script.c_str(), 0755), 0);
  say(BeginTable{1, false});
  say(ScriptRow{ScriptId{1}, {script}, std::to_string(getuid()), std::to_string(getgid()), Duration{0}});
  say(CommitTable{1, 1});
  say(scriptd::Run{10, ScriptId{1}, {}});
  run_until(getuid() == 0 ? 3 : 2);
  EXPECT_EQ(answers_.back(), finished(10, ScriptOutcome::Kind::kNotRun, ENOENT));
}

TEST_F(Scripts, EndWithTheLink) {
  const std::string mark = ::testing::TempDir() + "ended";
  unlink(mark.c_str());
  table({{"trap 'echo x > " + mark + "; exit' TERM; touch " + mark + ".ready; while :; do sleep 0.01; done", Duration{0}}});
  unlink((mark + ".ready").c_str());
  say(scriptd::Run{10, ScriptId{1}, {}});
  Loop::Timer poll = loop_.timer([&] {
    if (access((mark + ".ready").c_str(), F_OK) != 0) return poll.arm(loop_.now() + Duration{10'000});
    readable_ = {};
    parent_.close();
  });
  poll.arm(loop_.now());
  guard_.arm(loop_.now() + kPatience);
  ASSERT_EQ(loop_.run(), 0);
  EXPECT_EQ(access(mark.c_str(), F_OK), 0) << "the script was not told";
}

TEST_F(Scripts, NonsenseOnTheLinkEndsScriptd) {
  ASSERT_TRUE(parent_.send("nonsense"));
  readable_ = {};
  guard_.arm(loop_.now() + kPatience);
  EXPECT_EQ(loop_.run(), 0);
}

TEST_F(Scripts, AFifoIsMadeAndRemoved) {
  const std::string path = ::testing::TempDir() + "notify";
  unlink(path.c_str());
  say(OpenFifo{5, path, "", ""});
  run_until(1);
  EXPECT_EQ(answers_[0], (FromScriptd{FifoOpened{5, 0, true}}));
  ASSERT_TRUE(static_cast<bool>(fifo_));
  EXPECT_EQ(write(fifo_.get(), "x\n", 2), 2);
  driver_.reset();
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST_F(Scripts, AFileIsNoFifo) {
  const std::string path = ::testing::TempDir() + "plain";
  unlink(path.c_str());
  std::ofstream(path) << "x";
  say(OpenFifo{5, path, "", ""});
  run_until(1);
  EXPECT_EQ(answers_[0], (FromScriptd{FifoOpened{5, EPERM, false}}));
  unlink(path.c_str());
  ASSERT_EQ(symlink("/dev/null", path.c_str()), 0);
  say(OpenFifo{6, path, "", ""});
  run_until(2);
  EXPECT_EQ(answers_[1], (FromScriptd{FifoOpened{6, ELOOP, false}}));
}

}  // namespace
}  // namespace holdfast::scriptd
