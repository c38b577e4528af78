// The program itself, in its sandbox, in a network namespace of its own: started like the launcher starts it, spoken to over its
// links, judged by the kernel's tables and by the frames on the wire. Needs root. Argument: the program.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "proto/runtime/log.h"
#include "tests/unit/ipvsd/peer.h"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

std::string program;

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  while (std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, size);
  ::pclose(pipe);
  return text;
}
bool run(const std::string& command) { return std::system(command.c_str()) == 0; }

class ProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "needs root";
    if (!run("ip link set lo up && ip link add d0 type veth peer name p0 && sysctl -qw net.ipv6.conf.d0.addr_gen_mode=1 && "
             "ip link set p0 up && ip link set d0 up && ip addr add 192.0.2.1/24 dev d0")) {
      GTEST_SKIP() << "cannot make a pair of interfaces";
    }
  }
  void TearDown() override {
    if (child_ > 0) end_child();
  }

  // As the launcher does: descriptor 3 is the link.
  void start() {
    auto pair = make_channel();
    ASSERT_TRUE(pair);
    const int far_end = pair->second.get();
    child_ = ::fork();
    ASSERT_GE(child_, 0);
    if (child_ == 0) {
      if (::dup2(far_end, kParentLinkFd) < 0) ::_exit(126);
      ::execl(program.c_str(), program.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    pair->second.reset();
    parent_.emplace(loop_, std::move(pair->first));
    ASSERT_TRUE(wait([&] { return parent_->count([](const auto& m) { return m.has_links_complete(); }) == 1; })) << "it did not start";
    give_announce_socket();
  }
  void give_announce_socket() {
    wire::ParentToIpvsd message;
    message.mutable_announce_socket();
    parent_->say(message, Fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)));
  }
  void connect_vrrpd() {
    auto pair = make_channel();
    vrrpd_.emplace(loop_, std::move(pair->first));
    wire::ParentToIpvsd message;
    message.mutable_peer_link()->set_peer(wire::PeerLink::VRRPD);
    parent_->say(message, std::move(pair->second));
  }
  int end_child(int signal = SIGKILL) {
    if (signal != 0) ::kill(child_, signal);
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return status;
  }
  // Runs the loop until it is so, at most ten seconds.
  template <class Condition>
  bool wait(Condition condition) {
    const Instant end = loop_.now() + 10s;
    Loop::Timer tick;
    bool met = false;
    tick = loop_.timer([&] {
      met = condition();
      if (met || loop_.now() > end) return loop_.stop(0);
      tick.arm(loop_.now() + 20us);
    });
    tick.arm(loop_.now());
    loop_.run();
    return met;
  }
  bool applied(std::uint64_t generation) {
    return wait([&] { return vrrpd_->count([&](const auto& m) { return m.has_claim_applied() && m.claim_applied().claim() == generation; }) > 0; });
  }
  static IpvsPlan plan(int count = 2) {
    IpvsPlan plan;
    plan.generation = 1;
    plan.vrrpd_absence = 60s;
    InstanceRights rights{InstanceId{7}, "VI_7", "d0", {}, true, Duration{0}, Duration{0}};
    for (int at = 0; at < count; ++at) {
      VirtualAddress address;
      address.interface = "d0";
      address.prefix = *parse_prefix(at % 2 == 0 ? "192.0.2." + std::to_string(100 + at / 2) + "/24" : "2001:db8::" + std::to_string(100 + at / 2) + "/64");
      rights.addresses.push_back(address);
    }
    plan.instances.push_back(rights);
    return plan;
  }
  static std::string held() { return output_of("ip -o addr show dev d0 scope global | awk '{print $4}' | LC_ALL=C sort | tr '\\n' ' '"); }

  Loop loop_;
  pid_t child_ = -1;
  std::optional<Parent> parent_;
  std::optional<Vrrpd> vrrpd_;
};

// Every frame that arrives at the other end of the link.
class Listener {
 public:
  Listener() : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL))) {
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(ETH_P_ALL);
    at.sll_ifindex = static_cast<int>(::if_nametoindex("p0"));
    const int room = 32 << 20;
    EXPECT_EQ(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room), 0);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  }
  // (gratuitous ARP, unsolicited NA) seen so far.
  std::pair<int, int> count() {
    unsigned char frame[2048];
    ssize_t size = 0;
    while ((size = ::recv(socket_.get(), frame, sizeof frame, 0)) > 0) {
      if (size >= 42 && frame[12] == 0x08 && frame[13] == 0x06 && std::equal(frame + 28, frame + 32, frame + 38)) ++arp_;
      if (size >= 86 && frame[12] == 0x86 && frame[13] == 0xdd && frame[54] == 136) ++advertisements_;
    }
    return {arp_, advertisements_};
  }

 private:
  Fd socket_;
  int arp_ = 0;
  int advertisements_ = 0;
};

TEST_F(ProcessTest, HoldsAnnouncesAndStopsInsideItsSandbox) {
  start();
  const std::string status = output_of("grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/" + std::to_string(child_) + "/status | tr -s '\\t\\n' ' '");
  EXPECT_EQ(status, "CapEff: 0000000000001000 NoNewPrivs: 1 Seccomp: 2 ");
  say_plan(*parent_, plan());
  connect_vrrpd();
  Listener listener;
  vrrpd_->say(claim_of(7, 1));
  wire::VrrpdToIpvsd announce;
  announce.mutable_announce()->set_instance(7);
  announce.mutable_announce()->set_repeat(5);
  vrrpd_->say(announce);
  ASSERT_TRUE(applied(1));
  EXPECT_EQ(held(), "192.0.2.1/24 192.0.2.100/24 2001:db8::100/64 ");
  EXPECT_TRUE(wait([&] { return listener.count() == std::pair{5, 5}; })) << listener.count().first << " and " << listener.count().second;
  EXPECT_EQ(output_of("sysctl -n net.ipv4.conf.d0.promote_secondaries"), "1\n");
  wire::ParentToIpvsd stop;
  stop.mutable_stop();
  parent_->say(stop);
  EXPECT_TRUE(wait([&] { return parent_->count([](const auto& m) { return m.has_stopped(); }) == 1; }));
  const int code = end_child(0);
  EXPECT_TRUE(WIFEXITED(code) && WEXITSTATUS(code) == 0) << code;
  EXPECT_EQ(held(), "192.0.2.1/24 ");
  EXPECT_EQ(output_of("sysctl -n net.ipv4.conf.d0.promote_secondaries"), "0\n");
}

TEST_F(ProcessTest, WithdrawsWhenItsParentIsGone) {
  start();
  say_plan(*parent_, plan());
  connect_vrrpd();
  vrrpd_->say(claim_of(7, 1));
  ASSERT_TRUE(applied(1));
  parent_->hang_up();
  const int code = end_child(0);
  EXPECT_TRUE(WIFEXITED(code) && WEXITSTATUS(code) == 0) << code;
  EXPECT_EQ(held(), "192.0.2.1/24 ");
}

TEST_F(ProcessTest, KilledItLeavesEverythingAndTheNextOneTouchesNothing) {
  start();
  say_plan(*parent_, plan());
  connect_vrrpd();
  vrrpd_->say(claim_of(7, 1));
  ASSERT_TRUE(applied(1));
  end_child();
  const std::string before = held();
  EXPECT_EQ(before, "192.0.2.1/24 192.0.2.100/24 2001:db8::100/64 ");
  const Fd changes(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  ASSERT_EQ(::bind(changes.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups), 0);
  vrrpd_.reset();
  start();
  say_plan(*parent_, plan());
  connect_vrrpd();
  vrrpd_->say(claim_of(7, 2));
  wire::VrrpdToIpvsd complete;
  complete.mutable_claims_complete();
  vrrpd_->say(complete);
  ASSERT_TRUE(applied(2));
  char change[4096];
  EXPECT_LT(::recv(changes.get(), change, sizeof change, 0), 0) << "an address was changed";
  ASSERT_TRUE(run("ip addr del 192.0.2.100/24 dev d0"));
  EXPECT_GT(::recv(changes.get(), change, sizeof change, 0), 0) << "and it would have been seen";
  ASSERT_TRUE(run("ip addr add 192.0.2.100/24 dev d0"));
  EXPECT_EQ(held(), before);
}

// Not a limit, a figure: from the claim's sending to its answer, both processes and two sockets in between.
TEST_F(ProcessTest, ClaimsAreQuick) {
  start();
  say_plan(*parent_, plan(2));
  connect_vrrpd();
  std::vector<std::int64_t> claims;
  constexpr std::uint64_t kRounds = 200;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    const Instant begin = loop_.now();
    vrrpd_->say(claim_of(7, 2 * round));
    ASSERT_TRUE(applied(2 * round));
    claims.push_back((loop_.now() - begin).count());
    vrrpd_->say(release_of(7, 2 * round + 1));
    ASSERT_TRUE(applied(2 * round + 1));
    vrrpd_->heard.clear();
  }
  EXPECT_EQ(held(), "192.0.2.1/24 ");
  std::sort(claims.begin(), claims.end());
  std::printf("claim of an IPv4 and an IPv6 address: median %ld us, 90%% %ld us\n", static_cast<long>(claims[kRounds / 2]), static_cast<long>(claims[kRounds * 9 / 10]));
}

// A whole router's worth at once, with their announcements: also a figure.
TEST_F(ProcessTest, AThousandInstancesMoveTogether) {
  constexpr std::uint64_t kInstances = 1000;
  start();
  IpvsPlan all = plan(0);
  all.instances.clear();
  for (std::uint64_t id = 1; id <= kInstances; ++id) {
    InstanceRights rights{InstanceId{id}, "VI_" + std::to_string(id), "d0", {}, false, Duration{0}, Duration{0}};
    VirtualAddress address;
    address.interface = "d0";
    address.prefix = *parse_prefix("10.1." + std::to_string(id / 250) + "." + std::to_string(id % 250 + 1) + "/32");
    rights.addresses.push_back(address);
    all.instances.push_back(rights);
  }
  say_plan(*parent_, all);
  connect_vrrpd();
  ASSERT_TRUE(wait([&] { return parent_->count([](const auto& m) { return m.has_plan_applied(); }) == 1; }));
  Listener listener;
  const Instant begin = loop_.now();
  for (std::uint64_t id = 1; id <= kInstances; ++id) {
    vrrpd_->say(claim_of(id, 1));
    wire::VrrpdToIpvsd announce;
    announce.mutable_announce()->set_instance(id);
    announce.mutable_announce()->set_repeat(5);
    vrrpd_->say(announce);
  }
  const auto is_applied = [](const auto& m) { return m.has_claim_applied() && m.claim_applied().failed() == 0; };
  ASSERT_TRUE(wait([&] { return vrrpd_->count(is_applied) == kInstances; }));
  const auto moved = (loop_.now() - begin).count();
  EXPECT_TRUE(wait([&] { return listener.count().first == 5 * static_cast<int>(kInstances); })) << listener.count().first;
  std::printf("%d claims: %ld us; with 5 announcements each: %ld us\n", static_cast<int>(kInstances), static_cast<long>(moved),
              static_cast<long>((loop_.now() - begin).count()));
  EXPECT_EQ(output_of("ip -o -4 addr show dev d0 | wc -l"), std::to_string(kInstances + 1) + "\n");
  const Instant stopping = loop_.now();
  parent_->hang_up();
  const int code = end_child(0);
  std::printf("withdrawn and ended after %ld us\n", static_cast<long>((loop_.now() - stopping).count()));
  EXPECT_TRUE(WIFEXITED(code) && WEXITSTATUS(code) == 0) << code;
  EXPECT_EQ(held(), "192.0.2.1/24 ");
}

TEST_F(ProcessTest, NonsenseFromItsParentEndsIt) {
  start();
  wire::ParentToIpvsd message;
  message.mutable_commit()->set_generation(5);
  parent_->say(message);
  const int code = end_child(0);
  EXPECT_TRUE(WIFEXITED(code) && WEXITSTATUS(code) == 1) << code;
}

}  // namespace
}  // namespace holdfast

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s holdfast-ipvsd\n", argv[0]);
    return 2;
  }
  holdfast::program = argv[1];
  return RUN_ALL_TESTS();
}
