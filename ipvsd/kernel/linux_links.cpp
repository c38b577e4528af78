// The kernel's side of links that are made here: netlink where it has words for it, files below /proc/sys/net where not.
// Runs of netlink changes leave in one batch; the order across files is kept.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "ipvsd/kernel/linux_kernel.h"
#include "ipvsd/netlink/virtual_link_codec.h"

namespace holdfast {

bool LinuxKernel::is_file(const LinkChange& change) {
  if (std::holds_alternative<SetIpv6>(change)) return true;
  const auto* setting = std::get_if<SetSetting>(&change);
  if (setting == nullptr) return false;
  const SettingKey& key = setting->key;
  return key.setting == Setting::kIgmpLinkLocalReports || key.interface == "all" || key.interface == "default";
}

int LinuxKernel::write_setting(const LinkChange& change) {
  if (const auto* setting = std::get_if<SetSetting>(&change)) return sysctl_.write(path_of(setting->key), setting->value);
  const auto& ipv6 = std::get<SetIpv6>(change);
  const int code = sysctl_.write("ipv6/conf/" + ipv6.name + "/disable_ipv6", ipv6.on ? 0 : 1);
  return code == ENOENT && !ipv6.on ? 0 : code;  // a kernel without IPv6 has it off
}

bool LinuxKernel::encode_link(const LinkChange& change) {
  if (const auto* address = std::get_if<AddLinkAddress>(&change)) {
    const std::uint32_t index = index_of(address->name);
    if (index != 0) netlink::encode(batch_, *address, index);
    return index != 0;
  }
  if (const auto* setting = std::get_if<SetSetting>(&change)) {
    const std::uint32_t index = index_of(setting->key.interface);
    if (index != 0) netlink::encode(batch_, *setting, index);
    return index != 0;
  }
  std::visit(
      [this](const auto& named) {
        if constexpr (requires { netlink::encode(batch_, named); }) netlink::encode(batch_, named);
      },
      change);
  return true;
}

std::vector<int> LinuxKernel::apply_links(std::span<const LinkChange> changes) {
  std::vector<int> codes(changes.size(), 0);
  std::vector<std::pair<std::size_t, std::size_t>> last;  // of each sent change: its place, and its last message
  for (std::size_t at = 0; at < changes.size();) {
    if (is_file(changes[at])) {
      codes[at] = write_setting(changes[at]);
      ++at;
      continue;
    }
    batch_.clear();
    last.clear();
    for (; at < changes.size() && !is_file(changes[at]); ++at) {
      if (encode_link(changes[at])) {
        last.emplace_back(at, batch_.messages() - 1);
      } else {
        codes[at] = ENODEV;
      }
    }
    if (batch_.empty()) continue;
    const auto answered = route_.transact(batch_);
    for (const auto& [place, message] : last) codes[place] = answered ? (*answered)[message] : answered.error().code;
  }
  return codes;
}

std::optional<bool> LinuxKernel::carrier(std::uint32_t index) {
  if (!ethtool_) {
    ethtool_ = 0;
    batch_.clear();
    netlink::encode_family_lookup(batch_, "ethtool");
    (void)generic_.ask(batch_, [this](netlink::Octets message) -> Status {
      HF_TRY(ethtool_, netlink::decode_family(message));
      return ok();
    });
  }
  if (*ethtool_ == 0) return std::nullopt;
  std::optional<bool> carrier;
  batch_.clear();
  netlink::encode_carrier_request(batch_, *ethtool_, index);
  (void)generic_.ask(batch_, [&carrier](netlink::Octets message) -> Status {
    HF_TRY(carrier, netlink::decode_carrier(message));
    return ok();
  });
  return carrier;
}

}  // namespace holdfast
