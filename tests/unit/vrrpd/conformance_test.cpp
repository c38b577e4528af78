// What RFC 3768, RFC 2338 and RFC 9568 demand of a receiver, one test per demand, named after it. The list of all demands and of the tests
// that hold each of them is tests/conformance/clauses.tsv.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/vrrpd/vectors.h"
#include "vrrpd/protocol/router.h"
#include "vrrpd/wire/checksum.h"

namespace holdfast::vrrp {
namespace {

struct Demand {
  const char* name;
  std::vector<const char*> vectors;    // without VRRP-RX-
  std::optional<Rejection> rejection;  // none: accepted
};

const Demand kDemands[] = {
    {"R1_Rfc9568_5_1_1_3_Rfc3768_7_1_TtlOrHopLimitIs255", {"v2-ttl254", "v2-ttl1", "v3-ttl254", "v6-hl254"}, Rejection::kTtl},
    {"R2_Rfc9568_7_1_VersionIsTheRouters", {"v2-inst-gets-v3", "v3-version4", "v6-version2"}, Rejection::kVersion},
    {"R3_Rfc9568_5_2_2_TypeIsAdvertisement", {"v2-type2", "v3-type2"}, Rejection::kType},
    {"R4_Rfc9568_7_1_PacketIsComplete", {"v2-truncated-authdata", "v2-count2-one-address", "v3-count2-one-address"}, Rejection::kLength},
    {"R4_Rfc9568_7_1_HeaderIsComplete", {"v3-header-only-7bytes"}, Rejection::kTruncated},
    {"R5_Rfc9568_5_2_8_Rfc3768_5_3_8_ChecksumIsRight", {"v2-bad-checksum", "v3-bad-checksum", "v6-bad-checksum", "v3asv2-bad-checksum"}, Rejection::kChecksum},
    {"R8_Rfc9568_5_1_1_2_DestinationIsTheGroup", {"v2-unicast-dst", "v2-dst-other-mcast", "v6-dst-allnodes"}, Rejection::kDestination},
    {"R11_Rfc791_IpOptionsAreSkipped", {"v2-ip-options"}, std::nullopt},
    {"R12_EthernetPaddingIsNoLengthError", {"v2-eth-padding"}, std::nullopt},
    {"A1_Rfc3768_7_1_IntervalIsTheRouters", {"v2-advint2"}, Rejection::kInterval},
    {"A2_Rfc3768_5_3_6_UnknownAuthenticationType", {"v2-auth3"}, Rejection::kInvalidAuthType},
    {"A2_Rfc3768_5_3_6_AuthenticationTypeIsTheConfiguredOne", {"v2-auth1-on-none", "v2pass-none"}, Rejection::kAuthTypeMismatch},
    {"A3_Rfc2338_5_3_6_2_PasswordIsTheRouters", {"v2pass-wrong", "v2pass-trailing-garbage"}, Rejection::kAuthFailure},
    {"A5_Rfc3768_7_1_AddressListIsTheRouters", {"v2-addrlist-extra", "v2-addrlist-different"}, Rejection::kAddressList},
    {"B1_Rfc9568_5_2_6_ReservedBitsAreIgnored", {"v3-reserved-bits"}, std::nullopt},
    {"B2_Rfc9568_7_1_Erratum8301_IntervalIsNotZero", {"v3-advint0", "v6-advint0"}, Rejection::kInterval},
    {"B3_Rfc9568_5_2_5_Erratum8299_ThereAreAddresses", {"v3-count0", "v2-count0"}, Rejection::kNoAddresses},
    {"B4_Rfc9568_7_1_AnotherIntervalIsLearned", {"v3-advint50"}, std::nullopt},
    {"B8_Rfc9568_7_2_Ipv6SourceIsLinkLocal", {"v6-global-source"}, Rejection::kSource},
};

class Conformance : public testing::TestWithParam<Demand> {};

// In strict mode, where the RFCs are the measure; what differs otherwise is in doc/decisions/0005-vrrp-deviations.md.
TEST_P(Conformance, Demand) {
  for (const char* id : GetParam().vectors) {
    SCOPED_TRACE(id);
    const auto& all = vectors();
    const auto vector = std::find_if(all.begin(), all.end(), [&](const json& one) { return one["id"] == std::string("VRRP-RX-") + id; });
    ASSERT_NE(vector, all.end());
    const Judged judged = judge_vector(*vector, /*strict=*/true);
    EXPECT_EQ(judged.verdict.rejection, GetParam().rejection);
    EXPECT_EQ(judged.accepted, !GetParam().rejection.has_value());
  }
}

INSTANTIATE_TEST_SUITE_P(Receiver, Conformance, testing::ValuesIn(kDemands), [](const auto& row) { return std::string(row.param.name); });

TEST(ConformanceReceiver, R6_Rfc9568_7_1_VridIsConfiguredOnTheInterface) {
  Router router;
  VrrpPlan plan;
  plan.instances = {router_v3()};
  router.apply(plan, {}, kStart);
  const SocketKey socket{2, Family::kIpv4, false};
  router.handle(LinkTold{{2, "eth0", true, true, true, 1500, {}, {ip("192.0.2.1")}, {}}}, kStart);
  router.handle(SocketOpened{socket}, kStart);
  EXPECT_TRUE(router.listener(socket, 51, ip("224.0.0.18")));
  EXPECT_FALSE(router.listener(socket, 52, ip("224.0.0.18"))) << "another router";
  EXPECT_FALSE(router.listener({3, Family::kIpv4, false}, 51, ip("224.0.0.18"))) << "another interface";
  EXPECT_FALSE(router.listener({2, Family::kIpv6, false}, 51, ip("ff02::12"))) << "B9: the other family is another router";
}

TEST(ConformanceReceiver, R9_Rfc9568_5_2_9_AddressesAreOfThePacketsFamily) {
  VrrpInstance config = router_v6();
  Bytes message = encode(config, {100, 2, ip("fe80::2"), config.group_address, false});
  message.resize(kHeaderLength + 2 * 4);  // as if they were IPv4 addresses
  const Packet packet{ip("fe80::2"), config.group_address, 255, message};
  EXPECT_EQ(judge(config, {ip("fe80::1"), std::nullopt, false}, packet, *decode(message, Family::kIpv6)).rejection, Rejection::kLength);
}

TEST(ConformanceReceiver, A6_Rfc3768_5_3_10_AuthenticationDataIsIgnoredWithoutAuthentication) {
  const VrrpInstance config = router_v2();
  VrrpInstance talkative = config;
  talkative.authentication = Authentication::kPass;
  talkative.password = {'x', 'y', 'z'};
  Bytes message = encode(talkative, {100, 1, ip("192.0.2.2"), config.group_address, false});
  message[4] = 0;
  message[6] = message[7] = 0;
  const std::uint16_t sum = checksum(message, ChecksumForm::kMessage, {}, {});
  message[6] = static_cast<std::uint8_t>(sum >> 8);
  message[7] = static_cast<std::uint8_t>(sum);
  const Packet packet{ip("192.0.2.2"), config.group_address, 255, message};
  EXPECT_EQ(judge(config, {ip("192.0.2.1"), std::nullopt, false}, packet, *decode(message, Family::kIpv4)).rejection, std::nullopt);
}

}  // namespace
}  // namespace holdfast::vrrp
