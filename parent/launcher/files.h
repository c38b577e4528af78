// Opens configuration for the parent: regular files and directories, read-only, that the world may read or that lie beneath the
// directories of the configuration. Never below /proc, /sys or /dev, whatever a symbolic link says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast::launcher {

enum class Kind : bool { kFile, kDirectory };

// `path` is absolute; `trusted` are canonical directories.
Result<Fd> open_readable(const std::string& path, Kind kind, std::span<const std::string> trusted);

// Whether canonical `path` is `directory` or below it.
bool is_beneath(std::string_view path, std::string_view directory);

}  // namespace holdfast::launcher
