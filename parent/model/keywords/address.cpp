// Words of an address line and what they set in an AddressEntry. See address.h.
// A word without its value drops the whole line; a value that makes no sense drops the word or the line, as in keepalived.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/keywords/address.h"

#include <limits>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
constexpr std::size_t kMaxLabel = 15;
constexpr unsigned kLongestWithBroadcast = 30;  // a prefix longer than this has no broadcast address of its own

AddressEntry& entry(Use& use) { return use.target.as<AddressEntry>(); }

void dev(Use& use) {
  if (entry(use).dev) {
    use.problem("repeated-dev", "'dev' is given twice: the address is left out");
    use.rejected = true;
    return;
  }
  into<&AddressEntry::dev>(use);
}

// Numbers of rtnetlink(7). Names of a local rt_scopes file are not known here.
void scope(Use& use) {
  constexpr std::uint8_t kNumbers[] = {0, 253, 254, 200, 255};
  const std::string_view text = use.value().text;
  if (!entry(use).prefix.address.is_v4()) {
    use.problem("ipv4-only", "'scope' is for IPv4 addresses: it is ignored");
    return;
  }
  std::string_view rest;
  const auto name = position_in("global|link|host|site|nowhere", text);
  const auto number = name ? std::optional<std::uint64_t>(kNumbers[*name]) : leading_number(text, true, rest);
  if (!number || !rest.empty() || *number > 255) {
    use.problem("unknown-scope", "scope '" + std::string(text) + "' is not known: it is ignored",
                "global, link, host, site, nowhere or 0 to 255");
    return;
  }
  entry(use).scope = {static_cast<std::uint8_t>(*number), use.word.at, true};
}

// The address with all host bits of its prefix set (+) or cleared (-).
IpAddress with_host_bits(const Prefix& prefix, bool ones) {
  std::array<std::uint8_t, 4> octets{};
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned network_bits = prefix.length <= i * 8 ? 0u : std::min(8u, prefix.length - i * 8u);
    const auto host = static_cast<std::uint8_t>(0xffu >> network_bits);
    const std::uint8_t octet = prefix.address.octets()[i];
    octets[i] = static_cast<std::uint8_t>(ones ? octet | host : octet & ~host);
  }
  return IpAddress::v4(octets);
}

void broadcast(Use& use) {
  const std::string_view text = use.value().text;
  AddressEntry& line = entry(use);
  const bool sign = text == "+" || text == "-";
  const auto address = sign ? Result<IpAddress>(IpAddress{}) : IpAddress::parse(text);
  const char* wrong = !line.prefix.address.is_v4()                           ? "is for IPv4 addresses"
                      : !address || !address->is_v4()                        ? "needs an IPv4 address, + or -"
                      : sign && line.prefix.length > kLongestWithBroadcast ? "with + or - needs a prefix of at most 30 bits"
                                                                           : nullptr;
  if (wrong) {
    use.problem("bad-broadcast", "'" + std::string(use.row.name) + "' " + wrong + ": the address is left out");
    use.rejected = true;
    return;
  }
  line.broadcast = {sign ? with_host_bits(line.prefix, text == "+") : *address, use.word.at, true};
}

void label(Use& use) {
  if (!entry(use).prefix.address.is_v4()) {
    use.problem("ipv4-only", "'label' is for IPv4 addresses: it is ignored");
  } else if (use.value().text.size() > kMaxLabel) {
    use.problem("label-too-long", "label '" + std::string(use.value().text) + "' is too long: the address is left out",
                "at most 15 characters");
    use.rejected = true;
  } else {
    into<&AddressEntry::label>(use);
  }
}

void peer(Use& use) {
  const Prefix& peer = use.value().prefix;  // of full length
  AddressEntry& line = entry(use);
  if (peer.address.family() != line.prefix.address.family()) {
    use.problem("other-family", "the peer is of another address family than the address: it is ignored");
    return;
  }
  if (line.prefix.length != (line.prefix.address.is_v4() ? 32 : 128)) {
    use.problem("prefix-with-peer", "with 'peer' the address has no prefix length of its own: it is ignored");
  }
  line.prefix.length = peer.length;
  line.peer = {peer.address, use.word.at, true};
}

void preferred_lft(Use& use) {
  const bool forever = use.value().text == "forever";
  const auto seconds = forever ? std::numeric_limits<std::uint32_t>::max() : static_cast<std::uint32_t>(use.value().number);
  entry(use).preferred_lft = {seconds, use.word.at, true};
}

constexpr Keyword kWords[] = {
    {"<address>", prefix(), "/32 or /128", "The address, first on its line; without /LENGTH it is a host address.", read_by_block},
    {"dev", interface(), "the instance's interface", "Interface that holds the address.", dev},
    {"scope", word("global|link|host|site|nowhere|NUMBER"), "global", "Scope of an IPv4 address.", scope},
    {"broadcast", word("ADDRESS|+|-"), "none", "Broadcast address; + sets the host bits of the prefix, - clears them.", broadcast},
    {"brd", word("ADDRESS|+|-"), "none", "Short for broadcast.", broadcast},
    {"label", word("NAME"), "none", "Label of an IPv4 address, at most 15 characters.", label},
    {"peer", address(), "none", "Other end of a point-to-point link; the address becomes a host address.", peer},
    {"home", nothing(), "off", "Marks a Mobile IPv6 home address.", into<&AddressEntry::home>},
    {"-nodad", nothing(), "detection is skipped", "Lets the kernel detect duplicates of an IPv6 address before it is used.",
     into<&AddressEntry::dad>},
    {"mngtmpaddr", nothing(), "off", "The kernel manages temporary addresses made from this one.", into<&AddressEntry::mngtmpaddr>},
    {"noprefixroute", nothing(), "off", "The kernel adds no route for the prefix.", into<&AddressEntry::noprefixroute>},
    {"autojoin", nothing(), "off", "Joins the multicast group of the address on its interface.", into<&AddressEntry::autojoin>},
    {"no_track", nothing(), "tracked", "Losing this address, or the link under it, changes nothing.", into<&AddressEntry::no_track>},
    {"preferred_lft", number_or("forever", 0, kMax32), "0 for an IPv6 /128, else forever",
     "Seconds during which the address is preferred as a source; 0 makes it deprecated.", preferred_lft},
    {"<unknown word>", nothing(), "", "Any other word is an error and is skipped; the address stays.", read_by_block},
};

constexpr Keyword kStaticWords[] = {
    not_yet({"track_group", word("NAME"), "none", "Instances that go to FAULT when the address is lost for good.",
             into<&AddressEntry::track_group>}),
};

constexpr Keyword kVirtualWords[] = {
    {"use_vmac", nothing(), "off", "Puts the address on a VMAC of this router on its interface.", into<&AddressEntry::use_vmac>},
};

constexpr Table kTables[] = {
    {"static_ipaddress", kWords},
    {"static_ipaddress", kStaticWords},
    {"vrrp_instance>virtual_ipaddress", kWords},
    {"vrrp_instance>virtual_ipaddress", kVirtualWords},
    {"vrrp_instance>virtual_ipaddress_excluded", kWords},
    {"vrrp_instance>virtual_ipaddress_excluded", kVirtualWords},
};

}  // namespace

std::span<const Table> address_tables() { return kTables; }

std::optional<AddressEntry> read_address_line(Binder& binder, const config::Node& line, ContextId context,
                                              std::optional<Family> family) {
  AddressEntry entry;
  const Value first = binder.read(line, line.words.front(), kWords[0].takes.arguments[0]);
  if (!first.present) return std::nullopt;
  entry.at = line.at;
  entry.prefix = first.prefix;
  if (family && *family != entry.prefix.address.family()) {
    binder.problem(config::about(line, line.words.front()), "other-family",
                   "the address is of another family than those before it: it is left out", *family == Family::kIpv4 ? "IPv4" : "IPv6");
    return std::nullopt;
  }
  if (!binder.entry_options(line, context, Target(entry))) return std::nullopt;
  if (entry.peer && entry.broadcast) {
    binder.problem(config::about(line), "broadcast-with-peer", "an address with a peer has no broadcast address: it is ignored");
    entry.broadcast = {};
  }
  return entry;
}

}  // namespace holdfast::model
