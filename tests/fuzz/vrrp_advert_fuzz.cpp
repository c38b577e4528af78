// Any octets as a VRRP message and as an IPv4 datagram, judged by four receivers. Seeds: the VRRP frames of tests/conformance/vectors.json.
// The first octet chooses family, version and mode; the rest is the datagram.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "vrrpd/wire/acceptance.h"
#include "vrrpd/wire/advert.h"
#include "vrrpd/wire/header.h"
#include "vrrpd/wire/signature.h"

namespace {

using namespace holdfast;
using namespace holdfast::vrrp;

VrrpInstance receiver(std::uint8_t choice) {
  VrrpInstance config;
  const bool ipv6 = (choice & 1) != 0;
  config.family = ipv6 ? Family::kIpv6 : Family::kIpv4;
  config.version = (choice & 2) != 0 ? 2 : 3;
  config.strict = (choice & 4) != 0;
  config.unicast = (choice & 8) != 0;
  config.check_unicast_source = (choice & 16) != 0;
  config.v3_checksum_as_v2 = (choice & 32) != 0;
  if ((choice & 64) != 0 && config.version == 2) config.authentication = Authentication::kPass;
  if ((choice & 128) != 0) {
    if (config.version == 2 && !ipv6) {
      config.authentication = Authentication::kHeader;
      config.password = {'s', '3', 'c', 'r', 'e', 't', 0, 0};
    } else {
      config.signing.emplace();
      config.signing->active_key = 1;
      config.signing->mode = SigningMode::kPermissive;
      config.signing->check_time = (choice & 64) == 0;
      config.signing->keys = {{1, std::string(32, 'k')}};
    }
  }
  config.vrid = 51;
  config.group_address = *IpAddress::parse(ipv6 ? "ff02::12" : "224.0.0.18");
  config.addresses = {*IpAddress::parse(ipv6 ? "fe80::100" : "192.0.2.100")};
  return config;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const VrrpInstance config = receiver(data[0]);
  const std::span<const std::uint8_t> datagram(data + 1, size - 1);
  Packet packet{*IpAddress::parse("fe80::2"), config.group_address, 255, datagram};
  if (config.family == Family::kIpv4) {
    const auto split = config.authentication == Authentication::kHeader ? split_header(datagram) : split_ipv4(datagram);
    if (!split) return 0;
    packet = *split;
  }
  const auto advert = decode(packet.message, config.family);
  if (!advert) return 0;
  const SignatureState signatures;
  const Receiver self{packet.source, std::nullopt, false, 0, &signatures, {Instant{}, Duration{0x68000000LL * 1'000'000}}};
  const Verdict verdict = judge(config, self, packet, *advert);
  // What is accepted has exactly the octets it announces.
  const std::size_t announced = message_length(advert->version, config.family, advert->count) + verdict.trailer.size();
  if (!verdict.rejection && packet.message.size() != announced) std::abort();
  return 0;
}
