// What scriptd believes of what the parent says: programs, users, ownership, and the order of a table's messages.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/table.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace holdfast::scriptd {
namespace {

std::string make_folder(const std::string& commands) {
  const std::string folder = ::testing::TempDir() + "scripts";
  EXPECT_EQ(std::system(("rm -rf " + folder + " && mkdir -m 755 " + folder + " && cd " + folder + " && " + commands).c_str()), 0);
  return folder;
}

TEST(Program, AnAbsolutePathMustBeExecutable) {
  EXPECT_EQ(*resolve_program("/bin/true"), "/bin/true");
  EXPECT_EQ(resolve_program("/etc/passwd").error().code, ENOENT);
  EXPECT_EQ(resolve_program("/bin").error().code, ENOENT);
  EXPECT_EQ(resolve_program("/missing").error().code, ENOENT);
}

TEST(Program, ABareNameIsLookedUpInAFixedPath) {
  const std::string before = std::getenv("PATH");
  setenv("PATH", "/tmp", 1);
  EXPECT_TRUE(resolve_program("true")->ends_with("/true"));
  setenv("PATH", before.c_str(), 1);
  EXPECT_EQ(resolve_program("no-such-program").error().code, ENOENT);
  EXPECT_EQ(resolve_program("relative/true").error().code, EINVAL);
}

TEST(Account, NamesAndNumbers) {
  EXPECT_EQ(resolve_account(Mode::kRoot, "nobody", "")->uid, 65534U);
  EXPECT_EQ(*resolve_account(Mode::kRoot, "12345", "54321"), (Account{12345, 54321, ""}));
  EXPECT_EQ(resolve_account(Mode::kRoot, "no-such-user", "").error().code, ENOENT);
  EXPECT_EQ(resolve_account(Mode::kRoot, "root", "no-such-group").error().code, ENOENT);
}

TEST(Account, RootNeedsTheModeRoot) {
  EXPECT_TRUE(resolve_account(Mode::kRoot, "root", "").has_value());
  EXPECT_EQ(resolve_account(Mode::kUser, "root", "").error().code, EPERM);
  EXPECT_EQ(resolve_account(Mode::kUser, "0", "").error().code, EPERM);
  EXPECT_EQ(resolve_account(Mode::kUser, "nobody", "root").error().code, EPERM);
  EXPECT_TRUE(resolve_account(Mode::kUser, "nobody", "").has_value());
  EXPECT_NE(resolve_account(Mode::kUser, "", "")->uid, 0U);
}

TEST(Account, ASingleUserIsTheOnlyOne) {
  EXPECT_EQ(resolve_account(Mode::kSingle, "", "")->uid, getuid());
  EXPECT_EQ(resolve_account(Mode::kSingle, "12345", "").error().code, EPERM);
}

TEST(Ownership, EveryComponentMustBeRoots) {
  if (getuid() != 0) GTEST_SKIP() << "needs root to give files away";
  EXPECT_TRUE(check_ownership("/usr/bin/true"));
  const std::string folder = make_folder("cp /bin/true good && chmod 755 good && cp good group && chmod 775 group && cp good other && chown nobody other");
  // The folder for temporary files is itself writable by everybody.
  const Status below_tmp = check_ownership(folder + "/good");
  ASSERT_FALSE(below_tmp);
  EXPECT_NE(below_tmp.error().message.find("is writable by others than root"), std::string::npos) << below_tmp.error().message;
  const std::string safe = "/usr/local/holdfast-ownership-test";
  ASSERT_EQ(std::system(("rm -rf " + safe + " && cp -a " + folder + " " + safe + " && ln -s " + folder + "/good " + safe + "/away && ln -s good " + safe + "/near").c_str()), 0);
  EXPECT_TRUE(check_ownership(safe + "/good"));
  EXPECT_TRUE(check_ownership(safe + "/near"));
  EXPECT_EQ(check_ownership(safe + "/group").error().message, safe + "/group is writable by others than root");
  EXPECT_EQ(check_ownership(safe + "/other").error().message, safe + "/other is not root's");
  EXPECT_FALSE(check_ownership(safe + "/away")) << "a link to where others may write";
  ASSERT_EQ(std::system(("rm -rf " + safe).c_str()), 0);
}

ScriptRow row(std::uint64_t id, std::vector<std::string> argv, std::string user = "nobody") { return {ScriptId{id}, std::move(argv), std::move(user), "", Duration{5}}; }

TEST(Table, TakesEffectAtCommit) {
  Table table(Mode::kRoot);
  ASSERT_TRUE(table.begin({1, false}));
  ASSERT_TRUE(table.add(row(1, {"true", "-x"})));
  EXPECT_EQ(table.find(ScriptId{1}), nullptr);
  const auto remarks = table.commit({1, 1});
  ASSERT_TRUE(remarks.has_value());
  EXPECT_TRUE(remarks->empty());
  ASSERT_NE(table.find(ScriptId{1}), nullptr);
  EXPECT_EQ(table.find(ScriptId{1})->argv, (std::vector<std::string>{"true", "-x"}));
  EXPECT_EQ(table.find(ScriptId{1})->timeout, Duration{5});
  ASSERT_TRUE(table.begin({2, false}));
  EXPECT_NE(table.find(ScriptId{1}), nullptr) << "the old table serves until the new one is committed";
  ASSERT_TRUE(table.commit({2, 0}).has_value());
  EXPECT_EQ(table.find(ScriptId{1}), nullptr);
}

TEST(Table, RefusedRowsAreNamedAndTheOthersStay) {
  Table table(Mode::kUser);
  ASSERT_TRUE(table.begin({1, false}));
  ASSERT_TRUE(table.add(row(1, {"/missing"})));
  ASSERT_TRUE(table.add(row(2, {"/bin/true"}, "root")));
  ASSERT_TRUE(table.add(row(3, {"/bin/true"})));
  const auto remarks = table.commit({1, 3});
  ASSERT_TRUE(remarks.has_value());
  ASSERT_EQ(remarks->size(), 2U);
  EXPECT_EQ((*remarks)[0], (RowChecked{ScriptId{1}, true, "/missing is not an executable file"}));
  EXPECT_TRUE((*remarks)[1].refused);
  EXPECT_NE(table.find(ScriptId{3}), nullptr);
}

TEST(Table, AnInsecureRootScriptIsRefusedOrRemarked) {
  if (getuid() != 0) GTEST_SKIP() << "needs root to own files";
  const std::string script = make_folder("cp /bin/true s && chmod 755 s") + "/s";
  for (const bool security : {false, true}) {
    Table table(Mode::kRoot);
    ASSERT_TRUE(table.begin({1, security}));
    ASSERT_TRUE(table.add(row(1, {script}, "root")));
    const auto remarks = table.commit({1, 1});
    ASSERT_TRUE(remarks.has_value());
    ASSERT_EQ(remarks->size(), 1U);
    EXPECT_EQ(remarks->front().refused, security);
    EXPECT_EQ(table.find(ScriptId{1}) == nullptr, security);
  }
}

TEST(Table, MessagesOutOfOrderAreViolations) {
  Table table(Mode::kRoot);
  EXPECT_EQ(table.add(row(1, {"/bin/true"})).error().code, EPROTO);
  EXPECT_EQ(table.commit({0, 0}).error().code, EPROTO);
  ASSERT_TRUE(table.begin({1, false}));
  EXPECT_EQ(table.commit({2, 0}).error().code, EPROTO) << "another generation";
  EXPECT_EQ(table.commit({1, 1}).error().code, EPROTO) << "a row is missing";
}

TEST(Table, HasALimit) {
  Table table(Mode::kRoot);
  ASSERT_TRUE(table.begin({1, false}));
  for (std::size_t i = 0; i < kRowsMax; ++i) ASSERT_TRUE(table.add(row(i + 1, {"x"})));
  EXPECT_EQ(table.add(row(1, {"x"})).error().code, EPROTO);
}

}  // namespace
}  // namespace holdfast::scriptd
