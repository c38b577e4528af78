// Requests and answers; the codecs do the bytes.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/linux_kernel.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cerrno>

#include "ipvsd/netlink/address_codec.h"
#include "ipvsd/netlink/link_codec.h"
#include "ipvsd/netlink/nftables/firewall_codec.h"
#include "ipvsd/netlink/nftables/marking_codec.h"
#include "ipvsd/netlink/route_codec.h"
#include "ipvsd/netlink/rule_codec.h"

namespace holdfast {

namespace {

constexpr int kCommandBuffer = 1 << 20;     // every message of a batch may fail, each failure is a message of about 1 KiB
constexpr int kMonitorBuffer = 4 << 20;     // thousands of addresses may move at once
constexpr int kDatagramsPerWakeup = 256;
constexpr std::size_t kServicesMax = 1 << 20;

// Of all notifications about routes only those of deletions of routes with our protocol number are heard: a router may have
// a million others. Loads of a filter are in network order.
constexpr std::uint32_t kTypeAt = offsetof(nlmsghdr, nlmsg_type);
constexpr std::uint32_t kProtocolAt = sizeof(nlmsghdr) + offsetof(rtmsg, rtm_protocol);
const sock_filter kOurRoutesOnly[] = {
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, kTypeAt),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 3),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kProtocolAt),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kOurProtocol, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, 0),
    BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
};

LinkState state_of(netlink::LinkMessage&& message) {
  return {message.index, std::move(message.name), message.up, message.arp, message.mtu, message.hardware,
          message.promote_secondaries, message.forwarding6, message.enabled, std::move(message.kind), message.mode, message.base,
          message.master, message.in_vrf, message.group, message.arp_ignore, message.arp_filter, message.rp_filter};
}

AddressState state_of(netlink::AddressMessage&& message) {
  return {message.index, message.prefix, message.peer, std::move(message.options), message.secondary, message.tentative,
          message.protocol == netlink::kAddressProtocol};
}

}  // namespace

LinuxKernel::LinuxKernel(netlink::Socket route, netlink::Socket monitor, netlink::Socket generic, std::optional<netlink::Socket> filter,
                         Sysctl sysctl)
    : route_(std::move(route)),
      monitor_(std::move(monitor)),
      generic_(std::move(generic)),
      filter_(std::move(filter)),
      sysctl_(std::move(sysctl)) {}

Result<std::unique_ptr<LinuxKernel>> LinuxKernel::open() {
  HF_TRY(netlink::Socket route, netlink::Socket::open(NETLINK_ROUTE, kCommandBuffer));
  HF_TRY(netlink::Socket monitor, netlink::Socket::open(NETLINK_ROUTE, kMonitorBuffer));
  HF_OK(monitor.filter(kOurRoutesOnly));
  for (const int group : {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_NETCONF, RTNLGRP_IPV4_ROUTE,
                          RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE}) {
    HF_OK(monitor.join(group));
  }
  HF_TRY(netlink::Socket generic, netlink::Socket::open(NETLINK_GENERIC, kCommandBuffer));
  auto filter = netlink::Socket::open(NETLINK_NETFILTER, kCommandBuffer);
  std::optional<netlink::Socket> usable;  // few need it: without it, those that do are told
  if (filter) usable = *std::move(filter);
  HF_TRY(Sysctl sysctl, Sysctl::open());
  return std::unique_ptr<LinuxKernel>(
      new LinuxKernel(std::move(route), std::move(monitor), std::move(generic), std::move(usable), std::move(sysctl)));
}

Result<NetworkState> LinuxKernel::read_network() {
  NetworkState network;
  batch_.clear();
  netlink::encode_link_dump(batch_);
  table_by_vrf_.clear();
  HF_OK(route_.ask(batch_, [&](netlink::Octets message) -> Status {
    auto link = netlink::decode_link(message);
    if (!link || !*link) return ok();
    if ((*link)->vrf_table != 0) table_by_vrf_[(*link)->name] = (*link)->vrf_table;
    network.links.push_back(state_of(**std::move(link)));
    return ok();
  }));
  batch_.clear();
  netlink::encode_address_dump(batch_);
  HF_OK(route_.ask(batch_, [&](netlink::Octets message) -> Status {
    auto address = netlink::decode_address(message);  // families that are not IP have addresses too
    if (address) network.addresses.push_back(state_of(*std::move(address)));
    return ok();
  }));
  index_by_name_.clear();
  for (const LinkState& link : network.links) index_by_name_[link.name] = link.index;
  return network;
}

Status LinuxKernel::open_ipvs() {
  if (ipvs_ != 0) return ok();
  netlink::GenericFamily family = 0;
  batch_.clear();
  netlink::encode_family_lookup(batch_, IPVS_GENL_NAME);
  auto asked = generic_.ask(batch_, [&family](netlink::Octets message) -> Status {
    HF_TRY(family, netlink::decode_family(message));
    return ok();
  });
  if (!asked) {
    return Error{"IPVS is not available: the kernel has no module ip_vs (" + asked.error().message + ")", asked.error().code};
  }
  ipvs_ = family;
  // The family may be there and still be out of reach: the kernel wants CAP_NET_ADMIN in the initial user namespace.
  const auto services = read_services();
  if (!services) {
    ipvs_ = 0;
    if (services.error().code != EPERM) return services.error();
    return Error{"IPVS is not permitted: it needs CAP_NET_ADMIN in the initial user namespace; inside a user namespace "
                 "(a rootless container) the kernel does not offer it", EPERM};
  }
  return ok();
}

Result<std::vector<std::pair<ServiceKey, ServiceOptions>>> LinuxKernel::read_services() {
  std::vector<std::pair<ServiceKey, ServiceOptions>> services;
  batch_.clear();
  netlink::encode_service_dump(batch_, ipvs_);
  auto asked = generic_.ask(batch_, [&](netlink::Octets message) -> Status {
    if (services.size() >= kServicesMax) return Error{"IPVS table: more than " + std::to_string(kServicesMax) + " services"};
    auto service = netlink::decode_service(message);
    if (service) services.push_back(*std::move(service));  // a service of a kind that we cannot name is not ours
    return ok();
  });
  if (!asked) return Error{"IPVS services: " + asked.error().message, asked.error().code};
  return services;
}

Result<std::optional<ServiceOptions>> LinuxKernel::read_service(const ServiceKey& key) {
  std::optional<ServiceOptions> options;
  batch_.clear();
  netlink::encode_service_request(batch_, ipvs_, key);
  auto asked = generic_.ask(batch_, [&options](netlink::Octets message) -> Status {
    HF_TRY(auto service, netlink::decode_service(message));
    options = std::move(service.second);
    return ok();
  });
  if (!asked && asked.error().code != ESRCH) {
    return Error{"IPVS service " + to_string(key) + ": " + asked.error().message, asked.error().code};
  }
  return options;
}

Result<std::map<DestinationKey, DestinationOptions>> LinuxKernel::read_destinations(const ServiceKey& key) {
  std::map<DestinationKey, DestinationOptions> destinations;
  batch_.clear();
  netlink::encode_destination_dump(batch_, ipvs_, key);
  auto asked = generic_.ask(batch_, [&](netlink::Octets message) -> Status {
    auto destination = netlink::decode_destination(message, key.family);
    if (destination) destinations.insert(*std::move(destination));
    return ok();
  });
  if (!asked) return Error{"IPVS destinations of " + to_string(key) + ": " + asked.error().message, asked.error().code};
  return destinations;
}

std::uint32_t LinuxKernel::vrf_table(const std::string& vrf) const {
  const auto found = table_by_vrf_.find(vrf);
  return found == table_by_vrf_.end() ? 0 : found->second;
}

template <class PathChange>
bool LinuxKernel::encode_path(const PathChange& change) {
  const Route& route = change.route;
  const auto known = [this](const std::string& interface) { return interface.empty() || index_by_name_.contains(interface); };
  if (!known(route.way.interface)) return false;
  for (const RouteHop& hop : route.hops) {
    if (!known(hop.interface)) return false;
  }
  const std::uint32_t table = route.vrf.empty() ? route.table : vrf_table(route.vrf);
  if (table == 0) return false;
  netlink::encode(batch_, change, table, [this](const std::string& interface) { return index_by_name_.at(interface); });
  return true;
}

std::uint32_t LinuxKernel::index_of(const std::string& interface) const {
  const auto found = index_by_name_.find(interface);
  return found == index_by_name_.end() ? 0u : found->second;
}

Result<IpvsTimeouts> LinuxKernel::read_timeouts() {
  IpvsTimeouts timeouts;
  batch_.clear();
  netlink::encode_timeouts_request(batch_, ipvs_);
  auto asked = generic_.ask(batch_, [&timeouts](netlink::Octets message) -> Status {
    HF_TRY(timeouts, netlink::decode_timeouts(message));
    return ok();
  });
  if (!asked) return Error{"IPVS timeouts: " + asked.error().message, asked.error().code};
  return timeouts;
}

Result<std::vector<RunningSync>> LinuxKernel::read_sync() {
  std::vector<RunningSync> running;
  batch_.clear();
  netlink::encode_sync_dump(batch_, ipvs_);
  auto asked = generic_.ask(batch_, [&running](netlink::Octets message) -> Status {
    HF_TRY(RunningSync one, netlink::decode_sync(message));
    running.push_back(std::move(one));
    return ok();
  });
  if (!asked) return Error{"IPVS sync daemons: " + asked.error().message, asked.error().code};
  return running;
}

bool LinuxKernel::encode_route(const Change& change) {
  if (const auto* add = std::get_if<AddAddress>(&change)) {
    const std::uint32_t index = index_of(add->address.key.interface);
    if (index != 0) netlink::encode(batch_, *add, index);
    return index != 0;
  }
  if (const auto* remove = std::get_if<DeleteAddress>(&change)) {
    const std::uint32_t index = index_of(remove->key.interface);
    if (index != 0) netlink::encode(batch_, *remove, index);
    return index != 0;
  }
  if (const auto* add = std::get_if<AddRoute>(&change)) return encode_path(*add);
  if (const auto* remove = std::get_if<DeleteRoute>(&change)) return encode_path(*remove);
  if (const auto* add = std::get_if<AddRule>(&change)) return netlink::encode(batch_, *add), true;
  if (const auto* remove = std::get_if<DeleteRule>(&change)) return netlink::encode(batch_, *remove), true;
  const auto& setting = std::get<SetPromoteSecondaries>(change);
  const std::uint32_t index = index_of(setting.interface);
  if (index != 0) netlink::encode_promote_secondaries(batch_, index, setting.on);
  return index != 0;
}

template <class Tables>
int LinuxKernel::change_tables(const Tables& change) {
  if (!filter_) return EPROTONOSUPPORT;
  batch_.clear();
  netlink::encode(batch_, change);
  const auto answered = filter_->transact_whole(batch_);
  return answered ? *answered : answered.error().code;
}

// Runs of changes for the same socket go out together; the order across sockets is kept.
std::vector<int> LinuxKernel::apply(std::span<const Change> changes) {
  std::vector<int> codes(changes.size(), 0);
  std::vector<std::size_t> sent;
  const auto bus_of = [](const Change& change) {
    return std::visit([]<class Kind>(const Kind& one) {
      if constexpr (std::is_same_v<Kind, ChangeFirewall> || std::is_same_v<Kind, ChangeMarking>) return NETLINK_NETFILTER;
      return requires { netlink::encode(std::declval<netlink::Batch&>(), netlink::GenericFamily{}, one); } ? NETLINK_GENERIC : NETLINK_ROUTE;
    }, change);
  };
  for (std::size_t at = 0; at < changes.size();) {
    const int bus = bus_of(changes[at]);
    if (bus == NETLINK_NETFILTER) {
      const auto* firewall = std::get_if<ChangeFirewall>(&changes[at]);
      codes[at] = firewall != nullptr ? change_tables(*firewall) : change_tables(std::get<ChangeMarking>(changes[at]));
      ++at;
      continue;
    }
    const bool route = bus == NETLINK_ROUTE;
    batch_.clear();
    sent.clear();
    for (; at < changes.size() && bus_of(changes[at]) == bus; ++at) {
      if (route && !encode_route(changes[at])) {
        codes[at] = ENODEV;
        continue;
      }
      if (!route) {
        if (ipvs_ == 0) {
          codes[at] = EOPNOTSUPP;
          continue;
        }
        std::visit(
            [this](const auto& change) {
              if constexpr (requires { netlink::encode(batch_, ipvs_, change); }) netlink::encode(batch_, ipvs_, change);
            },
            changes[at]);
      }
      sent.push_back(at);
    }
    if (sent.empty()) continue;
    const auto answered = (route ? route_ : generic_).transact(batch_);
    for (std::size_t position = 0; position < sent.size(); ++position) {
      codes[sent[position]] = answered ? (*answered)[position] : answered.error().code;
    }
  }
  return codes;
}

void LinuxKernel::hear_link(netlink::Octets message, std::vector<KernelEvent>& events) {
  auto decoded = netlink::decode_link(message);
  if (!decoded || !*decoded) return;
  netlink::LinkMessage& link = **decoded;
  std::erase_if(index_by_name_, [&link](const auto& entry) { return entry.second == link.index; });
  table_by_vrf_.erase(link.name);
  if (!link.deleted && link.vrf_table != 0) table_by_vrf_[link.name] = link.vrf_table;
  if (link.deleted) {
    events.push_back(LinkGone{link.index});
    return;
  }
  index_by_name_[link.name] = link.index;
  events.push_back(LinkSeen{state_of(std::move(link))});
}

void LinuxKernel::hear_address(netlink::Octets message, std::vector<KernelEvent>& events) {
  auto decoded = netlink::decode_address(message);
  if (!decoded) return;
  const bool deleted = decoded->deleted;
  const bool by_us = reinterpret_cast<const nlmsghdr*>(message.data())->nlmsg_pid == route_.port();
  AddressState address = state_of(*std::move(decoded));
  if (deleted) {
    events.push_back(AddressGone{std::move(address), by_us});
  } else {
    events.push_back(AddressSeen{std::move(address)});
  }
}

void LinuxKernel::hear_path(netlink::Octets message, std::vector<KernelEvent>& events) {
  const auto* header = reinterpret_cast<const nlmsghdr*>(message.data());
  if (header->nlmsg_pid == route_.port()) return;
  if (header->nlmsg_type == RTM_DELROUTE) {
    if (auto route = netlink::decode_route(message)) events.push_back(RouteGone{*std::move(route)});
  } else if (auto rule = netlink::decode_rule(message)) {
    events.push_back(RuleGone{*std::move(rule)});
  }
}

void LinuxKernel::hear(netlink::Octets message, std::vector<KernelEvent>& events) {
  switch (reinterpret_cast<const nlmsghdr*>(message.data())->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK: return hear_link(message, events);
    case RTM_NEWADDR:
    case RTM_DELADDR: return hear_address(message, events);
    case RTM_DELROUTE:
    case RTM_DELRULE: return hear_path(message, events);
    case RTM_NEWNETCONF:
      if (auto decoded = netlink::decode_forwarding(message); decoded && *decoded) {
        events.push_back(ForwardingSeen{(*decoded)->index, (*decoded)->on});
      }
      return;
    default: return;
  }
}

std::vector<KernelEvent> LinuxKernel::events() {
  std::vector<KernelEvent> events;
  const auto read = monitor_.notifications(kDatagramsPerWakeup, [&](netlink::Octets message) {
    hear(message, events);
    return ok();
  });
  if (read) return events;
  // Some were lost. Those that are still queued are older than what will be read anew: they must not be taken for news.
  for (bool drained = false; !drained;) {
    const auto rest = monitor_.notifications(kDatagramsPerWakeup, [](netlink::Octets) { return ok(); });
    drained = !rest || *rest;
  }
  return {NotificationsLost{}};
}

}  // namespace holdfast
