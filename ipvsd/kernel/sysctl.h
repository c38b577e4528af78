// Settings below /proc/sys/net as whole numbers. The directory is opened before the sandbox, whose root directory it may become.
// Used where netlink has no word for a setting. Knows no meaning. See proc_sys_net(5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast {

class Sysctl {
 public:
  static Result<Sysctl> open();
  // `path`: "ipv4/conf/all/rp_filter".
  std::optional<std::int32_t> read(const std::string& path) const;
  int write(const std::string& path, std::int32_t value) const;  // errno, 0: done

 private:
  explicit Sysctl(Fd directory) : directory_(std::move(directory)) {}
  Fd directory_;
};

}  // namespace holdfast
