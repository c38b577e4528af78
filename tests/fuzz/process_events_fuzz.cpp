// The reader of the kernel's process connector: datagrams of nlmsghdr, cn_msg, proc_event.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ipvsd/kernel/process_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> datagram(data, data + size);  // no longer than it says
  (void)holdfast::process_events(datagram.data(), datagram.size());
  return 0;
}
