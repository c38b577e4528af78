// ipvsd's driver between its three links and a kernel made of tables, for the tests of each link.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/event.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <memory>
#include <optional>

#include "ipvsd/driver.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/values_codec.h"
#include "proto/runtime/log.h"
#include "tests/fake/kernel.h"
#include "tests/unit/ipvsd/peer.h"

namespace holdfast {

using namespace std::chrono_literals;

inline constexpr std::uint64_t kFirst = 1;
inline constexpr std::uint64_t kSecond = 2;

class DriverTest : public testing::Test {
 protected:
  void SetUp() override {
    auto owned = std::make_unique<fake::Kernel>();
    kernel = owned.get();
    kernel->add_link("eth0");
    kernel->add_link("eth1");
    kernel->add_address("eth0", "192.0.2.10/24");
    auto pair = make_channel();
    ASSERT_TRUE(pair);
    parent.emplace(loop, std::move(pair->first));
    driver = std::make_unique<Driver>(loop, std::move(pair->second), std::move(owned));
  }
  void TearDown() override {
    driver.reset();
    set_log_sink({});
  }

  // Runs the loop until all that can happen now has happened, and longer if `time` says so; true if the driver stopped it.
  bool turn(Duration time = 0ms) {
    const Instant end = loop.now() + time;
    int rounds = 0;
    do {
      ::event_base_loop(loop.base(), EVLOOP_NONBLOCK);
      if (::event_base_got_break(loop.base()) != 0) {
        loop.later([this] { ::event_base_loopbreak(loop.base()); });
        code = loop.run();
        return true;
      }
    } while (++rounds < kRounds || loop.now() < end);
    return false;
  }
  static constexpr int kRounds = 50;  // more than any chain of messages here takes

  static VirtualAddress address(const char* prefix, const char* interface = "eth0") {
    VirtualAddress planned;
    planned.prefix = *parse_prefix(prefix);
    planned.interface = interface;
    return planned;
  }
  static InstanceRights rights(std::uint64_t id, std::vector<VirtualAddress> addresses) {
    return {InstanceId{id}, "VI_" + std::to_string(id), "eth0", std::move(addresses), false, Duration{0}, Duration{0}};
  }
  static IpvsPlan vrrp_plan() {
    IpvsPlan plan;
    plan.generation = 1;
    plan.vrrpd_absence = 60s;
    plan.instances = {rights(kFirst, {address("192.0.2.100/24"), address("2001:db8::100/64")}), rights(kSecond, {address("198.51.100.1/24", "eth1")})};
    return plan;
  }
  static IpvsPlan web_plan() {
    IpvsPlan plan;
    plan.generation = 1;
    plan.uses_ipvs = true;
    Service service;
    service.id = ServiceId{11};
    service.key = {Family::kIpv4, Protocol::kTcp, *IpAddress::parse("10.0.0.1"), 80, 0};
    plan.services = {service};
    for (std::uint64_t id : {21, 22}) {
      Destination destination;
      destination.id = DestinationId{id};
      destination.service = service.id;
      destination.address = *IpAddress::parse("10.9.0." + std::to_string(id));
      destination.port = 80;
      plan.destinations.push_back(destination);
    }
    return plan;
  }

  void say_plan(const IpvsPlan& plan) { holdfast::say_plan(*parent, plan); }
  template <class Other>
  void connect(std::optional<Other>& peer, wire::PeerLink::Peer which) {
    auto pair = make_channel();
    peer.emplace(loop, std::move(pair->first));
    wire::ParentToIpvsd message;
    message.mutable_peer_link()->set_peer(which);
    parent->say(message, std::move(pair->second));
  }
  void start(const IpvsPlan& plan) {
    ASSERT_TRUE(driver->start());
    say_plan(plan);
    connect(vrrpd, wire::PeerLink::VRRPD);
    connect(checkerd, wire::PeerLink::CHECKERD);
    turn();
  }
  void claim(std::uint64_t instance, std::uint64_t generation) { vrrpd->say(claim_of(instance, generation)); }
  void release(std::uint64_t instance, std::uint64_t generation) { vrrpd->say(release_of(instance, generation)); }
  void claims_complete() {
    wire::VrrpdToIpvsd message;
    message.mutable_claims_complete()->set_count(0);
    vrrpd->say(message);
  }
  void wish(std::uint64_t destination, bool present, std::uint32_t weight, Generation plan = 1) {
    wire::CheckerdToIpvsd message;
    message.mutable_want()->set_plan(plan);
    encode(DestinationWish{DestinationId{destination}, present, weight}, *message.mutable_want()->add_wishes());
    checkerd->say(message);
  }
  void wishes_complete() {
    wire::CheckerdToIpvsd message;
    message.mutable_complete()->set_plan(1);
    checkerd->say(message);
  }
  void stop() {
    wire::ParentToIpvsd message;
    message.mutable_stop();
    parent->say(message);
  }
  std::vector<std::string> held() const {
    std::vector<std::string> out;
    for (const AddressKey& key : kernel->addresses()) out.push_back(key.prefix.to_string());
    return out;
  }
  std::map<std::string, std::uint32_t> weights() const {
    std::map<std::string, std::uint32_t> out;
    for (const auto& [key, service] : kernel->services) {
      for (const auto& [real, options] : service.destinations) out[real.address.to_string()] = options.weight;
    }
    return out;
  }

  using Texts = std::vector<std::string>;
  using Weights = std::map<std::string, std::uint32_t>;
  Loop loop;
  fake::Kernel* kernel = nullptr;
  std::unique_ptr<Driver> driver;
  std::optional<Parent> parent;
  std::optional<Vrrpd> vrrpd;
  std::optional<Checkerd> checkerd;
  int code = 0;
};

}  // namespace holdfast
