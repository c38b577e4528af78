// Which daemon is meant: the one that is named, or the only one that listens.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "proto/runtime/result.h"

namespace holdfast::ctl {

// Paths of control sockets in a directory at which somebody listens.
std::vector<std::string> listening_sockets(const std::string& directory);
// The only one; an error that tells what to do when there is none or more.
Result<std::string> only_socket(const std::string& directory);

}  // namespace holdfast::ctl
