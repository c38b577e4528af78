// What the launcher opens for the parent, and what it does not, whatever the path looks like.
// SPDX-License-Identifier: Apache-2.0
#include "parent/launcher/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "policy/capabilities.h"
#include "policy/role.h"
#include "tests/sandbox/in_child.h"

namespace holdfast::launcher {
namespace {

TEST(IsBeneath, ComparesWholeComponents) {
  EXPECT_TRUE(is_beneath("/etc/keepalived/a.conf", "/etc/keepalived"));
  EXPECT_TRUE(is_beneath("/etc/keepalived", "/etc/keepalived"));
  EXPECT_FALSE(is_beneath("/etc/keepalived-secret/a", "/etc/keepalived"));
  EXPECT_FALSE(is_beneath("/etc", "/etc/keepalived"));
  EXPECT_TRUE(is_beneath("/etc", "/"));
}

// As the launcher: another user, with CAP_DAC_READ_SEARCH.
class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    if (getuid() != 0) GTEST_SKIP() << "needs root to become another user with CAP_DAC_READ_SEARCH";
    folder_ = ::testing::TempDir() + "files";
    ASSERT_EQ(std::system(("rm -rf " + folder_ + " && mkdir -p -m 755 " + folder_ + "/etc " + folder_ + "/open && cd " + folder_ +
                           " && echo secret > etc/own.conf && chmod 600 etc/own.conf && mkdir -m 700 etc/inner && echo x > etc/inner/x.conf"
                           " && echo secret > shadow && chmod 600 shadow && echo public > open/world.conf && chmod 644 open/world.conf"
                           " && mkdir -m 700 closed && echo hidden > closed/file && chmod 644 closed/file"
                           " && ln -s ../shadow etc/link && ln -s ../open/world.conf etc/world && mkfifo etc/fifo && ln -s /proc/self/environ etc/environ"
                           " && ln -s /dev/zero etc/zero").c_str()), 0);
  }
  int errno_of(const std::string& path, Kind kind) {
    const std::vector<std::string> trusted = {folder_ + "/etc"};
    return in_child([&] {
      const policy::Identity identity = policy::identity(policy::kLauncher);
      HF_CHECK(policy::lock_securebits(false));
      HF_CHECK(policy::become(identity.uid, identity.gid));
      HF_CHECK(policy::keep_capabilities(policy::kLauncher.capabilities | policy::kLauncher.optional_capabilities));
      const auto opened = open_readable(path, kind, trusted);
      return opened ? 0 : opened.error().code;
    });
  }
  std::string folder_;
};

TEST_F(Files, RootsOwnConfigurationIsOpened) {
  EXPECT_EQ(errno_of(folder_ + "/etc/own.conf", Kind::kFile), 0);
  EXPECT_EQ(errno_of(folder_ + "/etc/inner/x.conf", Kind::kFile), 0);
  EXPECT_EQ(errno_of(folder_ + "/etc/inner", Kind::kDirectory), 0);
}

TEST_F(Files, WhatTheWorldMayReadIsOpened) {
  EXPECT_EQ(errno_of(folder_ + "/open/world.conf", Kind::kFile), 0);
  EXPECT_EQ(errno_of(folder_ + "/etc/world", Kind::kFile), 0);
  EXPECT_EQ(errno_of("/etc/passwd", Kind::kFile), 0);
}

TEST_F(Files, OtherSecretsAreNot) {
  EXPECT_EQ(errno_of(folder_ + "/shadow", Kind::kFile), EACCES);
  EXPECT_EQ(errno_of("/etc/shadow", Kind::kFile), EACCES);
}

TEST_F(Files, ALinkOutOfTheDirectoryGivesNothing) { EXPECT_EQ(errno_of(folder_ + "/etc/link", Kind::kFile), EACCES); }
TEST_F(Files, ADottedWayOutGivesNothing) { EXPECT_EQ(errno_of(folder_ + "/etc/../shadow", Kind::kFile), EACCES); }
TEST_F(Files, AWorldReadableFileInAClosedDirectoryGivesNothing) { EXPECT_EQ(errno_of(folder_ + "/closed/file", Kind::kFile), EACCES); }
TEST_F(Files, AFifoDoesNotBlock) { EXPECT_EQ(errno_of(folder_ + "/etc/fifo", Kind::kFile), EINVAL); }
TEST_F(Files, DevicesAndProcessesAreNoConfiguration) {
  EXPECT_EQ(errno_of(folder_ + "/etc/zero", Kind::kFile), EINVAL);
  EXPECT_EQ(errno_of(folder_ + "/etc/environ", Kind::kFile), EPERM);
  EXPECT_EQ(errno_of("/proc/self/status", Kind::kFile), EPERM);
  EXPECT_EQ(errno_of("/sys", Kind::kDirectory), EPERM);
}
TEST_F(Files, TheKindMustBeRight) {
  EXPECT_EQ(errno_of(folder_ + "/etc", Kind::kFile), EISDIR);
  EXPECT_EQ(errno_of(folder_ + "/etc/own.conf", Kind::kDirectory), ENOTDIR);
  EXPECT_EQ(errno_of(folder_ + "/etc/missing", Kind::kFile), ENOENT);
}

}  // namespace
}  // namespace holdfast::launcher
