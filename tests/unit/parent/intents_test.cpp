// What operators asked for, on disk: whole or not at all, and never misread.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/intents.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

class IntentsTest : public testing::Test {
 protected:
  IntentsTest() {
    char folder[] = "/tmp/holdfast-intents-XXXXXX";
    folder_ = ::mkdtemp(folder);
    path_ = folder_ + "/intents";
  }
  ~IntentsTest() override {
    ::unlink(path_.c_str());
    ::unlink((path_ + ".new").c_str());
    ::rmdir(folder_.c_str());
  }
  std::string folder_;
  std::string path_;
};

TEST_F(IntentsTest, WhatIsWrittenIsRead) {
  const Intents rows[] = {{true, {}}, {false, {"VI_1"}}, {false, {"VI_1", "a name/with blanks"}}, {true, {"VI_1"}}};
  for (const Intents& wanted : rows) {
    ASSERT_TRUE(write_intents(path_, wanted));
    const auto read = read_intents(path_);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, wanted);
  }
}

TEST_F(IntentsTest, NothingLeftIsNoFile) {
  ASSERT_TRUE(write_intents(path_, {false, {"VI_1"}}));
  ASSERT_TRUE(write_intents(path_, {}));
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
  EXPECT_EQ(read_intents(path_)->empty(), true);
  EXPECT_TRUE(write_intents(path_, {})) << "there was nothing to remove";
}

// Power may go at any moment of a write: the file is the old or the new one, and a half-written new one is not looked at.
TEST_F(IntentsTest, AHalfWrittenFileIsNotSeen) {
  ASSERT_TRUE(write_intents(path_, {false, {"VI_1"}}));
  const std::string next = to_text({false, {"VI_1", "VI_2"}});
  for (std::size_t length = 0; length <= next.size(); ++length) {
    std::ofstream(path_ + ".new", std::ios::trunc) << next.substr(0, length);
    EXPECT_EQ(*read_intents(path_), (Intents{false, {"VI_1"}}));
    ASSERT_TRUE(write_intents(path_, {false, {"VI_1"}})) << "what a power cut left is no obstacle";
  }
}

TEST(Intents, WhatIsNotUnderstoodIsAnError) {
  for (const char* text : {"maintenance", "maintenance \n", "drain [10.0.0.1]:80\n", "maintenance VI\nx\n", "\n"}) {
    EXPECT_FALSE(parse_intents(text)) << text;
  }
  EXPECT_TRUE(parse_intents(""));
}

TEST(Intents, PlansAreMarked) {
  config::Diagnostics diagnostics;
  Plan plan = build(example::pair(), example::anywhere(), diagnostics).plan;
  ASSERT_FALSE(plan.vrrp.instances.empty());
  apply_intents({false, {plan.vrrp.instances[0].name}}, plan);
  EXPECT_TRUE(plan.vrrp.instances[0].maintenance);
  apply_intents({}, plan);
  EXPECT_FALSE(plan.vrrp.instances[0].maintenance);
  apply_intents({true, {}}, plan);
  for (const VrrpInstance& instance : plan.vrrp.instances) EXPECT_TRUE(instance.maintenance);
}

}  // namespace
}  // namespace holdfast
