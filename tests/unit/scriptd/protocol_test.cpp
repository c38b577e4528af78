// Every message comes back as it was said; everything else is refused.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/protocol.h"

#include <gtest/gtest.h>

namespace holdfast::scriptd {
namespace {

const std::vector<ToScriptd> kRequests = {
    BeginTable{7, true},
    BeginTable{},
    ScriptRow{ScriptId{42}, {"/usr/bin/check", "-a", "", "two words"}, "nobody", "nogroup", Duration{1'500'000}},
    ScriptRow{ScriptId{1}, {"killall"}, "", "", Duration{0}},
    CommitTable{7, 2},
    Run{99, ScriptId{42}, {"INSTANCE", "VI 1", "MASTER", "100"}},
    Run{1, ScriptId{42}, {}},
    Cancel{99},
    KillAll{},
    OpenFifo{3, "/run/keepalived/fifo", "u", "g"},
};
const std::vector<FromScriptd> kAnswers = {
    RowChecked{ScriptId{42}, true, "/tmp is writable by others than root"},
    TableReady{7},
    Finished{99, {ScriptOutcome::Kind::kExited, 3}},
    Finished{99, {ScriptOutcome::Kind::kNotRun, 2}},
    FifoOpened{3, 13, false},
    FifoOpened{4, 0, true},
};

TEST(Protocol, RequestsComeBack) {
  for (const ToScriptd& message : kRequests) {
    const auto decoded = decode_to_scriptd(encode(message));
    ASSERT_TRUE(decoded.has_value()) << message.index();
    EXPECT_EQ(*decoded, message) << message.index();
  }
}

TEST(Protocol, AnswersComeBack) {
  for (const FromScriptd& message : kAnswers) {
    const auto decoded = decode_from_scriptd(encode(message));
    ASSERT_TRUE(decoded.has_value()) << message.index();
    EXPECT_EQ(*decoded, message) << message.index();
  }
}

TEST(Protocol, DirectionsDoNotMix) {
  for (const ToScriptd& message : kRequests) EXPECT_FALSE(decode_from_scriptd(encode(message)).has_value());
  for (const FromScriptd& message : kAnswers) EXPECT_FALSE(decode_to_scriptd(encode(message)).has_value());
}

TEST(Protocol, EveryCutAndEveryExtraOctetIsRefused) {
  for (const ToScriptd& message : kRequests) {
    const std::string bytes = encode(message);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_FALSE(decode_to_scriptd(std::string_view(bytes).substr(0, length)).has_value()) << message.index() << " cut to " << length;
    }
    EXPECT_FALSE(decode_to_scriptd(bytes + '\0').has_value()) << message.index();
  }
}

TEST(Protocol, AnotherVersionIsRefused) {
  std::string bytes = encode(ToScriptd{KillAll{}});
  bytes[0] = static_cast<char>(kProtocolVersion + 1);
  EXPECT_FALSE(decode_to_scriptd(bytes).has_value());
}

TEST(Protocol, RefusesWhatNoRowMayBe) {
  const ToScriptd refused[] = {
      ScriptRow{ScriptId{0}, {"/bin/true"}, "", "", Duration{0}},
      ScriptRow{ScriptId{1}, {}, "", "", Duration{0}},
      ScriptRow{ScriptId{1}, {""}, "", "", Duration{0}},
      ScriptRow{ScriptId{1}, {"/bin/true"}, "", "", Duration{-1}},
      ScriptRow{ScriptId{1}, {std::string("/bin/true\0/bin/false", 20)}, "", "", Duration{0}},
      ScriptRow{ScriptId{1}, std::vector<std::string>(kArgumentsMax + 1, "x"), "", "", Duration{0}},
      CommitTable{1, kRowsMax + 1},
      OpenFifo{1, "relative/fifo", "", ""},
  };
  for (const ToScriptd& message : refused) EXPECT_FALSE(decode_to_scriptd(encode(message)).has_value()) << message.index();
}

TEST(Protocol, AHugeCountDoesNotReserveMemory) {
  std::string bytes = encode(ToScriptd{scriptd::Run{1, ScriptId{1}, {}}});
  bytes.replace(bytes.size() - 8, 8, std::string(8, '\xff'));
  EXPECT_FALSE(decode_to_scriptd(bytes).has_value());
}

}  // namespace
}  // namespace holdfast::scriptd
