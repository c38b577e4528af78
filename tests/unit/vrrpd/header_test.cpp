// The authentication header of version 2 (RFC 2402, RFC 2338 section 5.3.6.3) as keepalived sends it, and its sequence numbers.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/header.h"

#include <gtest/gtest.h>

#include "tests/unit/vrrpd/configs.h"
#include "vrrpd/wire/acceptance.h"
#include "vrrpd/wire/digest.h"

namespace holdfast::vrrp {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes unhex(std::string_view text) {
  Bytes octets;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16)));
  }
  return octets;
}

// VRRP-TX-v2-ah of tests/conformance/vectors.json without its Ethernet header: keepalived 2.2.7, password s3cret.
const Bytes kCaptured = unhex(
    "45c0004000010000ff3318b6c0000201e000001270040000c000020100000001e5c896a36256e5e5d05d5a7d"
    "2133ff0102011b65c00002640000000000000000");
constexpr HeaderKey kKey = {'s', '3', 'c', 'r', 'e', 't', 0, 0};

VrrpInstance router_with_header() {
  VrrpInstance config = router_v2();
  config.authentication = Authentication::kHeader;
  config.password = kKey;
  return config;
}

std::optional<Rejection> judged(const Bytes& datagram, VrrpInstance config = router_with_header(), std::uint32_t heard = 0) {
  const auto packet = split_header(datagram);
  EXPECT_TRUE(packet);
  const auto advert = decode(packet->message, Family::kIpv4);
  EXPECT_TRUE(advert);
  Receiver receiver{ip("192.0.2.2"), std::nullopt, false};
  receiver.header_sequence = heard;
  return judge(config, receiver, *packet, *advert).rejection;
}

TEST(Header, Rfc2338_5_3_6_3_A4_KeepalivedsDatagramIsAcceptedOnce) {
  VrrpInstance config = router_with_header();
  config.vrid = kCaptured[45];
  EXPECT_EQ(split_header(kCaptured)->sequence, 1U);
  EXPECT_EQ(check_header(kKey, *split_header(kCaptured), false, 0), HeaderFault::kNone);
  EXPECT_EQ(check_header(kKey, *split_header(kCaptured), false, 1), HeaderFault::kReplayed);
}

// What must not change: every bit but TOS, fragment field and header checksum. Bits of lengths and protocol are no such datagram at all.
TEST(Header, Rfc2338_5_3_6_3_A4_EveryFlippedBitIsNoticed) {
  for (std::size_t bit = 0; bit < kCaptured.size() * 8; ++bit) {
    Bytes broken = kCaptured;
    broken[bit / 8] = static_cast<std::uint8_t>(broken[bit / 8] ^ 1 << bit % 8);
    const bool changeable = bit / 8 == 1 || bit / 8 == 6 || bit / 8 == 7 || bit / 8 == 10 || bit / 8 == 11;
    const auto packet = split_header(broken);
    const bool accepted = packet && check_header(kKey, *packet, false, 0) == HeaderFault::kNone;
    // Reserved octets 2 and 3 of the header are covered by the ICV as well.
    EXPECT_EQ(accepted, changeable) << "bit " << bit;
  }
}

TEST(Header, TheTtlCountsForMulticastOnly) {
  const Bytes message = encode(router_with_header(), {100, 1, ip("192.0.2.1"), ip("192.0.2.2"), false});
  for (const bool unicast : {false, true}) {
    Bytes datagram = kCaptured;
    datagram.resize(20);
    std::ranges::copy(ip("192.0.2.2").octets(), datagram.begin() + 16);
    datagram[4] = datagram[5] = 0;
    const Bytes rest = with_header(kKey, {ip("192.0.2.1"), ip("192.0.2.2"), 255, unicast, 7}, message);
    datagram.insert(datagram.end(), rest.begin(), rest.end());
    datagram[3] = static_cast<std::uint8_t>(datagram.size());
    EXPECT_EQ(check_header(kKey, *split_header(datagram), unicast, 6), HeaderFault::kNone);
    datagram[8] = 60;
    EXPECT_EQ(check_header(kKey, *split_header(datagram), unicast, 6), unicast ? HeaderFault::kNone : HeaderFault::kIcv);
  }
}

// keepalived counts the identification from 1; Linux leaves it 0 where DF is set. Everything else is equal, and so the ICV differs.
TEST(Header, WhatIsSentIsKeepalivedsButForIdentificationAndIcv) {
  VrrpInstance config = router_with_header();
  config.vrid = kCaptured[45];
  config.addresses = {ip("192.0.2.100")};
  const Bytes message = encode(config, {kCaptured[46], 1, ip("192.0.2.1"), config.group_address, false});
  EXPECT_EQ(message, Bytes(kCaptured.begin() + 44, kCaptured.end()));
  Bytes sent = with_header(kKey, {ip("192.0.2.1"), config.group_address, 255, false, 1}, message);
  ASSERT_EQ(sent.size(), kCaptured.size() - 20);
  EXPECT_EQ(Bytes(sent.begin(), sent.begin() + 12), Bytes(kCaptured.begin() + 20, kCaptured.begin() + 32));
  Bytes datagram(kCaptured.begin(), kCaptured.begin() + 20);
  datagram[4] = datagram[5] = 0;
  datagram[6] = 0x40;
  datagram.insert(datagram.end(), sent.begin(), sent.end());
  EXPECT_EQ(judged(datagram, config), std::nullopt);
}

TEST(Header, RejectionsHaveTheirCounters) {
  VrrpInstance config = router_with_header();
  config.vrid = kCaptured[45];
  const struct {
    const char* what;
    std::size_t at;
    std::uint8_t value;
    std::uint32_t heard;
    Rejection expected;
  } rows[] = {
      {"another SPI", 24, 0xc1, 0, Rejection::kAuthFailure},
      {"another ICV", 32, 0, 0, Rejection::kAuthFailure},
      {"an old sequence number", 31, 1, 5, Rejection::kReplayed},
      {"TTL below 255", 8, 254, 0, Rejection::kTtl},
  };
  for (const auto& row : rows) {
    Bytes datagram = kCaptured;
    datagram[row.at] = row.value;
    EXPECT_EQ(judged(datagram, config, row.heard), row.expected) << row.what;
  }
  config.authentication = Authentication::kPass;
  EXPECT_EQ(judged(kCaptured, config), Rejection::kAuthTypeMismatch);
}

TEST(Header, OnlyWholeDatagramsThatCarryVrrp) {
  for (std::size_t length = 0; length < kCaptured.size(); ++length) EXPECT_FALSE(split_header(std::span(kCaptured).first(length)));
  for (const std::size_t at : {20U, 21U, 9U}) {  // next header, length, protocol
    Bytes other = kCaptured;
    other[at] ^= 1;
    EXPECT_FALSE(split_header(other)) << at;
  }
}

TEST(HeaderSequence, FollowsTheClockAndWhatWasHeard) {
  HeaderSequence sequence;
  EXPECT_EQ(sequence.next(1000), 1000U);
  EXPECT_EQ(sequence.next(1000), 1001U) << "faster than a second";
  EXPECT_EQ(sequence.next(900), 1002U) << "a clock step back repeats nothing";
  sequence.accept(5000);
  EXPECT_EQ(sequence.heard(), 5000U);
  EXPECT_EQ(sequence.next(1003), 5008U) << "another router that spoke is overtaken";
  EXPECT_EQ(sequence.next(1003), 5009U);
  sequence.accept(4000);
  EXPECT_EQ(sequence.heard(), 5000U);
  HeaderSequence at_the_end;
  at_the_end.accept(0xffffffff);
  EXPECT_EQ(at_the_end.next(1), 0xfffffffdU) << "never wraps";
}

// RFC 2202 section 2 and RFC 4231 section 4: cases 1 and 2.
TEST(Digest, KnownAnswers) {
  const Bytes key16(16, 0x0b);
  const Bytes key20(20, 0x0b);
  const std::string hi = "Hi There";
  const auto octets = [](const std::string& text) { return Octets(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()); };
  const auto md5 = hmac_md5(key16, {octets(hi)});
  EXPECT_EQ(Bytes(md5.begin(), md5.end()), unhex("9294727a3638bb1c13f48ef8158bfc9d"));
  const std::string jefe = "Jefe";
  const std::string first = "what do ya want ";
  const std::string second = "for nothing?";
  const auto split = hmac_md5(octets(jefe), {octets(first), octets(second)});
  EXPECT_EQ(Bytes(split.begin(), split.end()), unhex("750c783e6ab0b503eaa86e310a5db738"));
  const auto sha = hmac_sha256(key20, {octets(hi)});
  EXPECT_EQ(Bytes(sha.begin(), sha.end()), unhex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
  EXPECT_TRUE(equal_in_constant_time(sha, sha));
  EXPECT_FALSE(equal_in_constant_time(sha, Octets(sha).first(31)));
}

}  // namespace
}  // namespace holdfast::vrrp
