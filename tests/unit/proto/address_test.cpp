// Address text and octet forms, order and kinds.
// SPDX-License-Identifier: Apache-2.0
#include "proto/value/address.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(IpAddress, TextRoundTrip) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "fe80::1", "2001:db8::100", "::ffff:192.0.2.1"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
    const auto again = IpAddress::from_octets(address->octets());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *address);
  }
}

TEST(IpAddress, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4/24", "fe80::1%eth0", "g::", "host", "01.2.3.4", "1.2.3.04",
                           "1.2.3.00", "1..2.3", ".1.2.3", "1.2.3.", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "1.2.3.1000", "0x1.2.3.4"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  const std::array<std::uint8_t, 5> five{};
  EXPECT_FALSE(IpAddress::from_octets(five));
}

TEST(IpAddress, OrderIsUnsignedAndFamilyFirst) {
  EXPECT_LT(*IpAddress::parse("127.255.255.255"), *IpAddress::parse("128.0.0.0"));
  EXPECT_LT(*IpAddress::parse("10.0.0.9"), *IpAddress::parse("10.0.0.10"));
  EXPECT_LT(*IpAddress::parse("255.255.255.255"), *IpAddress::parse("::"));
  EXPECT_LT(*IpAddress::parse("fe80::1"), *IpAddress::parse("fe80::8000:0:0:0"));
}

TEST(IpAddress, Kinds) {
  EXPECT_TRUE(IpAddress::parse("224.0.0.18")->is_multicast());
  EXPECT_TRUE(IpAddress::parse("ff02::12")->is_multicast());
  EXPECT_FALSE(IpAddress::parse("223.255.255.255")->is_multicast());
  EXPECT_TRUE(IpAddress::parse("fe80::1")->is_link_local());
  EXPECT_TRUE(IpAddress::parse("febf::1")->is_link_local());
  EXPECT_FALSE(IpAddress::parse("fec0::1")->is_link_local());
  EXPECT_TRUE(IpAddress::parse("169.254.1.1")->is_link_local());
  EXPECT_TRUE(IpAddress{}.is_unspecified());
}

TEST(Prefix, LengthsAreBounded) {
  EXPECT_EQ(parse_prefix("10.0.0.1/24")->to_string(), "10.0.0.1/24");
  EXPECT_EQ(parse_prefix("10.0.0.1")->length, 32);
  EXPECT_EQ(parse_prefix("fe80::1")->length, 128);
  EXPECT_EQ(parse_prefix("fe80::1/0")->length, 0);
  for (const char* text : {"10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1", "10.0.0.1/2x", "fe80::1/129", "/24"}) {
    EXPECT_FALSE(parse_prefix(text)) << text;
  }
}

}  // namespace
}  // namespace holdfast
