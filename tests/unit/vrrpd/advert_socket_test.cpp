// AdvertSocket on real raw sockets over the loopback of a network namespace of its own. Needs root.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/net/advert_socket.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "parent/launcher/sockets.h"
#include "proto/runtime/loop.h"
#include "tests/unit/vrrpd/configs.h"

namespace holdfast::vrrp {
namespace {

constexpr Duration kWait{5'000};
constexpr int kPatienceMilliseconds = 10'000;
constexpr int kAttempts = 400;

bool own_network() {
  static const bool made = ::geteuid() == 0 && ::unshare(CLONE_NEWNET) == 0 && std::system("ip link set lo up") == 0;
  return made;
}

AdvertSocket on_loopback(const IpAddress& address) {
  launcher::Request request;
  request.interface_index = ::if_nametoindex("lo");
  request.family = static_cast<std::uint8_t>(address.family());
  request.unicast = 1;
  request.ttl = 255;
  request.has_source = 1;
  std::copy(address.octets().begin(), address.octets().end(), request.source);
  auto socket = launcher::open_advert_socket(request);
  EXPECT_TRUE(socket) << socket.error().message;
  return AdvertSocket(*std::move(socket), SocketKey{request.interface_index, address.family(), true});
}

// Sends one advert to itself, lets it lie for kWait and reads it.
AdvertSocket::Received read_late(AdvertSocket& socket, const IpAddress& address, AdvertSocket::Buffer& buffer) {
  const std::uint8_t message[] = {0x31, 10, 100, 1, 0, 100, 0, 0, 192, 0, 2, 1};
  EXPECT_TRUE(socket.send(message, address, address, 255));
  pollfd waiting{socket.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&waiting, 1, kPatienceMilliseconds), 1);
  Loop loop;
  Loop::Timer later = loop.timer([&loop] { loop.stop(0); });
  later.arm(loop.now() + kWait);
  loop.run();
  const AdvertSocket::Received received = socket.receive(buffer);
  EXPECT_TRUE(received.any && received.packet);
  if (received.packet) {
    EXPECT_TRUE(std::ranges::equal(received.packet->message.first(6), std::span(message).first(6)));  // 6: the kernel's checksum
  }
  EXPECT_LE(received.waited, kWaitedMax);
  return received;
}

// What is read some time after it came says so: down timers are counted from arrivals. Some packets pass before the kernel, asked for
// stamps by the first socket, begins to stamp on arrival.
void expect_wait_is_told(const IpAddress& address) {
  AdvertSocket socket = on_loopback(address);
  AdvertSocket::Buffer buffer;
  bool told = false;
  for (int attempt = 0; attempt < kAttempts && !told; ++attempt) {
    told = read_late(socket, address, buffer).waited >= kWait - Duration{500};  // the wall clock may be slewed
  }
  EXPECT_TRUE(told);
  EXPECT_FALSE(socket.receive(buffer).any);
}

TEST(AdvertSocketTest, TellsHowLongAnIpv4PacketWaited) {
  if (!own_network()) GTEST_SKIP() << "needs root and network namespaces";
  expect_wait_is_told(ip("127.0.0.1"));
}

TEST(AdvertSocketTest, TellsHowLongAnIpv6PacketWaited) {
  if (!own_network()) GTEST_SKIP() << "needs root and network namespaces";
  expect_wait_is_told(ip("::1"));
}

}  // namespace
}  // namespace holdfast::vrrp
