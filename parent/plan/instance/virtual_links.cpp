// See virtual_links.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/instance/virtual_links.h"

#include <algorithm>
#include <set>

namespace holdfast {
namespace {

constexpr std::size_t kNameMax = 15;
constexpr std::size_t kMacOctets = 6;
constexpr unsigned kAttemptsMax = 65'536;  // more than there can be instances

HardwareAddress virtual_mac(Family family, std::uint8_t vrid) {
  return {0x00, 0x00, 0x5e, 0x00, static_cast<std::uint8_t>(family == Family::kIpv4 ? 1 : 2), vrid};
}

std::optional<std::uint32_t> group_number(const model::Located<std::string>& said) {
  if (!said) return std::nullopt;
  std::uint64_t number = 0;
  for (const char digit : *said) number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  return static_cast<std::uint32_t>(number);
}

}  // namespace

VirtualLink* VirtualLinks::find(const std::string& name) {
  auto& links = building_.plan.ipvs.links;
  const auto found = std::ranges::find(links, name, &VirtualLink::name);
  return found == links.end() ? nullptr : &*found;
}

void VirtualLinks::add(VirtualLink link) {
  building_.link_names.insert(link.name);
  building_.plan.ipvs.links.push_back(std::move(link));
}

// A link of that name is there already: it will be taken over if it is one that an earlier run has made, with the same MAC address.
bool VirtualLinks::free(const std::string& name, const VirtualLink& link) const {
  if (building_.link_names.contains(name)) return false;
  if (!building_.surroundings.interface) return true;
  const auto known = building_.surroundings.interface(name);
  return !known || !known->hardware || link.kind != LinkKind::kMacvlan || *known->hardware == link.hardware;
}

// vrrp.51, then vrrp6.51 for IPv6, then vrrp1.51, vrrp2.51 and so on.
std::string VirtualLinks::choose_name(const model::Located<std::string>& wanted, const std::string& prefix, const VirtualLink& link) {
  if (wanted) {
    if (free(*wanted, link)) return *wanted;
    building_.error(wanted.at, "link-name-taken", name() + "interface name " + *wanted + " is in use by something else, ignored");
  }
  const std::string vrid = "." + std::to_string(*said_.vrid);
  const auto named = [&](const std::string& rest) { return prefix.substr(0, kNameMax - rest.size()) + rest; };
  constexpr unsigned kIpv6First = 6;
  unsigned number = 0;
  std::string candidate = named(vrid);
  for (unsigned attempt = 0; !free(candidate, link) && attempt < kAttemptsMax; ++attempt) {
    if (link.family == Family::kIpv6 && attempt == 0) {
      number = kIpv6First;
    } else {
      number = link.family == Family::kIpv6 && attempt == 1 ? 1 : number + 1;
      if (link.family == Family::kIpv6 && number == kIpv6First) ++number;
    }
    candidate = named(std::to_string(number) + vrid);
  }
  return candidate;
}

// Rules of strict mode and unicast. False: the instance has no VMAC.
bool VirtualLinks::vmac_allowed(VrrpInstance& instance) {
  if (!said_.use_vmac) return false;
  if (!instance.interface.empty()) return true;
  building_.error(said_.use_vmac.at, "vmac-without-interface", name() + "use_vmac needs an interface, cleared", "interface NAME");
  return false;
}

void VirtualLinks::place_on_vmac(VrrpInstance& instance) {
  VirtualLink link;
  link.base = base_;
  link.family = instance.family;
  link.hardware = virtual_mac(instance.family, instance.vrid);
  if (said_.use_vmac->hardware) {
    const std::vector<std::uint8_t>& octets = *said_.use_vmac->hardware;
    if (instance.strict) {
      building_.error(said_.use_vmac->hardware.at, "strict-mac", name() + "strict mode: the MAC address is the protocol's");
    } else {
      std::copy_n(octets.begin(), std::min(octets.size(), kMacOctets), link.hardware.begin());
      if (octets.size() < kMacOctets) link.hardware.back() = instance.vrid;
    }
  }
  bool on_base = said_.vmac_xmit_base.value_or(false);
  if (on_base && instance.strict) {
    building_.error(said_.vmac_xmit_base.at, "strict-xmit-base", name() + "strict mode: adverts leave from the VMAC, vmac_xmit_base cleared");
    on_base = false;
  }
  if (!on_base && instance.unicast) {
    building_.error(said_.use_vmac.at, "unicast-on-vmac", name() + "unicast adverts leave from the interface below: vmac_xmit_base is set");
    on_base = true;
  }
  link.group = group_number(said_.use_vmac->group);
  link.notify = said_.use_vmac->notify.value_or(false);
  link.sends = !on_base;
  if (!on_base && instance.family == Family::kIpv6 && instance.source) link.address = Prefix{*instance.source, 64};
  link.name = choose_name(said_.use_vmac->name, building_.configuration.globals.vmac_prefix.value_or("vrrp"), link);
  own_ = holds_ = link.name;
  if (on_base) {
    if (instance.track_primary) instance.fault_interfaces.push_back(link.name);
  } else {
    instance.base_interface = base_;
    instance.interface = link.name;
  }
  add(std::move(link));
}

void VirtualLinks::place_on_ipvlan(VrrpInstance& instance) {
  const model::Ipvlan& said = *said_.use_ipvlan;
  const auto drop = [&](config::Position at, const std::string& why) {
    building_.error(at, "ipvlan-dropped", name() + "use_ipvlan is not used: " + why);
  };
  if (said_.use_vmac) return drop(said_.use_ipvlan.at, "the instance has a VMAC");
  if (instance.interface.empty()) return drop(said_.use_ipvlan.at, "there is no interface below");
  if (said.address && said.address->address.family() != instance.family) return drop(said.address.at, "its address is of the other family");
  if (!said.address && instance.family == Family::kIpv4) return drop(said_.use_ipvlan.at, "an IPv4 one needs an address");
  VirtualLink link;
  link.kind = LinkKind::kIpvlan;
  link.base = base_;
  link.family = instance.family;
  link.carries_ipv6 = instance.family == Family::kIpv6;
  link.mode = said.mode.value_or(IpvlanMode::kBridge);
  link.group = group_number(said.group);
  if (said.address) {
    link.address = *said.address;
    if (!instance.source) instance.source = said.address->address;
  }
  link.name = choose_name(said.name, building_.configuration.globals.vmac_prefix.value_or("vrrp"), link);
  own_ = link.name;  // for adverts only: the addresses stay below, as keepalived has them
  instance.base_interface = base_;
  instance.interface = link.name;
  add(std::move(link));
}

void VirtualLinks::place(VrrpInstance& instance) {
  base_ = holds_ = instance.interface;
  if (vmac_allowed(instance)) {
    place_on_vmac(instance);
  } else if (said_.use_ipvlan) {
    place_on_ipvlan(instance);
  }
}

// The VMAC of this router on an interface other than its own, or for the other family: one for all addresses there.
std::string VirtualLinks::vmac_on(const std::string& base, Family family, VrrpInstance& instance) {
  const auto& globals = building_.configuration.globals;
  VirtualLink link;
  link.base = base;
  link.family = family;
  link.hardware = virtual_mac(family, instance.vrid);
  link.sends = false;
  for (const VirtualLink& known : building_.plan.ipvs.links) {
    if (known.base == base && known.hardware == link.hardware && known.kind == link.kind) return known.name;
  }
  link.name = choose_name({}, globals.vmac_addr_prefix ? *globals.vmac_addr_prefix : globals.vmac_prefix.value_or("vrrp"), link);
  const std::string made = link.name;
  add(std::move(link));
  return made;
}

std::string VirtualLinks::holder_of(const model::AddressEntry& entry, VrrpInstance& instance) {
  const Family family = entry.prefix.address.family();
  const bool own_family = family == instance.family;
  const std::string below = entry.dev.value_or(base_);
  const bool everywhere = said_.use_vmac_addr.value_or(false);
  const bool on_own = !own_.empty() && own_family && below == base_;
  if (entry.use_vmac && (everywhere || on_own)) {
    building_.error(entry.at, "redundant-use-vmac", name() + "use_vmac of address " + entry.prefix.to_string() + " is redundant, ignored");
  }
  if (own_family && !entry.dev) return holds_;
  if (on_own && said_.use_vmac && everywhere) return own_;
  if ((!entry.use_vmac && !everywhere) || below.empty() || on_own) return below;
  if (everywhere && !entry.use_vmac && own_family && below == base_) return below;
  return vmac_on(below, family, instance);
}

void VirtualLinks::carry_ipv6(const std::string& link) {
  if (VirtualLink* known = find(link)) known->carries_ipv6 = true;
}

void build_link_watching(Building& building) {
  const model::Globals& globals = building.configuration.globals;
  const bool dynamic = globals.dynamic_interfaces.value_or(false);
  const auto missing = [&](const std::string& interface, config::Position at) {
    if (dynamic || !building.surroundings.interface || building.surroundings.interface(interface)) return false;
    building.refuse(at, config::ErrorClass::fatal, "unknown-interface", "interface " + interface + " does not exist",
                    "dynamic_interfaces, if it comes later");
    return true;
  };
  IpvsPlan& plan = building.plan.ipvs;
  plan.quiet_igmp = globals.disable_local_igmp.value_or(false) && !plan.links.empty();
  for (const model::LinkDelayEntry& entry : globals.link_delays) {
    if (missing(entry.interface, entry.at)) continue;
    std::erase_if(plan.link_delays, [&](const LinkDelay& known) { return known.interface == entry.interface; });
    plan.link_delays.push_back({entry.interface, entry.down, entry.up});
  }
  std::set<std::string> polled;
  for (const model::LinkPollEntry& entry : globals.link_polls) {
    if (missing(entry.interface, entry.at) || !polled.insert(entry.interface).second) continue;
    plan.link_polls.push_back({entry.interface, entry.method.value_or(LinkPolling::kMii)});
  }
  if (!globals.link_polling.value_or(false)) return;
  for (const VrrpInstance& instance : building.plan.vrrp.instances) {
    const std::string& below = instance.base_interface.empty() ? instance.interface : instance.base_interface;
    if (!below.empty() && polled.insert(below).second) plan.link_polls.push_back({below, LinkPolling::kMii});
  }
}

}  // namespace holdfast
