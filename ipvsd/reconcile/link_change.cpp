// The texts of link changes, and where settings live.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/reconcile/link_change.h"

#include <algorithm>

namespace holdfast {

namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

const char* name_of(Setting setting) {
  switch (setting) {
    case Setting::kArpIgnore: return "arp_ignore";
    case Setting::kArpFilter: return "arp_filter";
    case Setting::kRpFilter: return "rp_filter";
    case Setting::kIgmpLinkLocalReports: return "igmp_link_local_mcast_reports";
  }
  return "?";
}

}  // namespace

std::string path_of(const SettingKey& key) {
  if (key.setting == Setting::kIgmpLinkLocalReports) return std::string("ipv4/") + name_of(key.setting);
  return "ipv4/conf/" + key.interface + "/" + name_of(key.setting);
}

std::string to_string(const SettingKey& key) {
  if (key.setting == Setting::kIgmpLinkLocalReports) return std::string("net.ipv4.") + name_of(key.setting);
  return "net.ipv4.conf." + key.interface + "." + name_of(key.setting);
}

std::string to_string(const LinkChange& change) {
  return std::visit(
      Overloaded{
          [](const CreateLink& c) {
            return std::string("create ") + (c.link.kind == LinkKind::kMacvlan ? "macvlan " : "ipvlan ") + c.link.name + " on " + c.link.base;
          },
          [](const TuneLink& c) { return "set up link " + c.name; },
          [](const SetIpv6& c) { return std::string("turn IPv6 ") + (c.on ? "on" : "off") + " on " + c.name; },
          [](const AddLinkAddress& c) { return "add address " + c.prefix.to_string() + " on " + c.name; },
          [](const RaiseLink& c) { return "bring up link " + c.name; },
          [](const SetMaster& c) { return "set master of link " + c.name; },
          [](const DeleteLinks& c) {
            return c.names.size() == 1 ? "delete link " + c.names.front() : "delete " + std::to_string(c.names.size()) + " links";
          },
          [](const SetSetting& c) { return "set " + to_string(c.key) + " to " + std::to_string(c.value); },
      },
      change);
}

}  // namespace holdfast
