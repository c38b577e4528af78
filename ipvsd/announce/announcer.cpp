// Frames onto links.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/announce/announcer.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>

#include "ipvsd/announce/frames.h"

namespace holdfast::announce {

void Announcer::send(Instant now) {
  if (!socket_) return;
  for (const Target& target : pace_.due(now, kFramesPerTurn)) send_one(target);
}

void Announcer::send_one(const Target& target) {
  const std::optional<Outlet> outlet = find_outlet_(target);
  if (!outlet) return;
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(outlet->index);
  to.sll_protocol = htons(target.address.is_v4() ? ETH_P_ARP : ETH_P_IPV6);
  to.sll_halen = ETH_ALEN;
  const auto transmit = [&](const auto& frame) {
    std::copy_n(frame.begin(), ETH_ALEN, to.sll_addr);
    if (::sendto(socket_.get(), frame.data(), frame.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
      ++failures_;
    }
  };
  if (target.address.is_v4()) {
    transmit(gratuitous_arp(outlet->hardware, target.address));
  } else {
    transmit(unsolicited_advertisement(outlet->hardware, target.address, outlet->router));
  }
}

}  // namespace holdfast::announce
