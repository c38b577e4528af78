// The sockets on the menu, made ready so that their holders need no right and no option any more. The only place with SOCK_RAW and AF_PACKET.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parent/launcher/menu.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast::launcher {

// Protocol 112, no IP_HDRINCL: the kernel writes the header and refuses a foreign source address. RFC 9568 section 5.1.
Result<Fd> open_advert_socket(const Request& request);
// Sends frames on any interface by sockaddr_ll, receives nothing.
Result<Fd> open_announce_socket();
// For one run of a health check: a mark, a source port below 1024, or an echo request takes a right that checkerd does not have.
Result<Fd> open_check_socket(const Request& request);

struct Interface {
  std::uint32_t index;
  std::uint32_t flags;
};
Result<Interface> lookup_interface(const char* name);

}  // namespace holdfast::launcher
