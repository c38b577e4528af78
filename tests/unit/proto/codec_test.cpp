// Codecs: what is encoded decodes to the same, and every range is enforced.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "proto/codec/check_codec.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/values_codec.h"
#include "proto/codec/vrrp_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

// Through the real bytes, so that a field which is not on the wire cannot survive.
template <class Message, class Item>
Result<Item> through_the_wire(const Item& item) {
  Message message, received;
  encode(item, message);
  HF_CHECK(received.ParseFromString(message.SerializeAsString()));
  return decode(received);
}

VrrpInstance full_instance() {
  VrrpInstance instance;
  instance.id = {7};
  instance.name = "VI_1";
  instance.interface = "eth0";
  instance.family = Family::kIpv6;
  instance.vrid = 255;
  instance.version = 3;
  instance.priority = 254;
  instance.advert_int = Duration{40'950'000};
  instance.wants_master = instance.nopreempt = instance.strict = instance.lower_prio_no_advert = true;
  instance.higher_prio_send_advert = instance.owner_ignore_adverts = instance.skip_check_adv_addr = true;
  instance.v3_checksum_as_v2 = instance.track_source = instance.unicast = instance.check_unicast_source = true;
  instance.preempt_delay = Duration{1'500'000};
  instance.old_unicast_checksum = OldUnicastChecksum::kNever;
  instance.down_timer_adverts = 5;
  instance.source = ip("fe80::1");
  instance.peers = {{ip("fe80::2"), 250, 255}};
  instance.ttl = 64;
  instance.group_address = ip("ff02::12");
  instance.authentication = Authentication::kPass;
  instance.password = {'s', '3', 'c', 'r', 'e', 't', 0, 0};
  instance.addresses = {ip("fe80::100"), ip("2001:db8::100")};
  instance.track_primary = false;
  instance.fault_interfaces = {"eth1"};
  instance.tracked_interfaces = {{"eth2", -10, true}};
  instance.tracked_scripts = {{TrackerId{9}, 20, false}};
  instance.tracked_objects = {{TrackerId{10}, -254, true}};
  instance.timer_expired_backup = 200;
  instance.announcement = {1, Duration{2}, Duration{3}, 4, Duration{5}, 6};
  instance.sync_group = {3};
  return instance;
}

TEST(VrrpCodec, RoundTrips) {
  const auto instance = full_instance();
  EXPECT_EQ(*(through_the_wire<wire::VrrpInstance>(instance)), instance);
  const SyncGroup group{{3}, "G", {{7}, {8}}, true, {{"eth0", 0, false}}, {{TrackerId{9}, 0, false}}, {{TrackerId{11}, 3, false}}};
  EXPECT_EQ(*(through_the_wire<wire::SyncGroup>(group)), group);
  const ScriptTracker tracker{{9}, "chk", {4}, Duration{2'000'000}, Duration{1'900'000}, 4, 2, true};
  EXPECT_EQ(*(through_the_wire<wire::ScriptTracker>(tracker)), tracker);
  const ToldTracker told{{10}, "session", ToldKind::kBfd};
  EXPECT_EQ(*(through_the_wire<wire::ToldTracker>(told)), told);
  const ProcessTracker processes{{11}, "p", 2, 5, Duration{1'000}, Duration{2'000}};
  EXPECT_EQ(*(through_the_wire<wire::ProcessTracker>(processes)), processes);
  const CountedProcesses counted{{11}, "p", {"/bin/a", "-x"}, true, ParameterMatch::kInitial};
  EXPECT_EQ(*(through_the_wire<wire::CountedProcesses>(counted)), counted);
  const ResumedInstance resumed{{7}, VrrpState::kMaster, 12};
  EXPECT_EQ(*(through_the_wire<wire::ResumedInstance>(resumed)), resumed);
}

struct Break {
  const char* what;
  void (*edit)(wire::VrrpInstance&);
};

TEST(VrrpCodec, RangesAreEnforced) {
  const Break kBreaks[] = {
      {"instance", [](auto& m) { m.set_id(0); }},
      {"instance name", [](auto& m) { m.set_name(""); }},
      {"interface", [](auto& m) { m.set_interface(std::string(16, 'e')); }},
      {"family", [](auto& m) { m.set_family(5); }},
      {"virtual_router_id", [](auto& m) { m.set_vrid(0); }},
      {"virtual_router_id", [](auto& m) { m.set_vrid(256); }},
      {"version", [](auto& m) { m.set_version(4); }},
      {"priority", [](auto& m) { m.set_priority(0); }},
      {"advert_int", [](auto& m) { m.set_advert_int_us(9'999); }},
      {"down_timer_adverts", [](auto& m) { m.set_down_timer_adverts(101); }},
      {"password", [](auto& m) { m.set_password("short"); }},
      {"address", [](auto& m) { m.mutable_addresses(0)->set_octets("12345"); }},
      {"address", [](auto& m) { m.mutable_addresses(0)->set_octets("1234"); }},
      {"weight", [](auto& m) { m.mutable_tracked_interfaces(0)->set_weight(255); }},
      {"tracked script", [](auto& m) { m.mutable_tracked_scripts(0)->set_tracker(0); }},
      {"tracked object", [](auto& m) { m.mutable_tracked_objects(0)->set_tracker(0); }},
      {"weight", [](auto& m) { m.mutable_tracked_objects(0)->set_weight(255); }},
      {"timer_expired_backup", [](auto& m) { m.set_timer_expired_backup(255); }},
      {"ttl", [](auto& m) { m.set_ttl(0); }},
  };
  for (const auto& row : kBreaks) {
    wire::VrrpInstance message;
    encode(full_instance(), message);
    row.edit(message);
    const auto decoded = decode(message);
    ASSERT_FALSE(decoded) << row.what;
    EXPECT_NE(decoded.error().message.find(row.what), std::string::npos) << decoded.error().message;
  }
}

TEST(IpvsCodec, RoundTrips) {
  VirtualAddress address;
  address.prefix = *parse_prefix("10.9.0.100/24");
  address.interface = "eth0";
  address.scope = 253;
  address.label = "eth0:1";
  address.broadcast = ip("10.9.0.255");
  address.peer = ip("10.9.0.200");
  address.flags = 0x200;
  address.preferred = 0;
  address.no_track = true;
  const InstanceRights rights{{7}, "VI_1", "eth0", {address, address}, true, Duration{10}, Duration{20}};
  EXPECT_EQ(*(through_the_wire<wire::InstanceRights>(rights)), rights);

  Service service;
  service.id = {5};
  service.key = {Family::kIpv4, Protocol::kUdp, ip("10.9.0.53"), 53, 0};
  service.scheduler = "mh";
  service.flags = 0x18;
  service.timeout = 60;
  service.netmask = 0xffffff00;
  service.persistence_engine = "sip";
  EXPECT_EQ(*(through_the_wire<wire::Service>(service)), service);
  service.key = {Family::kIpv6, Protocol::kTcp, IpAddress{}, 0, 9};
  service.netmask = 128;
  EXPECT_EQ(*(through_the_wire<wire::Service>(service)), service);

  const Destination destination{{41}, {5}, ip("2001:db8::1"), 80, Forwarding::kTunnel, 9, 8, TunnelType::kGue, 6080, 3};
  EXPECT_EQ(*(through_the_wire<wire::Destination>(destination)), destination);
  const DestinationWish wish{{41}, true, INT32_MAX};
  EXPECT_EQ(*(through_the_wire<wire::DestinationWish>(wish)), wish);
}

TEST(IpvsCodec, RangesAreEnforced) {
  wire::DestinationWish wish;
  encode(DestinationWish{{41}, true, 1}, wish);
  wish.set_weight(0x80000000u);
  EXPECT_FALSE(decode(wish));
  wire::Destination destination;
  encode(Destination{{41}, {5}, ip("10.0.0.1"), 80}, destination);
  destination.set_forwarding(1);
  EXPECT_FALSE(decode(destination));
  destination.set_forwarding(3);
  destination.set_port(65536);
  EXPECT_FALSE(decode(destination));
  wire::Service service;
  encode(Service{{5}, {Family::kIpv6, Protocol::kTcp, ip("2001:db8::1"), 80, 0}}, service);
  EXPECT_FALSE(decode(service)) << "an IPv6 mask is a prefix length";
}

TEST(CheckCodec, RoundTrips) {
  Check http;
  http.id = {1};
  http.what = HttpCheck{true, true, "sni.example", "www.example", HttpProtocol::kHttp11Close, true,
                        {{"/health", std::string(32, 'a'), {{200, 299}, {404, 404}}, "v.example", {"a+", 8, true, 3, 9, 4096}, true}, {.path = "/"}},
                        HttpMethod::kHead, {"A: b"}, true, "name.example", 14};
  http.probe = {100};
  http.rise = 3;
  http.address = ip("10.9.1.1");
  http.port = 443;
  http.bind_address = ip("10.9.1.254");
  http.bind_port = 1024;
  http.bind_interface = "eth1";
  http.fwmark = 3;
  http.delay_loop = Duration{2'000'000};
  http.delay_before_retry = Duration{1};
  http.retries = 3;
  http.connect_timeout = Duration{2'000'000};
  http.warmup = Duration{0};
  http.alpha = true;
  http.enabled_log = false;
  Check misc = http;
  misc.id = {2};
  misc.what = MiscCheck{{8}, Duration{2'000'000}, true};
  Check tcp = http;
  tcp.id = {3};
  tcp.what = TcpCheck{};
  std::vector<Check> checks = {http, misc, tcp};
  const auto add = [&](auto what) {
    Check made = http;
    made.id = {checks.size() + 1};
    made.what = std::move(what);
    checks.push_back(std::move(made));
  };
  add(SmtpCheck{"helo.example"});
  add(DnsCheck{28, "www.example"});
  add(UdpCheck{std::string("\0x", 2), true, std::string("a\0", 2), std::string("\xff\xf0", 2), 2, 9});
  add(PingCheck{});
  add(FileCheck{{5}, "load", -2147483647, true});
  add(BfdCheck{{6}, "b"});
  CheckedService service;
  service.id = {5};
  service.name = "[10.9.0.80]:tcp:80";
  service.quorum = 2;
  service.hysteresis = 1;
  service.alpha = service.omega = true;
  service.servers = {{{41}, "[10.9.1.1]:tcp:80", 3, true, Duty::kDrain, 7, checks}};
  service.sorry = CheckedServer{{42}, "[10.9.1.99]:tcp:80", 1, false, {}};
  EXPECT_EQ(*(through_the_wire<wire::CheckedService>(service)), service);
  const CheckVerdict verdict{{1}, true, true, 2, -5};
  EXPECT_EQ(*(through_the_wire<wire::CheckVerdict>(verdict)), verdict);
}

TEST(CheckCodec, AHttpCheckNeedsAUrlAndACheckAKind) {
  wire::CheckedService message;
  message.set_id(5);
  message.set_name("s");
  auto* server = message.add_servers();
  server->set_id(41);
  server->set_name("r");
  auto* check = server->add_checks();
  check->set_id(1);
  check->set_probe(1);
  check->set_rise(1);
  EXPECT_NE(decode(message).error().message.find("kind"), std::string::npos);
  check->mutable_http();
  EXPECT_NE(decode(message).error().message.find("url"), std::string::npos);
}

TEST(ValuesCodec, LinkFactsRoundTripAndBounds) {
  LinkFacts facts;
  facts.index = 3;
  facts.name = "eth0";
  facts.up = true;
  facts.mtu = 9000;
  facts.hardware = {2, 0, 0, 0, 0, 1};
  facts.sources = {ip("192.0.2.1"), ip("fe80::1")};
  facts.addresses = {*parse_prefix("192.0.2.1/24")};
  EXPECT_EQ(*(through_the_wire<wire::LinkFacts>(facts)), facts);
  wire::LinkFacts message;
  encode(facts, message);
  message.set_index(0);
  EXPECT_FALSE(decode(message));
}

TEST(Printable, ForeignBytesCannotForgeALine) {
  EXPECT_EQ(printable("ok\n\x1b[31m\\"), "ok\\x0a\\x1b[31m\\x5c");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace holdfast
