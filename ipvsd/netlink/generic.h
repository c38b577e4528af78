// The fixed part of a generic netlink message. See linux/genetlink.h. Private to the codecs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <cstdint>

namespace holdfast::netlink {

inline void put_generic(nlmsghdr* header, std::uint8_t command, std::uint8_t version) {
  auto* generic = static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(header, sizeof(genlmsghdr)));
  generic->cmd = command;
  generic->version = version;
}

}  // namespace holdfast::netlink
