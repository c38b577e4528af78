// One BFD session as configured: bfd_instance of keepalived.conf(5), RFC 5880, 5881 and 5883. Times are microseconds.
// Its id is also that of the tracker that instances track.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/value/address.h"
#include "proto/value/identifier.h"
#include "proto/value/instant.h"

namespace holdfast {

struct BfdSession {
  TrackerId id;                      // name, neighbour and source
  std::string name;
  IpAddress neighbour;
  std::optional<IpAddress> source;   // none: the kernel's choice
  Duration min_rx{10'000};           // required
  Duration min_tx{10'000};           // desired while up
  Duration idle_tx{1'000'000};       // desired otherwise
  std::uint8_t multiplier = 5;       // 1..255
  bool passive = false;
  bool multihop = false;             // port 4784 instead of 3784
  std::uint8_t ttl = 255;            // of what is sent
  std::uint8_t ttl_min = 255;        // of what is accepted
  bool for_vrrp = true;              // who hears of it
  bool for_checker = true;
  bool operator==(const BfdSession&) const = default;
};

}  // namespace holdfast
