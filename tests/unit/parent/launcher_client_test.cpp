// The parent's side of the launcher's menu, with the answers laid ready: what is asked, and what is made of strange answers.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/launcher_client.h"

#include <gtest/gtest.h>

#include <cstring>

#include "parent/supervise/child.h"

namespace holdfast {
namespace {

class Client : public testing::Test {
 protected:
  Client() : ends_(*make_channel()), peer_(std::move(ends_.second), ChannelSocket::Descriptors::kAccepted), client_(std::move(ends_.first)) {}

  void lay(launcher::Item item, int error = 0, std::uint32_t cookie = 1, std::uint32_t index = 0, Fd descriptor = {}) {
    launcher::Reply reply;
    reply.item = static_cast<std::uint16_t>(item);
    reply.cookie = cookie;
    reply.error = error;
    reply.interface_index = index;
    ASSERT_TRUE(peer_.send(std::string(reinterpret_cast<const char*>(&reply), sizeof reply), std::move(descriptor)));
  }
  std::string asked() {
    auto datagram = peer_.receive();
    return datagram && *datagram ? (*datagram)->bytes : "";
  }
  launcher::Request request() {
    launcher::Request request;
    const std::string bytes = asked();
    EXPECT_GE(bytes.size(), sizeof request);
    if (bytes.size() >= sizeof request) std::memcpy(&request, bytes.data(), sizeof request);
    return request;
  }

  std::pair<Fd, Fd> ends_;
  ChannelSocket peer_;
  LauncherClient client_;
};

TEST_F(Client, LookUpNamesTheInterface) {
  lay(launcher::Item::kLookupInterface, 0, 1, 7);
  const auto found = client_.look_up("eth7");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->index, 7u);
  EXPECT_STREQ(request().interface, "eth7");
}

TEST_F(Client, ErrorsKeepTheirNumber) {
  lay(launcher::Item::kLookupInterface, ENODEV);
  const auto found = client_.look_up("eth7");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ENODEV);
  EXPECT_NE(found.error().message.find("eth7"), std::string::npos);
  EXPECT_TRUE(client_.alive());
}

TEST_F(Client, PathsAreSentWhole) {
  lay(launcher::Item::kOpenConfigFile, 0, 1, 0, Fd(::dup(0)));
  const auto file = client_.open_config_file("/etc/keepalived/keepalived.conf");
  ASSERT_TRUE(file);
  EXPECT_TRUE(static_cast<bool>(*file));
  const std::string bytes = asked();
  ASSERT_EQ(bytes.size(), launcher::kPathRequestSize);
  EXPECT_STREQ(bytes.data() + launcher::kRequestSize, "/etc/keepalived/keepalived.conf");
}

TEST_F(Client, TooLongNamesAreNotAsked) {
  EXPECT_FALSE(client_.look_up("an-interface-name-of-many-letters"));
  EXPECT_FALSE(client_.open_config_file("/" + std::string(launcher::kPathMax, 'x')));
  EXPECT_TRUE(asked().empty());
}

TEST_F(Client, AdvertSocketHasFamilyGroupAndTtl) {
  lay(launcher::Item::kOpenAdvertSocket, 0, 1, 0, Fd(::dup(0)));
  const AdvertSocketWish wish{"eth0", Family::kIpv4, false, *IpAddress::parse("224.0.0.18"), 255};
  ASSERT_TRUE(client_.open_advert_socket(wish, 3));
  const launcher::Request sent = request();
  EXPECT_EQ(sent.interface_index, 3u);
  EXPECT_EQ(sent.family, 4);
  EXPECT_EQ(sent.unicast, 0);
  EXPECT_EQ(sent.ttl, 255);
  EXPECT_EQ(sent.group[0], 224);
  EXPECT_EQ(sent.group[3], 18);
}

TEST_F(Client, AnAnswerToSomethingElseEndsTheLink) {
  lay(launcher::Item::kLookupInterface, 0, 99);
  EXPECT_FALSE(client_.look_up("eth0"));
  EXPECT_FALSE(client_.alive());
  EXPECT_EQ(client_.look_up("eth0").error().code, EPIPE);
}

TEST_F(Client, ALauncherThatHasGoneIsSeen) {
  EXPECT_TRUE(client_.alive());
  peer_.close();
  EXPECT_FALSE(client_.alive());
}

TEST(ChildExit, Text) {
  EXPECT_EQ((ChildExit{false, 2}.text()), "exited with status 2");
  EXPECT_EQ((ChildExit{true, 11}.text()), "killed by signal 11 (SIGSEGV)");
}

TEST(Roles, EveryChildHasARowAndEveryLinkASchema) {
  for (const auto child : {launcher::Child::kVrrpd, launcher::Child::kIpvsd, launcher::Child::kCheckerd, launcher::Child::kWorker}) {
    EXPECT_EQ(role(child).child, child);
    EXPECT_TRUE(role(child).program.starts_with("holdfast-"));
  }
  EXPECT_EQ(links().size(), 6u);
}

}  // namespace
}  // namespace holdfast
