// The netlink codecs: messages that real kernels gave (tests/conformance/netlink, the version is in the file's name) are read, our
// own are pinned by their octets, and what is encoded is decoded the same.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/rtnetlink.h>

#include <fstream>

#include "ipvsd/netlink/address_codec.h"
#include "ipvsd/netlink/ipvs_codec.h"
#include "ipvsd/netlink/link_codec.h"

namespace holdfast::netlink {
namespace {

constexpr GenericFamily kFamily = 0x1c;

using Message = std::vector<std::uint8_t>;

std::vector<Message> captured(const std::string& name) {
  std::ifstream file(std::string(HOLDFAST_NETLINK) + "/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<Message> messages;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Message message;
    for (std::size_t at = 0; at + 1 < line.size(); at += 2) message.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(at, 2), nullptr, 16)));
    messages.push_back(std::move(message));
  }
  EXPECT_FALSE(messages.empty()) << name;
  return messages;
}

std::string hex(Octets octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::uint8_t octet : octets) text += {kDigits[octet >> 4], kDigits[octet & 15]};
  return text;
}

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

// A line for each object, so that a whole dump reads as a table.
std::string describe(const AddressMessage& a) {
  std::string text = a.prefix.to_string() + " on " + std::to_string(a.index);
  if (a.peer) text += " peer " + a.peer->to_string();
  if (a.options.broadcast) text += " brd " + a.options.broadcast->to_string();
  if (a.options.scope != 0) text += " scope " + std::to_string(a.options.scope);
  if (!a.options.label.empty()) text += " label " + a.options.label;
  if (a.options.flags != 0) text += " flags " + std::to_string(a.options.flags);
  if (a.options.preferred) text += " preferred " + std::to_string(*a.options.preferred);
  if (a.secondary) text += " secondary";
  if (a.tentative) text += " tentative";
  return text;
}
std::string describe(const std::pair<ServiceKey, ServiceOptions>& s) {
  std::string text = to_string(s.first) + " " + s.second.scheduler + " flags " + std::to_string(s.second.flags) + " timeout " +
                     std::to_string(s.second.timeout) + " mask " + std::to_string(s.second.netmask);
  return s.second.persistence_engine.empty() ? text : text + " pe " + s.second.persistence_engine;
}
std::string describe(const std::pair<DestinationKey, DestinationOptions>& d) {
  const DestinationOptions& o = d.second;
  return to_string(d.first) + " method " + std::to_string(static_cast<int>(o.forwarding)) + " weight " + std::to_string(o.weight) + " thresholds " +
         std::to_string(o.upper_threshold) + "/" + std::to_string(o.lower_threshold) + " tunnel " + std::to_string(static_cast<int>(o.tunnel)) + "/" +
         std::to_string(o.tunnel_port) + "/" + std::to_string(o.tunnel_flags);
}
using Texts = std::vector<std::string>;

TEST(AddressCodec, ReadsAKernelsDump) {
  Texts found;
  for (const Message& message : captured("addresses-linux-6.18.hex")) {
    const auto decoded = decode_address(message);
    ASSERT_TRUE(decoded) << decoded.error().message;
    found.push_back(describe(*decoded));
  }
  EXPECT_EQ(found, (Texts{
      "127.0.0.1/8 on 1 scope 254 label lo",
      "198.51.100.1/32 on 3 scope 253 label d0",
      "192.0.2.1/24 on 3 label d0",
      "203.0.113.1/24 on 3 brd 203.0.113.255 label d0:vip flags 512",
      "10.0.0.1/32 on 3 peer 10.0.0.2 label d0",
      "192.0.2.100/24 on 3 label d0 secondary",
      "::1/128 on 1",
      "2001:db8::101/128 on 3 flags 2 preferred 0",
      "2001:db8::100/64 on 3 flags 2",
      "fe80::1/64 on 3 tentative"}));
}

TEST(AddressCodec, MessagesArePinned) {
  Address address;
  address.key = {"eth0", *parse_prefix("192.0.2.100/24"), std::nullopt};
  address.options.label = "eth0:1";
  address.options.broadcast = ip("192.0.2.255");
  Batch batch;
  encode(batch, AddAddress{address}, 7);
  EXPECT_EQ(hex(batch.bytes()),
            "440000001400010600000000000000000218000007000000"  // RTM_NEWADDR, request create exclusive, /24, link 7
            "08000200c0000264" "08000100c0000264" "08000400c00002ff" "0b000300657468303a310000" "05000b0012000000");
  batch.clear();
  address.key = {"eth0", *parse_prefix("2001:db8::1/128"), std::nullopt};
  address.options = {};
  address.options.flags = kAddressNoDad | kAddressNoPrefixRoute;
  address.options.preferred = 0;
  encode(batch, AddAddress{address}, 7);
  EXPECT_EQ(hex(batch.bytes()),
            "640000001400010600000000000000000a80020007000000"
            "1400020020010db8000000000000000000000001" "1400010020010db8000000000000000000000001"
            "0800080002020000" "1400060000000000ffffffff0000000000000000" "05000b0012000000");
  batch.clear();
  encode(batch, DeleteAddress{{"eth0", *parse_prefix("10.0.0.1/32"), ip("10.0.0.2")}}, 7);
  EXPECT_EQ(hex(batch.bytes()), "28000000150001000000000000000000022000000700000008000200" "0a000001" "08000100" "0a000002");
}

TEST(AddressCodec, WhatIsEncodedIsDecodedTheSame) {
  for (const char* prefix : {"192.0.2.1/24", "10.0.0.1/32", "2001:db8::1/64", "fe80::1/128"}) {
    Address address;
    address.key = {"eth0", *parse_prefix(prefix), std::nullopt};
    address.options.preferred = 30;
    address.options.flags = kAddressNoPrefixRoute;
    Batch batch;
    encode(batch, AddAddress{address}, 3);
    const auto decoded = decode_address(batch.bytes());
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->prefix, address.key.prefix);
    EXPECT_EQ(decoded->options, address.options);
    EXPECT_EQ(decoded->index, 3u);
    EXPECT_EQ(decoded->protocol, kAddressProtocol);
    EXPECT_EQ(decoded->peer, std::nullopt);
    EXPECT_FALSE(decoded->deleted);
  }
}

TEST(LinkCodec, ReadsAKernelsDump) {
  Texts found;
  for (const Message& message : captured("links-linux-6.18.hex")) {
    const auto decoded = decode_link(message);
    ASSERT_TRUE(decoded && *decoded) << decoded.error().message;
    const LinkMessage& l = **decoded;
    found.push_back(std::to_string(l.index) + " " + l.name + (l.up ? " up" : "") + (l.arp ? " arp" : "") + " " + std::to_string(l.mtu) + " " +
                    to_string(l.hardware) + " promote " + std::to_string(l.promote_secondaries.value_or(false)) + " forwarding6 " +
                    std::to_string(l.forwarding6.value_or(false)));
  }
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], "1 lo up arp 65536 00:00:00:00:00:00 promote 0 forwarding6 0");
  EXPECT_EQ(found[2], "3 d0 up arp 1500 02:00:00:00:00:0d promote 1 forwarding6 1");
}

TEST(LinkCodec, AMessageAboutABridgePortIsNotAboutTheLink) {
  Message message = captured("links-linux-6.18.hex")[2];
  message[16] = 7;  // AF_BRIDGE
  const auto decoded = decode_link(message);
  ASSERT_TRUE(decoded);
  EXPECT_FALSE(decoded->has_value());
}

TEST(LinkCodec, PromoteSecondariesIsPinned) {
  Batch batch;
  encode_promote_secondaries(batch, 7, true);
  EXPECT_EQ(hex(batch.bytes()), "3400000013000100" "0000000000000000" "00000000070000000000000000000000" "14001a80" "10000280" "0c000180" "0800140001000000");
}

TEST(IpvsCodec, ReadsAKernelsServices) {
  Texts found;
  for (const Message& message : captured("ipvs-services-linux-6.1.hex")) {
    const auto decoded = decode_service(message);
    ASSERT_TRUE(decoded) << decoded.error().message;
    found.push_back(describe(*decoded));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (Texts{
      "FWM 7 (IPv6) wrr flags 0 timeout 0 mask 128",
      "SCTP 10.200.0.9:132 rr flags 0 timeout 0 mask 4294967295",
      "TCP 10.200.0.1:80 wrr flags 0 timeout 0 mask 4294967295",
      "TCP 10.200.0.3:443 wlc flags 1 timeout 600 mask 4294967040",
      "TCP [2001:db8::80]:443 sh flags 25 timeout 60 mask 64",
      "UDP 10.200.0.2:53 rr flags 4 timeout 0 mask 4294967295",
      "UDP 10.200.0.6:5060 rr flags 1 timeout 30 mask 4294967295 pe sip"}));
}

TEST(IpvsCodec, ReadsAKernelsDestinations) {
  Texts found;
  for (const Message& message : captured("ipvs-destinations-linux-6.1.hex")) {
    const auto decoded = decode_destination(message, Family::kIpv4);
    ASSERT_TRUE(decoded) << decoded.error().message;
    found.push_back(describe(*decoded));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (Texts{
      "10.99.0.1:80 method 3 weight 3 thresholds 0/0 tunnel 0/0/0",
      "10.99.0.2:8080 method 0 weight 0 thresholds 100/50 tunnel 0/0/0",
      "10.99.0.3:80 method 2 weight 1 thresholds 0/0 tunnel 1/6080/2",
      "10.99.0.9:443 method 2 weight 5 thresholds 0/0 tunnel 0/0/0",
      "[2001:db8::a]:443 method 3 weight 5 thresholds 0/0 tunnel 0/0/0"}));
}

TEST(IpvsCodec, ReadsTheFamilysNumber) {
  const auto family = decode_family(captured("ipvs-family-linux-6.1.hex")[0]);
  ASSERT_TRUE(family) << family.error().message;
  EXPECT_EQ(*family, kFamily);
}

const ServiceKey kWeb{Family::kIpv4, Protocol::kTcp, *IpAddress::parse("10.0.0.1"), 80, 0};

TEST(IpvsCodec, MessagesArePinned) {
  Batch batch;
  encode(batch, kFamily, AddService{kWeb, {"wlc", 1, 600, 0xffffff00, "sip"}});
  EXPECT_EQ(hex(batch.bytes()),
            "700000001c0001000000000000000000" "01010000" "5c000180"
            "0600010002000000" "0600020006000000" "140003000a000001000000000000000000000000" "0600040000500000"
            "08000600776c6300" "0c00070001000000ffffffff" "0800080058020000" "08000900ffffff00" "08000b0073697000");
  batch.clear();
  DestinationOptions options;
  options.forwarding = Forwarding::kTunnel;
  options.weight = 5;
  options.upper_threshold = 100;
  options.lower_threshold = 50;
  options.tunnel = TunnelType::kGue;
  options.tunnel_port = 6080;
  options.tunnel_flags = 2;
  encode(batch, kFamily, EditDestination{kWeb, {ip("10.9.0.1"), 8080}, options});
  EXPECT_EQ(hex(batch.bytes()),
            "a40000001c0001000000000000000000" "06010000" "30000180"
            "0600010002000000" "0600020006000000" "140003000a000001000000000000000000000000" "0600040000500000"
            "60000280" "06000b0002000000" "140001000a090001000000000000000000000000" "060002001f900000"
            "0800030002000000" "0800040005000000" "0800050064000000" "0800060032000000" "05000d0001000000" "06000e0017c00000" "06000f0002000000");
  batch.clear();
  encode(batch, kFamily, DeleteService{{Family::kIpv6, Protocol::kTcp, IpAddress{}, 0, 7}});
  EXPECT_EQ(hex(batch.bytes()), "280000001c0001000000000000000000" "03010000" "14000180" "060001000a000000" "0800050007000000");
}

TEST(IpvsCodec, WhatIsEncodedIsDecodedTheSame) {
  const ServiceKey keys[] = {kWeb,
                             {Family::kIpv6, Protocol::kSctp, ip("2001:db8::1"), 65535, 0},
                             {Family::kIpv4, Protocol::kUdp, ip("10.0.0.1"), 0, 0},
                             {Family::kIpv6, Protocol::kTcp, IpAddress{}, 0, 0xffffffff}};
  for (const ServiceKey& key : keys) {
    const ServiceOptions options{"mh", 4 | 8 | 16, 1, key.family == Family::kIpv4 ? 0xff000000 : 64, "sip"};
    Batch batch;
    encode(batch, kFamily, AddService{key, options});
    const auto decoded = decode_service(batch.bytes());
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->first, key);
    EXPECT_EQ(decoded->second, options);
  }
  const DestinationKey reals[] = {{ip("10.9.0.1"), 80}, {ip("2001:db8::2"), 0}};
  for (const DestinationKey& key : reals) {
    DestinationOptions options{Forwarding::kTunnel, kMessageMax, 7, 3, TunnelType::kGre, 99, 1};
    Batch batch;
    encode(batch, kFamily, AddDestination{kWeb, key, options});
    const auto decoded = decode_destination(batch.bytes(), Family::kIpv4);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->first, key);
    EXPECT_EQ(decoded->second, options);
  }
}

TEST(IpvsCodec, TheHashedFlagIsTheKernelsOwn) {
  Batch batch;
  encode(batch, kFamily, AddService{kWeb, {"rr", 2 | 4, 0, 0xffffffff, ""}});
  EXPECT_EQ(decode_service(batch.bytes())->second.flags, 4u);
}

TEST(Batch, OnlyTheHeadersOfItsMessagesDiffer) {
  Batch batch;
  encode(batch, kFamily, DeleteService{kWeb});
  const std::size_t one = batch.bytes().size();
  encode(batch, kFamily, DeleteService{kWeb});
  EXPECT_EQ(batch.messages(), 2u);
  EXPECT_EQ(batch.part(0, 1).size(), one);
  EXPECT_EQ(batch.part(1, 1).size(), one);
  EXPECT_EQ(batch.part(0, 2).size(), batch.bytes().size());
  batch.clear();
  EXPECT_TRUE(batch.empty());
}

TEST(Codecs, ALengthOfMoreThanTwoGigabytesIsNotTakenForANegativeOne) {
  for (const char* file : {"addresses-linux-6.18.hex", "links-linux-6.18.hex", "ipvs-services-linux-6.1.hex"}) {
    Message message = captured(file)[0];
    message[3] = 0xff;
    EXPECT_FALSE(decode_address(message));
    EXPECT_FALSE(decode_link(message));
    EXPECT_FALSE(decode_forwarding(message));
    EXPECT_FALSE(decode_service(message));
    EXPECT_FALSE(decode_family(message));
  }
}

constexpr std::array kTable = {AttributeSpec{1, Type::kU32, "number", Required::kYes}, AttributeSpec{2, Type::kString, "name"}};

TEST(Attributes, UnknownOnesAreSkippedAndMissingOnesAreNamed) {
  const Message good = {8, 0, 1, 0, 5, 0, 0, 0, 8, 0, 99, 0, 1, 2, 3, 4, 7, 0, 2, 0, 'a', 0, 'b', 0};
  const auto parsed = Attributes::parse(good, kTable, "thing");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->u32(1), 5u);
  EXPECT_EQ(parsed->string(2), "a") << "up to the NUL";
  const Message without = {7, 0, 2, 0, 'a', 0, 'b', 0};
  EXPECT_EQ(Attributes::parse(without, kTable, "thing").error().message, "thing attribute 'number' is missing");
}

TEST(Attributes, AWrongSizeIsAnError) {
  const Message shorter = {6, 0, 1, 0, 5, 0, 0, 0};
  EXPECT_EQ(Attributes::parse(shorter, kTable, "thing").error().message, "thing attribute 'number': 2 octets, expected 4");
  const Message longer = {8, 0, 1, 0, 5, 0, 0, 0, 200, 0, 2, 0};
  EXPECT_EQ(Attributes::parse(longer, kTable, "thing").error().message, "thing: 4 octets after its last attribute");
  EXPECT_FALSE(Attributes::parse({}, kTable, "thing"));
}

TEST(Codecs, EveryTruncationIsAnErrorAndNoneReadsPastTheEnd) {
  const auto cut = [](const std::string& file, auto decode) {
    for (const Message& message : captured(file)) {
      for (std::size_t size = 0; size < message.size(); ++size) {
        const Message part(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));  // its own allocation: a sanitizer sees overreads
        Message padded = part;
        padded.resize(std::max<std::size_t>(part.size(), sizeof(nlmsghdr)));
        EXPECT_FALSE(decode(Octets(padded.data(), part.size()))) << file << " cut to " << size;
      }
    }
  };
  cut("addresses-linux-6.18.hex", [](Octets o) { return decode_address(o).has_value(); });
  cut("links-linux-6.18.hex", [](Octets o) { return decode_link(o).has_value(); });
  cut("ipvs-services-linux-6.1.hex", [](Octets o) { return decode_service(o).has_value(); });
  cut("ipvs-destinations-linux-6.1.hex", [](Octets o) { return decode_destination(o, Family::kIpv4).has_value(); });
}

}  // namespace
}  // namespace holdfast::netlink
