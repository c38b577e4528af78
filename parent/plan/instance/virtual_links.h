// The links that an instance asks for (use_vmac, use_ipvlan, use_vmac_addr): their names, their MAC addresses, and which of its
// addresses they hold. Private to parent/plan. Sources: keepalived.conf(5), RFC 9568 section 7.3.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parent/plan/building.h"

namespace holdfast {

class VirtualLinks {
 public:
  VirtualLinks(Building& building, const model::Instance& said) : building_(building), said_(said) {}

  // Moves the instance onto the link that it asks for: its interface, its base interface, its source. Before identities are made.
  void place(VrrpInstance& instance);
  // Where an address goes: its `dev`, or the instance's place, or a VMAC there.
  std::string holder_of(const model::AddressEntry& entry, VrrpInstance& instance);
  // The link, if it is one of ours, gets an IPv6 address.
  void carry_ipv6(const std::string& link);
  // Its own link, where adverts need not leave: the name for status output. Empty: none.
  const std::string& own() const { return own_; }
  const std::string& base() const { return base_; }

 private:
  bool vmac_allowed(VrrpInstance& instance);
  void place_on_vmac(VrrpInstance& instance);
  void place_on_ipvlan(VrrpInstance& instance);
  std::string choose_name(const model::Located<std::string>& wanted, const std::string& prefix, const VirtualLink& link);
  bool free(const std::string& name, const VirtualLink& link) const;
  std::string vmac_on(const std::string& base, Family family, VrrpInstance& instance);
  VirtualLink* find(const std::string& name);
  void add(VirtualLink link);
  std::string name() const { return "(" + said_.name + ") "; }

  Building& building_;
  const model::Instance& said_;
  std::string base_;  // the interface that the file names
  std::string own_;
  std::string holds_;  // addresses of the instance's family without `dev`
};

// interface_up_down_delays and linkbeat_interfaces, for ipvsd.
void build_link_watching(Building&);

}  // namespace holdfast
