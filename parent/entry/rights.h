// What this start may do: which capabilities there are, whether each role can have its own user.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parent/entry/options.h"
#include "proto/runtime/result.h"

namespace holdfast::entry {

struct Rights {
  std::uint64_t permitted = 0;
  bool privileged = false;      // NET_ADMIN and NET_RAW are there
  bool separate_users = false;  // SETUID, SETGID, and every role's user exists in this user namespace
};
Result<Rights> survey_rights();

// Whether `id` is mapped by the text of /proc/self/uid_map. Pure.
bool is_mapped(std::string_view map, std::uint64_t id);

// Whether ids are mapped at all differently from the initial namespace.
bool in_user_namespace();

// /run/holdfast, its empty directory and /var/lib/holdfast, as far as the caller may; packaging makes them otherwise.
void make_run_directory(const Rights& rights);

// Canonical directories that configuration is read from: of the file as named, of the file itself, and those named by --config-dir.
std::vector<std::string> configuration_directories(const Options& options);

Status enter_name_space(const std::string& name);

}  // namespace holdfast::entry
