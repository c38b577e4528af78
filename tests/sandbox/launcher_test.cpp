// The real launcher, spoken to as the parent would: what is on its menu, in what state it comes, and what ends it.
// Runs as root in a network namespace of its own.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "parent/launcher/start.h"
#include "policy/capabilities.h"
#include "policy/role.h"
#include "tests/sandbox/launcher_client.h"

namespace holdfast::launcher {
namespace {

int option(int socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(socket, level, name, &value, &size) == 0 ? value : -errno;
}

std::string status_line(pid_t pid, const std::string& key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key + ":")) continue;
    const std::size_t value = line.find_first_not_of(" \t", key.size() + 1);
    return value == std::string::npos ? "" : line.substr(value);
  }
  return "";
}

bool ended_within(pid_t pid, int milliseconds) {
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd ended{process.get(), POLLIN, 0};
  if (poll(&ended, 1, milliseconds) != 1) return false;
  return waitpid(pid, nullptr, 0) == pid;
}

class Launcher : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (getuid() != 0) return;
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    ASSERT_EQ(std::system("ip link set lo up && ip link set lo multicast on"), 0);
  }
  void SetUp() override {
    if (getuid() != 0) GTEST_SKIP() << "needs root: the launcher holds NET_ADMIN and NET_RAW";
    folder_ = ::testing::TempDir() + "launcher";
    ASSERT_EQ(std::system(("rm -rf " + folder_ + " && mkdir -m 700 " + folder_ + " && echo configuration > " + folder_ + "/k.conf && chmod 600 " + folder_ + "/k.conf").c_str()), 0);
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    link_ = Fd(ends[0]);
    const Fd theirs(ends[1]);
    launcher_ = fork();
    ASSERT_GE(launcher_, 0);
    if (launcher_ == 0) become_launcher(theirs.get());
  }
  void TearDown() override {
    link_.reset();
    if (launcher_ > 0) {
      EXPECT_TRUE(ended_within(launcher_, 5000)) << "the launcher outlives its parent";
    }
  }
  // As the root phase does it. The worker's program is not installed.
  [[noreturn]] void become_launcher(int link) {
    const auto high = [](int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 64); };
    const int high_link = high(link);
    const int child = high(open(HOLDFAST_STUB_CHILD, O_PATH | O_CLOEXEC));
    const int program = high(open(HOLDFAST_LAUNCHER, O_PATH | O_CLOEXEC));
    close_range(3, 63, 0);
    if (dup2(high_link, kLinkFd) != kLinkFd) _exit(90);
    for (int i = 0; i < 3; ++i) {
      if (dup2(child, kProgramFd + i) < 0) _exit(91);
    }
    const std::uint64_t rights = policy::kLauncher.capabilities | policy::kLauncher.optional_capabilities;
    const policy::Identity identity = policy::identity(policy::kLauncher);
    HF_CHECK(policy::bound_capabilities(rights));
    HF_CHECK(policy::lock_securebits(false));
    HF_CHECK(policy::become(identity.uid, identity.gid));
    HF_CHECK(policy::pass_on_capabilities(rights));
    const char* argv[] = {"holdfast-launcher", "users", folder_.c_str(), "--", "keepalived", "-f", "/etc/keepalived/keepalived.conf", nullptr};
    char* environment[] = {nullptr};
    execveat(program, "", const_cast<char**>(argv), environment, AT_EMPTY_PATH);
    _exit(92);
  }
  Answer asked(Item item, const Request& request = {}, int descriptor = -1) {
    auto answer = ask(link_.get(), request, item, descriptor);
    EXPECT_TRUE(answer.has_value()) << "the launcher closed the link";
    return answer ? std::move(*answer) : Answer{};
  }
  std::string folder_;
  Fd link_;
  pid_t launcher_ = -1;
};

Request advert(std::uint8_t family, bool unicast) {
  Request request;
  request.family = family;
  request.unicast = unicast ? 1 : 0;
  request.interface_index = if_nametoindex("lo");
  inet_pton(family == 4 ? AF_INET : AF_INET6, family == 4 ? "224.0.0.18" : "ff02::12", request.group);
  return request;
}

TEST_F(Launcher, HoldsOnlyWhatStartingOthersTakes) {
  asked(Item::kLookupInterface);  // it has entered its policy when it answers
  EXPECT_EQ(status_line(launcher_, "NoNewPrivs"), "1");
  EXPECT_EQ(status_line(launcher_, "Seccomp"), "2");
  EXPECT_EQ(status_line(launcher_, "CapAmb"), "0000000000000000");
  EXPECT_EQ(status_line(launcher_, "CapInh"), "0000000000000000");
  const std::uint64_t all = std::stoull(status_line(launcher_, "CapPrm"), nullptr, 16);
  EXPECT_EQ(all & ~(policy::kLauncher.capabilities | policy::kLauncher.optional_capabilities), 0U);
}

TEST_F(Launcher, OpensConfigurationOfRootOnlyBelowItsDirectory) {
  auto own = ask_path(link_.get(), Item::kOpenConfigFile, folder_ + "/k.conf");
  ASSERT_TRUE(own && own->reply.error == 0);
  std::array<char, 32> text{};
  EXPECT_EQ(read(own->descriptor.get(), text.data(), text.size()), 14);
  EXPECT_EQ(fcntl(own->descriptor.get(), F_GETFL) & O_ACCMODE, O_RDONLY);
  EXPECT_EQ(ask_path(link_.get(), Item::kOpenConfigFile, "/etc/shadow")->reply.error, EACCES);
  EXPECT_EQ(ask_path(link_.get(), Item::kOpenConfigFile, folder_ + "/../../etc/shadow")->reply.error, EACCES);
  EXPECT_EQ(ask_path(link_.get(), Item::kOpenConfigFile, "/proc/self/status")->reply.error, EPERM);
  EXPECT_EQ(ask_path(link_.get(), Item::kOpenDirectory, folder_)->reply.error, 0);
}

TEST_F(Launcher, PreparesMulticastAdvertSockets) {
  const Answer answer = asked(Item::kOpenAdvertSocket, advert(4, false));
  ASSERT_EQ(answer.reply.error, 0);
  const int s = answer.descriptor.get();
  EXPECT_EQ(option(s, SOL_SOCKET, SO_PROTOCOL), 112);
  EXPECT_EQ(option(s, SOL_SOCKET, SO_TYPE), SOCK_RAW);
  EXPECT_EQ(option(s, IPPROTO_IP, IP_HDRINCL), 0);
  EXPECT_EQ(option(s, IPPROTO_IP, IP_TTL), 255);
  EXPECT_EQ(option(s, IPPROTO_IP, IP_MULTICAST_TTL), 255);
  EXPECT_EQ(option(s, IPPROTO_IP, IP_MULTICAST_LOOP), 0);
  EXPECT_EQ(option(s, IPPROTO_IP, IP_MULTICAST_ALL), 0);
  EXPECT_EQ(option(s, IPPROTO_IP, IP_TOS), 0xc0);
  EXPECT_EQ(option(s, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DONT);
  EXPECT_EQ(option(s, IPPROTO_IP, IP_PKTINFO), 1);
  EXPECT_EQ(option(s, SOL_SOCKET, SO_PRIORITY), 6);
  EXPECT_EQ(option(s, SOL_SOCKET, SO_BINDTOIFINDEX), static_cast<int>(if_nametoindex("lo")));
  EXPECT_GE(option(s, SOL_SOCKET, SO_RCVBUF), 1 << 20);
  EXPECT_NE(fcntl(s, F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(Launcher, PreparesIpv6AdvertSockets) {
  const Answer answer = asked(Item::kOpenAdvertSocket, advert(6, false));
  ASSERT_EQ(answer.reply.error, 0);
  const int s = answer.descriptor.get();
  EXPECT_EQ(option(s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), 255);
  EXPECT_EQ(option(s, IPPROTO_IPV6, IPV6_MULTICAST_LOOP), 0);
  EXPECT_EQ(option(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 255);
  EXPECT_EQ(option(s, IPPROTO_IPV6, IPV6_CHECKSUM), 6);
  EXPECT_EQ(option(s, IPPROTO_IPV6, IPV6_RECVPKTINFO), 1);
  EXPECT_EQ(option(s, IPPROTO_IPV6, IPV6_RECVHOPLIMIT), 1);
  EXPECT_EQ(option(s, IPPROTO_IPV6, IPV6_TCLASS), 0xc0);
}

TEST_F(Launcher, PreparesUnicastAdvertSockets) {
  Request request = advert(4, true);
  request.ttl = 64;
  request.interface_index = 0;
  request.has_source = 1;
  inet_pton(AF_INET, "192.0.2.7", request.source);  // not there yet
  const Answer answer = asked(Item::kOpenAdvertSocket, request);
  ASSERT_EQ(answer.reply.error, 0);
  EXPECT_EQ(option(answer.descriptor.get(), IPPROTO_IP, IP_TTL), 64);
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  ASSERT_EQ(getsockname(answer.descriptor.get(), reinterpret_cast<sockaddr*>(&bound), &size), 0);
  EXPECT_EQ(ntohl(bound.sin_addr.s_addr), 0xc0000207U);
}

TEST_F(Launcher, RefusesAdvertSocketsThatMakeNoSense) {
  Request request = advert(5, false);
  EXPECT_EQ(asked(Item::kOpenAdvertSocket, request).reply.error, EINVAL);
  request = advert(4, false);
  request.interface_index = 0;
  EXPECT_EQ(asked(Item::kOpenAdvertSocket, request).reply.error, EINVAL);
  request = advert(4, false);
  request.group[0] = 10;
  EXPECT_EQ(asked(Item::kOpenAdvertSocket, request).reply.error, EINVAL);
  request = advert(4, false);
  request.interface_index = 9999;
  EXPECT_EQ(asked(Item::kOpenAdvertSocket, request).reply.error, EADDRNOTAVAIL);
}

TEST_F(Launcher, TheAnnounceSocketReceivesNothing) {
  const Answer answer = asked(Item::kOpenAnnounceSocket);
  ASSERT_EQ(answer.reply.error, 0);
  const int s = answer.descriptor.get();
  EXPECT_EQ(option(s, SOL_SOCKET, SO_DOMAIN), AF_PACKET);
  EXPECT_EQ(option(s, SOL_SOCKET, SO_LOCK_FILTER), 1);
  EXPECT_EQ(setsockopt(s, SOL_SOCKET, SO_DETACH_FILTER, nullptr, 0), -1) << "its holder must not remove the filter";
  sockaddr_ll all{};
  all.sll_family = AF_PACKET;
  all.sll_protocol = htons(3);
  all.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
  ASSERT_EQ(bind(s, reinterpret_cast<sockaddr*>(&all), sizeof all), 0);
  const Fd sender(socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(9);
  target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(sendto(sender.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&target), sizeof target), 1);
  pollfd readable{s, POLLIN, 0};
  EXPECT_EQ(poll(&readable, 1, 50), 0);
}

TEST_F(Launcher, APingSocketReceivesOnlyReplies) {
  Request request;
  request.family = 4;
  request.kind = static_cast<std::uint8_t>(CheckSocket::kPing);
  const Answer answer = asked(Item::kOpenCheckSocket, request);
  ASSERT_EQ(answer.reply.error, 0);
  EXPECT_EQ(option(answer.descriptor.get(), SOL_SOCKET, SO_PROTOCOL), IPPROTO_ICMP);
  EXPECT_EQ(option(answer.descriptor.get(), SOL_RAW, 1), static_cast<int>(~1U));  // ICMP_FILTER
  request.family = 6;
  EXPECT_EQ(asked(Item::kOpenCheckSocket, request).reply.error, 0);
  request.family = 7;
  EXPECT_EQ(asked(Item::kOpenCheckSocket, request).reply.error, EINVAL);
}

TEST_F(Launcher, ACheckSocketHasItsMarkAndItsLowPort) {
  Request request;
  request.family = 4;
  request.mark = 7;
  request.port = 77;
  request.has_source = 1;
  request.source[0] = 127;
  request.source[3] = 1;
  for (const CheckSocket kind : {CheckSocket::kStream, CheckSocket::kDatagram}) {
    request.kind = static_cast<std::uint8_t>(kind);
    const Answer answer = asked(Item::kOpenCheckSocket, request);
    ASSERT_EQ(answer.reply.error, 0);
    const int socket = answer.descriptor.get();
    EXPECT_EQ(option(socket, SOL_SOCKET, SO_MARK), 7);
    EXPECT_EQ(option(socket, SOL_SOCKET, SO_TYPE), kind == CheckSocket::kStream ? SOCK_STREAM : SOCK_DGRAM);
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ASSERT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size), 0);
    EXPECT_EQ(ntohs(own.sin_port), 77);
    EXPECT_EQ(ntohl(own.sin_addr.s_addr), INADDR_LOOPBACK);
  }
  request.kind = 3;
  EXPECT_EQ(asked(Item::kOpenCheckSocket, request).reply.error, EINVAL);
}

TEST_F(Launcher, LooksInterfacesUp) {
  Request request;
  std::strcpy(request.interface, "lo");
  const Answer answer = asked(Item::kLookupInterface, request);
  EXPECT_EQ(answer.reply.interface_index, if_nametoindex("lo"));
  EXPECT_NE(answer.reply.flags & IFF_UP, 0U);
  std::strcpy(request.interface, "none0");
  EXPECT_EQ(asked(Item::kLookupInterface, request).reply.error, ENODEV);
}

struct Started {
  Fd link;
  Answer answer;
};
Started start(int launcher, Child child) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {};
  const Fd theirs(ends[1]);
  Request request;
  request.child = static_cast<std::uint8_t>(child);
  auto answer = ask(launcher, request, Item::kStartRole, theirs.get());
  return {Fd(ends[0]), answer ? std::move(*answer) : Answer{}};
}

std::string talk(const Fd& link, const std::string& word) {
  std::array<char, 512> text{};
  send(link.get(), word.data(), word.size(), MSG_NOSIGNAL);
  const ssize_t size = recv(link.get(), text.data(), text.size() - 1, 0);
  return size > 0 ? text.data() : "";
}

TEST_F(Launcher, StartsARoleAsTheParentsOwnChildWithItsRights) {
  const struct {
    Child child;
    const char* name;
    const policy::Role* role;
  } table[] = {{Child::kVrrpd, "vrrpd", &policy::kVrrpd}, {Child::kIpvsd, "ipvsd", &policy::kIpvsd}, {Child::kCheckerd, "checkerd", &policy::kCheckerd}};
  for (const auto& row : table) {
    Started started = start(link_.get(), row.child);
    ASSERT_EQ(started.answer.reply.error, 0) << row.name;
    const pid_t pid = started.answer.reply.pid;
    EXPECT_EQ(talk(started.link, row.name), "ready /etc/keepalived/keepalived.conf") << "and with the operator's command line";
    EXPECT_EQ(status_line(pid, "PPid"), std::to_string(getpid())) << row.name;
    const std::string uid = std::to_string(policy::identity(*row.role).uid);
    EXPECT_EQ(status_line(pid, "Uid"), uid + "\t" + uid + "\t" + uid + "\t" + uid) << row.name;
    EXPECT_EQ(status_line(pid, "Groups"), "") << row.name;
    EXPECT_EQ(std::stoull(status_line(pid, "CapPrm"), nullptr, 16), row.role->capabilities) << row.name;
    EXPECT_EQ(std::stoull(status_line(pid, "CapEff"), nullptr, 16), row.role->capabilities) << row.name;
    EXPECT_EQ(status_line(pid, "CapAmb"), "0000000000000000") << row.name;
    EXPECT_EQ(status_line(pid, "NoNewPrivs"), "1") << row.name;
    EXPECT_EQ(status_line(pid, "Seccomp"), "2") << row.name;
    EXPECT_EQ(status_line(pid, "Seccomp_filters"), "2") << row.name << ": its own and the launcher's";
    started.link.reset();
    EXPECT_TRUE(ended_within(pid, 5000)) << row.name;
  }
}

TEST_F(Launcher, SaysThatAProgramIsNotInstalled) {
  EXPECT_EQ(start(link_.get(), Child::kWorker).answer.reply.error, ENOENT);
  EXPECT_EQ(start(link_.get(), static_cast<Child>(77)).answer.reply.error, EINVAL);
  Request request;
  request.child = static_cast<std::uint8_t>(Child::kVrrpd);
  EXPECT_EQ(asked(Item::kStartRole, request).reply.error, EINVAL) << "without a link";
}

TEST_F(Launcher, EndsAChildAndOnlyAChild) {
  Started started = start(link_.get(), Child::kVrrpd);
  ASSERT_EQ(talk(started.link, "vrrpd").substr(0, 5), "ready");
  Request request;
  request.pid = getpid();
  EXPECT_EQ(asked(Item::kEndChild, request).reply.error, ESRCH);
  request.pid = started.answer.reply.pid;
  EXPECT_EQ(asked(Item::kEndChild, request).reply.error, 0);
  int status = 0;
  ASSERT_EQ(waitpid(request.pid, &status, 0), request.pid);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(asked(Item::kEndChild, request).reply.error, ESRCH);
  pollfd ended{started.answer.descriptor.get(), POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, 0), 1) << "the process descriptor is readable";
}

TEST_F(Launcher, EndsWhatHangsASecondAfterTheParentHasGone) {
  Started started = start(link_.get(), Child::kVrrpd);
  ASSERT_EQ(talk(started.link, "vrrpd").substr(0, 5), "ready");
  const pid_t child = started.answer.reply.pid;
  ASSERT_EQ(kill(child, SIGSTOP), 0);
  link_.reset();
  EXPECT_FALSE(ended_within(child, 500)) << "a child has a second to release addresses";
  EXPECT_TRUE(ended_within(child, 3000));
}

TEST_F(Launcher, ARequestOutsideOfTheMenuIsRefused) {
  EXPECT_EQ(asked(static_cast<Item>(0)).reply.error, EPERM);
  EXPECT_EQ(asked(static_cast<Item>(4711)).reply.error, EPERM);
}

TEST_F(Launcher, AMalformedRequestEndsIt) {
  Request request;
  request.version = kMenuVersion + 1;
  EXPECT_FALSE(ask(link_.get(), request, Item::kOpenAnnounceSocket).has_value());
}

TEST_F(Launcher, AShortRequestEndsIt) {
  ASSERT_TRUE(send_bytes(link_.get(), "short", 5));
  EXPECT_FALSE(receive_answer(link_.get()).has_value());
}

TEST_F(Launcher, ARelativePathEndsIt) { EXPECT_FALSE(ask_path(link_.get(), Item::kOpenConfigFile, "etc/passwd").has_value()); }

}  // namespace
}  // namespace holdfast::launcher
