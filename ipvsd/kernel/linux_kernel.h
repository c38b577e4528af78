// The kernel over netlink sockets: rtnetlink commands, rtnetlink notifications, generic netlink for IPVS, nf_tables. All are opened
// at construction time, before the sandbox: netlink checks the sender's rights at each message, so they cannot be handed in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>

#include "ipvsd/kernel/kernel.h"
#include "ipvsd/kernel/sysctl.h"
#include "ipvsd/netlink/ipvs_codec.h"
#include "ipvsd/netlink/socket.h"

namespace holdfast {

class LinuxKernel final : public Kernel {
 public:
  static Result<std::unique_ptr<LinuxKernel>> open();

  Result<NetworkState> read_network() override;
  Status open_ipvs() override;
  Result<std::vector<std::pair<ServiceKey, ServiceOptions>>> read_services() override;
  Result<std::optional<ServiceOptions>> read_service(const ServiceKey&) override;
  Result<std::map<DestinationKey, DestinationOptions>> read_destinations(const ServiceKey&) override;
  Result<IpvsTimeouts> read_timeouts() override;
  Result<std::vector<RunningSync>> read_sync() override;
  std::vector<int> apply(std::span<const Change>) override;
  std::uint32_t vrf_table(const std::string& vrf) const override;
  std::vector<int> apply_links(std::span<const LinkChange>) override;  // linux_links.cpp, with the two below
  std::optional<std::int32_t> read_setting(const SettingKey& key) override { return sysctl_.read(path_of(key)); }
  std::optional<bool> carrier(std::uint32_t index) override;
  int events_fd() const override { return monitor_.fd(); }
  std::vector<KernelEvent> events() override;

 private:
  LinuxKernel(netlink::Socket route, netlink::Socket monitor, netlink::Socket generic, std::optional<netlink::Socket> filter,
              Sysctl sysctl);
  template <class Tables>
  int change_tables(const Tables&);    // of nf_tables
  bool encode_route(const Change&);    // false: no such interface
  template <class PathChange>
  bool encode_path(const PathChange&);
  std::uint32_t index_of(const std::string& interface) const;  // 0: there is none
  int write_setting(const LinkChange&);
  bool encode_link(const LinkChange&);  // false: no such interface
  static bool is_file(const LinkChange&);
  void hear(netlink::Octets message, std::vector<KernelEvent>& events);
  void hear_link(netlink::Octets message, std::vector<KernelEvent>& events);
  void hear_address(netlink::Octets message, std::vector<KernelEvent>& events);
  void hear_path(netlink::Octets message, std::vector<KernelEvent>& events);

  netlink::Socket route_;
  netlink::Socket monitor_;
  netlink::Socket generic_;
  std::optional<netlink::Socket> filter_;  // nothing: the kernel has no nfnetlink
  Sysctl sysctl_;
  netlink::Batch batch_;
  netlink::GenericFamily ipvs_ = 0;
  std::optional<netlink::GenericFamily> ethtool_;  // 0: the kernel has none
  std::unordered_map<std::string, std::uint32_t> index_by_name_;
  std::unordered_map<std::string, std::uint32_t> table_by_vrf_;
};

}  // namespace holdfast
