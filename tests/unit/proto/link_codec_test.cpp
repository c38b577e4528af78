// What the plan says about links survives the way, and what could do harm does not: group MAC addresses, names that are paths.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "proto/codec/link_codec.h"

namespace holdfast {
namespace {

VirtualLink link() {
  VirtualLink link;
  link.name = "vrrp.51";
  link.base = "eth0.5";
  link.kind = LinkKind::kIpvlan;
  link.hardware = {0, 0, 0x5e, 0, 1, 51};
  link.mode = IpvlanMode::kVepa;
  link.group = 0;
  link.family = Family::kIpv6;
  link.carries_ipv6 = true;
  link.sends = false;
  link.address = *parse_prefix("fe80::1/64");
  link.notify = true;
  return link;
}

template <class Message, class Value>
Result<Value> there_and_back(const Value& value) {
  Message message;
  encode(value, message);
  return decode(message);
}

TEST(LinkCodec, EverythingComesBack) {
  EXPECT_EQ((*there_and_back<wire::VirtualLink>(link())), link());
  VirtualLink plain;
  plain.name = "v";
  plain.base = "e";
  EXPECT_EQ((*there_and_back<wire::VirtualLink>(plain)), plain);
  const LinkDelay delay{"eth0", Duration{1}, Duration{255'000'000}};
  EXPECT_EQ((*there_and_back<wire::LinkDelay>(delay)), delay);
  const LinkPoll poll{"eth0", LinkPolling::kIoctl};
  EXPECT_EQ((*there_and_back<wire::LinkPoll>(poll)), poll);
  for (const KeptSetting& kept : {KeptSetting{{"all", Setting::kRpFilter}, 2}, KeptSetting{{"", Setting::kIgmpLinkLocalReports}, 1}}) {
    EXPECT_EQ((*there_and_back<wire::KeptSetting>(kept)), kept);
  }
}

TEST(LinkCodec, WhatCannotBeIsRefused) {
  const auto refused = [](auto change) {
    wire::VirtualLink message;
    encode(link(), message);
    change(message);
    return !decode(message);
  };
  EXPECT_TRUE(refused([](auto& m) { m.set_name("../all"); }));
  EXPECT_TRUE(refused([](auto& m) { m.set_name(".."); }));
  EXPECT_TRUE(refused([](auto& m) { m.set_name("sixteen.octets.1"); }));
  EXPECT_TRUE(refused([](auto& m) { m.set_base(""); }));
  EXPECT_TRUE(refused([](auto& m) { m.set_kind(2); }));
  EXPECT_TRUE(refused([](auto& m) { m.set_mode(3); }));
  EXPECT_TRUE(refused([](auto& m) { m.set_family(5); }));
  EXPECT_TRUE(refused([](auto& m) { m.set_hardware("12345"); }));
  EXPECT_TRUE(refused([](auto& m) { m.set_hardware(std::string("\1\0\0\0\0\0", 6)); }));
  wire::KeptSetting kept;
  kept.set_setting(5);
  EXPECT_FALSE(decode(kept));
  kept.set_setting(1);
  kept.set_value(-1);
  EXPECT_FALSE(decode(kept));
  wire::LinkDelay delay;
  delay.set_interface("eth0");
  delay.set_down_us(-1);
  EXPECT_FALSE(decode(delay));
}

}  // namespace
}  // namespace holdfast
