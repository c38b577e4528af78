// What this daemon may have put into the kernel, on disk: --cleanup reads it after everything was killed at once.
// One file per daemon in /run/holdfast, written whole at each new plan, removed by an orderly stop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "proto/runtime/result.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

inline constexpr char kRunDirectory[] = "/run/holdfast";

// The name for a daemon, from what tells daemons of one machine apart: configuration path, -i, and the
// network namespace (`net`). --cleanup and --ask run in that namespace, with the same -f and -i.
std::string owned_path(const std::string& config_file, const std::string& config_id, const std::string& net);
// The control socket of the same daemon.
std::string control_path(const std::string& config_file, const std::string& config_id, const std::string& net);
// The file of what its operator asked for, without a directory.
std::string intents_name(const std::string& config_file, const std::string& config_id, const std::string& net);
Status write_owned(const std::string& path, const IpvsPlan& plan);
Result<IpvsPlan> read_owned(const std::string& path);
void remove_owned(const std::string& path);

}  // namespace holdfast
