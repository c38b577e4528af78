// What `holdfastctl status --json` prints: our own schema, versioned, beside keepalived's in json.h. Described in doc/status-json.md.
// Pure: values in, text out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parent/status/board.h"
#include "parent/status/text.h"

namespace holdfast {

inline constexpr int kStatusSchema = 1;  // within one number members are only added

std::string status_json(const Board&, const ServicesBoard&);

}  // namespace holdfast
