// Links made for routers (use_vmac, use_ipvlan) and what is said about the links there are (interface_up_down_delays,
// linkbeat_interfaces). keepalived.conf(5), ip-link(8).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::about;
using config::ErrorClass;

constexpr std::size_t kMacOctets = 6;

void use_vmac(Use& use) {
  VirtualMac wanted;
  use.options(wanted);
  assign(use.target.as<Instance>().use_vmac, use, std::move(wanted));
}

void use_ipvlan(Use& use) {
  Ipvlan wanted;
  use.options(wanted);
  assign(use.target.as<Instance>().use_ipvlan, use, std::move(wanted));
}

// 00:00:5e:00:01:* and 00:00:5e:00:02:* belong to the protocol: who wants them leaves the address out.
void mac(Use& use) {
  std::vector<std::uint8_t> octets;
  std::string_view rest = use.value().text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::uint8_t octet = 0;
    std::from_chars(rest.data(), rest.data() + end, octet, 16);
    octets.push_back(octet);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const bool of_vrrp = octets[0] == 0 && octets[1] == 0 && octets[2] == 0x5e && octets[3] == 0 && (octets[4] == 1 || octets[4] == 2);
  if ((octets[0] & 1) != 0 || of_vrrp || octets.size() > kMacOctets) {
    use.problem("bad-mac", "'" + std::string(use.value().text) + "' cannot be the address of a VMAC: it is ignored",
                "a unicast address outside of 00:00:5e:00:01 and 00:00:5e:00:02");
    return;
  }
  assign(use.target.as<VirtualMac>().hardware, use, std::move(octets));
}

template <class Link>
void group(Use& use) {
  std::string_view rest;
  const auto number = leading_number(use.value().text, true, rest);
  const bool named = use.value().text == "default";
  if (!named && (!number || !rest.empty() || *number > kMax32)) {
    use.problem("unknown-link-group", "link group '" + std::string(use.value().text) + "' is not known: it is ignored", "a number, or default");
    return;
  }
  assign(use.target.as<Link>().group, use, named ? std::string("0") : std::to_string(*number));
}

template <IpvlanMode Mode>
void mode(Use& use) {
  Located<IpvlanMode>& field = use.target.as<Ipvlan>().mode;
  if (field) return use.problem("second-mode", "'" + std::string(use.row.name) + "' is a second mode of the ipvlan: it is ignored");
  assign(field, use, Mode);
}

void ipvlan_address(Use& use) { assign(use.target.as<Ipvlan>().address, use, use.value().prefix); }

void up_down_delays(Use& use) {
  use.done = true;
  const Argument delay = decimal("SECONDS", 0, 255 * kSecond).arguments[0];
  for (const config::Node& line : use.node.children) {
    LinkDelayEntry entry{std::string(line.words.front().text), line.at, Duration{0}, Duration{0}};
    if (line.words.size() < 2) {
      use.binder.problem(about(line), "missing-value", "interface '" + entry.interface + "' has no delay: the line is ignored", "DOWN [UP]");
      continue;
    }
    Duration* const fields[] = {&entry.down, &entry.up};
    for (std::size_t at = 1; at < line.words.size() && at <= 2; ++at) {
      const Value value = use.binder.read(line, line.words[at], delay);
      if (value.present) *fields[at - 1] = Duration(value.number);
    }
    use.configuration().globals.link_delays.push_back(std::move(entry));
  }
}

void linkbeat_interfaces(Use& use) {
  use.done = true;
  for (const config::Node& line : use.node.children) {
    LinkPollEntry entry{std::string(line.words.front().text), line.at, {}};
    if (use.binder.entry_options(line, use.inside, Target(entry))) use.configuration().globals.link_polls.push_back(std::move(entry));
  }
}

template <LinkPolling Method>
void polling(Use& use) {
  assign(use.target.as<LinkPollEntry>().method, use, Method);
}

void use_polling(Use& use) { assign(use.configuration().globals.link_polling, use, true); }

constexpr Keyword kRoot[] = {
    {"interface_up_down_delays", lines(), "", "How long a change of a link is waited out.", up_down_delays},
    {"linkbeat_use_polling", nothing(), "off", "Polls the links of all instances instead of listening.", use_polling},
    {"linkbeat_interfaces", lines(), "", "Interfaces whose links are polled, once a second.", linkbeat_interfaces},
};
constexpr Keyword kUpDown[] = {
    {"<interface>", interface() + optional(decimal("DOWN", 0, 255 * kSecond)) + optional(decimal("UP", 0, 255 * kSecond)), "UP 0",
     "An interface, and how long it must be down, and up, until that counts.", read_by_block},
};
constexpr Keyword kLinkbeat[] = {
    {"<interface>", interface(), "", "An interface.", read_by_block},
    {"MII", nothing(), "", "Way to ask the link: its carrier, by ethtool.", polling<LinkPolling::kMii>},
    {"ETHTOOL", nothing(), "", "Way to ask the link: its carrier, by ethtool.", polling<LinkPolling::kEthtool>},
    {"IOCTL", nothing(), "", "Way to ask the link: the flags of the interface.", polling<LinkPolling::kIoctl>},
};
constexpr Keyword kInstance[] = {
    {"use_vmac", options(), "off", "Runs the router on a macvlan with the virtual MAC address.", use_vmac},
    {"use_vmac_addr", nothing(), "off", "Makes such links for addresses on other interfaces too.", into<&Instance::use_vmac_addr>},
    {"vmac_xmit_base", nothing(), "off", "Sends adverts on the interface below.", into<&Instance::vmac_xmit_base>},
    once({"use_ipvlan", options(), "off", "Runs the router on an ipvlan.", use_ipvlan}),
};
constexpr Keyword kUseVmac[] = {
    since("2.3.0", {"name", interface(), "vrrp.ID", "Name of the link, whatever it is.", into<&VirtualMac::name>}),
    since("2.3.0", {"netlink_notify_msg", nothing(), "off", "Has the kernel tell about the link below.", into<&VirtualMac::notify>}),
    since("2.3.0", {"group", word("GROUP"), "that of the link below", "Link group.", group<VirtualMac>}),
    {"<mac>", hardware(), "00:00:5e:00:01:ID", "MAC address; with five octets the sixth is the ID.", mac},
    {"<interface>", interface(), "vrrp.ID", "Name of the link.", into<&VirtualMac::name>},
};
constexpr Keyword kUseIpvlan[] = {
    since("2.3.0", {"name", interface(), "vrrp.ID", "Name of the link, whatever it is.", into<&Ipvlan::name>}),
    {"bridge", nothing(), "", "Mode of the link.", mode<IpvlanMode::kBridge>},
    {"private", nothing(), "", "Mode of the link.", mode<IpvlanMode::kPrivate>},
    {"vepa", nothing(), "", "Mode of the link.", mode<IpvlanMode::kVepa>},
    since("2.3.0", {"group", word("GROUP"), "that of the link below", "Link group.", group<Ipvlan>}),
    {"<address>", prefix(), "link-local", "Address and source of adverts.", ipvlan_address},
    {"<interface>", interface(), "vrrp.ID", "Name of the link.", into<&Ipvlan::name>},
};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"interface_up_down_delays", kUpDown},
    {"linkbeat_interfaces", kLinkbeat},
    {"vrrp_instance", kInstance},
    {"vrrp_instance>use_vmac", kUseVmac},
    {"vrrp_instance>use_ipvlan", kUseIpvlan},
};

}  // namespace

std::span<const Table> virtual_link_tables() { return kTables; }

}  // namespace holdfast::model
