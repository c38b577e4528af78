// How the entry starts the launcher: descriptors by number, and argv. Shared by both, nothing else.
//   holdfast-launcher users|single DIRECTORY... -- ARGV...
// users: each role has its own user; single: everybody keeps this one. DIRECTORY: canonical, configuration below it may be read with
// CAP_DAC_READ_SEARCH. ARGV: the operator's command line, which every role gets as its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "parent/launcher/menu.h"

namespace holdfast::launcher {

inline constexpr int kLinkFd = 3;      // to the parent
inline constexpr int kProgramFd = 4;   // O_PATH of kPrograms[0] and so on; closed where the program is not installed
struct Program {
  Child child;
  std::string_view name;
};
inline constexpr std::array<Program, 4> kPrograms = {Program{Child::kVrrpd, "holdfast-vrrpd"}, Program{Child::kIpvsd, "holdfast-ipvsd"},
                                                     Program{Child::kCheckerd, "holdfast-checkerd"}, Program{Child::kWorker, "holdfast-worker"}};
inline constexpr std::string_view kUsersMode = "users";
inline constexpr std::string_view kSingleMode = "single";

}  // namespace holdfast::launcher
