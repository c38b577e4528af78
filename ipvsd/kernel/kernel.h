// The kernel as ipvsd sees it: read, apply, hear. Two implementations: LinuxKernel (netlink) and tests/fake/kernel (tables).
// Domain words only: names instead of numbers, values instead of messages.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ipvsd/reconcile/change.h"
#include "ipvsd/reconcile/link_change.h"
#include "proto/runtime/result.h"
#include "proto/value/address.h"

namespace holdfast {

struct LinkState {
  std::uint32_t index = 0;
  std::string name;
  bool up = false;
  bool arp = true;
  std::uint32_t mtu = 0;
  HardwareAddress hardware{};
  std::optional<bool> promote_secondaries;  // none: not told in this message
  std::optional<bool> forwarding6;
  bool enabled = false;                     // up, whatever its carrier is
  std::string kind{};                       // "macvlan", "vrf"; empty: hardware
  std::uint32_t mode = 0;                   // of a macvlan
  std::uint32_t base = 0;                   // the link below; 0: none
  std::uint32_t master = 0;
  bool in_vrf = false;                      // its master is a VRF
  std::uint32_t group = 0;
  std::optional<std::uint32_t> arp_ignore{};  // none: not told in this message
  std::optional<std::uint32_t> arp_filter{};
  std::optional<std::uint32_t> rp_filter{};
  bool operator==(const LinkState&) const = default;
};

struct AddressState {
  std::uint32_t index = 0;  // of its link
  Prefix prefix;
  std::optional<IpAddress> peer;
  AddressOptions options;   // label as the kernel tells it
  bool secondary = false;
  bool tentative = false;
  bool ours = false;        // carries our protocol number: made by this or an earlier run
  bool operator==(const AddressState&) const = default;
};

struct LinkSeen {  // new or changed
  LinkState link;
};
struct LinkGone {
  std::uint32_t index;
};
struct AddressSeen {
  AddressState address;
};
struct AddressGone {
  AddressState address;
  bool by_us;  // a consequence of our own request (the kernel tells this for IPv4 only)
};
struct ForwardingSeen {
  std::uint32_t index;
  bool on;
};
struct NotificationsLost {};  // read everything anew

using KernelEvent = std::variant<LinkSeen, LinkGone, AddressSeen, AddressGone, ForwardingSeen, NotificationsLost>;

struct NetworkState {
  std::vector<LinkState> links;
  std::vector<AddressState> addresses;  // in the kernel's order
};

class Kernel {
 public:
  virtual ~Kernel() = default;

  virtual Result<NetworkState> read_network() = 0;
  // Is IPVS there? Makes the kernel load it. Nothing else about IPVS may be asked before.
  virtual Status open_ipvs() = 0;
  virtual Result<std::vector<std::pair<ServiceKey, ServiceOptions>>> read_services() = 0;
  // Nothing: there is no such service.
  virtual Result<std::optional<ServiceOptions>> read_service(const ServiceKey&) = 0;
  virtual Result<std::map<DestinationKey, DestinationOptions>> read_destinations(const ServiceKey&) = 0;

  virtual Result<IpvsTimeouts> read_timeouts() = 0;
  virtual Result<std::vector<RunningSync>> read_sync() = 0;

  // Applies changes in order, as few system calls as possible; one errno for each, 0 for accepted.
  // Interfaces are resolved by the links last read or heard; an unknown one is ENODEV.
  virtual std::vector<int> apply(std::span<const Change>) = 0;
  // The same for links that are made here and for settings.
  virtual std::vector<int> apply_links(std::span<const LinkChange>) = 0;
  // A setting that belongs to no link, or to "all" or "default". Nothing: it cannot be read.
  virtual std::optional<std::int32_t> read_setting(const SettingKey&) = 0;
  // Whether a link has a carrier, as its driver says. Nothing: there is nobody who could say.
  virtual std::optional<bool> carrier(std::uint32_t index) = 0;

  // Readable when something happened. events() gives what has happened, at most a bounded number at a time.
  virtual int events_fd() const = 0;
  virtual std::vector<KernelEvent> events() = 0;
};

}  // namespace holdfast
