// The few options that the root phase obeys, found in the operator's command line. All others belong to the parent, which gets the same
// words unchanged. Pure: no file is touched.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/runtime/result.h"

namespace holdfast::entry {

enum class Scripts : std::uint8_t { kNone, kUser, kRoot };

struct Options {
  std::string configuration;                    // -f, as typed; may be a pattern
  std::vector<std::string> directories;         // --config-dir
  std::string name_space;                       // -s
  std::string pid_file, vrrp_pid_file, checkers_pid_file, bfd_pid_file;  // -p -r -c -b; empty: the default
  Scripts scripts = Scripts::kUser;
  bool called_keepalived = false;
  bool foreground = false;                      // -n
  bool test = false;                            // -t, --dump, --cleanup: no pid file, no scripts, in the foreground
  bool print_policy = false;                    // --policy
  bool informative = false;                     // -v, -h, --signum, genhash: the parent answers with its caller's rights
  bool vrrp = true;                             // false with -C
  bool checkers = true;                         // false with -P
  bool bfd = true;                              // false with -B
};

Result<Options> read_options(int argc, char** argv);

}  // namespace holdfast::entry
