// keepalived.json (SIGRTMIN+2): version 1 is an array of {"data","stats"}, version 2 wraps it. One line, slashes escaped.
// Pure: values in, text out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parent/status/board.h"

namespace holdfast {

std::string json_text(const Board&);

}  // namespace holdfast
