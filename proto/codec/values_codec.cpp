// Addresses, prefixes, link facts and script outcomes <-> messages.
// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/values_codec.h"

#include <algorithm>

#include "proto/codec/bounds.h"

namespace holdfast {

namespace {
constexpr int kAddressesPerLinkMax = 1024;

std::span<const std::uint8_t> octets_of(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}
}  // namespace

void encode(const IpAddress& address, wire::IpAddress& message) {
  const auto octets = address.octets();
  message.set_octets(octets.data(), octets.size());
}

void encode(const Prefix& prefix, wire::Prefix& message) {
  encode(prefix.address, *message.mutable_address());
  message.set_length(prefix.length);
}

// At most kAddressesPerLinkMax addresses are told; an interface with more keeps its first ones (kernel order), sources first.
void encode(const LinkFacts& facts, wire::LinkFacts& message) {
  message.set_index(facts.index);
  message.set_name(facts.name);
  message.set_present(facts.present);
  message.set_up(facts.up);
  message.set_arp(facts.arp);
  message.set_mtu(facts.mtu);
  message.set_hardware(facts.hardware.data(), facts.hardware.size());
  const auto sources = std::min<std::size_t>(facts.sources.size(), kAddressesPerLinkMax);
  for (std::size_t index = 0; index < sources; ++index) encode(facts.sources[index], *message.add_sources());
  const auto addresses = std::min<std::size_t>(facts.addresses.size(), kAddressesPerLinkMax);
  for (std::size_t index = 0; index < addresses; ++index) encode(facts.addresses[index], *message.add_addresses());
}

Result<IpAddress> decode(const wire::IpAddress& message) { return IpAddress::from_octets(octets_of(message.octets())); }

Result<Prefix> decode(const wire::Prefix& message) {
  HF_TRY(const IpAddress address, decode(message.address()));
  HF_TRY(const auto length, bounds::within<std::uint8_t>("prefix length", message.length(), 0, address.is_v4() ? 32 : 128));
  return Prefix{address, length};
}

Result<LinkFacts> decode(const wire::LinkFacts& message) {
  LinkFacts facts;
  HF_TRY(facts.index, bounds::within<std::uint32_t>("interface index", message.index(), 1, INT32_MAX));
  HF_TRY(facts.name, bounds::text("interface name", message.name(), kInterfaceNameMax, 1));
  facts.present = message.present();
  facts.up = message.up();
  facts.arp = message.arp();
  facts.mtu = message.mtu();
  if (message.hardware().size() != facts.hardware.size()) return Error{"hardware address is not 6 octets"};
  std::copy(message.hardware().begin(), message.hardware().end(), facts.hardware.begin());
  HF_OK(bounds::count("sources", message.sources_size(), kAddressesPerLinkMax));
  HF_OK(bounds::count("addresses", message.addresses_size(), kAddressesPerLinkMax));
  for (const auto& source : message.sources()) {
    HF_TRY(const IpAddress address, decode(source));
    facts.sources.push_back(address);
  }
  for (const auto& entry : message.addresses()) {
    HF_TRY(const Prefix prefix, decode(entry));
    facts.addresses.push_back(prefix);
  }
  return facts;
}

Result<ScriptOutcome> decode(const wire::ScriptFinished& message) {
  HF_TRY(const auto kind, bounds::within<ScriptOutcome::Kind>("outcome", message.kind(), 0, 3));
  HF_TRY(const auto status, bounds::within<int>("status", message.status(), 0, 255));
  return ScriptOutcome{kind, status};
}

}  // namespace holdfast
