// The table of nftables_ipvs in a real kernel, in a network namespace of its own, read back with nft(8).
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "ipvsd/kernel/linux_kernel.h"

namespace holdfast {
namespace {

std::string output_of(const char* command) {
  std::string text;
  FILE* pipe = ::popen(command, "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> piece{};
  for (std::size_t size; (size = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) text.append(piece.data(), size);
  (void)::pclose(pipe);
  return text;
}

class MarkingKernelTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "needs root, for a network namespace";
    if (output_of("nft add table ip try 2>&1 && nft delete table ip try 2>&1") != "") GTEST_SKIP() << "nft(8) or nf_tables for IPv4 is not here";
    auto opened = LinuxKernel::open();
    ASSERT_TRUE(opened) << opened.error().message;
    kernel = *std::move(opened);
  }
  int apply(const ChangeMarking& change) {
    const Change step = change;
    return kernel->apply(std::span(&step, 1)).front();
  }
  static MarkedTarget target(Protocol protocol, const char* first, const char* last, std::uint16_t port, std::uint32_t mark) {
    return {protocol, *IpAddress::parse(first), *IpAddress::parse(last), port, mark};
  }
  static bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }
  std::unique_ptr<LinuxKernel> kernel;
};

TEST_F(MarkingKernelTest, IsMadeChangedAndRemoved) {
  ChangeMarking change;
  change.settings.table = "keepalived_ipvs";
  change.clear = true;
  change.add = {target(Protocol::kTcp, "10.1.1.1", "10.1.1.3", 80, 1000), target(Protocol::kTcp, "10.1.1.9", "10.1.1.9", 0, 1000),
                target(Protocol::kSctp, "fd00::1", "fd00::1", 81, 1001)};
  ASSERT_EQ(apply(change), 0);
  std::string shown = output_of("nft list ruleset");
  for (const char* part : {"table ip keepalived_ipvs", "table ip6 keepalived_ipvs", "10.1.1.1-10.1.1.3 . 80 : 0x000003e8", "10.1.1.9 . 0-65535 : 0x000003e8",
                           "fd00::1 . 81 : 0x000003e9", "type filter hook input priority filter - 1; policy accept;", "ip daddr . tcp dport map @tcp_map",
                           "ip6 daddr . sctp dport map @sctp_map", "return"}) {
    EXPECT_TRUE(has(shown, part)) << part << " is not in\n" << shown;
  }
  change.clear = false;
  change.there = parts_after(change);
  change.remove = {change.add[0]};
  change.add = {target(Protocol::kTcp, "10.1.1.2", "10.1.1.4", 80, 1000), target(Protocol::kUdp, "10.1.1.2", "10.1.1.2", 53, 1002)};
  ASSERT_EQ(apply(change), 0);
  shown = output_of("nft list ruleset");
  EXPECT_TRUE(has(shown, "10.1.1.2-10.1.1.4 . 80 : 0x000003e8")) << shown;
  EXPECT_TRUE(has(shown, "udp dport map @udp_map")) << shown;
  EXPECT_FALSE(has(shown, "10.1.1.1-")) << shown;
  // Another run, with counters.
  change.clear = true;
  change.settings.counters = true;
  change.there.clear();
  change.remove.clear();
  ASSERT_EQ(apply(change), 0);
  shown = output_of("nft list ruleset");
  EXPECT_TRUE(has(shown, "counter packets 0")) << shown;
  EXPECT_FALSE(has(shown, "sctp")) << shown;
  change.add.clear();
  ASSERT_EQ(apply(change), 0);
  EXPECT_EQ(output_of("nft list ruleset"), "");
}

}  // namespace
}  // namespace holdfast
