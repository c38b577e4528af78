// The kernel over netlink sockets: rtnetlink commands, rtnetlink notifications, generic netlink for IPVS, nf_tables. All are opened
// at construction time, before the sandbox: netlink checks the sender's rights at each message, so they cannot be handed in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>

#include "ipvsd/kernel/kernel.h"
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
  std::vector<int> apply(std::span<const Change>) override;
  std::uint32_t vrf_table(const std::string& vrf) const override;
  int events_fd() const override { return monitor_.fd(); }
  std::vector<KernelEvent> events() override;

 private:
  LinuxKernel(netlink::Socket route, netlink::Socket monitor, netlink::Socket generic, std::optional<netlink::Socket> filter);
  int change_firewall(const ChangeFirewall&);
  bool encode_route(const Change&);    // false: no such interface
  template <class PathChange>
  bool encode_path(const PathChange&);
  void hear(netlink::Octets message, std::vector<KernelEvent>& events);
  void hear_link(netlink::Octets message, std::vector<KernelEvent>& events);
  void hear_address(netlink::Octets message, std::vector<KernelEvent>& events);
  void hear_path(netlink::Octets message, std::vector<KernelEvent>& events);

  netlink::Socket route_;
  netlink::Socket monitor_;
  netlink::Socket generic_;
  std::optional<netlink::Socket> filter_;  // nothing: the kernel has no nfnetlink
  netlink::Batch batch_;
  netlink::GenericFamily ipvs_ = 0;
  std::unordered_map<std::string, std::uint32_t> index_by_name_;
  std::unordered_map<std::string, std::uint32_t> table_by_vrf_;
};

}  // namespace holdfast
