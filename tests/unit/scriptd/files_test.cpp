// track_file as scriptd sees it: what a number is, and that every way of changing a file is noticed.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace holdfast::scriptd {
namespace {

TEST(NumberIn, IsOneNumberWithBlanksAround) {
  const struct {
    std::string_view text;
    std::optional<std::int64_t> number;
  } rows[] = {{"", 0},      {"\n", 0},   {"5\n", 5},      {" -7 \r\n", -7},      {"+3", 3},
              {"5 6", {}},  {"5x", {}},  {"up\n", {}},    {"-", {}},             {"99999999999999999999", {}}};
  for (const auto& row : rows) EXPECT_EQ(number_in(row.text), row.number) << row.text;
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/holdfast-files-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
    path_ = directory_ + "/number";
    guard_ = loop_.timer([this] { loop_.stop(1); });
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  WatchedFile file() { return {TrackerId{1}, "f", path_, false, false, 0}; }
  void expect(std::vector<std::int64_t> values) {
    wanted_ = std::move(values);
    guard_.arm(loop_.now() + Duration{20'000'000});
    if (seen_ != wanted_) loop_.run();
    EXPECT_EQ(seen_, wanted_);
  }
  Loop loop_;
  std::string directory_, path_;
  Loop::Timer guard_;
  std::vector<std::int64_t> seen_, wanted_;
  FileWatch watch_{loop_, [this](TrackerId, std::int64_t value) {
                     seen_.push_back(value);
                     if (seen_ == wanted_) loop_.stop(0);
                   }};
};

TEST_F(Files, EveryWayOfChangingIsNoticed) {
  ASSERT_TRUE(watch_.watch(file()));
  expect({0});
  write(path_, "5\n");
  expect({0, 5});
  write(directory_ + "/other", "9\n");
  std::filesystem::rename(directory_ + "/other", path_);
  expect({0, 5, 9});
  std::filesystem::remove(path_);
  expect({0, 5, 9, 0});
  write(path_, "what\n");
  write(path_, "-3");
  expect({0, 5, 9, 0, -3});
  watch_.forget(TrackerId{1});
  write(path_, "4");
  ASSERT_TRUE(watch_.watch(file()));
  expect({0, 5, 9, 0, -3, 4});
}

TEST_F(Files, ADirectoryMayComeLaterAndGoAgain) {
  WatchedFile late = file();
  late.path = directory_ + "/later/number";
  ASSERT_TRUE(watch_.watch(late));
  expect({0});
  std::filesystem::create_directory(directory_ + "/later");
  write(late.path, "2\n");
  expect({0, 2});
  std::filesystem::remove_all(directory_ + "/later");
  expect({0, 2, 0});
  std::filesystem::create_directory(directory_ + "/later");
  write(late.path, "3\n");
  expect({0, 2, 0, 3});
}

TEST_F(Files, ASymbolicLinkIsFollowed) {
  std::filesystem::create_directory(directory_ + "/data");
  write(directory_ + "/data/x", "6");
  std::filesystem::create_symlink(directory_ + "/data/x", path_);
  ASSERT_TRUE(watch_.watch(file()));
  expect({6});
  write(directory_ + "/data/x", "7");
  expect({6, 7});
}

TEST_F(Files, AreMadeAsAskedFor) {
  WatchedFile made = file();
  made.create = true;
  made.value = -12;
  ASSERT_TRUE(watch_.watch(made));
  expect({-12});
  EXPECT_EQ(read(path_), "-12\n");
  write(path_, "40");
  expect({-12, 40});
  ASSERT_TRUE(watch_.watch(made));
  expect({-12, 40, 40});
  made.overwrite = true;
  ASSERT_TRUE(watch_.watch(made));
  expect({-12, 40, 40, -12});
}

TEST_F(Files, NothingIsWrittenThroughALink) {
  write(directory_ + "/precious", "precious");
  WatchedFile made = file();
  made.create = made.overwrite = true;
  std::filesystem::create_symlink(directory_ + "/precious", path_);
  ASSERT_TRUE(watch_.watch(made));
  std::filesystem::remove(path_);
  std::filesystem::create_hard_link(directory_ + "/precious", path_);
  ASSERT_TRUE(watch_.watch(made));
  EXPECT_EQ(read(directory_ + "/precious"), "precious");
  EXPECT_EQ(seen_, (std::vector<std::int64_t>{0, 0})) << "it holds no number";
}

}  // namespace
}  // namespace holdfast::scriptd
