// Links: datagrams, descriptors, back-pressure with coalescing, and what a broken peer can do (nothing).
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "proto/channel/typed_link.h"
#include "proto/schema/vrrpd_ipvsd.pb.h"

namespace holdfast {
namespace {

using Descriptors = ChannelSocket::Descriptors;
using VrrpdEnd = Link<wire::VrrpdToIpvsd, wire::IpvsdToVrrpd>;
using IpvsdEnd = Link<wire::IpvsdToVrrpd, wire::VrrpdToIpvsd>;

wire::VrrpdToIpvsd claim(std::uint64_t instance, std::uint64_t generation) {
  wire::VrrpdToIpvsd message;
  message.mutable_claim()->set_instance(instance);
  message.mutable_claim()->set_claim(generation);
  return message;
}

struct Pair {
  Pair(Descriptors accepted = Descriptors::kRefused) {
    auto ends = make_channel();
    HF_CHECK(ends.has_value());
    left = ChannelSocket(std::move(ends->first), accepted);
    right = ChannelSocket(std::move(ends->second), accepted);
  }
  ChannelSocket left, right;
};

TEST(ChannelSocket, CarriesWholeDatagrams) {
  Pair pair;
  ASSERT_TRUE(pair.left.send("one"));
  ASSERT_TRUE(pair.left.send(std::string(kDatagramMax, 'x')));
  EXPECT_EQ((*pair.right.receive())->bytes, "one");
  EXPECT_EQ((*pair.right.receive())->bytes.size(), kDatagramMax);
  const auto nothing = pair.right.receive();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->has_value());
}

TEST(ChannelSocket, RefusesEmptyAndOversized) {
  Pair pair;
  EXPECT_FALSE(pair.left.send(""));
  EXPECT_FALSE(pair.left.send(std::string(kDatagramMax + 1, 'x')));
  ASSERT_EQ(::send(pair.left.fd(), std::string(kDatagramMax + 1, 'x').data(), kDatagramMax + 1, 0), ssize_t{kDatagramMax + 1});
  const auto received = pair.right.receive();
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, EPROTO);
}

TEST(ChannelSocket, DescriptorsOnlyWhereAccepted) {
  for (const auto accepted : {Descriptors::kAccepted, Descriptors::kRefused}) {
    Pair pair(accepted);
    ASSERT_TRUE(pair.left.send("fd", Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC))));
    auto datagram = pair.right.receive();
    ASSERT_TRUE(datagram && *datagram);
    EXPECT_EQ(static_cast<bool>((*datagram)->descriptor), accepted == Descriptors::kAccepted);
  }
}

TEST(ChannelSocket, EndOfPeerIsAnError) {
  Pair pair;
  pair.left.close();
  const auto received = pair.right.receive();
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, EPIPE);
  EXPECT_FALSE(pair.right.send("x"));
}

TEST(ChannelSocket, SlowPeerGetsTheLatestStateOfEachKeyInOrder) {
  Pair pair;
  while (!pair.left.backlogged()) ASSERT_TRUE(pair.left.send("fill"));
  ASSERT_TRUE(pair.left.send("a1", {}, 1));
  ASSERT_TRUE(pair.left.send("b1", {}, 2));
  ASSERT_TRUE(pair.left.send("a2", {}, 1));
  std::vector<std::string> seen;
  for (;;) {
    auto datagram = pair.right.receive();
    ASSERT_TRUE(datagram);
    if (!*datagram) {
      if (!pair.left.backlogged()) break;
      ASSERT_TRUE(pair.left.flush());
      continue;
    }
    if ((*datagram)->bytes != "fill") seen.push_back((*datagram)->bytes);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"b1", "a2"}));
}

TEST(ChannelSocket, BacklogIsBounded) {
  Pair pair;
  while (!pair.left.backlogged()) ASSERT_TRUE(pair.left.send("fill"));
  Status last = ok();
  for (std::size_t count = 0; count <= kQueueMax && last; ++count) last = pair.left.send("more");
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ENOBUFS);
}

TEST(Link, DrainDeliversAllThatAPeerSaidBeforeItsEnd) {
  Loop loop;
  auto ends = make_channel();
  ASSERT_TRUE(ends);
  int heard = 0;
  IpvsdEnd right(loop, std::move(ends->second), Descriptors::kRefused, [&](auto&, Fd) { ++heard; }, {});
  const int said = 3 * kMessagesPerWakeup;
  {
    VrrpdEnd left(loop, std::move(ends->first), Descriptors::kRefused, [](auto&, Fd) {}, {});
    wire::VrrpdToIpvsd message;
    message.mutable_claim()->set_instance(1);
    for (int count = 0; count < said; ++count) ASSERT_TRUE(left.send(message));
  }
  right.drain();
  EXPECT_EQ(heard, said);
  EXPECT_FALSE(right.open());
}

TEST(Link, DeliversTypedMessagesAndReportsTheEndOnce) {
  Loop loop;
  auto ends = make_channel();
  ASSERT_TRUE(ends);
  std::vector<std::uint64_t> instances;
  int closed = 0;
  IpvsdEnd right(
      loop, std::move(ends->second), Descriptors::kRefused,
      [&](wire::VrrpdToIpvsd& message, Fd) { instances.push_back(message.claim().instance()); },
      [&](const Error& error) {
        EXPECT_EQ(error.code, EPIPE);
        ++closed;
        loop.stop(0);
      });
  {
    VrrpdEnd left(loop, std::move(ends->first), Descriptors::kRefused, [](auto&, Fd) {}, {});
    EXPECT_FALSE(left.send(wire::VrrpdToIpvsd{}));
    for (std::uint64_t id = 1; id <= 40; ++id) ASSERT_TRUE(left.send(claim(id, 1)));
  }
  loop.run();
  EXPECT_EQ(instances.size(), 40u);
  EXPECT_EQ(closed, 1);
  EXPECT_FALSE(right.open());
}

// Found with a restarted ipvsd: its new link got the number of the old one while the loop still watched that.
TEST(Link, AFreshLinkMadeWhenTheOldOneEndsIsHeard) {
  Loop loop;
  auto old_ends = make_channel();
  ASSERT_TRUE(old_ends);
  std::optional<IpvsdEnd> fresh;
  std::optional<VrrpdEnd> fresh_peer;
  std::uint64_t heard = 0;
  IpvsdEnd old_link(loop, std::move(old_ends->second), Descriptors::kRefused, [](auto&, Fd) {}, [&](const Error&) {
    auto ends = make_channel();
    fresh.emplace(loop, std::move(ends->second), Descriptors::kRefused,
                  [&](wire::VrrpdToIpvsd& message, Fd) {
                    heard = message.claim().instance();
                    loop.stop(0);
                  },
                  [](const Error&) {});
    fresh_peer.emplace(loop, std::move(ends->first), Descriptors::kRefused, [](auto&, Fd) {}, [](const Error&) {});
    EXPECT_TRUE(fresh_peer->send(claim(7, 1)));
  });
  old_ends->first.reset();
  Loop::Timer limit = loop.timer([&] { loop.stop(1); });
  limit.arm(loop.now() + Duration{5'000'000});
  EXPECT_EQ(loop.run(), 0);
  EXPECT_EQ(heard, 7u);
}

TEST(Link, NonsenseEndsTheLink) {
  for (const std::string& bytes : {std::string("\xff\xff\xff\xff"), std::string("\x7a\x01\x00", 3)}) {
    Loop loop;
    auto ends = make_channel();
    ASSERT_TRUE(ends);
    int code = 0;
    IpvsdEnd right(loop, std::move(ends->second), Descriptors::kRefused, [](auto&, Fd) { FAIL(); },
                   [&](const Error& error) {
                     code = error.code;
                     loop.stop(0);
                   });
    ASSERT_EQ(::send(ends->first.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    loop.run();
    EXPECT_EQ(code, EPROTO);
  }
}

TEST(InheritChannel, OnlySeqpacketSockets) {
  EXPECT_FALSE(inherit_channel(-1));
  Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(inherit_channel(file.get()));
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_FALSE(inherit_channel(ends[0]));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace holdfast
