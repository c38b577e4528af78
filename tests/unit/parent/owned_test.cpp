// What is left on disk for --cleanup, and files that appear whole.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/owned.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "parent/status/dump_file.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

class Directory : public testing::Test {
 protected:
  Directory() {
    char name[] = "/tmp/holdfast-test-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Directory() override { [[maybe_unused]] const int removed = ::system(("rm -r " + path).c_str()); }
  std::string content(const std::string& file) const {
    std::ostringstream text;
    text << std::ifstream(path + "/" + file).rdbuf();
    return text.str();
  }
  std::string path;
};

TEST_F(Directory, OwnedPlanRoundTrip) {
  config::Diagnostics diagnostics;
  model::Configuration configuration = example::pair();
  configuration.virtual_servers = example::web().virtual_servers;
  const IpvsPlan plan = build(configuration, example::anywhere(), diagnostics).plan.ipvs;
  ASSERT_TRUE(write_owned(path + "/owned", plan));
  const auto read = read_owned(path + "/owned");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->instances, plan.instances);
  EXPECT_EQ(read->services, plan.services);
  EXPECT_EQ(read->destinations, plan.destinations);
  EXPECT_TRUE(read->uses_ipvs);
  EXPECT_FALSE(read_owned(path + "/nothing"));
  remove_owned(path + "/owned");
  EXPECT_FALSE(read_owned(path + "/owned"));
}

TEST(Owned, DaemonsHaveDifferentNames) {
  EXPECT_NE(owned_path("/a.conf", "", ""), owned_path("/b.conf", "", ""));
  EXPECT_NE(owned_path("/a.conf", "", "/run/1"), owned_path("/a.conf", "", "/run/2"));
  EXPECT_EQ(owned_path("/a.conf", "x", ""), owned_path("/a.conf", "x", ""));
}

TEST_F(Directory, AFileIsReplacedWholeAndALinkIsNotFollowed) {
  std::ofstream(path + "/target") << "precious";
  ASSERT_EQ(::symlink((path + "/target").c_str(), (path + "/dump").c_str()), 0);
  ASSERT_TRUE(write_whole(path + "/dump", "text"));
  EXPECT_EQ(content("dump"), "text");
  EXPECT_EQ(content("target"), "precious");
  struct stat state {};
  ASSERT_EQ(::lstat((path + "/dump").c_str(), &state), 0);
  EXPECT_TRUE(S_ISREG(state.st_mode));
  EXPECT_EQ(state.st_mode & 0777, 0600u);
  ASSERT_TRUE(write_whole(path + "/dump", "again"));
  EXPECT_EQ(content("dump"), "again");
}

TEST_F(Directory, AnImpossiblePlaceIsAnError) {
  const auto written = write_whole(path + "/no/such/place", "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ENOENT);
}

}  // namespace
}  // namespace holdfast
