// Frames against the conformance vectors, byte for byte; the pace in virtual time; a real frame through a socketpair is not needed
// here: tests/system listens on a link.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ipvsd/announce/frames.h"
#include "ipvsd/announce/pace.h"

namespace holdfast::announce {
namespace {

using namespace std::chrono_literals;

std::string hex(std::span<const std::uint8_t> octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::uint8_t octet : octets) text += {kDigits[octet >> 4], kDigits[octet & 15]};
  return text;
}

// The vectors of this kind: their frames and the fields that make them.
struct Vector {
  std::string id;
  std::string frame;
  HardwareAddress own;
  IpAddress address;
  bool router;
};

HardwareAddress hardware(const std::string& text) {
  HardwareAddress out{};
  for (std::size_t at = 0; at < out.size(); ++at) out[at] = static_cast<std::uint8_t>(std::stoi(text.substr(at * 3, 2), nullptr, 16));
  return out;
}

std::vector<Vector> vectors(const std::string& prefix) {
  std::ifstream file(HOLDFAST_VECTORS);
  const nlohmann::json document = nlohmann::json::parse(file);
  std::vector<Vector> found;
  for (const auto& entry : document["vectors"]) {
    const std::string id = entry["id"];
    if (id.rfind(prefix, 0) != 0 || entry["kind"] != "tx-golden") continue;
    const auto& fields = entry["fields"];
    const bool arp = fields.contains("arp");
    found.push_back({id, entry["frame"], hardware(fields["eth"]["src"]),
                     *IpAddress::parse(std::string(arp ? fields["arp"]["spa"] : fields["na"]["target"])), !arp && fields["na"]["R"] == 1});
  }
  return found;
}

TEST(Frames, GratuitousArpIsKeepalivedsOctetForOctet) {
  const std::vector<Vector> wanted = vectors("ARP-GARP-keepalived");
  ASSERT_FALSE(wanted.empty());
  for (const Vector& vector : wanted) EXPECT_EQ(hex(gratuitous_arp(vector.own, vector.address)), vector.frame) << vector.id;
}

TEST(Frames, GratuitousArpDiffersFromTheRfcOnlyInTheTargetHardwareAddress) {
  const std::vector<Vector> wanted = vectors("ARP-GARP-rfc");
  ASSERT_FALSE(wanted.empty());
  constexpr std::size_t kTargetHardware = 32 * 2;
  for (const Vector& vector : wanted) {
    std::string frame = vector.frame;
    EXPECT_EQ(frame.substr(kTargetHardware, 12), "000000000000");
    EXPECT_EQ(hex(gratuitous_arp(vector.own, vector.address)), frame.replace(kTargetHardware, 12, "ffffffffffff")) << vector.id;
  }
}

TEST(Frames, UnsolicitedAdvertisementsWithAndWithoutTheRouterFlag) {
  const std::vector<Vector> wanted = vectors("NA-");
  ASSERT_GE(wanted.size(), 4u);
  for (const Vector& vector : wanted) {
    EXPECT_EQ(hex(unsolicited_advertisement(vector.own, vector.address, vector.router)), vector.frame) << vector.id;
  }
}

class Pacing : public testing::Test {
 protected:
  std::vector<std::string> due(Instant now, std::size_t count_max = 100) {
    std::vector<std::string> out;
    for (const Target& target : pace.due(now, count_max)) out.push_back(target.address.to_string() + "@" + target.interface);
    return out;
  }
  bool add(const char* address, unsigned repeat, Duration interval, Instant now, const char* interface = "eth0") {
    return pace.add({interface, *IpAddress::parse(address)}, repeat, interval, now);
  }
  Pace pace;
  const Instant start{1s};
};
using Texts = std::vector<std::string>;

TEST_F(Pacing, WithoutAnIntervalABurstGoesRoundTheAddressesAtOnce) {
  EXPECT_EQ(pace.deadline(), kNever);
  add("192.0.2.1", 2, 0us, start);
  add("192.0.2.2", 3, 0us, start);
  EXPECT_EQ(pace.deadline(), start);
  EXPECT_EQ(due(start), (Texts{"192.0.2.1@eth0", "192.0.2.2@eth0", "192.0.2.1@eth0", "192.0.2.2@eth0", "192.0.2.2@eth0"}));
  EXPECT_EQ(pace.deadline(), kNever);
  EXPECT_EQ(pace.waiting(), 0u);
}

TEST_F(Pacing, AnIntervalSeparatesTheFramesOfALinkAndFamily) {
  add("192.0.2.1", 2, 10ms, start);
  add("192.0.2.2", 1, 10ms, start);
  add("2001:db8::1", 1, 0us, start);
  add("192.0.2.3", 1, 10ms, start, "eth1");
  EXPECT_EQ(due(start), (Texts{"192.0.2.1@eth0", "2001:db8::1@eth0", "192.0.2.3@eth1"}));
  EXPECT_EQ(pace.deadline(), start + 10ms);
  EXPECT_EQ(due(start + 9ms), Texts{});
  EXPECT_EQ(due(start + 10ms), (Texts{"192.0.2.2@eth0"}));
  EXPECT_EQ(due(start + 20ms), (Texts{"192.0.2.1@eth0"}));
  add("192.0.2.1", 1, 10ms, start + 21ms);
  EXPECT_EQ(due(start + 29ms), Texts{}) << "the interval counts from the last frame, even if the queue was empty";
  EXPECT_EQ(due(start + 30ms), (Texts{"192.0.2.1@eth0"}));
}

TEST_F(Pacing, AnAddressThatWaitsIsNotQueuedTwice) {
  add("192.0.2.1", 5, 10ms, start);
  add("192.0.2.1", 2, 10ms, start);
  EXPECT_EQ(pace.waiting(), 1u);
  for (int frame = 0; frame < 5; ++frame) EXPECT_EQ(due(start + frame * 10ms).size(), 1u);
  EXPECT_EQ(due(start + 1s), Texts{});
}

TEST_F(Pacing, AtMostSoManyAtATime) {
  for (int at = 1; at <= 9; ++at) add(("192.0.2." + std::to_string(at)).c_str(), 1, 0us, start);
  EXPECT_EQ(due(start, 4).size(), 4u);
  EXPECT_EQ(pace.deadline(), start);
  EXPECT_EQ(due(start, 100).size(), 5u);
}

TEST_F(Pacing, RepeatingZeroTimesIsNothing) {
  EXPECT_TRUE(add("192.0.2.1", 0, 0us, start));
  EXPECT_EQ(pace.waiting(), 0u);
}

TEST_F(Pacing, HasALimit) {
  for (std::size_t at = 0; at < kWaitingMax; ++at) {
    const std::string text = "10." + std::to_string(at >> 16 & 255) + "." + std::to_string(at >> 8 & 255) + "." + std::to_string(at & 255);
    ASSERT_TRUE(add(text.c_str(), 1, 10ms, start));
  }
  EXPECT_FALSE(add("11.0.0.1", 1, 10ms, start));
  EXPECT_TRUE(add("10.0.0.7", 3, 10ms, start)) << "it waits already";
}

}  // namespace
}  // namespace holdfast::announce
