// Writes a file that others read and watch: appears whole (temporary name, rename) and raises a close-after-write on its final name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "proto/runtime/result.h"

namespace holdfast {

// Never follows a symbolic link at `path`, never reuses what is there. Mode 0600 unless told otherwise.
Status write_whole(const std::string& path, std::string_view text, unsigned mode = 0600);

}  // namespace holdfast
