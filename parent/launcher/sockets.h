// The sockets on the menu, made ready so that their holders need no right and no option any more. The only place with SOCK_RAW and AF_PACKET.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "parent/launcher/menu.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"
#include "proto/value/address.h"

namespace holdfast::launcher {

// Protocol 112 or 51, no IP_HDRINCL: the kernel writes the header and refuses a foreign source address unless the request says that
// one is configured. RFC 9568 section 5.1.
Result<Fd> open_advert_socket(const Request& request);
// Sends frames on any interface by sockaddr_ll, receives nothing.
Result<Fd> open_announce_socket();
// For one run of a health check: a mark, a source port below 1024, or an echo request takes a right that checkerd does not have.
Result<Fd> open_check_socket(const Request& request);
// UDP for BFD (RFC 5881 section 4, RFC 5883 section 5). `unicast` 0: receives on the port of the protocol. 1: sends from a port of its own
// in 49152..65535 at `source`, or wherever the kernel likes, and receives nothing.
Result<Fd> open_bfd_socket(const Request& request);

struct Interface {
  std::uint32_t index;
  std::uint32_t flags;
  std::optional<HardwareAddress> hardware;
};
Result<Interface> lookup_interface(const char* name);

}  // namespace holdfast::launcher
