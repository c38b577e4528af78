// Who exists: the processes that the parent starts, what they are called in log lines, and which links they have.
// The table of links is the list of files in proto/schema.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "parent/launcher/menu.h"

namespace holdfast {

struct RoleRow {
  launcher::Child child;
  std::string_view program;      // in libexecdir
  std::string_view title;        // in "Starting TITLE child process, pid=N"
  std::string_view ident;        // of syslog lines
};

inline constexpr std::string_view kParentIdent = "Keepalived";

const RoleRow& role(launcher::Child child);

struct LinkRow {
  std::string_view one;
  std::string_view other;
  std::string_view schema;
};
std::span<const LinkRow> links();

}  // namespace holdfast
