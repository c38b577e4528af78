// Every VRRP vector of tests/conformance/vectors.json: captured frames must be produced octet by octet, received ones must be judged as
// the RFCs say in strict mode and as keepalived 2.4.3 does otherwise, with the exceptions of doc/decisions/0005-vrrp-deviations.md.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/vrrpd/vectors.h"

namespace holdfast::vrrp {
namespace {

TEST(Vectors, StrictModeFollowsTheRfcs) {
  int judged = 0;
  for (const json& vector : vectors()) {
    if (!is_reception(vector)) continue;
    const std::string verdict = vector["rfc"]["verdict"];
    if (!verdict.starts_with("accept") && verdict != "discard") continue;  // n/a, implementation-defined
    SCOPED_TRACE(vector["id"].get<std::string>());
    EXPECT_EQ(judge_vector(vector, /*strict=*/true).accepted, verdict != "discard");
    ++judged;
  }
  EXPECT_GE(judged, 50);
}

TEST(Vectors, OtherwiseKeepalivedIsTheMeasure) {
  // K1: both readings of the version 3 checksum are heard. K2: a wrong checksum is never accepted. K3: no interval 0, no empty list.
  const std::map<std::string, bool> deviations = {
      {"VRRP-RX-v3-good-rfc9568-csum", true}, {"VRRP-RX-v3asv2-bad-checksum", false}, {"VRRP-RX-v3-advint0", false},
      {"VRRP-RX-v6-advint0", false},          {"VRRP-RX-v3-count0", false},           {"VRRP-RX-v2-count0", false},
  };
  std::set<std::string> deviated;
  int judged = 0;
  for (const json& vector : vectors()) {
    if (!is_reception(vector)) continue;
    const std::string id = vector["id"];
    SCOPED_TRACE(id);
    const bool keepalived = vector["observed"]["keepalived-2.4.3"]["accepted"];
    const auto deviation = deviations.find(id);
    const bool expected = deviation == deviations.end() ? keepalived : deviation->second;
    EXPECT_EQ(judge_vector(vector, /*strict=*/false).accepted, expected);
    if (expected != keepalived) deviated.insert(id);
    ++judged;
  }
  EXPECT_EQ(judged, 60);
  EXPECT_EQ(deviated.size(), deviations.size()) << "a listed deviation is none";
}

TEST(Vectors, RejectionsAreCountedWhereTheMibsCount) {
  const std::map<std::string, std::set<Rejection>> counters = {
      {"vrrpRouterChecksumErrors", {Rejection::kChecksum}},
      {"vrrpRouterVersionErrors", {Rejection::kVersion}},
      {"vrrpStatsIpTtlErrors", {Rejection::kTtl}},
      {"vrrpStatsInvalidTypePktsRcvd", {Rejection::kType}},
      {"vrrpStatsPacketLengthErrors", {Rejection::kLength, Rejection::kTruncated}},
      {"vrrpStatsAdvertiseIntervalErrors", {Rejection::kInterval}},
      {"vrrpStatsAddressListErrors", {Rejection::kAddressList, Rejection::kNoAddresses}},
      {"vrrpStatsAuthTypeMismatch", {Rejection::kAuthTypeMismatch}},
      {"vrrpStatsInvalidAuthType", {Rejection::kInvalidAuthType}},
      {"vrrpStatsAuthFailures", {Rejection::kAuthFailure}},
  };
  int counted = 0;
  for (const json& vector : vectors()) {
    if (!is_reception(vector) || vector["rfc"]["verdict"] != "discard" || !vector["rfc"]["mib_counter"].is_array()) continue;
    const auto wanted = counters.find(vector["rfc"]["mib_counter"][0].get<std::string>());
    if (wanted == counters.end()) continue;  // vrrpRouterVrIdErrors: counted by the intake
    SCOPED_TRACE(vector["id"].get<std::string>());
    const Judged judged = judge_vector(vector, /*strict=*/true);
    ASSERT_TRUE(judged.verdict.rejection);
    EXPECT_TRUE(wanted->second.contains(*judged.verdict.rejection)) << describe(*judged.verdict.rejection);
    ++counted;
  }
  EXPECT_GE(counted, 20);
}

TEST(Vectors, DecodedFieldsAreThoseOfTheFrame) {
  for (const json& vector : vectors()) {
    const std::string id = vector["id"];
    if (!id.starts_with("VRRP-") || id.find("-ah") != std::string::npos) continue;
    SCOPED_TRACE(id);
    const Bytes frame = unhex(vector["frame"]);
    const auto packet = delivered(frame);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->source.to_string(), vector["fields"]["ip"]["src"]);
    EXPECT_EQ(packet->destination.to_string(), vector["fields"]["ip"]["dst"]);
    const auto advert = decode(packet->message, packet->source.family());
    if (packet->message.size() < kHeaderLength) {
      EXPECT_FALSE(advert);
      continue;
    }
    ASSERT_TRUE(advert);
    const json& fields = vector["fields"]["vrrp"];
    EXPECT_EQ(advert->version, fields["version"]);
    EXPECT_EQ(advert->type, fields["type"]);
    EXPECT_EQ(advert->vrid, fields["vrid"]);
    EXPECT_EQ(advert->priority, fields["priority"]);
    EXPECT_EQ(advert->count, fields["count"]);
    if (fields.contains("max_adver_int_cs")) {
      EXPECT_EQ(advert->interval, fields["max_adver_int_cs"].get<int>() * 10ms);
    }
    if (fields.contains("adver_int_s")) {
      EXPECT_EQ(advert->interval, fields["adver_int_s"].get<int>() * 1s);
    }
  }
}

TEST(Vectors, SentAdvertsAreKeepalivedsOctetByOctet) {
  int compared = 0;
  for (const json& vector : vectors()) {
    const std::string id = vector["id"];
    if (!id.starts_with("VRRP-TX-") || id == "VRRP-TX-v2-ah") continue;
    SCOPED_TRACE(id);
    const Bytes frame = unhex(vector["frame"]);
    const auto packet = delivered(frame);
    ASSERT_TRUE(packet);
    const json& fields = vector["fields"]["vrrp"];
    VrrpInstance config = packet->source.is_v4() ? router_v3() : router_v6();
    config.version = fields["version"];
    config.vrid = fields["vrid"];
    config.v3_checksum_as_v2 = id.find("asv2") != std::string::npos;
    config.unicast = !packet->destination.is_multicast();
    config.addresses.clear();
    for (const json& address : fields["addresses"]) config.addresses.push_back(ip(address.get<std::string>()));
    config.advert_int = fields.contains("adver_int_s") ? Duration(fields["adver_int_s"].get<int>() * 1s)
                                                       : Duration(fields["max_adver_int_cs"].get<int>() * 10ms);
    if (fields.value("auth_type", 0) == 1) {
      config.authentication = Authentication::kPass;
      const Bytes password = unhex(fields["auth_data"]);
      std::copy(password.begin(), password.end(), config.password.begin());
    }
    const AdvertDetails details{fields["priority"], listed_addresses(config, 1500), packet->source, packet->destination, false};
    EXPECT_EQ(encode(config, details), Bytes(packet->message.begin(), packet->message.end()));
    ++compared;
  }
  EXPECT_EQ(compared, 19);
}

}  // namespace
}  // namespace holdfast::vrrp
