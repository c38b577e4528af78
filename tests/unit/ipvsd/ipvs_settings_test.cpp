// What IPVS is told beside its services: time-outs, sync daemons; and groups of services that share their destinations.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "ipvsd/keep/settings_keeper.h"
#include "ipvsd/netlink/ipvs_codec.h"
#include "ipvsd/wanted/wish_ledger.h"
#include "proto/codec/ipvs_codec.h"
#include "tests/fake/kernel.h"

namespace holdfast {
namespace {

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

SyncDaemon sync_on(const char* interface, std::uint64_t instance = 0) {
  SyncDaemon daemon;
  daemon.interface = interface;
  daemon.instance = InstanceId{instance};
  daemon.id = 51;
  return daemon;
}

class Settings : public testing::Test {
 protected:
  std::vector<std::string> running() const {
    std::vector<std::string> texts;
    for (const RunningSync& one : kernel.sync) {
      texts.push_back((one.role == SyncRole::kMaster ? "master " : "backup ") + one.daemon.interface);
    }
    return texts;
  }
  fake::Kernel kernel;
  SettingsKeeper keeper{kernel};
};
using Texts = std::vector<std::string>;

TEST_F(Settings, TimeoutsArePutBackAtTheEnd) {
  keeper.keep_timeouts({60, 0, 5});
  EXPECT_EQ(kernel.timeouts, (IpvsTimeouts{60, 120, 5}));
  keeper.keep_timeouts({0, 30, 5});
  EXPECT_EQ(kernel.timeouts, (IpvsTimeouts{900, 30, 5})) << "what a reload no longer names is as before";
  keeper.finish();
  EXPECT_EQ(kernel.timeouts, (IpvsTimeouts{900, 120, 300}));
}

TEST_F(Settings, NothingIsAskedForNothing) {
  keeper.keep_timeouts({});
  keeper.keep_sync({}, false);
  keeper.finish();
  EXPECT_EQ(kernel.calls, 0u);
}

TEST_F(Settings, TheSyncDaemonFollowsItsInstance) {
  const SyncDaemon daemon = sync_on("eth0", 7);
  keeper.keep_sync(daemon, false);
  EXPECT_EQ(running(), Texts{"backup eth0"});
  const unsigned calls = kernel.calls;
  keeper.keep_sync(daemon, false);
  EXPECT_EQ(kernel.calls, calls);
  keeper.keep_sync(daemon, true);
  EXPECT_EQ(running(), Texts{"master eth0"});
  keeper.keep_sync(sync_on("eth1", 7), true);
  EXPECT_EQ(running(), Texts{"master eth1"});
  keeper.finish();
  EXPECT_EQ(running(), Texts{});
}

TEST_F(Settings, WithoutAnInstanceItDoesBoth) {
  keeper.keep_sync(sync_on("eth0"), false);
  EXPECT_EQ(running(), (Texts{"master eth0", "backup eth0"}));
}

TEST_F(Settings, ADaemonOfAnEarlierIpvsdIsKept) {
  SyncDaemon as_kernel_tells = sync_on("eth0");
  as_kernel_tells.port = 8848;
  as_kernel_tells.ttl = 1;
  kernel.sync = {{SyncRole::kBackup, as_kernel_tells}};
  keeper.keep_sync(sync_on("eth0", 7), false);
  EXPECT_EQ(kernel.calls, 0u);
  keeper.keep_sync({}, false);
  EXPECT_EQ(running(), Texts{});
}

TEST_F(Settings, ARefusalIsTold) {
  kernel.refuse("start sync daemon backup on eth9 id 51", ENODEV);
  const std::vector<Refused> refused = keeper.keep_sync(sync_on("eth9", 7), false);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].code, ENODEV);
}

TEST(SettingsCodec, DaemonsAndTimeoutsAreDecodedAsEncoded) {
  RunningSync sync{SyncRole::kBackup, sync_on("eth0")};
  sync.daemon.maxlen = 1400;
  sync.daemon.port = 9000;
  sync.daemon.ttl = 3;
  for (const char* group : {"224.0.0.82", "ff02::1:2"}) {
    sync.daemon.group = ip(group);
    netlink::Batch batch;
    netlink::encode(batch, 28, StartSync{sync});
    const auto decoded = netlink::decode_sync(batch.bytes());
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->role, sync.role);
    EXPECT_EQ(decoded->daemon, sync.daemon);
  }
  netlink::Batch batch;
  netlink::encode(batch, 28, SetTimeouts{{60, 0, 5}});
  const auto decoded = netlink::decode_timeouts(batch.bytes());
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, (IpvsTimeouts{60, 0, 5}));
}

TEST(SettingsCodec, PlansTravel) {
  IpvsPlan plan;
  plan.flush_on_stop = true;
  plan.timeouts = {1, 2, 2'678'400};
  plan.sync = sync_on("eth0", 7);
  plan.sync->group = ip("224.0.0.82");
  wire::IpvsSettings message;
  encode(plan, message);
  IpvsPlan read;
  ASSERT_TRUE(decode(message, read));
  EXPECT_EQ(read, plan);
  struct Row {
    const char* what;
    void (*spoil)(wire::IpvsSettings&);
  };
  const Row kRows[] = {
      {"timeout too long", [](auto& m) { m.mutable_timeouts()->set_udp(2'678'401); }},
      {"no interface", [](auto& m) { m.mutable_sync()->clear_interface(); }},
      {"id", [](auto& m) { m.mutable_sync()->set_id(256); }},
      {"maxlen", [](auto& m) { m.mutable_sync()->set_maxlen(65508); }},
      {"port", [](auto& m) { m.mutable_sync()->set_port(65536); }},
      {"ttl", [](auto& m) { m.mutable_sync()->set_ttl(256); }},
      {"group is a host", [](auto& m) { m.mutable_sync()->mutable_group()->set_octets(std::string("\x0a\0\0\1", 4)); }},
      {"absence", [](auto& m) { m.set_vrrpd_absence_us(-1); }},
  };
  for (const Row& row : kRows) {
    wire::IpvsSettings spoilt = message;
    row.spoil(spoilt);
    EXPECT_FALSE(decode(spoilt, read)) << row.what;
  }
}

// ---- groups

Destination destination(std::uint64_t id, const char* address, std::uint16_t port, Forwarding forwarding) {
  Destination one;
  one.id = DestinationId{id};
  one.service = ServiceId{1};
  one.address = ip(address);
  one.port = port;
  one.forwarding = forwarding;
  return one;
}

TEST(GroupOfServices, DestinationsAreThoseOfTheGroupEachInItsForm) {
  const ServiceKey web{Family::kIpv4, Protocol::kTcp, ip("10.0.0.1"), 80, 0};
  const ServiceKey tls{Family::kIpv4, Protocol::kTcp, ip("10.0.0.1"), 443, 0};
  const ServiceKey six{Family::kIpv6, Protocol::kTcp, ip("2001:db8::1"), 80, 0};
  const ServiceKey mark{Family::kIpv4, Protocol::kTcp, {}, 0, 5};
  IpvsPlan plan;
  for (const ServiceKey& key : {web, tls, six, mark}) {
    Service service;
    service.id = ServiceId{1};
    service.key = key;
    plan.services.push_back(service);
  }
  plan.destinations = {destination(1, "10.9.0.1", 8080, Forwarding::kMasquerade), destination(2, "10.9.0.2", 0, Forwarding::kDirect),
                       destination(3, "10.9.0.3", 0, Forwarding::kTunnel)};
  WishLedger ledger;
  ledger.set_plan(plan);
  WishLedger::Touched touched;
  for (std::uint64_t id : {1, 2, 3}) ledger.wish(0, {DestinationId{id}, true, 1}, touched);
  EXPECT_EQ(touched.size(), 4u);
  const auto keys = [&](const ServiceKey& key) {
    std::string text;
    const std::optional<VirtualService> wanted = ledger.wanted(key);
    for (const auto& [found, options] : wanted->destinations) text += to_string(found) + " ";
    return text;
  };
  EXPECT_EQ(keys(web), "10.9.0.1:8080 10.9.0.2:80 10.9.0.3:80 ");
  EXPECT_EQ(keys(tls), "10.9.0.1:8080 10.9.0.2:443 10.9.0.3:443 ");
  EXPECT_EQ(keys(six), "10.9.0.3:80 ") << "another family takes a tunnel";
  EXPECT_EQ(keys(mark), "10.9.0.1:8080 10.9.0.2:0 10.9.0.3:0 ");
}

}  // namespace
}  // namespace holdfast
