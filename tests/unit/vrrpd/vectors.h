// tests/conformance/vectors.json for the tests of vrrpd: frames as the kernel delivers them, judged by the router that each was made for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/vrrpd/configs.h"
#include "vrrpd/wire/acceptance.h"
#include "vrrpd/wire/advert.h"

namespace holdfast::vrrp {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

inline constexpr std::size_t kEthernet = 14;
inline constexpr std::size_t kIpv6Header = 40;

inline const json& vectors() {
  static const json all = [] {
    std::ifstream file(std::string(HF_SOURCE_ROOT) + "/tests/conformance/vectors.json");
    return json::parse(file)["vectors"];
  }();
  return all;
}

inline Bytes unhex(const std::string& text) {
  Bytes octets;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) octets.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(at, 2), nullptr, 16)));
  return octets;
}

// What the kernel hands up: IPv4 with its header, cut to its total length; IPv6 without, with ancillary data.
inline std::optional<Packet> delivered(const Bytes& frame) {
  const auto datagram = std::span<const std::uint8_t>(frame).subspan(kEthernet);
  if ((datagram[0] >> 4) == 4) {
    const std::size_t total = static_cast<std::size_t>(datagram[2] << 8 | datagram[3]);
    return split_ipv4(datagram.first(std::min(total, datagram.size())));
  }
  Packet packet;
  packet.source = *IpAddress::from_octets(datagram.subspan(8, 16));
  packet.destination = *IpAddress::from_octets(datagram.subspan(24, 16));
  packet.ttl = datagram[7];
  packet.message = datagram.subspan(kIpv6Header, static_cast<std::size_t>(datagram[4] << 8 | datagram[5]));
  return packet;
}

inline VrrpInstance receiver(const json& dut, bool strict) {
  const std::string config = dut["config"];
  VrrpInstance instance = config == "v3ip6" ? router_v6() : config.starts_with("v2") ? router_v2() : router_v3();
  instance.strict = strict;
  instance.v3_checksum_as_v2 = config == "v3asv2";
  if (config == "v2pass") {
    instance.authentication = Authentication::kPass;
    instance.password = {'s', '3', 'c', 'r', 'e', 't'};
  }
  if (config == "v3uni") {
    instance.unicast = true;
    instance.source = ip("192.0.2.1");
    instance.peers = {{ip("192.0.2.2"), 0, 255}};
  }
  return instance;
}

struct Judged {
  bool accepted = false;
  Verdict verdict;
};

inline Judged judge_vector(const json& vector, bool strict) {
  const Bytes frame = unhex(vector["frame"]);
  const VrrpInstance config = receiver(vector["dut"], strict);
  const auto packet = delivered(frame);
  if (!packet) return {false, {Rejection::kTruncated}};
  const auto advert = decode(packet->message, config.family);
  if (!advert) return {false, {Rejection::kTruncated}};
  if (advert->vrid != config.vrid) return {false, {}};  // no such router on the interface
  const Receiver self{ip(config.family == Family::kIpv6 ? "fe80::1" : "192.0.2.1"), std::nullopt, false};
  const Verdict verdict = judge(config, self, *packet, *advert);
  return {!verdict.rejection.has_value(), verdict};
}

inline bool is_reception(const json& vector) { return vector["id"].get<std::string>().starts_with("VRRP-RX-"); }

}  // namespace holdfast::vrrp
