// Adverts as octets beyond the captured vectors: every priority, every truncation, both checksums, long lists, constant-time compare.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/advert.h"

#include <gtest/gtest.h>

#include "tests/unit/vrrpd/configs.h"
#include "vrrpd/wire/acceptance.h"
#include "vrrpd/wire/authentication.h"
#include "vrrpd/wire/checksum.h"

namespace holdfast::vrrp {
namespace {

const IpAddress kOwn = ip("192.0.2.1");
const IpAddress kPeer = ip("192.0.2.2");

Packet from_peer(const VrrpInstance& config, const std::vector<std::uint8_t>& message) {
  const bool v4 = config.family == Family::kIpv4;
  return {v4 ? kPeer : ip("fe80::2"), config.group_address, 255, message};
}

std::vector<std::uint8_t> advert_of(const VrrpInstance& config, std::uint8_t priority) {
  const bool v4 = config.family == Family::kIpv4;
  return encode(config, {priority, listed_addresses(config, 1500), v4 ? kPeer : ip("fe80::2"), config.group_address, false});
}

Verdict judged(const VrrpInstance& config, const Packet& packet, Receiver receiver = {kOwn, std::nullopt, false}) {
  const auto advert = decode(packet.message, config.family);
  EXPECT_TRUE(advert);
  return judge(config, receiver, packet, *advert);
}

TEST(Advert, EveryPriorityOfEveryFormIsAcceptedAgain) {
  for (VrrpInstance config : {router_v2(), router_v3(), router_v6()}) {
    for (int priority = 0; priority <= 255; ++priority) {
      const auto message = advert_of(config, static_cast<std::uint8_t>(priority));
      EXPECT_EQ(judged(config, from_peer(config, message)).rejection, std::nullopt);
      EXPECT_EQ(decode(message, config.family)->priority, priority);
      EXPECT_EQ(decode(message, config.family)->interval, config.advert_int);
    }
  }
}

TEST(Advert, EveryFlippedBitIsNoticed) {
  for (VrrpInstance config : {router_v2(), router_v3(), router_v6()}) {
    const auto message = advert_of(config, 100);
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
      auto broken = message;
      broken[bit / 8] = static_cast<std::uint8_t>(broken[bit / 8] ^ 1 << bit % 8);
      EXPECT_TRUE(judged(config, from_peer(config, broken)).rejection) << "bit " << bit;
    }
  }
}

TEST(Advert, EveryTruncationAndExtensionIsALengthError) {
  for (VrrpInstance config : {router_v2(), router_v3(), router_v6()}) {
    auto message = advert_of(config, 100);
    for (std::size_t length = 0; length < message.size(); ++length) {
      const auto part = std::span<const std::uint8_t>(message).first(length);
      const auto advert = decode(part, config.family);
      EXPECT_EQ(advert.has_value(), length >= kHeaderLength);
      if (!advert) continue;
      Packet packet = from_peer(config, message);
      packet.message = part;
      EXPECT_EQ(judge(config, {}, packet, *advert).rejection, Rejection::kLength);
    }
    message.push_back(0);
    EXPECT_EQ(judged(config, from_peer(config, message)).rejection, Rejection::kLength);
  }
}

TEST(Advert, ListsWhatFitsInAFrame) {
  VrrpInstance config = router_v3();
  config.addresses.assign(300, ip("192.0.2.100"));
  EXPECT_EQ(listed_addresses(config, 9000), 255U);
  EXPECT_EQ(listed_addresses(config, 142), 25U);
  EXPECT_EQ(listed_addresses(config, 0), 0U);
  config = router_v6();
  config.addresses.assign(300, ip("fe80::100"));
  EXPECT_EQ(listed_addresses(config, 1500), 89U);
}

TEST(Advert, OldUnicastFormPutsTheGroupInThePseudoHeader) {
  VrrpInstance config = router_v3();
  config.unicast = true;
  const auto message = encode(config, {100, 1, kPeer, kOwn, /*old_unicast_checksum=*/true});
  EXPECT_EQ(checksum(message, ChecksumForm::kPseudoHeader, kPeer, config.group_address), 0);
  const Packet packet{kPeer, kOwn, 255, message};
  const Verdict heard = judged(config, packet);
  EXPECT_EQ(heard.rejection, std::nullopt);
  EXPECT_TRUE(heard.old_checksum);
  config.old_unicast_checksum = OldUnicastChecksum::kNever;
  EXPECT_EQ(judged(config, packet).rejection, Rejection::kChecksum);
}

TEST(Advert, ChecksumOfNothingAndOfOddLengths) {
  EXPECT_EQ(checksum({}, ChecksumForm::kMessage, {}, {}), 0xffff);
  const std::vector<std::uint8_t> odd = {0x12, 0x34, 0x56};
  EXPECT_EQ(checksum(odd, ChecksumForm::kMessage, {}, {}), 0xffff - 0x1234 - 0x5600);
  const std::vector<std::uint8_t> carries(64, 0xff);
  EXPECT_EQ(checksum(carries, ChecksumForm::kMessage, {}, {}), 0);
  const std::vector<std::uint8_t> carries_twice = {0xff, 0xff, 0xff, 0xff, 0x00, 0x01};
  EXPECT_EQ(checksum(carries_twice, ChecksumForm::kMessage, {}, {}), 0xfffe);
}

TEST(Ipv4, SplitsOnlyWholeDatagramsOfVrrp) {
  std::vector<std::uint8_t> datagram(40, 0);
  datagram[0] = 0x45;
  datagram[3] = 40;
  datagram[8] = 255;
  datagram[9] = 112;
  ASSERT_TRUE(split_ipv4(datagram));
  EXPECT_EQ(split_ipv4(datagram)->message.size(), 20U);
  auto padded = datagram;
  padded.resize(46);
  EXPECT_EQ(split_ipv4(padded)->message.size(), 20U);
  padded.resize(47);
  EXPECT_FALSE(split_ipv4(padded)) << "more than Ethernet padding";
  const struct {
    const char* why;
    std::size_t at;
    std::uint8_t value;
  } broken[] = {{"version", 0, 0x65}, {"short header", 0, 0x44}, {"header beyond total", 0, 0x4f}, {"total beyond buffer", 3, 41}, {"protocol", 9, 51}};
  for (const auto& row : broken) {
    auto copy = datagram;
    copy[row.at] = row.value;
    EXPECT_FALSE(split_ipv4(copy)) << row.why;
  }
  for (std::size_t length = 0; length < 20; ++length) EXPECT_FALSE(split_ipv4(std::span(datagram).first(length)));
}

TEST(Acceptance, RowsThatNoVectorShows) {
  const VrrpInstance plain = router_v3();
  VrrpInstance owner = plain;
  owner.owner_ignore_adverts = true;
  VrrpInstance unicast = plain;
  unicast.unicast = true;
  unicast.check_unicast_source = true;
  unicast.peers = {{kPeer, 64, 255}};
  VrrpInstance nothing = plain;
  nothing.addresses.clear();
  const auto message = advert_of(plain, 100);
  const auto to_us = encode(unicast, {100, 1, kPeer, kOwn, false});
  const auto empty = advert_of(nothing, 100);
  const struct {
    const char* what;
    VrrpInstance config;
    Packet packet;
    Receiver receiver;
    std::optional<Rejection> expected;
  } rows[] = {
      {"own packet", plain, {kPeer, plain.group_address, 255, message}, {kPeer, std::nullopt, false}, Rejection::kOwnPacket},
      {"owner ignores", owner, {kPeer, plain.group_address, 255, message}, {kOwn, std::nullopt, true}, Rejection::kOwner},
      {"conceded owner listens", owner, {kPeer, plain.group_address, 255, message}, {kOwn, std::nullopt, false}, std::nullopt},
      {"a peer", unicast, {kPeer, kOwn, 64, to_us}, {kOwn, std::nullopt, false}, std::nullopt},
      {"a peer from too far", unicast, {kPeer, kOwn, 63, to_us}, {kOwn, std::nullopt, false}, Rejection::kNotPeer},
      {"nothing to list on both sides", nothing, {kPeer, plain.group_address, 255, empty}, {kOwn, std::nullopt, false}, std::nullopt},
      {"they list nothing", plain, {kPeer, plain.group_address, 255, empty}, {kOwn, std::nullopt, false}, Rejection::kNoAddresses},
  };
  for (const auto& row : rows) EXPECT_EQ(judged(row.config, row.packet, row.receiver).rejection, row.expected) << row.what;
}

TEST(Acceptance, ATrustedMastersListIsNotCompared) {
  VrrpInstance config = router_v3();
  VrrpInstance other = config;
  other.addresses = {ip("192.0.2.101")};
  const auto message = advert_of(other, 100);
  config.skip_check_adv_addr = true;
  EXPECT_TRUE(judged(config, from_peer(config, message)).addresses_differ);
  EXPECT_FALSE(judged(config, from_peer(config, message), {kOwn, kPeer, false}).addresses_differ);
}

TEST(Acceptance, EveryRejectionHasItsWords) {
  std::set<std::string> words;
  for (std::size_t reason = 0; reason < kRejections; ++reason) words.insert(describe(static_cast<Rejection>(reason)));
  EXPECT_EQ(words.size(), kRejections);
  EXPECT_FALSE(words.contains("unknown"));
}

TEST(Password, AllEightOctetsCount) {
  const std::array<std::uint8_t, 8> expected = {'s', '3', 'c', 'r', 'e', 't', 0, 0};
  for (std::size_t at = 0; at < 8; ++at) {
    auto received = expected;
    received[at] ^= 0x80;
    EXPECT_FALSE(password_equals(expected, received));
  }
  EXPECT_TRUE(password_equals(expected, expected));
  EXPECT_FALSE(password_equals(expected, std::span(expected).first(7)));
  EXPECT_FALSE(password_equals(expected, {}));
}

}  // namespace
}  // namespace holdfast::vrrp
