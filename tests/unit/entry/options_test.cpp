// Which words of a command line the root phase obeys, and that none of the parent's values is taken for an option.
// SPDX-License-Identifier: Apache-2.0
#include "parent/entry/options.h"

#include <gtest/gtest.h>

#include "parent/entry/descriptors.h"
#include "parent/entry/pid_files.h"
#include "parent/entry/programs.h"
#include "parent/entry/rights.h"

namespace holdfast::entry {
namespace {

Result<Options> read(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return read_options(static_cast<int>(words.size()), argv.data());
}

Options options_of(std::vector<std::string> words) {
  auto options = read(std::move(words));
  EXPECT_TRUE(options.has_value());
  return *std::move(options);
}

TEST(Options, ClusteredAndLongFormsMeanTheSame) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"holdfast", "-nlPd", "-f", "/x.conf"},
                                                                 {"holdfast", "--dont-fork", "--vrrp", "--use-file=/x.conf", "--log-console"},
                                                                 {"holdfast", "--use-file", "/x.conf", "-n", "-P"}}) {
    const Options options = options_of(words);
    EXPECT_TRUE(options.foreground);
    EXPECT_TRUE(options.vrrp);
    EXPECT_FALSE(options.checkers);
    EXPECT_EQ(options.configuration, "/x.conf");
  }
}

TEST(Options, ValuesOfTheParentsOptionsAreNotRead) {
  const Options options = options_of({"holdfast", "-S", "-n", "-i", "-t", "-A", "-v", "-u", "-C"});
  EXPECT_FALSE(options.foreground);
  EXPECT_FALSE(options.test);
  EXPECT_FALSE(options.informative);
  EXPECT_TRUE(options.vrrp);
}

TEST(Options, TheLastOfVrrpAndCheckWins) {
  EXPECT_FALSE(options_of({"holdfast", "-P", "-C"}).vrrp);
  EXPECT_TRUE(options_of({"holdfast", "-P", "-C"}).checkers);
}

TEST(Options, ATestReadsTheConfigurationAndMayNameALog) {
  EXPECT_EQ(options_of({"holdfast", "--config-test=/y.log", "-f", "/x.conf"}).configuration, "/x.conf");
  EXPECT_EQ(options_of({"holdfast", "-l", "-t", "-f", "/z.conf"}).configuration, "/z.conf");
  for (const char* word : {"-t", "--dump=plan", "--cleanup"}) EXPECT_TRUE(options_of({"holdfast", word}).test) << word;
}

TEST(Options, TheParentExplainsWhatIsWrong) {
  EXPECT_TRUE(options_of({"holdfast", "--no-such-option"}).informative);
  EXPECT_TRUE(options_of({"holdfast", "-f"}).informative);
}

TEST(Options, RootScriptsNeedTheWordOrTheName) {
  EXPECT_EQ(options_of({"/usr/sbin/holdfast"}).scripts, Scripts::kUser);
  EXPECT_EQ(options_of({"/usr/sbin/keepalived"}).scripts, Scripts::kRoot);
  EXPECT_EQ(options_of({"/usr/sbin/keepalived", "--scripts=none"}).scripts, Scripts::kNone);
  EXPECT_EQ(options_of({"holdfast", "--scripts=root"}).scripts, Scripts::kRoot);
  const auto wrong = read({"holdfast", "--scripts=sudo"});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("none, user or root"), std::string::npos);
}

TEST(Options, SomeQuestionsNeedNoRights) {
  for (const char* word : {"-v", "--version", "-h", "--help", "--signum=DATA", "-T"}) EXPECT_TRUE(options_of({"holdfast", word}).informative) << word;
  EXPECT_TRUE(options_of({"/usr/bin/genhash", "-s", "192.0.2.1"}).informative);
  EXPECT_TRUE(options_of({"holdfast", "--policy"}).print_policy);
  EXPECT_FALSE(options_of({"holdfast", "-n"}).informative);
}

TEST(Options, TheOrderOfWordsStaysForTheParent) {
  std::vector<std::string> words = {"holdfast", "stray", "-n"};
  std::vector<char*> argv = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  ASSERT_TRUE(read_options(3, argv.data()).has_value());
  EXPECT_STREQ(argv[1], "stray");
}

TEST(PidFiles, DefaultsDependOnTheName) {
  EXPECT_EQ(wanted_pid_files(options_of({"keepalived"})),
            (std::vector<WantedPidFile>{{kPidFileFd, "/run/keepalived.pid", false}, {kVrrpPidFileFd, "/run/vrrp.pid", false},
                                        {kCheckersPidFileFd, "/run/checkers.pid", false}}));
  EXPECT_EQ(wanted_pid_files(options_of({"holdfast", "-P"})),
            (std::vector<WantedPidFile>{{kPidFileFd, "/run/holdfast/holdfast.pid", false}, {kVrrpPidFileFd, "/run/holdfast/vrrp.pid", false}}));
}

TEST(PidFiles, NamedOnesAreDemanded) {
  EXPECT_EQ(wanted_pid_files(options_of({"keepalived", "-C", "-p", "/a.pid", "-c", "/c.pid", "-b", "/b.pid"})),
            (std::vector<WantedPidFile>{{kPidFileFd, "/a.pid", true}, {kCheckersPidFileFd, "/c.pid", true}, {kBfdPidFileFd, "/b.pid", true}}));
}

TEST(Programs, ABuildTreeIsUsedFirst) {
  EXPECT_EQ(candidate_paths("/src/build/parent/entry", "holdfast-worker").front(), "/src/build/checkerd/worker/holdfast-worker");
  EXPECT_EQ(candidate_paths("/usr/sbin", "holdfast-worker").front(), "/usr/sbin/holdfast-worker");
  EXPECT_EQ(candidate_paths("/usr/sbin", "holdfast-worker").size(), 2U);
}

TEST(Programs, AnUntrustedOneIsRefused) {
  const std::string folder = ::testing::TempDir() + "programs";
  ASSERT_EQ(std::system(("rm -rf " + folder + " && mkdir " + folder + " && cp /bin/true " + folder + "/holdfast-x && chmod 755 " + folder + "/holdfast-x").c_str()), 0);
  EXPECT_TRUE(open_program(folder, "holdfast-x").has_value());
  ASSERT_EQ(std::system(("chmod g+w " + folder + "/holdfast-x").c_str()), 0);
  EXPECT_EQ(open_program(folder, "holdfast-x").error().code, EPERM);
  EXPECT_EQ(open_program(folder, "holdfast-y").error().code, ENOENT);
}

TEST(Rights, AnIdIsMappedOrNot) {
  const char* whole = "         0          0 4294967295\n";
  const char* one = "         0       1000          1\n";
  const char* two = "0 1000 1\n1 100000 65536\n";
  EXPECT_TRUE(is_mapped(whole, 61150));
  EXPECT_FALSE(is_mapped(one, 61150));
  EXPECT_TRUE(is_mapped(one, 0));
  EXPECT_TRUE(is_mapped(two, 61150));
  EXPECT_FALSE(is_mapped(two, 65537));
  EXPECT_FALSE(is_mapped("", 0));
  EXPECT_FALSE(is_mapped("nonsense", 0));
}

TEST(Rights, TheConfigurationIsReadWhereItIsNamedAndWhereItIs) {
  const std::string folder = ::testing::TempDir() + "configuration";
  ASSERT_EQ(std::system(("rm -rf " + folder + " && mkdir -p " + folder + "/real " + folder + "/named && touch " + folder + "/real/x.conf && ln -s ../real/x.conf " +
                         folder + "/named/x.conf").c_str()), 0);
  Options options;
  options.configuration = folder + "/named/x.conf";
  options.directories = {folder, folder + "/named", folder + "/missing"};
  EXPECT_EQ(configuration_directories(options), (std::vector<std::string>{folder + "/named", folder + "/real", folder}));
}

TEST(Rights, TheRootDirectoryIsNoConfigurationDirectory) {
  Options options;
  options.configuration = "/keepalived.conf";
  EXPECT_TRUE(configuration_directories(options).empty());
}

}  // namespace
}  // namespace holdfast::entry
